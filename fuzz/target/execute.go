package target

import (
	"credence/core/fence"
	"credence/fuzz/prog"
)

// execute does one operation; one that does not apply does nothing.
func (m *machine) execute(o *prog.Op) {
	switch o.Kind {
	case prog.Submit:
		if m.makeJob(o) {
			m.push(o.Target)
		}
	case prog.MakeJob:
		m.makeJob(o)
	case prog.Push:
		m.push(o.Target)
	case prog.Abort:
		m.abort(m.jobs[o.Target])
	case prog.Advance:
		m.advance(fence.Duration(o.N) * fence.Microsecond)
	case prog.Step:
		for n := o.N; n > 0 && m.step(fence.Never); n-- {
		}
	case prog.Signal:
		m.external[o.Target].signal(o.Err)
	case prog.Timeline:
		m.advanceTimeline(int(o.N))
	case prog.Drop:
		if s := m.jobs[o.Target]; s != nil && s.spec.Keep {
			s.release()
		}
	}
	if !m.program.Device.Undrained {
		m.drain()
	}
	m.quiet()
	m.check.After()
}

func (m *machine) advance(d fence.Duration) {
	deadline := m.events.Now().Add(d)
	for m.step(deadline) {
	}
	m.events.AdvanceTo(deadline)
}

func (x *external) signal(e fence.Errno) {
	if !x.model.Signaled {
		x.model.Signaled = true
		x.SignalError(e)
	}
}

func (m *machine) advanceTimeline(n int) {
	for ; n > 0 && m.signaled < len(m.timeline); n-- {
		m.timeline[m.signaled].signal(fence.OK)
		m.signaled++
	}
}

// push arms and pushes a job that is initialised.
func (m *machine) push(id uint8) {
	s := m.jobs[id]
	if s == nil || s.model == nil || s.pushed {
		return
	}
	s.job.Arm()
	s.pushed = true
	s.finished, s.scheduled, s.life = s.job.Finished().Get(), s.job.Scheduled(), s.model
	m.check.Arm(s.model, s.scheduled, s.finished)
	if m.program.Device.Undrained {
		s.watch()
	}
	s.job.Push()
}

// abort cleans up a job that is initialised.
func (m *machine) abort(s *slot) {
	if s == nil || s.model == nil || s.pushed {
		return
	}
	s.job.Cleanup()
	m.check.Abort(s.model)
	s.job.Recycle()
	s.model = nil
}

// heal ends what the program left open, and waits until nothing is due.
func (m *machine) heal() {
	for _, s := range m.jobs {
		m.abort(s)
	}
	for i := range m.external {
		m.external[i].signal(fence.OK)
	}
	m.advanceTimeline(len(m.timeline))
	for m.step(fence.Never) {
	}
	for _, s := range m.jobs {
		if s != nil {
			s.release()
		}
	}
	if len(m.device.Overruns()) > 0 {
		return // What is stuck cannot be torn down.
	}
	for i := range m.entities {
		m.entities[i].Fini()
		m.check.Fini(i)
	}
	m.drain()
}
