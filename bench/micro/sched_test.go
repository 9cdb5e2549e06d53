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
// own work, and FIFO's order is that of the pushes.
// Flow control is kept at its limit, and every entity has jobs queued.
type schedRig struct {
	sched    *sched.Scheduler
	entities []sched.Entity
	contexts fence.Contexts
	hw       fence.Context
	list     []*sched.Work // of the executor: a ring of two, as there are two items
	need     sched.Need
	now      fence.Time

	flying      []*microJob // ring of jobs that the backend has, oldest at first
	first, n    int
	freed       *microJob // by the last free item
	runs, frees int
}

// microJob is a job with its hardware fence.
type microJob struct {
	sched.Job
	entity *sched.Entity
	hw     fence.Single
}

// slots is the limit: what strict admission lets into an empty firmware queue.
const slots = 126

// queuedPerEntity is how many jobs each entity has waiting.
const queuedPerEntity = 2

func newSchedRig(tb testing.TB, flow string, entities int) *schedRig {
	f, err := sched.ParseFlow(flow)
	if err != nil {
		tb.Fatal(err)
	}
	adm, err := f.Admission([sched.NumLanes]uint32{slots, slots, slots, 1278, 1278, 1278})
	if err != nil {
		tb.Fatal(err)
	}
	x := &schedRig{entities: make([]sched.Entity, entities), flying: make([]*microJob, slots)}
	x.sched, err = sched.New(sched.Config{
		Backend: x, Executor: x, Admission: adm, Policy: sched.FIFO, Contexts: &x.contexts,
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
		c := sched.EntityConfig{ID: uint32(i), Priority: sched.Normal, Capacity: slots}
		if err := x.entities[i].Init([]*sched.Scheduler{x.sched}, c); err != nil {
			tb.Fatal(err)
		}
	}
	for i := range slots + queuedPerEntity*entities {
		j := &microJob{entity: &x.entities[i%entities]}
		j.ID = uint64(i)
		j.Owner = j
		x.push(j)
		x.drain()
	}
	if x.n != slots || x.sched.Stalled() == nil {
		tb.Fatalf("%d jobs in flight, want %d and a stall", x.n, slots)
	}
	return x
}

func (x *schedRig) push(j *microJob) {
	if err := j.Init(j.entity, x.need); err != nil {
		panic(err)
	}
	j.Arm()
	x.now++
	j.Push()
}

// step is one job's life: the oldest job in flight completes and is freed, the
// next one in order runs, and the freed one is pushed again.
func (x *schedRig) step() {
	j := x.flying[x.first]
	x.first = (x.first + 1) % slots
	x.n--
	j.hw.SignalPut(fence.OK)
	x.drain()
	x.push(x.freed)
}

func (x *schedRig) drain() {
	for len(x.list) > 0 {
		w := x.list[0]
		x.list[0] = x.list[len(x.list)-1]
		x.list = x.list[:len(x.list)-1]
		w.Run()
	}
}

// Now is sched.Executor's.
func (x *schedRig) Now() fence.Time { return x.now }

// Queue is sched.Executor's.
func (x *schedRig) Queue(w *sched.Work) { x.list = append(x.list, w) }

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
	x.flying[(x.first+x.n)%slots] = m
	x.n++
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
	schedFlows    = []string{"credits:126", "lanes"}
	schedEntities = []int{1, 64, 4096}
)

// BenchmarkJob asks what the core takes for one job from its push to its end:
// initialise, arm, push, select, run, signal, free, clean up. Flow control is at
// its limit and all entities are busy, in FIFO order.
func BenchmarkJob(b *testing.B) {
	for _, flow := range schedFlows {
		for _, entities := range schedEntities {
			b.Run(fmt.Sprintf("flow=%s/entities=%d", flow, entities), func(b *testing.B) {
				x := newSchedRig(b, flow, entities)
				x.frees = 0
				b.ReportAllocs()
				for b.Loop() {
					x.step()
				}
				if x.frees != b.N || x.n != slots {
					b.Fatalf("%d jobs freed in %d iterations, %d in flight", x.frees, b.N, x.n)
				}
			})
		}
	}
}

// TestJobStep holds what the benchmark claims to measure: each step runs and
// frees one job, in the order of pushes, and allocates nothing.
func TestJobStep(t *testing.T) {
	for _, flow := range schedFlows {
		for _, entities := range schedEntities {
			t.Run(fmt.Sprintf("flow=%s/entities=%d", flow, entities), func(t *testing.T) {
				x := newSchedRig(t, flow, entities)
				jobs := slots + queuedPerEntity*entities
				for i := range 3 * jobs {
					runs, frees := x.runs, x.frees
					x.step()
					if x.runs != runs+1 || x.frees != frees+1 || x.n != slots {
						t.Fatalf("step %d: %d runs, %d frees, %d in flight",
							i, x.runs-runs, x.frees-frees, x.n)
					}
					if want := uint64(i % jobs); x.freed.ID != want {
						t.Fatalf("step %d frees job %d, want %d", i, x.freed.ID, want)
					}
					if q := x.freed.entity.Queued(); q < 1 {
						t.Fatalf("step %d: entity %d has %d jobs queued", i, x.freed.entity.ID(), q)
					}
				}
				if n := testing.AllocsPerRun(1000, x.step); n != 0 {
					t.Errorf("%v allocations a job", n)
				}
			})
		}
	}
}
