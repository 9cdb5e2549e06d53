package model

import (
	"credence/core/fence"
	"credence/core/sched"
)

// Kill ends the entity's queued jobs in order, without running them.
func (e *Entity) Kill() {
	s := e.sched
	e.stopped = true
	e.leave()
	last := e.last
	for _, j := range e.queue {
		item := Item{Kind: sched.ItemKill, Sched: j.sched, Job: j}
		if last == nil || last.wait(func() { e.model.queue(item) }) == nil {
			e.model.queue(item)
		}
		last = &j.finished
	}
	e.queue = nil
	if s.compat&sched.KillNoKick == 0 {
		s.kick()
	}
}

// killItem ends a job of a killed entity, or has it wait for the next of its
// dependencies; one on a scheduled fence becomes one on the finished fence.
func (j *Job) killItem() {
	m := j.entity.model
	for _, d := range j.deps {
		if d.job != nil {
			d = &d.job.finished
		}
		if d.wait(func() { m.queue(Item{Kind: sched.ItemKill, Sched: j.sched, Job: j}) }) != nil {
			return
		}
	}
	if j.sched.compat&sched.ScoreLeak == 0 {
		j.sched.score--
	}
	j.signalScheduled()
	j.finish(fence.ESRCH)
	j.freeJob()
}

// Fini kills the entity and lets go of what its head waits for.
func (e *Entity) Fini() {
	e.Kill()
	if e.dep != nil {
		e.dep.forget(e.depWait)
		e.dep, e.depWait = nil, nil
	}
	e.gone = true
}

// Gone reports whether the entity was torn down.
func (e *Entity) Gone() bool { return e.gone }

// Flushed is the end of a flush: the first since the last push, by somebody who
// was killed, kills the entity.
func (e *Entity) Flushed(killed bool) {
	if e.dirty && killed {
		e.Kill()
	}
	e.dirty = false
}

// Fini tears the scheduler down: pending jobs are cancelled, newest first.
func (s *Scheduler) Fini() {
	s.Pause()
	if s.compat&sched.TeardownStops != 0 {
		s.stopMembers()
	}
	s.fault = false
	s.disarm()
	for i := len(s.pending) - 1; i >= 0; i-- {
		j := s.pending[i]
		s.model.driver.CancelJob(j)
		j.freeJob()
	}
	s.pending = nil
	s.down = true
}

// stopMembers warns of each member and stops it, by priority.
func (s *Scheduler) stopMembers() {
	for p := range sched.NumPriorities {
		for _, e := range s.members {
			if e.placed == p {
				s.model.driver.Observe(sched.Event{
					At: s.model.now, Sched: s.ID, Entity: e.ID, Kind: sched.EventWarn,
					Warn: sched.WarnTeardownActive, Err: fence.OK,
				})
				e.stopped = true
			}
		}
	}
}
