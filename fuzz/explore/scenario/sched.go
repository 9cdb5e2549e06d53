//go:build explore

package scenario

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/explore"
)

const ends = "every job is run once, finished and freed; no credit and no work item is left; " +
	"the hardware is never given more than it has room for; the worker is woken for all of it"

// bounded3 is for what has too many interleavings for the gate.
var bounded3 = explore.Options{Strategy: explore.Cached, Bounded: true, Bound: 3}

var bounded2 = explore.Options{Strategy: explore.Cached, Bounded: true, Bound: 2}

// all has the states of all interleavings met: what has too many of them for DPOR.
var all = explore.Options{Strategy: explore.States}

// within has the states met that at most n preemptions lead to.
func within(n int) explore.Options {
	return explore.Options{Strategy: explore.States, Bounded: true, Bound: n}
}

func schedulers() []Scenario {
	list := []Scenario{
		{Name: "sched/1 job", Doc: "push against select, completion against park", Options: all,
			New: func() *explore.Program { return whole(spec{flow: "count:1", jobs: 1}) }},
		{Name: "sched/2 jobs, 1 in flight", Doc: "the second job waits for the first one's credit",
			Options: all,
			New:     func() *explore.Program { return whole(spec{flow: "count:1", jobs: 2}) }},
		{Name: "sched/2 jobs, 2 in flight", Doc: "both jobs are in the hardware", Options: within(3),
			Deep: all,
			New:  func() *explore.Program { return whole(spec{flow: "count:2", jobs: 2, room: 2}) }},
		{Name: "sched/3 jobs, 1 in flight", Doc: "the same with three", Options: within(2),
			Deep: within(3),
			New:  func() *explore.Program { return whole(spec{flow: "count:1", jobs: 3}) }},
		{Name: "sched/3 jobs, 2 in flight", Doc: "the third waits for one of two", Options: within(2),
			Deep: within(3),
			New:  func() *explore.Program { return whole(spec{flow: "count:2", jobs: 3, room: 2}) }},
		{Name: "sched/canrun", Doc: "the backend's predicate is asked when the condition is; one in flight",
			Options: within(2), Deep: all,
			New: func() *explore.Program { return whole(spec{flow: "canrun", jobs: 2}) }},
		{Name: "sched/canrun, 2 in flight", Doc: "the same, with room for both", Options: within(2),
			Deep: all,
			New:  func() *explore.Program { return whole(spec{flow: "canrun", jobs: 2, room: 2}) }},
		{Name: "sched/prepare", Doc: "the backend names the hardware fence to wait for; one in flight",
			Options: within(2), Deep: all,
			New: func() *explore.Program { return whole(spec{flow: "prepare", jobs: 2}) }},
		{Name: "sched/prepare, 2 in flight", Doc: "the same, with room for both", Options: within(2),
			Deep: all,
			New:  func() *explore.Program { return whole(spec{flow: "prepare", jobs: 2, room: 2}) }},
		{Name: "sched/prepare, own fence", Doc: "the backend names the finished fence of the entity's job, " +
			"which does not count", Expect: explore.BusyLoop, New: ownFence},
		{Name: "sched/join", Doc: "two producers join the run queue at the same time", Options: all,
			New: func() *explore.Program {
				m := newMachine(spec{flow: "count:2", entities: 2, jobs: 1, instant: true}).arm()
				return m.program(m.submitter(0), m.submitter(1), m.worker(0))
			}},
		{Name: "sched/kill", Doc: "an entity is killed while its job is pushed and run", Options: within(2),
			Deep: within(4), New: func() *explore.Program { return kill(1) }},
		{Name: "sched/kill, 2 in flight", Doc: "the same with two jobs", Options: within(1),
			Deep: within(3), New: func() *explore.Program { return kill(2) }},
		{Name: "sched/pause", Doc: "the scheduler is stopped and started", Options: within(3), Deep: all,
			New: func() *explore.Program { return pause(1) }},
		{Name: "sched/pause, 2 in flight", Doc: "the same with two jobs", Options: within(2),
			Deep: within(4), New: func() *explore.Program { return pause(2) }},
		{Name: "sched/flush", Doc: "a caller waits until the job is off its queue",
			Options: within(3), Deep: all, New: func() *explore.Program { return flush(1) }},
		{Name: "sched/flush, 2 in flight", Doc: "the same with two jobs", Options: within(2),
			Deep: all, New: func() *explore.Program { return flush(2) }},
		{Name: "sched/timeout", Doc: "the timeout of a job comes while it completes", Options: within(2),
			Deep: within(4), New: func() *explore.Program { return timeout(1) }},
		{Name: "sched/timeout, 2 in flight", Doc: "the same with another job behind", Options: within(1),
			Deep: within(3), New: func() *explore.Program { return timeout(2) }},
		{Name: "sched/teardown", Doc: "the scheduler is torn down while a job completes", Options: within(2),
			Deep: within(4), New: func() *explore.Program { return teardown(1) }},
		{Name: "sched/teardown, 2 in flight", Doc: "the same with two jobs", Options: within(1),
			Deep: within(3), New: func() *explore.Program { return teardown(2) }},
		{Name: "sched/two schedulers", Doc: "a job of one waits for a job of the other", Options: within(2),
			Deep: within(4), New: cross},
		{Name: "sched/two schedulers, both ways", Doc: "each has a job that waits for one of the other",
			Options: within(1), Deep: within(3), New: crossBoth},
		{Name: "sched/move", Doc: "an entity leaves its scheduler while that lets it go", Options: within(4),
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

func kill(jobs int) *explore.Program {
	m := newMachine(spec{flow: fmt.Sprintf("count:%d", jobs), jobs: jobs, instant: true}).arm()
	m.killed = true
	p := m.program(m.submitter(0), m.worker(0),
		explore.Thread{Name: "killer", Run: m.entities[0].Kill})
	p.Check = func() error {
		if left := m.entities[0].Queued(); left > 0 { // pushed after the kill: they stay queued
			for _, t := range m.tasks[len(m.tasks)-left:] {
				if t.freed != 0 || t.runs != 0 {
					return fmt.Errorf("job %d is queued, ran %d times, was freed %d times", t.ID, t.runs, t.freed)
				}
			}
			m.tasks = m.tasks[:len(m.tasks)-left]
		}
		return m.done()
	}
	return p
}

func pause(jobs int) *explore.Program {
	m := newMachine(spec{flow: fmt.Sprintf("count:%d", jobs), jobs: jobs, instant: true}).arm()
	s := m.workers[0].s
	return m.program(m.submitter(0), m.worker(0), explore.Thread{Name: "stopper", Run: func() {
		s.Pause()
		s.Resume()
	}})
}

func flush(jobs int) *explore.Program {
	m := newMachine(spec{flow: fmt.Sprintf("count:%d", jobs), jobs: jobs, instant: true}).arm()
	e := m.entities[0]
	return m.program(m.worker(0), explore.Thread{Name: "client", Run: func() {
		for _, t := range m.tasks {
			t.Push()
		}
		if e.Flush(fence.Second, sched.Exit{}) == 0 || e.Queued() != 0 {
			explore.Failf("the flush is over, and %d jobs are queued", e.Queued())
		}
	}})
}

// late is the interrupt that completes all jobs, but keeps no reference: another may
// signal a fence before it does.
func (m *machine) late() explore.Thread {
	w := m.workers[0]
	return explore.Thread{Name: "irq", Role: explore.Interrupt, Polls: true, Run: func() {
		for _, t := range m.tasks {
			explore.Await(func() bool { return t.given.Load() == 1 })
			w.used.Add(-1)
			t.hw.Signal()
		}
	}}
}

func timeout(jobs int) *explore.Program {
	m := newMachine(spec{flow: fmt.Sprintf("count:%d", jobs), jobs: jobs, room: int64(jobs),
		timeout: 10}).arm()
	w := m.workers[0]
	timer := explore.Thread{Name: "timer", Role: explore.Daemon, Polls: true, Run: func() {
		explore.Await(func() bool { return w.timer.Load() != nil })
		m.clock.Store(10)
		if k := w.timer.Load(); k != nil {
			k.Kick()
		}
	}}
	return m.program(m.submitter(0), m.worker(0), m.late(), timer)
}

func teardown(jobs int) *explore.Program {
	m := newMachine(spec{flow: fmt.Sprintf("count:%d", jobs), jobs: jobs, room: int64(jobs)}).arm()
	client := explore.Thread{Name: "client", Polls: true, Run: func() {
		for _, t := range m.tasks {
			t.Push()
		}
		for _, t := range m.tasks {
			explore.Await(func() bool { return t.given.Load() == 1 })
		}
		m.entities[0].Fini()
		m.workers[0].s.Fini()
	}}
	return m.program(client, m.worker(0), m.late())
}

func cross() *explore.Program {
	m := newMachine(spec{flow: "count:1", schedulers: 2, entities: 2, jobs: 1, instant: true})
	first, second := m.tasks[0], m.tasks[1]
	first.Arm()
	second.AddDependency(first.Finished().Get())
	second.Arm()
	return m.program(m.submitter(0), m.submitter(1), m.worker(0), m.worker(1))
}

// crossBoth has each of two schedulers run a job that waits for the other's first.
func crossBoth() *explore.Program {
	m := newMachine(spec{flow: "count:1", schedulers: 2, entities: 2, jobs: 2, instant: true})
	for e := range 2 {
		first, second := m.tasks[2*e], m.tasks[2*(1-e)+1]
		first.Arm()
		second.AddDependency(first.Finished().Get())
	}
	m.tasks[1].Arm()
	m.tasks[3].Arm()
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
