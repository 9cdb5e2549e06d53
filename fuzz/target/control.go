package target

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/prog"
)

// DestroyWait is how long Destroy waits for an entity's queue.
const DestroyWait = 10 * fence.Millisecond

// manage does an operation on an entity.
func (m *machine) manage(o *prog.Op, e *entity) bool {
	if e.gone != (o.Kind == prog.Revive) {
		return false
	}
	now := m.events.Now
	switch o.Kind {
	case prog.Revive:
		if s := m.schedIDs(&o.Entity.Scheds)[0]; m.scheds[s].down {
			return false
		}
		m.addEntity(e.name, o.Entity)
	case prog.Kill:
		m.check.Kill(int(e.id))
		e.Kill()
		m.lock.Op(now(), "kill", func() { e.twin.Kill() })
	case prog.Fini:
		m.fini(e)
	case prog.Destroy:
		m.check.Waiting(int(e.id))
		e.gone = true
		deadline := now().Add(DestroyWait)
		e.Destroy(deadline)
		m.check.Fini(int(e.id))
		m.lock.Waited(now(), deadline, e.twin)
		m.lock.Op(now(), "destroy", func() { e.twin.Fini() })
	case prog.Flush:
		m.flush(o, e)
	case prog.SetPrio:
		e.SetPriority(o.Priority)
		m.check.Priority(int(e.id))
		m.lock.Op(now(), "setprio", func() { e.twin.SetPriority(o.Priority) })
	case prog.ModSched:
		return m.modSched(o, e)
	}
	return true
}

func (m *machine) fini(e *entity) {
	m.check.Kill(int(e.id))
	e.gone = true
	e.Fini()
	m.check.Fini(int(e.id))
	m.lock.Op(m.events.Now(), "fini", func() { e.twin.Fini() })
}

func (m *machine) modSched(o *prog.Op, e *entity) bool {
	ids := m.schedIDs(&o.Scheds)
	if m.flowKind(ids[0]) != m.flowOf(e) {
		return false
	}
	var list []*sched.Scheduler
	for _, id := range ids {
		list = append(list, m.scheds[id].Scheduler)
	}
	e.choice = ids
	e.ModifySchedulers(list)
	m.lock.Op(m.events.Now(), "modsched", func() { e.twin.ModifySchedulers(m.lock.List(ids)) })
	return true
}

// flush waits for an entity's queue. What is left of the time tells whether that
// became empty.
func (m *machine) flush(o *prog.Op, e *entity) {
	start, limit := m.events.Now(), o.Micros()
	x := sched.Exit{Exiting: o.Exit != prog.Lives, Killed: o.Exit == prog.Killed}
	m.check.Waiting(int(e.id))
	left := e.Flush(limit, x)
	now := m.events.Now()
	if m.lock != nil {
		want := fence.Duration(0)
		if limit > 0 && e.twin.Idle() {
			want = max(start.Add(limit).Sub(now), fence.Microsecond)
		}
		m.lock.Returned(left, want)
		m.lock.Op(now, "flush", func() { e.twin.Flushed(x.Killed) })
	}
	m.check.Waited(int(e.id))
	m.line("flush %d ret=%d", uint64(e.name), left/fence.Microsecond)
}

// control does an operation on a scheduler. What upstream forbids does not apply:
// anything between Stop and Start that would take the jobs for alive. A second Stop,
// which there waits for ever, finds nothing to do here.
func (m *machine) control(o *prog.Op, s *scheduler) bool {
	if s.down || o.Kind != prog.Start && o.Kind != prog.Stop && s.stopped {
		return false
	}
	now, id := m.events.Now(), int(s.ID())
	switch o.Kind {
	case prog.HwDone:
		did := s.engine.done(int(o.N), int(o.From), o.Err)
		m.lock.Completed(now)
		return did
	case prog.Fault:
		m.exec.faulting = true
		s.Fault()
		m.exec.faulting = false
		m.check.Control(id)
		m.lock.Op(now, "fault", func() { m.twin(s).Fault() })
	case prog.Pause:
		s.paused = true
		s.Pause()
		m.lock.Op(now, "pause", func() { m.twin(s).Pause() })
	case prog.Resume:
		m.resume(s)
	case prog.Stop:
		return m.stop(s)
	case prog.Start:
		return m.start(s, o.Err)
	case prog.FiniSched:
		return m.finiSched(s)
	}
	return true
}

func (m *machine) resume(s *scheduler) {
	s.paused = false
	m.check.Control(int(s.ID()))
	s.Resume()
	m.lock.Op(m.events.Now(), "resume", func() { m.twin(s).Resume() })
}

// stop stops a scheduler and resets the hardware below it.
func (m *machine) stop(s *scheduler) bool {
	if !m.resettable(s) {
		return false
	}
	s.stopped, s.paused = true, true
	m.check.Stopping(int(s.ID()))
	s.Stop()
	m.lock.Op(m.events.Now(), "stop", func() { m.twin(s).Stop(nil) })
	m.reset(s)
	m.lock.Completed(m.events.Now())
	return true
}

func (m *machine) start(s *scheduler, err fence.Errno) bool {
	if !s.stopped {
		return false
	}
	s.stopped, s.paused = false, false
	m.check.Starting(int(s.ID()))
	s.Start(err)
	m.lock.Op(m.events.Now(), "start", func() { m.twin(s).Start(err) })
	return true
}

// finiSched tears a scheduler down, unless the device executes jobs of it, which
// cannot be cancelled there.
func (m *machine) finiSched(s *scheduler) bool {
	if !m.resettable(s) {
		return false
	}
	m.check.Teardown(int(s.ID()))
	s.down = true
	s.Fini()
	m.lock.Op(m.events.Now(), "finisched", func() { m.twin(s).Fini() })
	return true
}
