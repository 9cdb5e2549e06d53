//go:build explore

package explore_test

import (
	"iter"
	"syscall"
	"testing"

	"credence/fuzz/explore"
	"credence/fuzz/explore/scenario"
)

// BenchmarkSwitch is what a change of threads costs at least: a coroutine that is
// resumed and suspends itself.
func BenchmarkSwitch(b *testing.B) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for yield(0) {
		}
	})
	defer stop()
	for b.Loop() {
		next()
	}
}

// BenchmarkExplore asks how long scenarios take to be exhausted, or bounded, and
// reports operations and executions a second of processor time.
func BenchmarkExplore(b *testing.B) {
	for _, c := range []struct {
		name string
		o    explore.Options
	}{
		{"spsc/wrap", explore.Options{}},
		{"spsc/twice round", explore.Options{}},
		{"credit/counter 2", explore.Options{}},
		{"credit/lanes 2", explore.Options{}},
		{"wait/2 jobs", explore.Options{}},
		{"wait/2 jobs", explore.Options{Strategy: explore.States}},
		{"wait/3 jobs", explore.Options{Strategy: explore.States}},
		{"sched/1 job", explore.Options{}},
		{"sched/1 job", explore.Options{Strategy: explore.States}},
		{"sched/2 jobs, 1 in flight", explore.Options{Strategy: explore.States}},
		{"sched/2 jobs, 1 in flight", explore.Options{Strategy: explore.States, Bounded: true, Bound: 2}},
		{"sched/2 jobs, 1 in flight", explore.Options{Strategy: explore.RandomWalk, Executions: 10_000}},
		{"sched/2 jobs, 1 in flight", explore.Options{Strategy: explore.PCT, Executions: 10_000}},
	} {
		s, ok := scenario.Find(c.name)
		if !ok {
			b.Fatalf("there is no scenario %q", c.name)
		}
		b.Run("scenario="+c.name+"/strategy="+c.o.Strategy.String(), func(b *testing.B) {
			var steps int64
			executions, start := 0, cpuSeconds(b)
			for b.Loop() {
				r, err := explore.Run(s.Program(), c.o)
				if err != nil || r.Verdict != explore.Passed {
					b.Fatalf("%v, %v", r, err)
				}
				steps += r.Steps
				executions += r.Executions + r.Redundant
			}
			cpu := cpuSeconds(b) - start
			b.ReportMetric(float64(steps)/cpu, "ops/cpu-sec")
			b.ReportMetric(float64(executions)/cpu, "executions/cpu-sec")
			b.ReportMetric(cpu/float64(b.N), "cpu-sec/op")
		})
	}
}

// cpuSeconds is the processor time of the process so far.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
