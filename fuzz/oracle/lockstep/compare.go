package lockstep

import (
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle/model"
)

// compareAfter compares what a work item of a scheduler can have changed.
func (l *Lockstep) compareAfter(id uint32) {
	l.compared++
	l.compareScheduler(l.scheds[id], l.Model.Schedulers()[id])
}

// compare compares the states that can be seen from outside.
func (l *Lockstep) compare() {
	l.compared++
	for i, s := range l.scheds {
		l.compareScheduler(s, l.Model.Schedulers()[i])
	}
	for i, e := range l.entities {
		if x := l.twins[i]; !x.Gone() {
			compareEntity(e, x)
		}
	}
}

func (l *Lockstep) compareScheduler(s *sched.Scheduler, x *model.Scheduler) {
	l.compareFlow(s, x)
	if got, want := s.Score(), x.Score(); got != want {
		fail(invariant.I10.String(), "after %v: sched %d has a score of %d, the model %d",
			l.doing, x.ID, got, want)
	}
	pending, n := x.Pending(), 0
	for j := range s.Pending {
		if n == len(pending) || pending[n].ID != j.ID {
			fail(invariant.I8.String(), "after %v: sched %d has job %d pending in place %d of %d",
				l.doing, x.ID, j.ID, n, len(pending))
		}
		n++
	}
	if n < len(pending) {
		fail(invariant.I8.String(), "after %v: sched %d has %d jobs pending, the model %d",
			l.doing, x.ID, n, len(pending))
	}
}

// compareFlow compares what is taken of each limit.
func (l *Lockstep) compareFlow(s *sched.Scheduler, x *model.Scheduler) {
	differ := func(i int, got, want uint32) {
		fail(invariant.I1.String(), "after %v: sched %d has %d of limit %d in flight, the model %d",
			l.doing, x.ID, got, i, want)
	}
	switch a := s.Admission().(type) {
	case *sched.Scalar:
		if got, want := a.InFlight(), x.InFlight()[0]; got != want {
			differ(0, got, want)
		}
	case *sched.PerQueue:
		v := a.InFlight()
		for i, want := range x.InFlight() {
			if got := v.Lane(i); got != want {
				differ(i, got, want)
			}
		}
	}
}

func compareEntity(e *sched.Entity, x *model.Entity) {
	got := -1
	if s := e.Scheduler(); s != nil {
		got = int(s.ID())
	}
	want := -1
	if s := x.Scheduler(); s != nil {
		want = int(s.ID)
	}
	if got != want {
		fail(invariant.I7.String(), "entity %d feeds sched %d, in the model %d", x.ID, got, want)
	}
	if e.Killed() != x.Stopped() {
		fail(Model, "entity %d: killed is %t, in the model %t", x.ID, e.Killed(), x.Stopped())
	}
	if n := e.Queued(); n < x.Queued() {
		fail(invariant.I8.String(), "entity %d has %d jobs queued, the model %d", x.ID, n, x.Queued())
	}
}
