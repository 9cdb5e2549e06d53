//go:build explore

package scenario

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/explore"
)

const ends = "every job is run once, finished and freed; no credit and no work item is left; " +
	"the hardware is never given more than it has room for; the worker is woken for all of it"

// bounded3 is for what has too many interleavings for the gate.
var bounded3 = explore.Options{Strategy: explore.Cached, Bounded: true, Bound: 3}

var bounded2 = explore.Options{Strategy: explore.Cached, Bounded: true, Bound: 2}

var bounded4 = explore.Options{Strategy: explore.Cached, Bounded: true, Bound: 4}

func schedulers() []Scenario {
	list := []Scenario{
		{Name: "sched/1 job", Doc: "push against select, completion against park",
			New: func() *explore.Program { return whole(spec{flow: "count:1", jobs: 1}) }},
		{Name: "sched/2 jobs, 1 in flight", Doc: "the second job waits for the first one's credit",
			Options: bounded2,
			New:     func() *explore.Program { return whole(spec{flow: "count:1", jobs: 2}) }},
		{Name: "sched/2 jobs, 2 in flight", Doc: "both jobs are in the hardware", Options: bounded2,
			New: func() *explore.Program { return whole(spec{flow: "count:2", jobs: 2, room: 2}) }},
		{Name: "sched/canrun", Doc: "the backend's predicate is asked when the condition is",
			Options: bounded2,
			New:     func() *explore.Program { return whole(spec{flow: "canrun", jobs: 2}) }},
		{Name: "sched/prepare", Doc: "the backend names the hardware fence to wait for",
			Options: bounded2,
			New:     func() *explore.Program { return whole(spec{flow: "prepare", jobs: 2}) }},
		{Name: "sched/prepare, own fence", Doc: "the backend names the finished fence of the entity's job, " +
			"which does not count", Expect: explore.BusyLoop, New: ownFence},
		{Name: "sched/join", Doc: "two producers join the run queue at the same time", Options: bounded3,
			New: func() *explore.Program {
				m := newMachine(spec{flow: "count:2", entities: 2, jobs: 1, instant: true}).arm()
				return m.program(m.submitter(0), m.submitter(1), m.worker(0))
			}},
		{Name: "sched/kill", Doc: "an entity is killed while its job is pushed and run", Options: bounded3,
			New: kill},
		{Name: "sched/pause", Doc: "the scheduler is stopped and started", Options: bounded3, New: pause},
		{Name: "sched/flush", Doc: "a caller waits until the job is off its queue",
			Options: bounded3, New: flush},
		{Name: "sched/timeout", Doc: "the timeout of a job comes while it completes", Options: bounded2,
			New: timeout},
		{Name: "sched/teardown", Doc: "the scheduler is torn down while a job completes", Options: bounded2,
			New: teardown},
		{Name: "sched/two schedulers", Doc: "a job of one waits for a job of the other", Options: bounded2,
			New: cross},
		{Name: "sched/move", Doc: "an entity leaves its scheduler while that lets it go", Options: bounded4,
			New: move},
	}
	for i := range list {
		list[i].Holds = ends
	}
	return list
}

// whole is a submitter, the worker and the interrupt.
func whole(c spec) *explore.Program {
	m := newMachine(c).arm()
	return m.program(m.submitter(0), m.worker(0), m.irq(0))
}

func ownFence() *explore.Program {
	m := newMachine(spec{flow: "prepare", jobs: 2}).arm()
	m.own = true
	return m.program(m.submitter(0), m.worker(0), m.irq(0))
}

func kill() *explore.Program {
	m := newMachine(spec{flow: "count:1", jobs: 1, instant: true}).arm()
	m.killed = true
	p := m.program(m.submitter(0), m.worker(0),
		explore.Thread{Name: "killer", Run: m.entities[0].Kill})
	t := m.tasks[0]
	p.Check = func() error {
		if t.freed == 0 && t.runs == 0 && m.entities[0].Queued() == 1 {
			return nil // pushed after the kill: it stays queued
		}
		return m.done()
	}
	return p
}

func pause() *explore.Program {
	m := newMachine(spec{flow: "count:1", jobs: 1, instant: true}).arm()
	s := m.workers[0].s
	return m.program(m.submitter(0), m.worker(0), explore.Thread{Name: "stopper", Run: func() {
		s.Pause()
		s.Resume()
	}})
}

func flush() *explore.Program {
	m := newMachine(spec{flow: "count:1", jobs: 1, instant: true}).arm()
	e, t := m.entities[0], m.tasks[0]
	return m.program(m.worker(0), explore.Thread{Name: "client", Run: func() {
		t.Push()
		if e.Flush(fence.Second, sched.Exit{}) == 0 || e.Queued() != 0 {
			explore.Failf("the flush is over, and %d jobs are queued", e.Queued())
		}
	}})
}

func timeout() *explore.Program {
	m := newMachine(spec{flow: "count:1", jobs: 1, timeout: 10}).arm()
	w, t := m.workers[0], m.tasks[0]
	irq := explore.Thread{Name: "irq", Role: explore.Interrupt, Polls: true, Run: func() {
		explore.Await(func() bool { return t.given.Load() == 1 })
		w.used.Add(-1)
		t.hw.Signal()
	}}
	timer := explore.Thread{Name: "timer", Role: explore.Daemon, Polls: true, Run: func() {
		explore.Await(func() bool { return w.timer.Load() != nil })
		m.clock.Store(10)
		if k := w.timer.Load(); k != nil {
			k.Kick()
		}
	}}
	return m.program(m.submitter(0), m.worker(0), irq, timer)
}

func teardown() *explore.Program {
	m := newMachine(spec{flow: "count:1", jobs: 1}).arm()
	w, t := m.workers[0], m.tasks[0]
	irq := explore.Thread{Name: "irq", Role: explore.Interrupt, Polls: true, Run: func() {
		explore.Await(func() bool { return t.given.Load() == 1 })
		w.used.Add(-1)
		t.hw.Signal()
	}}
	client := explore.Thread{Name: "client", Polls: true, Run: func() {
		t.Push()
		explore.Await(func() bool { return t.given.Load() == 1 })
		m.entities[0].Fini()
		w.s.Fini()
	}}
	return m.program(client, m.worker(0), irq)
}

func cross() *explore.Program {
	m := newMachine(spec{flow: "count:1", schedulers: 2, entities: 2, jobs: 1, instant: true})
	first, second := m.tasks[0], m.tasks[1]
	first.Arm()
	second.AddDependency(first.Finished().Get())
	second.Arm()
	return m.program(m.submitter(0), m.submitter(1), m.worker(0), m.worker(1))
}

// move pushes to an entity that may leave for the other scheduler at each arm. The
// worker lets it go when its queue is empty; a job that is pushed at that moment
// must run where it was armed, or its credit comes back to the wrong scheduler.
func move() *explore.Program {
	m := newMachine(spec{flow: "count:1", schedulers: 2, jobs: 3, instant: true, roams: true})
	push := func(t *task) {
		t.Arm()
		t.Push()
	}
	push(m.tasks[0])
	client := explore.Thread{Name: "client", Run: func() {
		push(m.tasks[1])
		push(m.tasks[2])
	}}
	return m.program(client, m.worker(0), m.worker(1))
}
