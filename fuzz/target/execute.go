package target

import (
	"credence/core/fence"
	"credence/fuzz/prog"
)

// execute does one operation and reports whether it applied.
func (m *machine) execute(o *prog.Op) (did bool) {
	switch o.Kind {
	case prog.Submit:
		did = m.makeJob(o)
		if did {
			m.push(o.Target)
		}
	case prog.MakeJob:
		did = m.makeJob(o)
	case prog.Push:
		did = m.push(o.Target)
	case prog.Abort:
		did = m.abort(m.jobs[o.Target])
	case prog.Advance:
		did = o.N > 0
		m.advance(o.Micros())
	case prog.Step:
		for n := o.N; n > 0 && m.step(fence.Never); n-- {
			did = true
		}
	case prog.Signal:
		did = m.signal(&m.external[o.Target], o.Err)
	case prog.Timeline:
		did = m.advanceTimeline(int(o.N))
	case prog.Deadline:
		did = m.deadline(m.jobs[o.Target], o.Micros())
	case prog.Drop:
		if s := m.jobs[o.Target]; s != nil && s.spec.Keep && s.finished != nil {
			s.release()
			did = true
		}
	case prog.HwDone, prog.Fault, prog.Pause, prog.Resume, prog.Stop, prog.Start, prog.FiniSched:
		did = m.control(o, m.scheds[int(o.Target)%len(m.scheds)])
	default:
		did = m.manage(o, m.entities[int(o.Target)%len(m.entities)])
	}
	if !m.program.Device.Undrained {
		m.drain()
	}
	m.quiet()
	m.check.After()
	return did
}

func (m *machine) advance(d fence.Duration) {
	deadline := m.events.Now().Add(d)
	for m.step(deadline) {
	}
	m.events.AdvanceTo(deadline)
}

// signal signals an external fence, once.
func (m *machine) signal(x *external, e fence.Errno) bool {
	if x.model.Signaled {
		return false
	}
	x.model.Signaled = true
	x.SignalError(e)
	m.lock.Op(m.events.Now(), "signal", func() { m.lock.Model.Signal(x.twin, e) })
	return true
}

func (m *machine) advanceTimeline(n int) (did bool) {
	for ; n > 0 && m.signaled < len(m.timeline); n-- {
		did = m.signal(&m.timeline[m.signaled], fence.OK)
		m.signaled++
	}
	return did
}

// push arms and pushes a job that is initialised, unless it would have no
// scheduler.
func (m *machine) push(id uint8) bool {
	s := m.jobs[id]
	if s == nil || s.model == nil || s.pushed || !m.hasScheduler(s.entity) {
		return false
	}
	s.job.Arm()
	s.pushed = true
	s.entity.open++
	s.finished, s.scheduled, s.life = s.job.Finished().Get(), s.job.Scheduled(), s.model
	s.lifeTwin = s.twin
	s.wanted = fence.Never
	m.check.Arm(s.model, s.scheduled, s.finished)
	if m.program.Device.Undrained {
		s.watch()
	}
	twin := s.twin
	s.job.Push()
	m.lock.Op(m.events.Now(), "push", func() { twin.Push() })
	return true
}

// hasScheduler reports whether a job of e pushed now has one that is not torn
// down, wherever e may move to.
func (m *machine) hasScheduler(e *entity) bool {
	if e.gone {
		return false
	}
	choice := len(e.choice) == 0
	for _, id := range e.choice {
		choice = choice || !m.scheds[id].down
	}
	s := e.Scheduler()
	here := s != nil && !m.scheds[s.ID()].down
	return choice && (here || len(e.choice) > 0 && e.open == 0)
}

// abort cleans up a job that is initialised.
func (m *machine) abort(s *slot) bool {
	if s == nil || s.model == nil || s.pushed {
		return false
	}
	s.job.Cleanup()
	m.check.Abort(s.model)
	s.job.Recycle()
	s.model, s.twin = nil, nil
	return true
}
