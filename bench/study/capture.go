package study

import (
	"fmt"
	"strings"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/hwmock/gen"
	"credence/hwmock/replay"
	"credence/hwmock/trace"
	"credence/hwmock/workload"
)

// maxBatches is how many jobs of a context are taken, from the first on: what a
// workload has room for.
const maxBatches = 4096

// capture is the arrivals of a recorded trace: of each context a client that
// submits what was submitted, after the same pauses, for as long as the engine
// was seen to work. What jobs waited for is not taken over.
type capture struct{ loads []*workload.Workload }

// openCapture reads a trace, or returns nil if the path names a workload.
func openCapture(path string) (*capture, error) {
	if gen.Is(path) || strings.HasSuffix(path, sim.Suffix) {
		return nil, nil
	}
	t, err := trace.ReadFile(path)
	if err != nil {
		return nil, err
	}
	in, err := replay.NewInput(t)
	if err != nil {
		return nil, err
	}
	c := &capture{}
	for i, text := range steps(in) {
		if text == "" {
			continue
		}
		w, err := workload.Parse(fmt.Sprintf("%s#%d", path, i), strings.NewReader(text))
		if err != nil {
			return nil, err
		}
		c.loads = append(c.loads, w)
	}
	if len(c.loads) == 0 {
		return nil, fmt.Errorf("%s: no job whose run and end were recorded; trace them too", path)
	}
	return c, nil
}

// steps writes the workload of each context, "" for one without a job that was
// recorded to its end.
func steps(in *replay.Input) []string {
	text := make([]strings.Builder, in.Contexts)
	batches := make([]int, in.Contexts)
	last := make([]fence.Time, in.Contexts)
	free := make([]fence.Time, len(in.Rings)) // when the ring's last job ended
	for i := range in.Jobs {
		j := &in.Jobs[i]
		if j.Run == trace.NotRecorded || j.End == trace.NotRecorded || batches[j.Context] == maxBatches {
			continue
		}
		works := j.End.Sub(max(j.Run, free[j.Ring]))
		free[j.Ring] = max(free[j.Ring], j.End)
		b := &text[j.Context]
		if pause := micro(j.Submit.Sub(last[j.Context])); pause > 0 {
			fmt.Fprintf(b, "d.%d\n", pause)
			last[j.Context] = last[j.Context].Add(pause * fence.Microsecond)
		}
		fmt.Fprintf(b, "1.DEFAULT.%d.0.0\n", max(1, micro(works)))
		batches[j.Context]++
	}
	list := make([]string, len(text))
	for i := range text {
		if batches[i] > 0 {
			list[i] = text[i].String()
		}
	}
	return list
}

// micro returns whole microseconds.
func micro(d fence.Duration) fence.Duration { return d / fence.Microsecond }

// system compiles the clients of all contexts, each to submit once.
func (c *capture) system(s *source, caps workload.Capabilities, o workload.Options) (
	*sim.System, error) {
	sys := &sim.System{Path: s.path, Label: s.label}
	o.Repeats = 1
	for _, w := range c.loads {
		p, err := w.Compile(caps)
		if err != nil {
			return nil, err
		}
		sys.Loads = append(sys.Loads, sim.Load{Program: p, Options: o})
	}
	return sys, nil
}
