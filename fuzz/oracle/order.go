package oracle

import (
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// key is an entity's place, as far as it follows from its oldest job: under FIFO
// by priority, then by submit time; under RR by priority; none under FAIR.
type key struct {
	priority sched.Priority
	submit   fence.Time
}

func (k key) before(x key) bool {
	return k.priority < x.priority || k.priority == x.priority && k.submit < x.submit
}

func (c *Checker) key(j *Job) (k key) {
	e := &c.entities[j.entity]
	switch c.scheds[e.sched].policy {
	case sched.FIFO:
		k = key{e.priority, j.submit}
	case sched.RR:
		k.priority = e.priority
	}
	return k
}

// checkOrder looks for somebody who should have run in place of j. FAIR's order
// cannot be told from here, nor RR's within a priority.
func (c *Checker) checkOrder(j *Job) {
	s := &c.scheds[j.sched]
	if s.vague {
		return
	}
	mine := c.key(j)
	for _, i := range s.entities {
		e := &c.entities[i]
		if len(e.queue) == 0 || e.killed || e.halted {
			continue
		}
		if h := e.queue[0]; c.key(h).before(mine) && c.ready(h) && !c.apart(h) {
			failRule(Order, "%s runs at %d before %s, priority %s, which was pushed at %d",
				j, mine.submit, h, e.priority, h.submit)
		}
	}
}

// apart reports whether h may wait for a fence that the device named.
func (c *Checker) apart(h *Job) bool {
	s := &c.scheds[c.entities[h.entity].sched]
	return s.flow.Kind == sched.FlowPrepare && !c.fits(h)
}

// Quiet checks a scheduler of which no work item is queued or runs, and which is
// not paused: nothing is ready that fits (L1), and nothing is done that is not
// freed (I4). When a device is gone nobody looks for the latter until the next
// completion. Upstream does not look again after a kill, and of engines without a
// device it is not known whether they have room for those who ask them.
func (c *Checker) Quiet(id int) {
	s := &c.scheds[id]
	if s.stopped || s.down {
		return
	}
	if len(s.pending) > 0 && s.pending[0].state == done && !s.deviceGone {
		fail(invariant.I4, "%s is done, the oldest, and not freed", s.pending[0])
	}
	if asksDevice(s.flow.Kind) && c.config.Device == nil ||
		!s.kicked && c.config.Compat&sched.KillNoKick != 0 {
		return
	}
	best := c.bestReady(s)
	if best == nil || c.excused(s, best) {
		return
	}
	fail(invariant.L1, "sched %d sleeps: %s is ready and fits under %s beside %d, %v",
		id, best, s.flow, s.used, s.lanes)
}

// bestReady returns the job to run next among those that wait for no fence.
func (c *Checker) bestReady(s *scheduler) (best *Job) {
	for _, i := range s.entities {
		e := &c.entities[i]
		if len(e.queue) == 0 || e.killed || e.halted {
			continue
		}
		h := e.queue[0]
		if (best == nil || c.key(h).before(c.key(best))) && c.ready(h) && !c.apart(h) {
			best = h
		}
	}
	return best
}

// excused reports whether flow control holds j back: it does not fit, or one
// does not that is not behind it. Flow control comes before dependencies, so
// that one may wait for a fence besides.
func (c *Checker) excused(s *scheduler, j *Job) bool {
	for _, i := range s.entities {
		e := &c.entities[i]
		if len(e.queue) == 0 || e.killed || e.halted || !s.vague && c.key(j).before(c.key(e.queue[0])) {
			continue
		}
		if !c.fits(e.queue[0]) {
			return true
		}
	}
	return false
}
