package model

import (
	"credence/core/fence"
	"credence/core/sched"
)

// fairEntity is what FAIR knows of an entity.
type fairEntity struct {
	inTree           bool
	vruntime         fence.Duration // in the tree its key, outside what was saved
	runtime, charged fence.Duration // accounted, and folded into vruntime
	average          average
}

// importance returns the priority that counts: with upstream's habit the one from
// when a scheduler was last chosen.
func (e *Entity) importance() sched.Priority {
	if e.sched.compat&sched.StickyPriority != 0 {
		return e.placed
	}
	return e.priority
}

// weight is by how much a priority's time is shifted.
var weight = [sched.NumPriorities]uint{
	sched.Kernel: 1, sched.High: 2, sched.Normal: 4, sched.Low: 7,
}

// average is an exponentially weighted moving average of whole microseconds: 6
// fractional bits, weight 1/4; 0 is unset.
type average uint64

func (a *average) add(d fence.Duration) {
	v := average(d/fence.Microsecond) << 6
	if *a == 0 {
		*a = v
	} else {
		*a = (3**a + v) >> 2
	}
}

func (a average) micros() fence.Duration { return fence.Duration(a>>6) * fence.Microsecond }

// leftmost returns the first of the tree, ready or not, or nil.
func (s *Scheduler) leftmost() (first *Entity) {
	for _, e := range s.members {
		if e.fair.inTree && (first == nil || e.before(first)) {
			first = e
		}
	}
	return first
}

// noPriority is the priority of an empty tree's head.
const noPriority = sched.NumPriorities

// treeChanged remembers the priority of the tree's head, which is not looked at
// in between.
func (s *Scheduler) treeChanged() {
	s.headPriority = noPriority
	if e := s.leftmost(); e != nil {
		s.headPriority = e.importance()
	}
}

// least returns the leftmost's key, 0 if the tree is empty.
func (s *Scheduler) least() fence.Duration {
	if e := s.leftmost(); e != nil {
		return e.fair.vruntime
	}
	return 0
}

// joinTree gives an entity that was idle its place.
func (e *Entity) joinTree() {
	s := e.sched
	least := s.least()
	v := e.fair.vruntime
	if head, mine := s.headPriority, e.importance(); v == 0 && s.leftmost() != nil {
		switch {
		case mine > head: // less important
			v = (fence.Microsecond + e.fair.average.micros() + s.average.micros()) << weight[mine]
		case mine < head:
			v = -fence.Duration(head - mine)
		case e.fair.average.micros() <= s.average.micros():
			v = -1
		default:
			v = 1
		}
	}
	e.fair.vruntime = least + v
	e.fair.inTree, e.place = true, e.model.next()
	s.treeChanged()
}

// fold charges what was accounted since the last time if jobs are left, and
// takes an entity without any off the tree.
func (e *Entity) fold() {
	s, f := e.sched, &e.fair
	if len(e.queue) > 0 {
		f.vruntime += (f.runtime - f.charged) << weight[e.importance()]
		f.charged = f.runtime
		e.place = e.model.next()
		s.treeChanged()
		return
	}
	f.inTree = false
	if least := s.least(); least != 0 && f.vruntime > least {
		f.vruntime -= least
	} else {
		f.vruntime = 0
	}
	s.treeChanged()
}

// leaveTree takes an entity off that leaves its run queue.
func (e *Entity) leaveTree() {
	if e.fair.inTree {
		e.fair.inTree = false
		e.sched.treeChanged()
	}
}

// account notes how long a job took when it is freed.
func (j *Job) account() {
	if j.sched.Policy != sched.Fair {
		return
	}
	// A job that ended before the one ahead of it had its start moved behind its
	// end. Upstream takes that for a negative time; recordings leave it out.
	d := max(0, j.finished.at.Sub(j.scheduled.at))
	f := &j.entity.fair
	f.runtime += d
	f.average.add(d)
	j.sched.average.add(d)
}
