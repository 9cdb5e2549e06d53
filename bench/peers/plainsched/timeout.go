package plainsched

import "credence/core/fence"

// startTimer runs the timeout for the oldest pending job, afresh.
func (s *Scheduler) startTimer() {
	if s.Timeout == 0 || s.work.pending.head == nil {
		return
	}
	s.work.armed = true
	s.work.deadline = s.Clock.Now().Add(s.Timeout)
	if s.work.timer == nil {
		s.work.timer = s.Clock.AfterFunc(s.Timeout, func() { s.Queue.add(&s.expire) })
	} else {
		s.work.timer.Reset(s.Timeout)
	}
}

func (s *Scheduler) stopTimer() {
	if s.work.armed {
		s.work.armed = false
		s.work.timer.Stop()
	}
}

// Fault has the backend asked about the oldest pending job now, whatever the
// timeout.
func (s *Scheduler) Fault() {
	s.work.Lock()
	s.stopTimer()
	s.work.fault = true
	s.work.Unlock()
	s.Queue.add(&s.expire)
}

// timeoutItem asks the backend what to do about the oldest pending job, which
// is off the list meanwhile, so that nobody frees it.
func (s *Scheduler) timeoutItem() {
	w := &s.work
	// A timer that fired just as it was stopped or restarted means nothing.
	if !w.fault && (!w.armed || s.Clock.Now() < w.deadline) {
		return
	}
	w.fault = false
	s.stopTimer()
	j := w.pending.head
	if j == nil {
		return
	}
	if s.timeout == nil {
		panic("plainsched: Fault needs a backend with TimedOutJob")
	}
	w.pending.remove(j)
	verdict := s.timeout.TimedOutJob(j, &Recovery{s})
	if w.freeBad {
		w.freeBad = false
		s.Backend.FreeJob(j)
	}
	switch verdict {
	case VerdictNoDevice:
		return
	case VerdictNoHang:
		w.pending.prepend(j)
		s.wake(&s.free) // it may have finished while it was on no list
	}
	s.startTimer()
}

// Recovery is what a timeout handler can do to its scheduler, whose work lock
// it holds.
type Recovery struct{ s *Scheduler }

// Stop stops the scheduler and takes all pending jobs off the hardware's hands:
// those that are done already are freed, newest first, the others keep their
// place, without a hardware fence and without credits. bad is the job that the
// handler was called with.
func (r *Recovery) Stop(bad *Job) {
	s := r.s
	s.pause()
	if bad != nil && bad.sched == s {
		s.work.pending.prepend(bad)
	}
	for j := s.work.pending.tail; j != nil; {
		prev := j.prev
		s.detach(j, bad)
		j = prev
	}
	s.stopTimer()
}

// detach takes j off its hardware fence, or frees it if that has signalled.
func (s *Scheduler) detach(j, bad *Job) {
	switch {
	case j.detached:
	case j.parent != nil && j.parent.Unwatch((*jobDone)(j)):
		j.parent = nil
		j.detached = true
		s.mu.Lock()
		s.inFlight -= j.cost
		s.mu.Unlock()
	default:
		s.work.pending.remove(j)
		<-j.fences.finished.Done() // its completion runs at this moment
		if j == bad {
			s.work.freeBad = true
		} else {
			s.Backend.FreeJob(j)
		}
	}
}

// IncreaseKarma notes that bad has hung. Unless its entity had kernel priority
// at arm, that marks the entity as guilty, if it can be, and counts towards
// HangLimit.
func (r *Recovery) IncreaseKarma(bad *Job) {
	if bad.priority == Kernel {
		return
	}
	bad.karma++
	e, s := bad.fences.entity, r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, member := s.queue.members[e]; member && e.canGuilty {
		e.guilty = true
	}
}

// Resubmit gives all pending jobs to the backend again, oldest first. If one
// has hung more often than HangLimit, the jobs of its entity get ECANCELED from
// there on. Requires: stopped.
func (r *Recovery) Resubmit() {
	s := r.s
	var guilty *Entity
	for j := s.work.pending.head; j != nil; j = j.next {
		e := j.fences.entity
		if guilty == nil && j.karma > s.HangLimit {
			guilty = e
		}
		if e == guilty {
			j.fences.finished.SetError(fence.ECANCELED)
		}
		hw, err := s.Backend.RunJob(j)
		j.parent = hw
		if hw == nil && err != fence.OK {
			j.fences.finished.SetError(err)
		}
	}
}

// Start lets the scheduler go on after Stop. Jobs that were resubmitted are
// waited for; the others end with err, or ECANCELED if that is OK.
func (r *Recovery) Start(err Errno) {
	s := r.s
	for j := s.work.pending.head; j != nil; j = j.next {
		if !j.detached {
			continue
		}
		j.detached = false
		s.mu.Lock()
		s.inFlight += j.cost
		s.mu.Unlock()
		switch {
		case j.parent != nil:
			j.follow(j.parent, err)
		case err == fence.OK:
			j.complete(fence.ECANCELED)
		default:
			j.complete(err)
		}
	}
	s.startTimer()
	s.resume()
}

// Pause keeps the scheduler from running and freeing jobs. It waits for the
// worker's item.
func (s *Scheduler) Pause() {
	s.work.Lock()
	defer s.work.Unlock()
	s.pause()
}

func (s *Scheduler) pause() {
	s.paused.Store(true)
	s.Queue.cancel(&s.run)
	s.Queue.cancel(&s.free)
}

// Resume ends Pause.
func (s *Scheduler) Resume() {
	s.work.Lock()
	defer s.work.Unlock()
	s.resume()
}

func (s *Scheduler) resume() {
	s.paused.Store(false)
	s.wake(&s.run)
	s.wake(&s.free)
}
