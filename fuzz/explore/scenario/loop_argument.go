//go:build explore

package scenario

import (
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// queueing is a pool with room for two, jobs that need one, without end, and a job
// that needs two: what a scheduler does with the small ones behind the big one.
type queueing struct {
	used   xatomic.Int64
	given  xatomic.Int64 // small jobs that the hardware has or had
	wq     xatomic.Parker
	armed  xatomic.Uint32
	bypass bool
}

const (
	smallJobs = 4
	overtakes = 2 // that are too many
)

func (q *queueing) wake() {
	if q.armed.Swap(0) == 1 {
		q.wq.Unpark()
	}
}

// work has one small job in the hardware at the start, and the big one is next.
func (q *queueing) work() {
	for small := int64(1); ; {
		q.armed.Store(1)
		if q.used.Load() == 0 {
			return // the big job runs
		}
		if q.bypass && small < smallJobs && q.used.Load() < 2 {
			if small++; small > overtakes {
				explore.Failf("%d jobs have overtaken the big one", small-1)
			}
			q.used.Add(1)
			q.given.Store(small)
			continue
		}
		q.wq.Park()
	}
}

// irq completes what was given, for as long as the big job waits.
func (q *queueing) irq() {
	for i := int64(0); q.used.Load() > 0; i++ {
		explore.Await(func() bool { return q.given.Load() > i || q.used.Load() == 0 })
		if q.used.Load() > 0 {
			q.used.Add(-1)
			q.wake()
		}
	}
}

func newQueueing(bypass bool) *explore.Program {
	q := &queueing{wq: xatomic.NewParker(), bypass: bypass}
	q.used.Store(1)
	q.given.Store(1)
	return &explore.Program{State: q, Threads: []explore.Thread{
		{Name: "worker", Run: q.work},
		{Name: "irq", Run: q.irq, Role: explore.Interrupt, Polls: true},
	}}
}

// rivals are two schedulers that name the oldest fence of a pool of one: the first
// has one job, the second several.
type rivals struct {
	*oldest
	refused int
}

const rivalJobs = 3

func (r *rivals) patient() {
	for r.used.Load() != 0 || !r.used.CompareAndSwap(0, 1) {
		r.armed[0].Store(1)
		if f := r.first(); f >= 0 {
			r.waitFor(0, f)
		}
		if r.refused++; r.refused > overtakes {
			explore.Failf("others had the pool %d times meanwhile", r.refused-1)
		}
	}
	r.issued.Add(1)
}

func (r *rivals) greedy() {
	for range rivalJobs {
		r.work(1)
	}
}

func (r *rivals) irq() {
	for i := range 1 + rivalJobs {
		explore.Await(func() bool { return r.issued.Load() > uint32(i) })
		for _, s := range r.c.Order {
			r.release(s, i)
		}
	}
}

func newRivals() *explore.Program {
	c := Cell{Before: true, InFlight: 1, Submitters: 2, Order: [4]Release{Free, Retire, Signal, Wake}}
	r := &rivals{oldest: newOldest(c)}
	return &explore.Program{State: r, Threads: []explore.Thread{
		{Name: "patient", Run: r.patient, Polls: true},
		{Name: "greedy", Run: r.greedy, Polls: true},
		{Name: "irq", Run: r.irq, Role: explore.Interrupt, Polls: true},
	}}
}

// binding is two clients and one slot of the device, which a client's queue keeps
// for as long as it has work. The first client's second job waits for a fence of
// the second client.
type binding struct {
	slot      xatomic.Uint32 // 1: taken
	published xatomic.Uint32 // 1: the second client's fence is out
	signaled  xatomic.Uint32
	late      bool // slots are taken when a job runs, and not before it is armed
}

func (b *binding) take() {
	explore.Await(func() bool { return b.slot.Load() == 0 && b.slot.CompareAndSwap(0, 1) })
}

func (b *binding) first() {
	b.take() // for the first job
	if b.published.Load() == 0 {
		// Nothing to wait for yet: the queue is idle after its first job.
		b.slot.Store(0)
		explore.Await(func() bool { return b.published.Load() == 1 })
		b.take()
	}
	explore.Await(func() bool { return b.signaled.Load() == 1 })
	b.slot.Store(0)
}

func (b *binding) second() {
	if !b.late {
		b.take()
	}
	b.published.Store(1) // armed
	if b.late {
		b.take()
	}
	b.signaled.Store(1)
	b.slot.Store(0)
}

func newBinding(late bool) *explore.Program {
	b := &binding{late: late}
	return &explore.Program{State: b, Threads: []explore.Thread{
		{Name: "first", Run: b.first, Polls: true},
		{Name: "second", Run: b.second, Polls: true},
	}}
}

// rings are two firmware queues of two commands, each with a barrier on a command
// of the other in front of its second.
type rings struct {
	retired [2]xatomic.Uint32
	late    bool // of one of them, on a command that is submitted later
}

func (r *rings) run(n int) {
	r.retired[n].Store(1)
	on := uint32(1)
	if r.late {
		on = 2
	}
	explore.Await(func() bool { return r.retired[1-n].Load() >= on })
	r.retired[n].Store(2)
}

func newRings(late bool) *explore.Program {
	r := &rings{late: late}
	return &explore.Program{State: r, Threads: []explore.Thread{
		{Name: "vertex", Run: func() { r.run(0) }, Polls: true},
		{Name: "compute", Run: func() { r.run(1) }, Polls: true},
	}}
}

// teardownOf2023 is a scheduler that is freed while a job is in the hardware, and
// that job's completion.
type teardownOf2023 struct {
	*loop
	gone  xatomic.Uint32 // 1: the memory belongs to others
	waits bool           // until nothing is in flight
}

func (t *teardownOf2023) fini() {
	explore.Await(func() bool { return t.jobs[0].given.Load() == 1 })
	if t.waits {
		explore.Await(t.jobs[0].hw.Signaled)
		explore.Await(func() bool { return t.done.Load() == 1 })
	}
	t.gone.Store(1)
}

func (t *teardownOf2023) complete() {
	explore.Await(func() bool { return t.jobs[0].given.Load() == 1 })
	t.used.Add(-1)
	if t.gone.Load() == 1 {
		explore.Failf("a completion calls back into a scheduler that is freed")
	}
	t.jobs[0].hw.Signal()
	t.done.Store(1)
}

func newTeardown(waits bool) *explore.Program {
	t := &teardownOf2023{loop: newLoop(1, 1, 1, insideWait), waits: waits}
	return &explore.Program{State: t, Threads: []explore.Thread{
		{Name: "submitter", Run: t.submit},
		{Name: "kthread", Run: t.run},
		{Name: "irq", Run: t.complete, Role: explore.Interrupt, Polls: true},
		{Name: "fini", Run: t.fini, Polls: true},
	}}
}

// arguments are what was said beside the wait loop.
func arguments() []Scenario {
	list := []Scenario{
		{Name: "2023/bypass", Doc: "while a big job waits for room, small ones behind it run",
			Expect: explore.Assertion, New: func() *explore.Program { return newQueueing(true) }},
		{Name: "2023/no bypass", Doc: "the same, and nobody passes the big job",
			New: func() *explore.Program { return newQueueing(false) }},
		{Name: "2023/rivals", Doc: "two schedulers share a pool of one and name its oldest fence",
			Expect: explore.Assertion, Options: bounded2, New: newRivals},
		{Name: "2023/slot before arm", Doc: "slots are taken where the client may block",
			New: func() *explore.Program { return newBinding(false) }},
		{Name: "2023/slot in run_job", Doc: "slots are taken after the fence is published",
			Expect: explore.LostWakeup, New: func() *explore.Program { return newBinding(true) }},
		{Name: "2023/barrier on the past", Doc: "two rings, each with a barrier on what was submitted before",
			New: func() *explore.Program { return newRings(false) }},
		{Name: "2023/barrier on the future", Doc: "each with a barrier on what comes later",
			Expect: explore.LostWakeup, New: func() *explore.Program { return newRings(true) }},
		{Name: "2023/fini, dangling", Doc: "the scheduler is freed with a job in the hardware",
			Expect: explore.Assertion, New: func() *explore.Program { return newTeardown(false) }},
		{Name: "2023/fini, waits", Doc: "the same, and the teardown waits for the job",
			New: func() *explore.Program { return newTeardown(true) }},
	}
	for i := range list {
		list[i].Holds = "every job runs, at most two others before it; nobody calls into what is gone"
	}
	return list
}
