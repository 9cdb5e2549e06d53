package micro_test

import (
	"fmt"
	"testing"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/sched"
)

// schedRig is a scheduler under a backend that does nothing and an executor that
// is a list, at a time that is the number of pushes: what is left is the core's
// own work, and FIFO's order is that of the pushes. Flow control is kept at its
// limit, and every busy entity has jobs queued.
type schedRig struct {
	sched      *sched.Scheduler
	entities   []sched.Entity
	contexts   fence.Contexts
	hw         fence.Context
	head, tail *sched.Work // of the executor's list
	need       sched.Need
	now        fence.Time

	flying       [ring]*microJob // jobs that the backend has
	first, after uint            // the oldest of them, and behind the newest
	freed        *microJob       // by the last free item
	runs, frees  int
}

// microJob is a job with its hardware fence.
type microJob struct {
	sched.Job
	entity *sched.Entity
	hw     fence.Single
}

// slots is the limit: what strict admission lets into an empty firmware queue.
const slots = 126

// ring holds them.
const ring = 128

// queuedPerEntity is how many jobs each entity has waiting.
const queuedPerEntity = 2

// schedCase is what a schedRig is made of.
type schedCase struct {
	policy sched.Policy
	flow   string
	busy   int // entities that always have jobs queued
	idle   int // entities that ran one job and have no other
	apart  int // entities whose next job waits for a fence
}

// String returns the case as a benchmark's name.
func (c schedCase) String() string {
	rest := "none"
	switch {
	case c.idle > 0:
		rest = fmt.Sprintf("%d-idle", c.idle)
	case c.apart > 0:
		rest = fmt.Sprintf("%d-blocked", c.apart)
	}
	return fmt.Sprintf("policy=%v/flow=%s/busy=%d/rest=%s", c.policy, c.flow, c.busy, rest)
}

func newSchedRig(tb testing.TB, c schedCase) *schedRig {
	x := attachedRig(tb, c)
	x.fill(tb, c)
	return x
}

// attachedRig has the entities of a case and no job.
func attachedRig(tb testing.TB, c schedCase) *schedRig {
	f, err := sched.ParseFlow(c.flow)
	if err != nil {
		tb.Fatal(err)
	}
	adm, err := f.Admission([sched.NumLanes]uint32{slots, slots, slots, 1278, 1278, 1278})
	if err != nil {
		tb.Fatal(err)
	}
	x := &schedRig{entities: make([]sched.Entity, c.busy+c.idle+c.apart)}
	x.sched, err = sched.New(sched.Config{
		Backend: x, Executor: x, Admission: adm, Policy: c.policy, Contexts: &x.contexts,
	})
	if err != nil {
		tb.Fatal(err)
	}
	x.hw = x.contexts.Next(1)
	x.need.Credits = 1
	if x.need.Lanes, err = credit.Pack(0, 0, 1, 0, 0, 1); err != nil {
		tb.Fatal(err)
	}
	for i := range x.entities {
		capacity := 1
		if i < c.busy {
			capacity = sched.DefaultCapacity
		}
		e := sched.EntityConfig{ID: uint32(i), Priority: sched.Normal, Capacity: capacity}
		if err := x.entities[i].Init([]*sched.Scheduler{x.sched}, e); err != nil {
			tb.Fatal(err)
		}
	}
	return x
}

// fill brings flow control to its limit and gives every busy entity its jobs.
func (x *schedRig) fill(tb testing.TB, c schedCase) {
	x.rest(c)
	for i := range slots + queuedPerEntity*c.busy {
		j := &microJob{entity: &x.entities[i%c.busy]}
		j.ID, j.Owner = uint64(i), j
		x.push(j)
		x.drain()
	}
	if x.inFlight() != slots || x.sched.Stalled() == nil {
		tb.Fatalf("%d jobs in flight, want %d and a stall", x.inFlight(), slots)
	}
	x.runs, x.frees = 0, 0
}

// rest brings the entities that are not busy to where they stay.
func (x *schedRig) rest(c schedCase) {
	never := new(fence.Single)
	never.Init(x.contexts.Next(1), 1, nil)
	for i := range c.idle + c.apart {
		j := &microJob{entity: &x.entities[c.busy+i]}
		j.Owner = j
		if i < c.idle {
			x.push(j)
			x.drain()
			x.complete()
			continue
		}
		if err := j.Init(j.entity, x.need); err != nil {
			panic(err)
		}
		j.AddDependency(never.Get())
		j.Arm()
		j.Push()
		x.drain()
	}
}

func (x *schedRig) inFlight() int { return int(x.after - x.first) }

func (x *schedRig) push(j *microJob) {
	if err := j.Init(j.entity, x.need); err != nil {
		panic(err)
	}
	j.Arm()
	x.now++
	j.Push()
}

// step is one job's life: the oldest job in flight completes and is freed, the
// next one in order runs, and the freed one is pushed to the entity of that, so
// that each has as many jobs queued as before.
func (x *schedRig) step() {
	x.complete()
	x.freed.entity = x.flying[(x.after-1)%ring].entity
	x.push(x.freed)
}

// complete ends the oldest job in flight.
func (x *schedRig) complete() {
	j := x.flying[x.first%ring]
	x.first++
	j.hw.SignalPut(fence.OK)
	x.drain()
}

func (x *schedRig) drain() {
	for x.head != nil {
		w := x.head
		x.head = w.Next
		w.Run()
	}
}

// Now is sched.Executor's.
func (x *schedRig) Now() fence.Time { return x.now }

// Queue is sched.Executor's.
func (x *schedRig) Queue(w *sched.Work) {
	w.Next = nil
	if x.head == nil {
		x.head = w
	} else {
		x.tail.Next = w
	}
	x.tail = w
}

// Cancel, SetTimer, Wait and Wake are sched.Executor's, and for the control
// operations, of which there are none here.
func (x *schedRig) Cancel(*sched.Work) bool { panic("micro: Cancel") }

// SetTimer is sched.Executor's; nothing times out.
func (x *schedRig) SetTimer(*sched.Work, fence.Time) {}

// Wait is sched.Executor's.
func (x *schedRig) Wait(*sched.Scheduler, func() bool, fence.Time) bool { panic("micro: Wait") }

// Wake is sched.Executor's.
func (x *schedRig) Wake(*sched.Scheduler) {}

// RunJob is sched.Backend's.
func (x *schedRig) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, fence.Duration) {
	m := j.Owner.(*microJob)
	x.runs++
	m.hw.Init(x.hw, uint64(x.runs), nil)
	x.flying[x.after%ring] = m
	x.after++
	return m.hw.Get(), fence.OK, 0
}

// FreeJob is sched.Backend's.
func (x *schedRig) FreeJob(j *sched.Job) fence.Duration {
	x.frees++
	x.freed = j.Owner.(*microJob)
	j.Cleanup()
	return 0
}

var (
	schedPolicies = []sched.Policy{sched.FIFO, sched.RR, sched.Fair}
	schedFlows    = []string{"credits:126", "lanes"}
	schedEntities = []int{1, 64, 4096}
)

// schedCases are every policy with every flow, and what must not matter:
// entities that have nothing to run.
func schedCases() (cases []schedCase) {
	for _, p := range schedPolicies {
		for _, f := range schedFlows {
			for _, n := range schedEntities {
				cases = append(cases, schedCase{policy: p, flow: f, busy: n})
			}
		}
	}
	const attached = 65536
	for _, p := range schedPolicies {
		cases = append(cases,
			schedCase{policy: p, flow: schedFlows[0], busy: 1, idle: attached - 1},
			schedCase{policy: p, flow: schedFlows[0], busy: 1, apart: attached - 1})
	}
	return cases
}

// BenchmarkJob asks what the core takes for one job from its push to its end:
// initialise, arm, push, select, run, signal, free, clean up. Flow control is at
// its limit and all busy entities have jobs queued.
func BenchmarkJob(b *testing.B) {
	for _, c := range schedCases() {
		b.Run(c.String(), func(b *testing.B) {
			x := newSchedRig(b, c)
			b.ReportAllocs()
			for b.Loop() {
				x.step()
			}
			if x.frees != b.N || x.inFlight() != slots {
				b.Fatalf("%d jobs freed in %d iterations, %d in flight", x.frees, b.N, x.inFlight())
			}
		})
	}
}

// TestJobStep holds what the benchmark claims to measure: each step runs and
// frees one job, in the order of pushes, and allocates nothing.
func TestJobStep(t *testing.T) {
	for _, c := range schedCases() {
		t.Run(c.String(), func(t *testing.T) {
			x := newSchedRig(t, c)
			jobs := slots + queuedPerEntity*c.busy
			for i := range 3 * jobs {
				runs, frees := x.runs, x.frees
				x.step()
				if x.runs != runs+1 || x.frees != frees+1 || x.inFlight() != slots {
					t.Fatalf("step %d: %d runs, %d frees, %d in flight",
						i, x.runs-runs, x.frees-frees, x.inFlight())
				}
				// The others serve in rounds, which begin anew as entities join.
				if want := uint64(i % jobs); c.policy == sched.FIFO && x.freed.ID != want {
					t.Fatalf("step %d frees job %d, want %d", i, x.freed.ID, want)
				}
			}
			if n := testing.AllocsPerRun(1000, x.step); n != 0 {
				t.Errorf("%v allocations a job", n)
			}
		})
	}
}
