package model

import (
	"credence/core/fence"
	"credence/core/sched"
)

// arm starts the timer, or starts it again, if there is anything to time.
func (s *Scheduler) arm() {
	if s.Timeout == 0 || len(s.pending) == 0 {
		return
	}
	s.disarm()
	s.deadline, s.armed = s.model.now.Add(s.Timeout), s.model.next()
}

// timing reports whether the timer is armed, or has expired and nobody has looked
// yet.
func (s *Scheduler) timing() bool {
	for _, it := range s.model.work {
		if it.Sched == s && it.Kind == sched.ItemTimeout {
			return true
		}
	}
	return s.deadline != fence.Never
}

// disarm stops the timer, also one that has expired while nobody has looked yet;
// but not what Fault has asked for.
func (s *Scheduler) disarm() {
	if !s.fault {
		s.model.cancel(Item{Kind: sched.ItemTimeout, Sched: s})
	}
	s.deadline = fence.Never
}

// Deadline returns when the timer expires, fence.Never if it is not armed, and
// its place among timers that expire together.
func (s *Scheduler) Deadline() (at fence.Time, order int) { return s.deadline, s.armed }

// Expire queues the item of a timer that has expired.
func (s *Scheduler) Expire() {
	s.deadline = fence.Never
	s.model.queue(Item{Kind: sched.ItemTimeout, Sched: s})
}

// Fault has the backend asked about the oldest pending job now.
func (s *Scheduler) Fault() {
	s.Expire()
	s.fault = true
}

// timedOut is the work item that asks the backend about the oldest job.
func (s *Scheduler) timedOut() {
	s.fault = false
	s.deadline = fence.Never
	if len(s.pending) == 0 {
		return
	}
	j := s.pending[0]
	s.pending = s.pending[1:]
	s.inHandler = j
	verdict := s.model.driver.TimedOutJob(j)
	s.inHandler = nil
	if s.freeBad {
		s.freeBad = false
		j.freeJob()
	}
	if verdict == sched.VerdictNoHang {
		s.pending = append([]*Job{j}, s.pending...)
		s.queue(sched.ItemFree)
	}
	if verdict != sched.VerdictNoDevice {
		s.arm()
	}
}

// Stop takes all pending jobs off the hardware's hands, and frees those that are
// done, newest first. bad is the job that the handler judges, or nil.
func (s *Scheduler) Stop(bad *Job) {
	s.Pause()
	if bad != nil {
		s.pending = append([]*Job{bad}, s.pending...)
	}
	kept := []*Job(nil)
	for i := len(s.pending) - 1; i >= 0; i-- {
		j := s.pending[i]
		switch {
		case !j.finished.signaled:
			if j.done != nil {
				j.hardware.forget(j.done)
			}
			j.done, j.hardware = nil, nil
			s.put(j)
			kept = append([]*Job{j}, kept...)
		case j == bad:
			s.freeBad = true
		default:
			j.freeJob()
		}
	}
	s.pending = kept
	s.fault = false
	s.disarm()
}

// Start lets the scheduler go on after Stop: who was not resubmitted ends with
// err, or ECANCELED for OK.
func (s *Scheduler) Start(err fence.Errno) {
	for _, j := range s.pending {
		s.take(j)
		if j.hardware != nil {
			j.watch(j.hardware, err)
			continue
		}
		if err != fence.OK {
			j.end(err)
		} else {
			j.end(fence.ECANCELED)
		}
	}
	s.arm()
	s.Resume()
}

// Karma notes that bad has hung, and marks its entity.
func (s *Scheduler) Karma(bad *Job) {
	if bad.priority == sched.Kernel {
		return
	}
	bad.karma++
	if e := bad.entity; e.canGuilt && e.member {
		e.guilty = true
	}
}

// Resubmit gives the pending jobs to the backend again; those of the first
// entity with a job that hung too often are cancelled.
func (s *Scheduler) Resubmit() {
	var guilty *Entity
	for _, j := range s.pending {
		if guilty == nil && j.karma > s.HangLimit {
			guilty = j.entity
		}
		if j.entity == guilty {
			j.finished.err = fence.ECANCELED
		}
		hw, err := j.give()
		j.hardware = hw
		if hw == nil && err != fence.OK {
			j.finished.err = err
		}
	}
}
