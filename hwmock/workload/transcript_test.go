package workload_test

import (
	"fmt"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// transcript logs what the host sees: submissions and ends.
type transcript struct {
	strings.Builder
	h *testHost
	p *workload.Program
}

// record makes h write a line for each event, times in microseconds:
//
//	0 #0 line 1: ctx 1 RCS 1000
//	0 #1 line 2: ctx 1 VCS1|VCS2 500 after #0
//	1000 #0 done on RCS
func record(h *testHost, p *workload.Program) *transcript {
	t := &transcript{h: h, p: p}
	h.onSubmit = t.submit
	h.onDone = func(j *job) {
		fmt.Fprintf(t, "%d #%d done on %s\n", h.now/fence.Time(us), j.number, engineNames[j.engine])
	}
	return t
}

func (t *transcript) submit(j *job, b *workload.Batch) {
	var engines []string
	for i, name := range engineNames {
		if b.Engines.Has(i) {
			engines = append(engines, name)
		}
	}
	fmt.Fprintf(t, "%d #%d line %d: ctx %d %s ", t.h.now/fence.Time(us), j.number,
		t.p.Line(b.Step), t.p.Contexts()[b.Context].ID, strings.Join(engines, "|"))
	if b.Endless {
		t.WriteByte('*')
	} else {
		fmt.Fprint(t, int64(b.Duration/us))
	}
	if b.Slices != 0 {
		fmt.Fprintf(t, " slices %b", b.Slices)
	}
	if b.Priority != workload.Normal {
		fmt.Fprintf(t, " %v", b.Priority)
	}
	if b.Preempt != 100*us {
		fmt.Fprintf(t, " preempt %d", b.Preempt/us)
	}
	for i, d := range j.deps {
		text := " after"
		if i > 0 {
			text = ""
		}
		if dep := &t.h.jobs[d]; dep.soft {
			fmt.Fprintf(t, "%s fence", text)
		} else {
			fmt.Fprintf(t, "%s #%d", text, dep.number)
		}
	}
	for _, s := range j.starts {
		fmt.Fprintf(t, " with #%d", t.h.jobs[s].number)
	}
	t.WriteByte('\n')
}

// compile parses and compiles text for testDevice.
func compile(t testing.TB, text string) *workload.Program {
	t.Helper()
	w, err := workload.Parse("test.wsim", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Compile(testDevice)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// group returns the clients of p on h.
func group(t testing.TB, p *workload.Program, h workload.Host, o workload.Options) *workload.Group {
	t.Helper()
	g, err := workload.NewGroup(p, h, o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// play runs text with 64 slots a context and returns the group and what the
// host saw; then it closes the group and looks for handles left.
func play(t testing.TB, text string, o workload.Options, until fence.Duration) (
	*workload.Group, string) {
	t.Helper()
	p := compile(t, text)
	h := newHost(64)
	log := record(h, p)
	g := group(t, p, h, o)
	h.run(g, fence.Time(until))
	seen := log.String()
	g.Close()
	h.drain(t)
	return g, seen
}

// lines joins a transcript.
func lines(list ...string) string { return strings.Join(list, "\n") + "\n" }

// same compares a transcript.
func same(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}
