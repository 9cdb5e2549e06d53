package replay

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/montanaflynn/stats"

	"credence/core/fence"
	"credence/hwmock/profile"
	"credence/hwmock/trace"
)

// MinJobs is the least number of complete jobs that a fit needs, and a group of
// them that is to have a constant of its own.
const MinJobs = 8

// Fit finds the constants for a device from the jobs of in for which use reports
// true, and looks at no other's outcome. It fails if those are too few, or if the
// device cannot do the trace's jobs.
func Fit(p *profile.Profile, in *Input, use func(job int) bool) (*Model, error) {
	f := newFit(p, in, use)
	if n := len(f.observed); n < MinJobs {
		return nil, fmt.Errorf("%s: %d jobs to fit to have all three instants; needed: %d",
			in.Name, n, MinJobs)
	}
	f.start()
	if err := f.calibrate(); err != nil {
		return nil, err
	}
	if err := f.slopes(); err != nil {
		return nil, err
	}
	return &f.model, nil
}

// fit is a fit under way.
type fit struct {
	profile  *profile.Profile
	in       *Input
	observed []observation // in the order of run
	model    Model
}

// observation is what a recorded job shows of the constants.
type observation struct {
	job     int32
	waited  bool           // for room
	latency fence.Duration // from the submission, or from when there was room, to the run
	busy    fence.Duration // from the run, or from the end of the job before, to the end
}

// newFit reads the constants off the recorded jobs, on the assumption that a ring
// does one job after the other and has as many in flight as the profile says.
func newFit(p *profile.Profile, in *Input, use func(job int) bool) *fit {
	f := &fit{profile: p, in: in}
	before := make([][]int32, len(in.Rings)) // jobs in the order of run
	for _, i := range byRun(in, func(i int) fence.Time { return in.Jobs[i].Run }) {
		j := &in.Jobs[i]
		if !use(int(i)) || !j.complete() {
			continue
		}
		f.observed = append(f.observed, observe(in, i, before[j.Ring], p.Slots))
		before[j.Ring] = append(before[j.Ring], i)
	}
	return f
}

// observe reads one job, before which those of the list ran on its ring.
func observe(in *Input, i int32, before []int32, slots int) observation {
	j := &in.Jobs[i]
	o := observation{job: i, latency: j.Run.Sub(j.Submit), busy: j.End.Sub(j.Run)}
	if n := len(before); n > 0 {
		o.busy = max(0, j.End.Sub(max(j.Run, in.Jobs[before[n-1]].End)))
	}
	if n := len(before); n >= slots {
		if room := in.Jobs[before[n-slots]].End; room > j.Submit {
			o.waited, o.latency = true, max(0, j.Run.Sub(room))
		}
	}
	return o
}

// byRun returns the jobs that ran, in that order.
func byRun(in *Input, run func(int) fence.Time) []int32 {
	var list []int32
	for i := range in.Jobs {
		if run(i) != trace.NotRecorded {
			list = append(list, int32(i))
		}
	}
	slices.SortStableFunc(list, func(a, b int32) int {
		return cmp.Compare(run(int(a)), run(int(b)))
	})
	return list
}

// byClass returns the observations of each of Input.Classes.
func (f *fit) byClass() [][]observation {
	lists := make([][]observation, len(f.in.Classes))
	for _, o := range f.observed {
		c := f.in.Jobs[o.job].Class
		lists[c] = append(lists[c], o)
	}
	return lists
}

// start takes medians of what was observed.
func (f *fit) start() {
	m := &f.model
	m.Jobs = len(f.observed)
	m.worker = f.workers()
	m.rest = f.constants(f.observed)
	m.Finish = median(f.observed, func(o *observation) (fence.Duration, bool) {
		return o.latency, o.waited
	})
	for c, own := range f.byClass() {
		if len(own) == 0 {
			continue
		}
		x := f.constants(own)
		x.Class = f.in.Classes[c]
		if count(own, wakeOf) < MinJobs {
			x.Wake, x.WakeSame = m.rest.Wake, m.rest.WakeSame
		}
		m.Classes = append(m.Classes, x)
	}
}

// constants returns what observations of one class show.
func (f *fit) constants(own []observation) ClassModel {
	x := ClassModel{Jobs: len(own), Duration: median(own, busyOf), Wake: median(own, wakeOf)}
	x.WakeSame = x.Wake
	var latencies []float64
	var same []bool
	for i := range own {
		if d, ok := wakeOf(&own[i]); ok {
			latencies = append(latencies, float64(d))
			same = append(same, f.model.onWorker(f.in, int(own[i].job)))
		}
	}
	if splits(latencies, same) {
		x.Wake = fence.Duration(medianOf(pick(latencies, same, false)))
		x.WakeSame = fence.Duration(medianOf(pick(latencies, same, true)))
	}
	return x
}

// workers returns the processor that gives each ring's jobs to the hardware most
// often, of equals the one that came first.
func (f *fit) workers() map[string]int16 {
	workers := map[string]int16{}
	counts := make([]map[int16]int, len(f.in.Rings))
	for i := range counts {
		counts[i] = map[int16]int{}
	}
	for _, o := range f.observed {
		j := &f.in.Jobs[o.job]
		if j.RunCPU == trace.NoCPU {
			continue
		}
		n, ring := counts[j.Ring], f.in.Rings[j.Ring]
		n[j.RunCPU]++
		if best, ok := workers[ring]; !ok || n[j.RunCPU] > n[best] {
			workers[ring] = j.RunCPU
		}
	}
	return workers
}

// What is read off an observation, and whether it shows that.
func latencyOf(o *observation) (fence.Duration, bool) { return o.latency, true }
func busyOf(o *observation) (fence.Duration, bool)    { return o.busy, true }
func wakeOf(o *observation) (fence.Duration, bool)    { return o.latency, !o.waited }

// median returns the median of what observations show of something, or 0.
func median(list []observation, of func(*observation) (fence.Duration, bool)) fence.Duration {
	var v []float64
	for i := range list {
		if x, ok := of(&list[i]); ok {
			v = append(v, float64(x))
		}
	}
	return fence.Duration(medianOf(v))
}

// count returns how many of the observations show something.
func count(list []observation, of func(*observation) (fence.Duration, bool)) int {
	n := 0
	for i := range list {
		if _, ok := of(&list[i]); ok {
			n++
		}
	}
	return n
}

// medianOf returns the median of a list, of an empty one 0.
func medianOf(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return must(stats.Median(v))
}
