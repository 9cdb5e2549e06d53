// Package model is the scheduler once more: sequential, slow, and written from
// its semantics (the reference pages, the recorded vectors), not from the core.
// It is what the core is compared with. Every decision is a plain scan over
// plain lists; no structure in it is there for speed.
//
// It refuses to own the hardware or the clock. Whoever drives it says what time
// it is, when a hardware fence signals, which item of work runs next, and
// answers for the backend (Driver); it says what happens (sched.Event), in
// order. With the core's enumerations it shares the meaning of words, and no
// code.
//
// Compat is an input: with an upstream habit the model has it too.
package model

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
)

// Driver is the backend and the observer of a Model. Its methods are called
// from within the model's, and may call back where they say so.
type Driver interface {
	// RunJob gives j to the hardware: a fence that signals when it is done, or nil
	// and how it ended.
	RunJob(j *Job) (*Fence, fence.Errno)
	// PrepareJob returns a fence for j to wait for, or nil.
	PrepareJob(j *Job) *Fence
	// CancelJob has j's hardware fence signal with an error (Fence.Signal).
	CancelJob(j *Job)
	// TimedOutJob judges the oldest pending job. It may signal fences, and call
	// Stop, Karma, Resubmit and Start of j's scheduler.
	TimedOutJob(j *Job) sched.Verdict
	// Observe is told of each event.
	Observe(e sched.Event)
}

// Model is a machine of schedulers and entities. It is for one goroutine.
type Model struct {
	driver   Driver
	now      fence.Time
	work     []Item // in the order of queuing
	scheds   []*Scheduler
	contexts int
	order    int // of insertions and armings
}

// Item is one queued item of work. A kill item is a job's, the others are one of
// each kind for a scheduler.
type Item struct {
	Kind  sched.Item
	Sched *Scheduler
	Job   *Job // of ItemKill
}

// String names the item, for messages.
func (i Item) String() string {
	if i.Job != nil {
		return fmt.Sprintf("%s of job %d", i.Kind, i.Job.ID)
	}
	return fmt.Sprintf("%s of sched %d", i.Kind, i.Sched.ID)
}

// New returns a machine without schedulers at time 0.
func New(d Driver) *Model { return &Model{driver: d} }

// Now returns the time.
func (m *Model) Now() fence.Time { return m.now }

// SetNow moves the clock. Requires: t is not before Now.
func (m *Model) SetNow(t fence.Time) {
	if t < m.now {
		panic(fmt.Sprintf("model: time runs from %d back to %d", m.now, t))
	}
	m.now = t
}

// Schedulers returns the schedulers by identifier.
func (m *Model) Schedulers() []*Scheduler { return m.scheds }

// Work returns the queued items, oldest first. The caller does not change it.
func (m *Model) Work() []Item { return m.work }

// Run takes queued item i off and runs it.
func (m *Model) Run(i int) {
	it := m.work[i]
	m.work = append(m.work[:i:i], m.work[i+1:]...)
	switch it.Kind {
	case sched.ItemRun:
		it.Sched.run()
	case sched.ItemFree:
		it.Sched.free()
	case sched.ItemTimeout:
		it.Sched.timedOut()
	case sched.ItemKill:
		it.Job.killItem()
	}
}

// queue puts an item at the end, unless it is queued.
func (m *Model) queue(it Item) {
	for _, x := range m.work {
		if x == it {
			return
		}
	}
	m.work = append(m.work, it)
}

// cancel takes an item off again.
func (m *Model) cancel(it Item) {
	for i, x := range m.work {
		if x == it {
			m.work = append(m.work[:i:i], m.work[i+1:]...)
			return
		}
	}
}

// next returns a new place in an order: of insertions, of armings.
func (m *Model) next() int {
	m.order++
	return m.order
}

func (m *Model) newContext() int {
	m.contexts++
	return m.contexts
}

// observe reports an event of j.
func (j *Job) observe(k sched.EventKind, err fence.Errno, w sched.Warning) {
	m := j.entity.model
	m.driver.Observe(sched.Event{
		At: m.now, Job: j.ID, Sched: j.sched.ID, Entity: j.entity.ID, Kind: k, Warn: w, Err: err,
	})
}
