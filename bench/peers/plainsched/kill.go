package plainsched

import "credence/core/fence"

// Kill stops the entity: jobs that run are left alone, and each queued one
// ends, in order and without running, once the job before it and all fences
// that it depends on have signalled, with ESRCH. Later pushes stay queued until
// the entity is killed again.
func (e *Entity) Kill() {
	if s := e.lock(); s != nil {
		defer s.work.Unlock()
		s.kill(e)
	}
}

// kill is Kill. Requires: s.work.
func (s *Scheduler) kill(e *Entity) {
	s.mu.Lock()
	e.stopped = true
	s.expel(e)
	prev, last := e.last, e.last
	var doomed []*Job
	for j := e.jobs.head; j != nil; j = e.jobs.head {
		s.pop(e, j)
		doomed = append(doomed, j)
	}
	e.last = last // of those that ran
	s.notify()
	s.mu.Unlock()
	for _, j := range doomed {
		next := &j.fences.finished
		j.cursor = 0
		j.end = work{run: j.endItem}
		if prev == nil || !prev.Watch((*jobKill)(j)) {
			s.Queue.add(&j.end)
		}
		prev = next
	}
}

// jobKill is Job as the watcher of what its end waits for.
type jobKill Job

// FenceSignaled goes on in a work item.
func (k *jobKill) FenceSignaled(*Fence) { k.sched.Queue.add(&k.end) }

// endItem waits for the next fence that the killed job depends on, or ends it.
func (j *Job) endItem() {
	s := j.sched
	s.work.Lock()
	defer s.work.Unlock()
	for ; j.cursor < len(j.deps); j.cursor++ {
		f := j.deps[j.cursor]
		if f.job != nil {
			f = &f.job.finished
		}
		if f.Watch((*jobKill)(j)) {
			return
		}
	}
	s.trace(EventScheduled, j.ID, fence.OK)
	j.fences.scheduled.Signal(fence.OK)
	s.trace(EventFinished, j.ID, fence.ESRCH)
	// The job goes on counting in the score, as it does in the recorded version.
	j.fences.finished.Signal(fence.ESRCH)
	s.Backend.FreeJob(j)
}

// Fini kills the entity and lets go of what it waits for.
func (e *Entity) Fini() {
	s := e.lock()
	if s == nil {
		return
	}
	defer s.work.Unlock()
	s.kill(e)
	s.mu.Lock()
	waits := e.waits
	e.waits, e.last = nil, nil
	s.mu.Unlock()
	if waits != nil {
		waits.Unwatch((*entityWake)(e))
	}
}

// Fini tears the scheduler down: it stops it, warns of the entities that are
// still members and stops them, cancels the pending jobs, newest first, and
// frees them. Without a Canceler nothing may be pending.
func (s *Scheduler) Fini() {
	s.work.Lock()
	defer s.work.Unlock()
	s.pause()
	s.mu.Lock()
	for _, e := range s.queue.list() {
		s.trace(WarnTeardown, 0, fence.OK)
		e.stopped = true
	}
	s.notify()
	s.mu.Unlock()
	s.stopTimer()
	s.Queue.cancel(&s.expire)
	for j := s.work.pending.tail; j != nil && s.cancel != nil; {
		prev := j.prev
		s.cancel.CancelJob(j)
		s.work.pending.remove(j)
		s.Backend.FreeJob(j)
		j = prev
	}
	s.mu.Lock()
	s.gone = true
	s.mu.Unlock()
}
