package replay

import (
	"credence/core/fence"
	"credence/hwmock/profile"
)

// Naive is what a Model must beat: each ring does one job after the other, with
// as many in flight as the device takes; a median duration a class, and one
// median latency before each run. No scheduler and no device stand behind it.
type Naive struct {
	slots     int
	latency   fence.Duration
	rest      fence.Duration
	durations map[Class]fence.Duration
}

// FitNaive takes the medians of the jobs for which use reports true.
func FitNaive(p *profile.Profile, in *Input, use func(job int) bool) *Naive {
	f := newFit(p, in, use)
	n := &Naive{
		slots: p.Slots, durations: map[Class]fence.Duration{},
		latency: median(f.observed, latencyOf), rest: median(f.observed, busyOf),
	}
	for c, own := range f.byClass() {
		if len(own) > 0 {
			n.durations[in.Classes[c]] = median(own, busyOf)
		}
	}
	return n
}

// Run replays all arrivals of in.
func (n *Naive) Run(in *Input) []Outcome {
	out := make([]Outcome, len(in.Jobs))
	ends := make([][]fence.Time, len(in.Rings))
	for i := range in.Jobs {
		j := &in.Jobs[i]
		before := ends[j.Ring]
		run := j.Submit
		if k := len(before) - n.slots; k >= 0 {
			run = max(run, before[k])
		}
		run = run.Add(n.latency)
		start := run
		if k := len(before) - 1; k >= 0 {
			start = max(start, before[k])
		}
		d, ok := n.durations[in.Classes[j.Class]]
		if !ok {
			d = n.rest
		}
		out[i] = Outcome{Run: run, End: start.Add(d), behind: -1}
		ends[j.Ring] = append(before, out[i].End)
	}
	return out
}
