package oracle

import (
	"slices"

	"credence/core/invariant"
	"credence/core/sched"
)

// Kill is told that an entity is about to be killed.
func (c *Checker) Kill(id int) {
	e := &c.entities[id]
	s := &c.scheds[e.sched]
	e.killed, e.member, s.kicked = true, false, false
	s.controls++
	before := e.last
	for _, j := range e.queue {
		j.killed, j.left, j.before = true, s.down, before
		before = j
	}
	e.queue = nil
}

// Fini is told that an entity was torn down.
func (c *Checker) Fini(id int) {
	c.Kill(id)
	c.entities[id].gone = true
}

// Waiting is told that somebody waits for an entity and may kill it then, and
// Waited that he has come back. A job that ends in between is killed if it ends
// without having run.
func (c *Checker) Waiting(id int) { c.scheds[c.entities[id].sched].controls++ }

// Waited ends Waiting.
func (c *Checker) Waited(id int) {
	if e := &c.entities[id]; e.core.Killed() && len(e.queue) > 0 && e.core.Queued() == 0 ||
		e.core.Killed() && !e.killed && !e.halted {
		c.Kill(id)
	}
}

// Priority is told that an entity's priority was changed, which takes effect at
// one time or another.
func (c *Checker) Priority(id int) {
	e := &c.entities[id]
	e.priority = e.core.Priority()
	c.scheds[e.sched].vague = true
}

// Control is told of an operation on a scheduler that may queue items.
func (c *Checker) Control(id int) { c.scheds[id].controls++ }

// Stopping is told that a scheduler is about to be stopped: what runs is taken
// off the hardware, and holds nothing.
func (c *Checker) Stopping(id int) {
	s := &c.scheds[id]
	s.stopped = true
	s.controls++
	for _, j := range s.pending {
		if j.state == running && !j.detached {
			s.put(j)
			j.detached, j.hardware = true, nil
		}
	}
}

// Starting is told that a scheduler is about to be started again, or that jobs
// are about to be resubmitted for that.
func (c *Checker) Starting(id int) {
	s := &c.scheds[id]
	s.stopped, s.starting = false, true
	s.controls += 2
	for _, j := range s.pending {
		if j.state == running {
			s.used += uint64(j.cost)
			s.lanes.add(j.need)
		}
	}
}

// Teardown is told that a scheduler is about to be torn down.
func (c *Checker) Teardown(id int) { c.scheds[id].down = true }

// Verdict is told what the backend said of a job that timed out, and whether it
// has put it back by Stop.
func (c *Checker) Verdict(j *Job, v sched.Verdict, back bool) {
	s := &c.scheds[j.sched]
	s.starting = false
	s.controls++
	i := slices.Index(s.pending, j)
	switch {
	case i < 0 && back:
		return // it was done, and Stop has freed it
	case i != 0:
		fail(invariant.I8, "%s, which timed out, is in place %d of the pending jobs", j, i)
	case v == sched.VerdictNoHang || back:
		return
	case v == sched.VerdictReset && j.state != done:
		fail(invariant.L2, "%s was killed by the backend, and is in state %s", j, j.state)
	}
	j.owner = byReset
	if v == sched.VerdictNoDevice {
		j.owner, s.deviceGone = byNoDevice, true
	}
	s.pending = slices.Delete(s.pending, i, i+1)
}
