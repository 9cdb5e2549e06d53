package target

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
	"credence/hwmock/rig"
)

// MaxSteps bounds the work items and events of one program; the longest
// honest ones have a tenth of it.
const MaxSteps = 1 << 19

// executor is the rig's, with a count of the items that each scheduler has. The
// oracles are told of each step, those within a wait included.
type executor struct {
	*rig.Executor
	machine  *machine
	items    [prog.MaxScheds]int // queued, or running
	woken    bool
	ran      int  // the scheduler whose item ran last, -1 for none
	faulting bool // a timeout item that is queued is no expiry
}

func (x *executor) init(m *machine, wakeUp fence.Duration) {
	x.machine = m
	x.Executor = rig.NewExecutor(m.events, wakeUp, x.after)
}

// Queue counts the item and passes it on.
func (x *executor) Queue(w *sched.Work) {
	id := w.Scheduler().ID()
	if w.Item() == sched.ItemTimeout && !x.faulting {
		x.machine.lock.Expired(x.Now(), id)
	}
	x.items[id]++
	x.Executor.Queue(w)
}

// Cancel takes the item off again.
func (x *executor) Cancel(w *sched.Work) bool {
	was := x.Executor.Cancel(w)
	if was {
		x.items[w.Scheduler().ID()]--
	}
	return was
}

// after is told of each item that has run.
func (x *executor) after(w *sched.Work) {
	id := w.Scheduler().ID()
	x.items[id]--
	x.ran = int(id)
	x.machine.check.Item(w)
	if w.Item() != sched.ItemHint { // the model has no hints
		x.machine.lock.Item(x.Now(), w.Item(), id)
	}
}

// Wake has those who wait look again.
func (x *executor) Wake(*sched.Scheduler) { x.woken = true }

// Wait steps until done reports true, or the deadline.
func (x *executor) Wait(_ *sched.Scheduler, done func() bool, deadline fence.Time) bool {
	for !done() {
		for x.woken = false; !x.woken; {
			if x.machine.step(deadline) {
				continue
			}
			if deadline != fence.Never && deadline > x.Now() {
				x.machine.events.AdvanceTo(deadline)
			}
			return done()
		}
	}
	return true
}

// step does one thing that is due by deadline, looks at those who now sleep,
// and reports whether there was one.
func (m *machine) step(deadline fence.Time) bool {
	m.exec.ran = -1
	if !m.exec.Step(deadline) {
		return false
	}
	m.lock.Completed(m.events.Now())
	m.stepped()
	return true
}

// drain runs the work items that can run without the clock moving.
func (m *machine) drain() {
	for m.exec.RunOne() {
		m.stepped()
	}
}

func (m *machine) stepped() {
	if m.steps++; m.steps > MaxSteps {
		panic(&oracle.Violation{
			Rule:   invariant.L3.String(),
			Detail: fmt.Sprintf("more than %d steps, it is %d ns", MaxSteps, m.events.Now()),
		})
	}
	// An item leaves the others as they were, or queues items of theirs.
	if m.exec.ran >= 0 {
		m.quietOne(m.exec.ran)
	} else {
		m.quiet()
	}
}

// quiet checks the schedulers that have nothing to do.
func (m *machine) quiet() {
	for id := range m.scheds {
		m.quietOne(id)
	}
}

func (m *machine) quietOne(id int) {
	if m.exec.items[id] != 0 {
		return
	}
	m.lock.Quiet(uint32(id))
	m.hinted(id)
	if s := m.scheds[id]; !s.paused && !s.down {
		m.check.Quiet(id)
	}
}
