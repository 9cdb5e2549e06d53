package model

import (
	"credence/core/fence"
	"credence/core/sched"
)

// Entity is a stream of jobs in order of push.
type Entity struct {
	ID uint32

	model    *Model
	sched    *Scheduler   // whom it feeds
	choice   []*Scheduler // to choose from; nil if there is none
	priority sched.Priority
	placed   sched.Priority // from when it got its place: under RR and FIFO its run queue
	canGuilt bool
	guilty   bool
	stopped  bool
	gone     bool
	dirty    bool // pushed to, or new, since the last flush

	queue    []*Job
	contexts [2]int // of scheduled and finished fences
	seqno    int
	last     *Fence // finished fence of the last job popped
	dep      *Fence // what the head waits for
	depWait  *waiter

	member bool // of its scheduler's run queue
	key    fence.Time
	place  int // among equal keys: the order of insertion
	fair   fairEntity
}

// EntityConfig is what an Entity is made of.
type EntityConfig struct {
	ID       uint32
	Priority sched.Priority
	Guilty   bool // karma can mark it
}

// NewEntity returns an entity that feeds one of scheds, which is not empty.
func (m *Model) NewEntity(scheds []*Scheduler, c EntityConfig) *Entity {
	e := &Entity{
		ID: c.ID, model: m, sched: scheds[0], priority: c.Priority, placed: c.Priority,
		canGuilt: c.Guilty, dirty: true, contexts: [2]int{m.newContext(), m.newContext()},
	}
	if len(scheds) > 1 {
		e.choice = append(e.choice, scheds...)
	}
	return e
}

// SetPriority changes the entity's importance.
func (e *Entity) SetPriority(p sched.Priority) { e.priority = p }

// ModifySchedulers replaces what the next arms choose from.
func (e *Entity) ModifySchedulers(scheds []*Scheduler) {
	e.choice = append([]*Scheduler(nil), scheds...)
}

// Scheduler returns whom the entity feeds.
func (e *Entity) Scheduler() *Scheduler { return e.sched }

// Queued returns how many jobs are pushed and not popped.
func (e *Entity) Queued() int { return len(e.queue) }

// Stopped reports whether what is pushed does not run.
func (e *Entity) Stopped() bool { return e.stopped }

// Idle is what a flush waits for.
func (e *Entity) Idle() bool { return !e.member || len(e.queue) == 0 || e.stopped }

// mayMove reports whether the next push chooses a scheduler: there is a choice,
// nothing is queued, and the last job has finished. One that is stopped stays:
// its killed jobs may be unfinished where it is (I7).
func (e *Entity) mayMove() bool {
	return e.choice != nil && !e.stopped && len(e.queue) == 0 && (e.last == nil || e.last.signaled)
}

// Next returns the scheduler that a job pushed now goes to, nil if all that there
// are to choose from are torn down: the least loaded one.
func (e *Entity) Next() *Scheduler {
	if !e.mayMove() {
		return e.sched
	}
	var best *Scheduler
	for _, s := range e.choice {
		if !s.down && (best == nil || s.score < best.score) {
			best = s
		}
	}
	return best
}

// choose moves the entity to the scheduler that is next.
func (e *Entity) choose() {
	if !e.mayMove() {
		return
	}
	best := e.Next()
	sticky := e.sched.compat&sched.StickyPriority != 0
	if best != e.sched || sticky && e.moves() {
		e.leave()
	}
	if e.sched = best; sticky {
		e.placed = e.priority
	}
	if len(e.choice) == 1 {
		e.choice = nil
	}
}

// moves reports whether the entity has to change its run queue on one and the
// same scheduler: those of RR and FIFO are one per priority.
func (e *Entity) moves() bool { return e.sched.Policy != sched.Fair && e.placed != e.priority }

// leave takes the entity off its run queue.
func (e *Entity) leave() {
	if !e.member {
		return
	}
	s := e.sched
	e.member = false
	s.score--
	for i, x := range s.members {
		if x == e {
			s.members = append(s.members[:i:i], s.members[i+1:]...)
			break
		}
	}
	if s.current[e.placed] == e {
		s.current[e.placed] = nil
	}
	e.leaveTree()
}

// join puts the entity with a job that was pushed to its empty queue on the run
// queue.
func (e *Entity) join() {
	s := e.sched
	if s.compat&sched.StickyPriority == 0 {
		e.replace()
	}
	if !e.member {
		e.member = true
		s.score++
		s.members = append(s.members, e)
	}
	switch s.Policy {
	case sched.FIFO:
		e.place, e.key = e.model.next(), e.queue[0].submit
	case sched.Fair:
		e.joinTree()
	}
}

// ready reports whether the head waits for no fence that is known.
func (e *Entity) ready() bool { return len(e.queue) > 0 && e.dep == nil }

// wait makes the head wait for f and reports whether it has to.
func (e *Entity) wait(f *Fence) bool {
	e.depWait = f.wait(func() {
		e.dep, e.depWait = nil, nil
		e.sched.kick()
	})
	if e.depWait == nil {
		return false
	}
	e.dep = f
	return true
}
