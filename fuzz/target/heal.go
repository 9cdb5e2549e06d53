package target

import (
	"credence/core/fence"
)

// heal ends what the program left open: it makes the hardware finite, lets
// everything go on and finish, and takes the machine down. Then every job must
// have ended.
func (m *machine) heal() {
	m.healing = true
	for _, s := range m.slots {
		m.abort(s)
	}
	for _, s := range m.scheds {
		switch {
		case s.down:
		case s.stopped:
			m.start(s, fence.ETIME)
		case s.paused:
			m.resume(s)
		}
	}
	for i := range m.external {
		m.signal(&m.external[i], fence.OK)
	}
	m.advanceTimeline(len(m.timeline))
	for m.step(fence.Never) || m.finish() {
	}
	for _, s := range m.slots {
		s.release()
	}
	if m.stuck() {
		return // What is stuck cannot be torn down.
	}
	for _, e := range m.entities {
		if !e.gone {
			m.fini(e)
		}
	}
	for m.step(fence.Never) {
	}
	for _, s := range m.scheds {
		if !s.down {
			m.finiSched(s)
		}
	}
	m.settle()
}

// stuck reports whether a firmware queue has overflowed.
func (m *machine) stuck() bool { return m.device != nil && len(m.device.Overruns()) > 0 }

// finish completes what hangs on an engine, one job, and reports whether there
// was one.
func (m *machine) finish() bool {
	for _, s := range m.scheds {
		if s.engine.done(1, 0, fence.OK) {
			m.lock.Completed(m.events.Now())
			return true
		}
	}
	return false
}

// settle lets everything come to an end, and the driver clean up the jobs that
// were left to it.
func (m *machine) settle() {
	for m.step(fence.Never) || m.finish() {
	}
	for _, s := range m.slots {
		s.release()
		if s.owned {
			s.cleanUp(&s.job.Job)
		}
	}
	for m.step(fence.Never) {
	}
}

// end checks what holds when everything is over, and counts what is exempt.
func (m *machine) end() {
	m.quiet()
	m.exempt.add(m.check.End())
}
