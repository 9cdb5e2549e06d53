package sched

import (
	"cmp"
	"slices"

	"credence/core/xatomic"
)

// Fini tears the scheduler down: it stops it, cancels the pending jobs, newest
// first, and frees them. Entities must have been torn down before; what they
// still have queued never ends. Without a CancelBackend nothing may be pending.
func (s *Scheduler) Fini() {
	s.mightBlock("Scheduler.Fini")
	s.token.Lock()
	defer s.token.Unlock()
	s.fold()
	s.pause()
	if s.upstream(TeardownStops) {
		s.stopMembers()
	}
	s.exec.Wake(s)
	s.stopTimer()
	s.drop(&s.expire)
	for j := s.pending.tail; j != nil && s.cancel != nil; {
		prev := j.prev
		s.enter("CancelJob", j)
		s.cancel.CancelJob(j)
		s.leave()
		s.pending.remove(j)
		// The hardware may have been quicker: then its completion runs at this
		// moment, and never waits for the token.
		for !j.fences.Finished.Signaled() {
			xatomic.Yield()
		}
		s.freeJob(j)
		j = prev
	}
	s.ready.Store(0)
}

// stopMembers warns of the entities that are still members, and stops them.
func (s *Scheduler) stopMembers() {
	var list []*Entity
	for _, e := range s.rq.members {
		if e != nil {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *Entity) int {
		return cmp.Or(cmp.Compare(a.place.priority, b.place.priority), cmp.Compare(a.place.slot, b.place.slot))
	})
	for _, e := range list {
		s.warn(WarnTeardownActive, 0, e)
		e.mark.Or(stopped)
	}
}
