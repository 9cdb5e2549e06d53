package plainsched

import "credence/core/fence"

// runItem selects the first ready entity and gives its oldest job to the
// backend, unless credits or a dependency hold that job back. It handles one
// job and queues itself again. Requires, as all items: s.work.
func (s *Scheduler) runItem() {
	s.mu.Lock()
	e := s.queue.first()
	// Before the dependencies, and without a look at anybody behind: a stream of
	// small jobs must not starve a big one. A completion queues this item again.
	if e == nil || !s.fits(e.jobs.head) {
		s.mu.Unlock()
		return
	}
	j := e.jobs.head
	if j.cursor < len(j.deps) || s.prepare != nil {
		s.mu.Unlock()
		if s.blocked(e, j) {
			s.wake(&s.run)
			return
		}
		s.mu.Lock()
	}
	more := s.take(e, j)
	s.mu.Unlock()
	s.work.pending.append(j)
	s.startTimer()
	s.give(j)
	if more {
		s.wake(&s.run)
	}
}

// fits reports whether j's cost is available; one above the limit is cut to it,
// so that the job runs alone instead of never. Requires: s.mu.
func (s *Scheduler) fits(j *Job) bool {
	if !j.priced {
		j.priced = true
		if j.cost > s.Credits {
			j.cost = s.Credits
			s.trace(WarnOversize, j.ID, fence.OK)
		}
	}
	return s.Credits-s.inFlight >= j.cost
}

// take takes j's credits and j off its entity's queue, and reports whether any
// entity is ready then. Requires: s.mu.
func (s *Scheduler) take(e *Entity, j *Job) bool {
	if e.guilty {
		j.fences.finished.SetError(fence.ECANCELED)
	}
	s.inFlight += j.cost
	s.pop(e, j)
	if e.jobs.head == nil {
		s.queue.remove(e)
	} else {
		s.queue.rank(e)
		s.queue.fix(e)
	}
	s.notify()
	return s.queue.first() != nil
}

// pop takes e's oldest job, j, off its queue. Requires: s.mu.
func (s *Scheduler) pop(e *Entity, j *Job) {
	e.last = &j.fences.finished
	e.jobs.remove(j)
	e.held.Add(-1)
}

// blocked looks at what j still has to wait for, its dependencies from the
// cursor on and then what the backend names, and if a fence is not signalled
// it sets e apart until it is.
func (s *Scheduler) blocked(e *Entity, j *Job) bool {
	for j.cursor < len(j.deps) {
		f := s.waitFor(e, j.deps[j.cursor])
		j.cursor++
		if f != nil && s.block(e, f) {
			return true
		}
	}
	if s.prepare == nil {
		return false
	}
	for {
		f := s.prepare.PrepareJob(j)
		if f == nil {
			return false
		}
		if f = s.waitFor(e, f); f != nil && s.block(e, f) {
			return true
		}
	}
}

// waitFor returns what a job of e must wait for because of d: nothing for a
// fence of e itself, scheduled in place of finished for a job of this scheduler,
// whose hardware takes jobs in order, unless that job has failed already.
func (s *Scheduler) waitFor(e *Entity, d *Fence) *Fence {
	switch {
	case d.job == nil:
		return d
	case d.job.entity == e:
		return nil
	case d.job.sched == s && d.Err() == fence.OK:
		return &d.job.scheduled
	}
	return d
}

// block sets e apart until f signals; false if it has.
func (s *Scheduler) block(e *Entity, f *Fence) bool {
	if f.Signaled() {
		return false
	}
	// Before the watch, which may call back at once.
	s.mu.Lock()
	s.queue.remove(e)
	e.waits = f
	s.mu.Unlock()
	if f.Watch((*entityWake)(e)) {
		return true
	}
	s.mu.Lock()
	e.waits = nil
	s.queue.insert(e)
	s.mu.Unlock()
	return false
}

// entityWake is Entity as the watcher of what its oldest job waits for.
type entityWake Entity

// FenceSignaled returns the entity to its place in the run queue.
func (w *entityWake) FenceSignaled(*Fence) {
	e := (*Entity)(w)
	s := e.sched.Load()
	s.mu.Lock()
	e.waits = nil
	if !e.stopped {
		s.queue.insert(e)
	}
	s.mu.Unlock()
	s.wake(&s.run)
}

// give hands j to the backend and sees to its completion.
func (s *Scheduler) give(j *Job) {
	hw, err := s.Backend.RunJob(j)
	j.parent = hw
	s.trace(EventScheduled, j.ID, fence.OK)
	j.fences.scheduled.Signal(fence.OK)
	if hw == nil {
		j.complete(err)
	} else {
		j.follow(hw, fence.OK)
	}
}

// follow has j completed when its hardware fence signals, or now if it has:
// with the fence's error or otherwise err.
func (j *Job) follow(hw *Fence, err Errno) {
	if hw.Watch((*jobDone)(j)) {
		return
	}
	if e := hw.Err(); e != fence.OK {
		err = e
	}
	j.complete(err)
}

// jobDone is Job as the watcher of its hardware fence.
type jobDone Job

// FenceSignaled completes the job.
func (d *jobDone) FenceSignaled(hw *Fence) { (*Job)(d).complete(hw.Err()) }

// complete returns j's credits, then signals finished, then has j freed: whoever
// is woken by the fence finds the credits returned. Any goroutine.
func (j *Job) complete(err Errno) {
	s, f := j.sched, &j.fences.finished
	s.mu.Lock()
	s.inFlight -= j.cost
	s.score--
	s.mu.Unlock()
	if s.Trace != nil {
		e := err
		if e == fence.OK {
			e = f.Err()
		}
		s.Trace(EventFinished, j.ID, e)
	}
	f.Signal(err)
	s.wake(&s.free)
}

// freeItem frees the oldest pending job if it is done, and has the run queue
// looked at again, since a job returned what it took.
func (s *Scheduler) freeItem() {
	p := &s.work.pending
	if p.done() {
		j := p.head
		p.remove(j)
		s.stopTimer()
		s.startTimer()
		more := p.done()
		s.Backend.FreeJob(j)
		if more {
			s.wake(&s.free)
		}
	}
	s.wake(&s.run)
}
