package rig_test

import (
	"flag"
	"runtime"
	"testing"

	"credence/core/fence"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// churn uses everything that has memory of its own: contexts, both kinds of
// jobs, dependencies within and across contexts, software fences, waiting, and a
// queue that is full most of the time.
const churn = `f
1.RCS.20-40.f-1.0
a.-2
1.CCS.30.-2.0
2.BCS.10.-1/-3.0
2.VCS1.10.0.0
3.VECS.15.-1.0
1.RCS.10.0.0
`

var memoryJobs = flag.Uint64("memory-jobs", 100_000, "jobs that TestMemoryIsFlat runs")

// heap returns how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemoryIsFlat runs a hundred thousand jobs, of some twenty events each, and
// with -memory-jobs 5000000 a hundred million events.
func TestMemoryIsFlat(t *testing.T) {
	jobs := *memoryJobs
	if race {
		jobs = 15_000
	}
	for _, topology := range []string{"per-queue", "shared:2"} {
		r, clients := play(t, rig.Config{
			Profile: parts(t, "apple-m1", "topology = "+topology), Flow: flow(t, "lanes"),
			Capacity: 16,
		}, churn, workload.Options{Clients: 3}, 50*fence.Millisecond)
		live, made := r.Live()
		peak, used, steps := live, uint64(0), 0
		for half := false; r.Counts().Completed < jobs; steps++ {
			if !r.Step(fence.Never) {
				t.Fatalf("it comes to rest after %d jobs", r.Counts().Completed)
			}
			live, _ = r.Live()
			peak = max(peak, live)
			if !half && r.Counts().Completed >= jobs/2 {
				half, used = true, heap()
			}
		}
		now := heap()
		t.Logf("%s: %d bytes after half of %d steps, %d at the end", topology, used, steps, now)
		if grown := int64(now) - int64(used); grown > 64<<10 && !race {
			t.Errorf("%s: the second half of %d jobs leaves %d bytes behind", topology, jobs, grown)
		}
		// Three entities of a client hold 16 jobs each and a few that are not freed.
		if _, now := r.Live(); now > made+made/4 || peak > 3*3*(16+126) {
			t.Errorf("%s: %d batches at the peak; memory for %d, and %d early on", topology, peak,
				now, made)
		}
		for _, c := range clients {
			if n := c.Metrics().Iterations; n < int64(jobs)/100 {
				t.Errorf("client %d runs %d iterations", c.Index(), n)
			}
		}
	}
}

// TestNothingIsLeft when all clients have finished and gave their handles back.
func TestNothingIsLeft(t *testing.T) {
	for _, topology := range []string{"per-queue", "shared:2"} {
		r, err := rig.New(rig.Config{
			Profile: parts(t, "apple-m1", "topology = "+topology), Flow: flow(t, "lanes"),
		})
		if err != nil {
			t.Fatal(err)
		}
		g, err := r.AddClients(compile(t, churn, r), workload.Options{Clients: 3, Repeats: 40})
		if err != nil {
			t.Fatal(err)
		}
		for r.Step(fence.Never) {
		}
		g.Close()
		if live, _ := r.Live(); live != 0 || len(r.Contexts()) == 0 {
			t.Errorf("%s: %d batches of %d contexts are left", topology, live, len(r.Contexts()))
		}
		for _, c := range r.Contexts() {
			c.Entity().Fini()
		}
		if live, made := r.Live(); live != 0 || made == 0 {
			t.Errorf("%s: %d batches of %d are left", topology, live, made)
		}
	}
}

// TestSteadyStateAllocatesNothing, once everything has grown.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	if race {
		t.Skip("it allocates no more with -race, and takes long")
	}
	for _, c := range []struct{ name, topology, flow, text string }{
		{"churn", "per-queue", "lanes", churn},
		{"churn", "shared:2", "lanes", churn},
		{"churn", "shared:2", "credits-max:12", churn},
		{"split", "per-queue", "lanes", splitFrame},
		{"split", "shared:2", "lanes", splitFrame},
		{"render", "per-queue", "lanes", "1.RCS.10.0.0\n"},
		{"saturate", "per-queue", "lanes", read(t, "../../bench/workloads/saturate.wsim")},
		{"game60", "per-queue", "lanes", read(t, "../../bench/workloads/game60.wsim")},
	} {
		r, _ := play(t, rig.Config{
			Profile: parts(t, "apple-m1", "topology = "+c.topology), Flow: flow(t, c.flow),
			Completed: func(fence.Duration) {},
		}, c.text, workload.Options{Clients: 2}, 500*fence.Millisecond)
		before := r.Counts().Completed
		n := testing.AllocsPerRun(10, func() {
			if err := r.RunUntil(r.Now().Add(50 * fence.Millisecond)); err != nil {
				t.Error(err)
			}
		})
		if jobs := r.Counts().Completed - before; n != 0 || jobs < 300 {
			t.Errorf("%s, %s, %s: %v allocations in 50 ms, %d jobs in 550", c.name, c.topology,
				c.flow, n, jobs)
		}
	}
}
