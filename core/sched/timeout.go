package sched

import (
	"credence/core/fence"
	"credence/core/xatomic"
)

// startTimer runs the timeout for the oldest pending job, afresh.
func (s *Scheduler) startTimer() {
	if s.timeout == 0 || s.pending.head == nil {
		return
	}
	s.armed = true
	s.deadline = s.exec.Now().Add(s.timeout)
	s.exec.SetTimer(&s.expire, s.deadline)
}

func (s *Scheduler) stopTimer() {
	if s.armed {
		s.armed = false
		s.exec.SetTimer(&s.expire, fence.Never)
	}
}

// Fault has the backend asked about the oldest pending job now, whatever the
// timeout. It waits for the worker's item.
func (s *Scheduler) Fault() {
	s.mightBlock("Scheduler.Fault")
	s.token.Lock()
	s.stopTimer()
	s.fault = true
	s.token.Unlock()
	s.kick(&s.expire)
}

// timeoutItem asks the backend what to do about the oldest pending job, which
// is off the list meanwhile, so that nobody frees it.
func (s *Scheduler) timeoutItem() (busy Duration) {
	// A timer that fired just as it was stopped or restarted means nothing.
	if !s.fault && (!s.armed || s.exec.Now() < s.deadline) {
		return 0
	}
	s.fault = false
	s.stopTimer()
	j := s.pending.head
	if j == nil {
		return 0
	}
	if s.timedOut == nil {
		panic("sched: Fault needs a backend with TimedOutJob")
	}
	s.pending.remove(j)
	// It may be the backend's from here on, to reuse when it likes.
	j.fences.entity.keepLast(j)
	s.enter("TimedOutJob", j)
	verdict, busy := s.timedOut.TimedOutJob(j, &Recovery{s})
	s.leave()
	if s.freeBad {
		s.freeBad = false
		busy += s.freeJob(j)
	}
	switch verdict {
	case VerdictNoDevice:
		return busy
	case VerdictNoHang:
		s.pending.prepend(j)
		// It may have finished while it was on no list.
		s.wake(&s.free)
	}
	s.startTimer()
	return busy
}

// Recovery is what a timeout handler can do to its scheduler, whose token it
// holds.
type Recovery struct{ s *Scheduler }

// Stop stops the scheduler and takes all pending jobs off the hardware's hands:
// those that are done already are freed, newest first, the others keep their
// place, without a hardware fence and without credits. bad is the job that the
// handler was called with; Stop puts it back at the head.
func (r *Recovery) Stop(bad *Job) {
	s := r.s
	s.pause()
	s.fault = false // asked for and not begun: it goes with the timer
	if bad != nil && bad.sched == s {
		s.pending.prepend(bad)
	}
	for j := s.pending.tail; j != nil; {
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
	case j.fences.parent != nil && j.watcher.Disarm():
		j.fences.dropParent()
		j.detached = true
		s.admission.Return(j)
	default:
		s.pending.remove(j)
		// Its completion runs at this moment, and never waits for the token.
		for !j.fences.Finished.Signaled() {
			xatomic.Yield()
		}
		if j == bad {
			s.freeBad = true
		} else {
			s.freeJob(j)
		}
	}
}

// IncreaseKarma notes that bad has hung. Unless its entity had kernel priority
// when it was armed, that marks the entity as guilty at once, if it can be, and
// counts towards the scheduler's HangLimit for Resubmit.
func (r *Recovery) IncreaseKarma(bad *Job) {
	if bad.priority == Kernel {
		return
	}
	bad.karma++
	e := bad.fences.entity
	if e.canGuilty && e.mark.Load()&member != 0 && bad.sched == r.s {
		e.guilty.Store(1)
	}
}

// Resubmit gives all pending jobs to the backend again, oldest first. If one
// has hung more often than the HangLimit, the jobs of its entity get ECANCELED
// from there on. Requires: stopped.
func (r *Recovery) Resubmit() {
	s := r.s
	var guilty *Entity
	for j := s.pending.head; j != nil; j = j.next {
		e := j.fences.entity
		if guilty == nil && int(j.karma) > s.hangLimit {
			guilty = e
		}
		if e == guilty {
			j.fences.Finished.SetError(fence.ECANCELED)
		}
		s.observe(EventRun, j, fence.OK, NoWarning)
		s.enter("RunJob", j)
		hw, err, _ := s.backend.RunJob(j)
		s.leave()
		j.fences.parent, j.fences.hint.told = hw, 0
		j.fences.forward()
		if hw == nil && err != fence.OK {
			j.fences.Finished.SetError(err)
		}
	}
}

// Start lets the scheduler go on after Stop. Jobs that were resubmitted are
// waited for; the others end with err, or ECANCELED if that is OK.
func (r *Recovery) Start(err fence.Errno) {
	s := r.s
	for j := s.pending.head; j != nil; j = j.next {
		if !j.detached {
			continue
		}
		j.detached = false
		s.admission.Fits(j)
		s.admission.Take(j)
		switch hw := j.fences.parent; {
		case hw != nil:
			s.watch(j, hw, err)
		case err == fence.OK:
			j.complete(fence.ECANCELED)
		default:
			j.complete(err)
		}
	}
	s.startTimer()
	s.resume()
}

// pause stops the run and free items.
func (s *Scheduler) pause() {
	s.paused.Store(1)
	s.drop(&s.run)
	s.drop(&s.free)
}

func (s *Scheduler) resume() {
	s.paused.Store(0)
	s.wake(&s.run)
	s.wake(&s.free)
}

// Pause keeps the scheduler from running and freeing jobs. It waits for the
// worker's item. Completions, kills and timeouts go on.
func (s *Scheduler) Pause() {
	s.mightBlock("Scheduler.Pause")
	s.token.Lock()
	s.pause()
	s.token.Unlock()
}

// Resume ends Pause.
func (s *Scheduler) Resume() {
	s.mightBlock("Scheduler.Resume")
	s.token.Lock()
	s.resume()
	s.token.Unlock()
}

// Stop is Recovery.Stop from outside a handler, for resets that concern several
// schedulers. It waits for the worker's item.
func (s *Scheduler) Stop() {
	s.mightBlock("Scheduler.Stop")
	s.token.Lock()
	(&Recovery{s}).Stop(nil)
	s.token.Unlock()
}

// Start is Recovery.Start from outside a handler.
func (s *Scheduler) Start(err fence.Errno) {
	s.mightBlock("Scheduler.Start")
	s.token.Lock()
	(&Recovery{s}).Start(err)
	s.token.Unlock()
}
