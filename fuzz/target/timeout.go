package target

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/prog"
)

// Patience is how often the backend says of one job that it is alive, or runs it
// again: somebody may wait for it without limit.
const Patience = 4096

// TimedOutJob judges a job as its operation says, or its scheduler's line. What
// the firmware's device executes cannot be taken off it: that is alive, and in
// the end the device is taken for gone.
func (b *backend) TimedOutJob(j *sched.Job, r *sched.Recovery) (sched.Verdict, fence.Duration) {
	s, m := b.slotOf(j), b.machine
	m.line("timedout %d", j.ID)
	m.lock.TimedOut(s.twin)
	v := m.verdict(s)
	answer := sched.VerdictReset
	switch v {
	case prog.KillIt:
		s.abandon(fence.ETIMEDOUT)
	case prog.NoHang:
		answer = sched.VerdictNoHang
	case prog.NoDevice:
		answer = sched.VerdictNoDevice
	case prog.CancelAll, prog.Resubmit:
		m.recover(s, j, r, v == prog.Resubmit)
	}
	m.lock.Verdict(answer)
	m.check.Verdict(s.model, answer, v == prog.CancelAll || v == prog.Resubmit)
	switch v {
	case prog.KillIt:
		s.cleanUp(j)
	case prog.NoDevice:
		s.owned = true
	}
	return answer, 0
}

// verdict returns what is done about a job that timed out.
func (m *machine) verdict(s *slot) prog.Verdict {
	v := s.spec.Verdict
	if v == prog.Default {
		v = s.scheduler().spec.Verdict
	}
	switch {
	case s.scheduler().stopped:
		v = prog.NoHang // somebody else is resetting
	case m.device != nil && !m.resettable(s.scheduler()):
		if v = prog.NoHang; s.hangs >= Patience {
			v = prog.NoDevice
		}
	case (v == prog.NoHang || v == prog.Resubmit) && (s.hangs >= Patience || m.healing):
		v = prog.KillIt
	}
	s.hangs++
	return v
}

// resettable reports whether everything below s can be taken off its hardware.
func (m *machine) resettable(s *scheduler) bool {
	for _, x := range m.slots {
		if x.flying != nil && x.onDevice() && x.model != nil && x.scheduler() == s {
			return false
		}
	}
	return true
}

// recover resets the hardware below the scheduler of a job that hangs.
func (m *machine) recover(s *slot, j *sched.Job, r *sched.Recovery, resubmit bool) {
	below := s.scheduler()
	m.lock.Stopping(s.twin)
	m.check.Stopping(int(below.ID()))
	r.Stop(j)
	if resubmit {
		m.lock.Karma(s.twin)
		r.IncreaseKarma(j)
	}
	m.reset(below)
	m.check.Starting(int(below.ID()))
	if resubmit {
		m.lock.Resubmitting(s.twin)
		r.Resubmit()
		for _, x := range m.slots {
			if x.pushed && x.model != nil && x.scheduler() == below && x.finished != nil {
				m.lock.Carries(x.twin, x.finished.Err())
			}
		}
		m.lock.Starting(s.twin, fence.OK)
		r.Start(fence.OK)
		return
	}
	m.lock.Starting(s.twin, fence.ETIME)
	r.Start(fence.ETIME)
}

// reset ends everything that is executed below a scheduler.
func (m *machine) reset(s *scheduler) {
	s.engine.reset(fence.ECANCELED)
	for _, x := range m.slots {
		if x.later.Pending() && x.scheduler() == s {
			x.abandon(fence.ECANCELED)
		}
	}
}
