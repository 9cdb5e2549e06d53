package sched_test

import (
	"fmt"
	"testing"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// steady is two schedulers over hardware that completes in order, driven so that
// nothing of the machine itself allocates: what does is the core's.
type steady struct {
	scheds   [2]*sched.Scheduler
	rings    [2]ring
	list     [64]*sched.Work
	first, n int
	now      sched.Time
	contexts fence.Contexts
	entities [4]sched.Entity
	jobs     [24]steadyJob
	freed    int
	limit    int
}

// ring is the jobs that one scheduler has in flight.
type ring struct {
	machine  *steady
	context  fence.Context
	seqno    uint64
	jobs     [64]*steadyJob
	first, n int
	waits    int // times that a job was held back
}

type steadyJob struct {
	sched.Job
	hw   fence.Single
	busy bool
}

// withCanRun and withPrepare are a ring as those flows need it; PrepareJob is
// asked of any backend that has it.
type (
	withCanRun  struct{ *ring }
	withPrepare struct{ *ring }
)

const steadyLimit = 2

func newSteady(t *testing.T, policy sched.Policy, flow string) *steady {
	m := &steady{limit: steadyLimit}
	for i := range m.scheds {
		r := &m.rings[i]
		r.machine, r.context = m, m.contexts.Next(1)
		var b sched.Backend = r
		switch flow {
		case "canrun":
			b = withCanRun{r}
		case "prepare":
			b = withPrepare{r}
		}
		var err error
		m.scheds[i], err = sched.New(sched.Config{
			ID: uint32(i), Backend: b, Executor: m, Admission: admission(t, flow), Policy: policy,
			Timeout: fence.Second, Contexts: &m.contexts,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range m.entities {
		err := m.entities[i].Init(m.scheds[:], sched.EntityConfig{
			ID: uint32(i), Priority: sched.Normal, Guilty: true,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range m.jobs {
		m.jobs[i].ID, m.jobs[i].Owner = uint64(i), &m.jobs[i]
	}
	return m
}

// play runs every job once: with dependencies within and across schedulers, a
// deadline, changes of priority, and completions between the pushes.
func (m *steady) play() {
	for i := range m.jobs {
		j := &m.jobs[i]
		j.busy = true
		credits := uint32(1 + i%2)
		need := sched.Need{Credits: credits}
		need.Lanes, _ = credit.Pack(0, 0, credits, 0, 0, credits)
		if err := j.Init(&m.entities[i%len(m.entities)], need); err != nil {
			panic(err)
		}
		if i%6 == 5 && m.jobs[i-1].busy {
			j.AddDependency(m.jobs[i-1].Finished().Get())
		}
		j.Arm()
		if i%5 == 0 {
			j.Finished().SetDeadline(m.now.Add(fence.Millisecond))
		}
		j.Push()
		if i%7 == 0 {
			m.entities[i%len(m.entities)].SetPriority(sched.High + sched.Priority(i%3))
		}
		if i%3 == 2 {
			m.drain()
		}
		if i%6 == 3 {
			m.complete()
		}
	}
	for m.drain(); m.complete(); m.drain() {
	}
}

// complete ends the oldest job in flight of each scheduler.
func (m *steady) complete() (any bool) {
	for i := range m.rings {
		r := &m.rings[i]
		if r.n == 0 {
			continue
		}
		j := r.jobs[r.first]
		r.first = (r.first + 1) % len(r.jobs)
		r.n--
		m.now += sched.Time(fence.Microsecond)
		j.hw.SignalPut(fence.OK)
		any = true
	}
	return any
}

func (m *steady) drain() {
	for m.n > 0 {
		w := m.list[m.first]
		m.first = (m.first + 1) % len(m.list)
		m.n--
		w.Run()
	}
}

func (m *steady) Now() sched.Time { return m.now }

func (m *steady) Queue(w *sched.Work) {
	m.list[(m.first+m.n)%len(m.list)] = w
	m.n++
}

func (m *steady) Cancel(*sched.Work) bool                             { return false }
func (m *steady) SetTimer(*sched.Work, sched.Time)                    {}
func (m *steady) Wake(*sched.Scheduler)                               {}
func (m *steady) Wait(*sched.Scheduler, func() bool, sched.Time) bool { panic("nobody waits") }

func (r *ring) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	j := sj.Owner.(*steadyJob)
	r.seqno++
	j.hw.Init(r.context, r.seqno, nil)
	r.jobs[(r.first+r.n)%len(r.jobs)] = j
	r.n++
	return j.hw.Get(), fence.OK, 0
}

func (r *ring) FreeJob(sj *sched.Job) sched.Duration {
	sj.Owner.(*steadyJob).busy = false
	r.machine.freed++
	sj.Cleanup()
	return 0
}

func (r *ring) TimedOutJob(*sched.Job, *sched.Recovery) (sched.Verdict, sched.Duration) {
	return sched.VerdictNoHang, 0
}

func (r withCanRun) CanRun(*sched.Job) bool {
	if r.n < r.machine.limit {
		return true
	}
	r.waits++
	return false
}

func (r withPrepare) PrepareJob(*sched.Job) *fence.Fence {
	if r.n < r.machine.limit {
		return nil
	}
	r.waits++
	return r.jobs[r.first].hw.Get()
}

// TestSteadyStateAllocatesNothing per job, from Init to its Cleanup, under every
// policy and every flow.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, name := range sched.PolicyNames() {
		policy, err := sched.ParsePolicy(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, flow := range []string{
			"credits:4", "count:3", "credits-job:3", "credits-max:4", "credits-sum:4", "lanes",
			"canrun", "prepare",
		} {
			t.Run(fmt.Sprintf("policy=%s/flow=%s", policy, flow), func(t *testing.T) {
				m := newSteady(t, policy, flow)
				for range 50 {
					m.play()
				}
				before := m.freed
				const runs = 20
				n := testing.AllocsPerRun(runs, m.play)
				// With the checks, a section's list of places may still grow.
				if n != 0 && !invariant.Enabled {
					t.Errorf("%v allocations in %d jobs", n, len(m.jobs))
				}
				if got := m.freed - before; got != (runs+1)*len(m.jobs) {
					t.Errorf("%d jobs freed, want %d", got, (runs+1)*len(m.jobs))
				}
				if m.rings[0].seqno == 0 || m.rings[1].seqno == 0 {
					t.Error("one of the schedulers ran nothing")
				}
				if (flow == "canrun" || flow == "prepare") && m.rings[0].waits == 0 {
					t.Error("nothing was held back")
				}
			})
		}
	}
}

// TestEveryFlowIsMeasured holds that list to the flows that there are.
func TestEveryFlowIsMeasured(t *testing.T) {
	if n := len(sched.FlowNames()); n != 8 {
		t.Errorf("%d flows, and the test of allocations has 8", n)
	}
}
