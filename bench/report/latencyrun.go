package report

import (
	"cmp"
	"path/filepath"
	"slices"

	"credence/bench/report/chart"
	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/profile"
	"credence/hwmock/workload"
)

// latencyRun is one simulation and the latencies of its jobs, shortest first.
type latencyRun struct {
	work, flow string
	config     sim.Config
	result     *sim.Result
	jobs       []jobLatency
	flows      []string   // that have the same history
	story      *sim.Story // of the job at p99
}

// jobLatency is how long a job took from its push to its finished fence.
type jobLatency struct {
	job  uint64
	took fence.Duration
}

// stopwatch takes the latencies.
type stopwatch struct {
	pushed map[uint64]fence.Time
	jobs   []jobLatency
}

// Observe implements sched.Observer.
func (w *stopwatch) Observe(e sched.Event) {
	switch e.Kind {
	case sched.EventQueue:
		w.pushed[e.Job] = e.At
	case sched.EventDone:
		w.jobs = append(w.jobs, jobLatency{e.Job, e.At.Sub(w.pushed[e.Job])})
		delete(w.pushed, e.Job)
	}
}

// runLatency simulates a workload under a flow.
func (b *builder) runLatency(work, flow string, d fence.Duration) (*latencyRun, error) {
	p, err := profile.Load(latencyDevice)
	if err != nil {
		return nil, err
	}
	caps, err := sim.Capabilities(p)
	if err != nil {
		return nil, err
	}
	f, err := sched.ParseFlow(flow)
	if err != nil {
		return nil, err
	}
	s, err := sim.Open(b.workload(work), caps,
		workload.Options{Seed: 1, Clients: 1, DurationScale: 1, DelayScale: 1})
	if err != nil {
		return nil, err
	}
	x := &latencyRun{work: work, flow: flow, flows: []string{flow}}
	x.config, err = s.On(sim.Config{Profile: p, Flow: f, Policy: sched.FIFO, Time: d})
	if err != nil {
		return nil, err
	}
	watch := &stopwatch{pushed: map[uint64]fence.Time{}}
	config := x.config
	config.Observer = watch
	if x.result, err = sim.Run(b.ctx, config); err != nil {
		return nil, err
	}
	x.jobs = watch.jobs
	slices.SortFunc(x.jobs, func(a, b jobLatency) int {
		return cmp.Or(cmp.Compare(a.took, b.took), cmp.Compare(a.job, b.job))
	})
	return x, nil
}

// workload returns the path of a workload file.
func (b *builder) workload(name string) string {
	return filepath.Join(b.config.Workloads, name+sim.Suffix)
}

// at returns the first job whose latency is the percentile, by nearest rank.
//
// Requires: there are jobs; 0 < percent <= 100.
func (x *latencyRun) at(percent float64) jobLatency {
	n := len(x.jobs)
	i := max(0, int(float64(n)*percent/100+0.999999999)-1)
	took := x.jobs[min(i, n-1)].took
	k, _ := slices.BinarySearchFunc(x.jobs, took, func(j jobLatency, d fence.Duration) int {
		return cmp.Compare(j.took, d)
	})
	return x.jobs[k]
}

// line is the distribution.
func (x *latencyRun) line(look int) chart.Line {
	l := chart.Line{Look: chart.Look(look), Step: true}
	n := len(x.jobs)
	for i, j := range x.jobs {
		if i+1 == n || x.jobs[i+1].took != j.took {
			l.Points = append(l.Points, chart.Point{X: float64(j.took), Y: float64(i+1) / float64(n)})
		}
	}
	if n > 0 {
		l.Points = slices.Insert(l.Points, 0, chart.Point{X: l.Points[0].X, Y: 0})
	}
	return l
}
