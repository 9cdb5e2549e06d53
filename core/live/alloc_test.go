package live_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/live"
	"credence/core/sched"
)

// lean is hardware on a goroutine of its own that allocates nothing.
type lean struct {
	contexts fence.Contexts
	context  fence.Context
	seqno    uint64
	flight   chan *leanJob
	inside   atomic.Int64
	freed    atomic.Int64
}

type leanJob struct {
	sched.Job
	hw fence.Single
}

type (
	leanCanRun  struct{ *lean }
	leanPrepare struct{ *lean }
)

func (g *lean) run(done chan<- struct{}) {
	for j := range g.flight {
		g.inside.Add(-1)
		j.hw.SignalPut(fence.OK)
	}
	close(done)
}

func (g *lean) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	j := sj.Owner.(*leanJob)
	g.seqno++
	j.hw.Init(g.context, g.seqno, nil)
	hw := j.hw.Get()
	g.inside.Add(1)
	g.flight <- j
	return hw, fence.OK, 0
}

func (g *lean) FreeJob(j *sched.Job) sched.Duration {
	j.Cleanup()
	g.freed.Add(1)
	return 0
}

func (g leanCanRun) CanRun(*sched.Job) bool { return g.inside.Load() < leanLimit }

// PrepareJob names no fence: who could name one that is still in flight would
// have to hold it.
func (g leanPrepare) PrepareJob(*sched.Job) *fence.Fence { return nil }

const (
	leanLimit = 3
	leanJobs  = 128
)

// TestSteadyStateAllocatesNothing per job on goroutines, from Init to Cleanup,
// under every policy and every flow.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, name := range sched.PolicyNames() {
		policy, _ := sched.ParsePolicy(name)
		for _, flow := range sched.FlowNames() {
			if flow[len(flow)-1] == 'N' {
				flow = flow[:len(flow)-1] + "3"
			}
			t.Run(fmt.Sprintf("policy=%s/flow=%s", policy, flow), func(t *testing.T) {
				checkLean(t, policy, flow)
			})
		}
	}
}

func checkLean(t *testing.T, policy sched.Policy, flow string) {
	g := &lean{flight: make(chan *leanJob, leanJobs)}
	g.context = g.contexts.Next(1)
	var b sched.Backend = g
	switch flow {
	case "canrun":
		b = leanCanRun{g}
	case "prepare":
		b = leanPrepare{g}
	}
	f, err := sched.ParseFlow(flow)
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Admission([sched.NumLanes]uint32{3, 3, 3, 9, 9, 9})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go g.run(done)
	w := live.Start()
	s, err := sched.New(sched.Config{
		Backend: b, Executor: w, Admission: a, Policy: policy, Contexts: &g.contexts,
	})
	if err != nil {
		t.Fatal(err)
	}
	var entities [4]sched.Entity
	for i := range entities {
		err := entities[i].Init([]*sched.Scheduler{s}, sched.EntityConfig{Priority: sched.Normal})
		if err != nil {
			t.Fatal(err)
		}
	}
	jobs := make([]leanJob, leanJobs)
	need := sched.Need{Credits: 1}
	need.Lanes, _ = credit.Pack(0, 0, 1, 0, 0, 1)
	var sent int64
	play := func() {
		for i := range jobs {
			j := &jobs[i]
			j.Owner = j
			if err := j.Init(&entities[i%len(entities)], need); err != nil {
				panic(err)
			}
			j.Arm()
			j.Push()
		}
		for sent += leanJobs; g.freed.Load() < sent; {
			runtime.Gosched()
		}
	}
	for range 20 {
		play()
	}
	// With the checks the tokens of the section are looked up by goroutine, which
	// allocates.
	if n := testing.AllocsPerRun(20, play); n != 0 && !invariant.Enabled {
		t.Errorf("%v allocations in %d jobs", n, leanJobs)
	}
	for i := range entities {
		entities[i].Fini()
	}
	s.Fini()
	close(g.flight)
	<-done
	w.Close()
}
