package sched

import "credence/core/fence"

// Kill stops the entity: jobs that run are left alone, and each queued one
// ends, in order and without running, once the job before it and all fences
// that it depends on have signalled, with ESRCH. Later pushes stay queued, with
// a warning, until the entity is killed again. It waits for the worker's item,
// not for fences.
func (e *Entity) Kill() {
	s := e.lock()
	if s == nil {
		return
	}
	defer s.token.Unlock()
	s.fold()
	e.mark.Or(stopped)
	wasListed := e.mark.Load()&listed != 0
	s.expel(e)
	prev := e.last
	if prev != nil {
		prev.Get()
	}
	for {
		j, ok := e.queue.Pop()
		if !ok {
			break
		}
		next := j.fences.Finished.Get()
		s.kill(j, prev)
		prev = next
	}
	if s.held == e.head {
		s.held = nil
	}
	e.head = nil
	if prev != nil {
		prev.Put()
	}
	s.exec.Wake(s)
	if wasListed && !s.upstream(KillNoKick) {
		s.wake(&s.run)
	}
}

// kill ends j when prev, whose reference is passed on, has signalled.
func (s *Scheduler) kill(j *Job, prev *fence.Fence) {
	j.work = Work{sched: s, item: ItemKill, job: j}
	j.watching = false
	j.handle()
	j.cursor = 0
	j.after = prev
	s.dying.append(j)
	if prev == nil || !j.arm(prev) {
		s.kick(&j.work)
	}
}

// jobKill is Job as the handler of the fence that its end waits for.
type jobKill Job

// FenceSignaled goes on in a work item: it may come under the lock of somebody
// whose callbacks the next wait would touch. Interrupt context.
func (k *jobKill) FenceSignaled(_ *fence.Fence, cb *fence.Callback) {
	j := (*Job)(k)
	s := j.sched
	cb.Done()
	s.kick(&j.work)
}

// killItem waits for the next fence that the killed job depends on, or ends it.
// All of them count, from the first on: whoever waits for the job's end must
// not be let go before what the job waited for.
func (j *Job) killItem() Duration {
	j.touch("kill")
	if j.after != nil {
		j.after.Put()
		j.after = nil
	}
	for ; int(j.cursor) < len(j.deps); j.cursor++ {
		if f := j.killDependency(); !f.Signaled() && j.arm(f) {
			return 0
		}
	}
	s := j.sched
	s.dying.remove(j)
	s.observe(EventScheduled, j, fence.OK, NoWarning)
	j.fences.Scheduled.Signal()
	s.observe(EventDone, j, fence.ESRCH, NoWarning)
	if !s.upstream(ScoreLeak) {
		s.score.Add(-1)
	}
	j.fences.Finished.SignalPut(fence.ESRCH)
	return s.freeJob(j)
}

// killDependency returns what the dependency at the cursor means to a killed job:
// the end of a job, whichever of its fences it was.
func (j *Job) killDependency() *fence.Fence {
	f := j.deps[j.cursor]
	if jf, ok := f.Owner().(*jobFence); ok {
		return &jf.Finished
	}
	return f
}

// Fini kills the entity and lets go of what it holds. Jobs of it may still run
// or wait for their end; they do not need it.
func (e *Entity) Fini() {
	e.Kill()
	s := e.lock()
	if s == nil {
		return
	}
	defer s.token.Unlock()
	s.fold()
	if e.waits != nil && e.wake.Disarm() {
		e.unwait()
	}
	e.setLast(nil)
}

// unwait drops the fence that the entity's head waited for.
func (e *Entity) unwait() {
	f := e.waits
	e.waits = nil
	f.Put()
}

// Exit says how the caller of Flush comes to an end.
type Exit struct {
	// Exiting: the caller is exiting, and waits no longer than the timeout.
	Exiting bool
	// Killed: it was killed, so that nobody wants the queued jobs any more.
	Killed bool
}

// idle reports whether nothing of e is queued that would still run. Any
// context.
func (e *Entity) idle() bool {
	m := e.mark.Load()
	return m&listed == 0 || m&stopped != 0
}

// Flush waits until all of the entity's jobs have left its queue for the backend,
// which may be about to get the last one, not until they are done: up to timeout
// if the caller is exiting, for ever otherwise. It returns what is left of the
// timeout, at least a microsecond, or 0 if that was not enough. If the caller was
// killed, and it is the first flush since the last push, the entity is killed. It
// blocks.
func (e *Entity) Flush(timeout Duration, x Exit) Duration {
	s := e.sched.Load()
	if s == nil {
		return 0
	}
	start := s.exec.Now()
	deadline := fence.Never
	if x.Exiting {
		deadline = start.Add(timeout)
	}
	done := false
	s.mightBlock("Entity.Flush")
	if timeout > 0 {
		s.flushers.Add(1)
		done = s.exec.Wait(s, e.idle, deadline)
		s.flushers.Add(^uint32(0))
	}
	if e.fresh.Swap(0) == 1 && x.Exiting && x.Killed {
		e.Kill()
	}
	if !done {
		return 0
	}
	return max(timeout-s.exec.Now().Sub(start), fence.Microsecond)
}

// Destroy is Flush of a caller that lives, and Fini. It blocks, up to timeout.
func (e *Entity) Destroy(timeout Time) {
	if s := e.sched.Load(); s != nil {
		s.mightBlock("Entity.Destroy")
		s.flushers.Add(1)
		s.exec.Wait(s, e.idle, timeout)
		s.flushers.Add(^uint32(0))
	}
	e.Fini()
}
