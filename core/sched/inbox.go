package sched

import "credence/core/xatomic"

// inbox is how producers and dependency callbacks tell the worker of an entity:
// an intrusive list that many push to and the worker takes whole (Treiber's
// stack, R. K. Treiber, IBM RJ 5118, 1986; taking all of it leaves no ABA).
//
// An entity is in it at most once: it gets there from a push that set listed,
// which the worker clears only when the entity leaves the run queue, or from a
// dependency callback, which is armed only while the entity is in the run
// queue.
type inbox struct{ head xatomic.Pointer[Entity] }

// push adds e. Any context; lock-free.
func (in *inbox) push(e *Entity) {
	for {
		h := in.head.Load()
		e.inboxNext.Set(h)
		// Passes e's message to the worker.
		if in.head.CompareAndSwap(h, e) {
			return
		}
	}
}

// any reports whether entities were pushed since the last take.
func (in *inbox) any() bool { return in.head.Load() != nil }

// take returns the entities pushed since, linked by inboxPrev in the order of
// arrival. The worker.
func (in *inbox) take() *Entity {
	if in.head.Load() == nil {
		return nil
	}
	var first *Entity
	// Takes over every message that was passed.
	for e := in.head.Swap(nil); e != nil; e = e.inboxNext.Get() {
		e.inboxPrev = first
		first = e
	}
	return first
}

// fold brings the run queue up to date with what was pushed and what was
// signalled since. The token's holder.
func (s *Scheduler) fold() {
	for e := s.inbox.take(); e != nil; {
		// From here on the entity may be pushed again.
		next := e.inboxPrev
		if e.waits != nil {
			e.unwait()
		}
		if s.held != nil && s.held == e.head {
			s.held = nil
		}
		switch {
		case e.mark.Load()&stopped != 0:
			// Killed since: it joins nothing.
		case e.state == entityIdle:
			s.settle(e)
		case e.state == entityBlocked:
			e.state = entityReady
			s.rq.unblock(e)
		}
		e = next
	}
}
