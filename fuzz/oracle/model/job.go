package model

import (
	"credence/core/fence"
	"credence/core/sched"
)

// Job is one submission.
type Job struct {
	ID    uint64
	Owner any // the driver's own

	entity   *Entity
	sched    *Scheduler // from the push on
	priority sched.Priority
	need     []uint32
	submit   fence.Time
	deps     []*Fence
	cursor   int // of the dependencies
	karma    int

	scheduled, finished Fence
	hardware            *Fence  // while it is in flight
	done                *waiter // on it
	taken               bool    // counts as in flight
	freed               bool
}

// NewJob returns a job that takes need of its scheduler's limits.
func (e *Entity) NewJob(id uint64, need ...uint32) *Job {
	j := &Job{ID: id, entity: e, need: append([]uint32(nil), need...)}
	j.scheduled.job, j.finished.job = j, j
	j.scheduled.scheduled = true
	return j
}

// Scheduled and Finished return the job's fences.
func (j *Job) Scheduled() *Fence { return &j.scheduled }

// Finished returns the fence that signals when the job is done.
func (j *Job) Finished() *Fence { return &j.finished }

// Entity returns the job's entity, and Scheduler where it runs.
func (j *Job) Entity() *Entity { return j.entity }

// Scheduler returns the scheduler that the job was pushed to.
func (j *Job) Scheduler() *Scheduler { return j.sched }

// Hardware returns the fence of RunJob while the job is in flight.
func (j *Job) Hardware() *Fence { return j.hardware }

// AddDependency makes j wait for f. Of one timeline the later fence counts, in
// the place of the first.
func (j *Job) AddDependency(f *Fence) {
	for i, d := range j.deps {
		if d.context == f.context {
			if f.seqno > d.seqno {
				j.deps[i] = f
			}
			return
		}
	}
	j.deps = append(j.deps, f)
}

// Push arms j and queues it.
func (j *Job) Push() {
	e := j.entity
	m := e.model
	e.choose()
	e.seqno++
	j.scheduled.context, j.finished.context = e.contexts[0], e.contexts[1]
	j.scheduled.seqno, j.finished.seqno = e.seqno, e.seqno
	j.sched, j.priority, j.submit = e.sched, e.priority, m.now
	j.sched.score++
	e.dirty = true
	e.queue = append(e.queue, j)
	j.observe(sched.EventQueue, fence.OK, sched.NoWarning)
	if len(e.queue) > 1 {
		return
	}
	if e.stopped {
		j.observe(sched.EventWarn, fence.OK, sched.WarnPushKilled)
		return
	}
	e.join()
	e.sched.kick()
}

// pop takes the head off its entity's queue, or has the entity wait for a fence
// and returns nil.
func (e *Entity) pop() *Job {
	j := e.queue[0]
	for {
		d := j.nextDependency()
		if d == nil {
			break
		}
		if d.context == e.contexts[0] || d.context == e.contexts[1] {
			continue
		}
		if d.job != nil && d.job.sched == e.sched && d.err == fence.OK {
			d = &d.job.scheduled
		}
		if e.wait(d) {
			return nil
		}
	}
	if e.guilty {
		j.finished.err = fence.ECANCELED
	}
	e.last = &j.finished
	e.queue = e.queue[1:]
	e.reposition()
	return j
}

// nextDependency returns the next fence to look at: the listed ones, then those
// that the backend names.
func (j *Job) nextDependency() *Fence {
	if j.cursor < len(j.deps) {
		j.cursor++
		return j.deps[j.cursor-1]
	}
	return j.entity.model.driver.PrepareJob(j)
}

// reposition gives the entity its place after a job was popped.
func (e *Entity) reposition() {
	if e.sched.compat&sched.StickyPriority == 0 && len(e.queue) > 0 {
		e.replace()
	}
	switch e.sched.Policy {
	case sched.FIFO:
		if len(e.queue) > 0 {
			e.place, e.key = e.model.next(), e.queue[0].submit
		}
	case sched.Fair:
		e.fold()
	}
}

// end is job_done: what j took is returned, and its finished fence signals.
func (j *Job) end(err fence.Errno) {
	s := j.sched
	s.put(j)
	s.score--
	j.finish(err)
	s.queue(sched.ItemFree)
}

// finish signals finished.
func (j *Job) finish(err fence.Errno) {
	if err != fence.OK {
		j.finished.err = err
	}
	j.observe(sched.EventDone, j.finished.err, sched.NoWarning)
	j.entity.model.Signal(&j.finished, fence.OK)
}

func (j *Job) signalScheduled() {
	j.observe(sched.EventScheduled, fence.OK, sched.NoWarning)
	j.entity.model.Signal(&j.scheduled, fence.OK)
}

func (j *Job) freeJob() {
	j.freed = true
	j.observe(sched.EventFree, fence.OK, sched.NoWarning)
}
