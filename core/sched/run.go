package sched

import (
	"fmt"

	"credence/core/fence"
)

// runItem selects the first ready entity and gives its oldest job to the
// backend, unless flow control or a dependency holds that job back. It handles
// one job and queues itself again.
func (s *Scheduler) runItem() Duration {
	if s.inbox.any() {
		s.fold()
	}
	s.stalled = nil
	e := s.rq.first()
	if e == nil {
		return 0
	}
	j := e.head
	// Before the dependencies, and without a look at anybody behind: a stream of
	// small jobs must not starve a big one. A completion queues this item again.
	a := s.scalar
	if a != nil {
		a.looked = false
	}
	switch {
	case a == nil:
		if !s.admission.Fits(j) {
			s.holdBack(j)
			return 0
		}
	case !a.counter.Known(j.cost) && !a.look(j):
		s.holdBack(j)
		return 0
	}
	if s.rq.policy == RR {
		s.rq.served(e)
	}
	if (int(j.cursor) < len(j.deps) || s.prepare != nil) && s.blocked(e, j) {
		s.wake(&s.run)
		return 0
	}
	if e.guilty.Load() != 0 {
		j.fences.Finished.SetError(fence.ECANCELED)
	}
	if a != nil {
		a.counter.Take(j.cost)
	} else {
		s.admission.Take(j)
	}
	// From here on j is the token's holder's.
	e.setLast(&j.fences.Finished)
	if next, ok := e.queue.Advance(); ok {
		e.head = next
		s.rq.reorder(e)
	} else {
		s.settle(e)
	}
	s.pending.append(j)
	if s.timeout != 0 && (!s.armed || s.upstream(TimeoutPostponed)) {
		s.startTimer()
	}
	if s.observer != nil {
		s.observe(EventRun, j, fence.OK, NoWarning)
	}
	busy := s.give(j)
	if s.flushers.Load() != 0 {
		s.exec.Wake(s)
	}
	if s.rq.busy != 0 {
		s.goOn()
	}
	return busy
}

// holdBack notes that flow control has no room for j, which is next.
func (s *Scheduler) holdBack(j *Job) {
	s.stalled = j
	if s.times {
		s.stall(j)
	}
}

// goOn has the next job looked at. A job that has no room now needs no item: the
// completion that makes room queues a free item, and that one goes on. So credits
// that were looked at for the last job need not be for this one: the free item of
// what came back meanwhile is yet to run. Requires: an entity is ready.
func (s *Scheduler) goOn() {
	j := s.rq.first().head
	if a := s.scalar; !s.upstream(RunBlindly) && (a == nil || !a.counter.Known(j.cost)) {
		if a != nil && a.looked || !s.admission.Fits(j) {
			s.holdBack(j)
			return
		}
	}
	s.wake(&s.run)
}

// maxPrepare bounds how often in a row a backend may name fences that have
// signalled already.
const maxPrepare = 1 << 16

// blocked looks at what j still has to wait for, its dependencies from the
// cursor on and then what the backend names, and if a fence is not signalled
// it sets e apart until it is.
func (s *Scheduler) blocked(e *Entity, j *Job) bool {
	for int(j.cursor) < len(j.deps) {
		f := s.waitFor(e, j.deps[j.cursor])
		j.cursor++
		if f != nil && s.block(e, f.Get()) {
			return true
		}
	}
	if s.prepare == nil {
		return false
	}
	for range maxPrepare {
		s.enter("PrepareJob", j)
		f := s.prepare.PrepareJob(j)
		s.leave()
		if f == nil {
			return false
		}
		if w := s.waitFor(e, f); w != nil && s.block(e, w.Get()) {
			f.Put()
			s.held = j
			return true
		}
		f.Put()
	}
	panic(fmt.Sprintf("sched: PrepareJob named %d fences for job %d, none of them to be waited for",
		maxPrepare, j.ID))
}

// block sets e apart until f, whose reference it takes over, signals; false if
// it has.
func (s *Scheduler) block(e *Entity, f *fence.Fence) bool {
	// The callback may run before Arm returns, but its message is folded by the
	// token's holder, later.
	e.waits = f
	switch f.Arm(&e.wake) {
	case fence.Armed:
		e.state = entityBlocked
		if s.times {
			e.since = s.exec.Now()
		}
		s.rq.block(e)
		return true
	case fence.Busy:
		panic(fmt.Sprintf("sched: entity %d waits for two fences", e.id))
	}
	e.unwait()
	return false
}

// waitFor returns what a job of e must wait for because of its dependency d:
// nothing for a fence of e itself, whose jobs run in order anyway, scheduled
// in place of finished for a job of the same scheduler, whose hardware takes
// jobs in order too, unless that job has failed already.
func (s *Scheduler) waitFor(e *Entity, d *fence.Fence) *fence.Fence {
	jf, ok := d.Owner().(*jobFence)
	if !ok {
		return d
	}
	if jf.entity == e {
		return nil
	}
	if jf.sched == s && d.Err() == fence.OK {
		return &jf.Scheduled
	}
	return d
}

// give hands j to the backend and sees to its completion.
func (s *Scheduler) give(j *Job) Duration {
	s.enter("RunJob", j)
	hw, err, busy := s.backend.RunJob(j)
	s.leave()
	if hw != nil {
		// Before scheduled signals: who sees that may look at the parent.
		j.fences.parent = hw
		j.fences.forward()
	}
	if s.observer != nil {
		s.observe(EventScheduled, j, fence.OK, NoWarning)
	}
	if s.stamps {
		j.began = s.exec.Now()
	}
	j.fences.Scheduled.Signal()
	switch {
	case hw == nil:
		j.complete(err)
	case hw.Arm(j.watcher) != fence.Armed:
		s.watch(j, hw, fence.OK)
	}
	return busy
}

// watch has j completed when its hardware fence signals, or now if it has: with
// the fence's error or otherwise err.
func (s *Scheduler) watch(j *Job, hw *fence.Fence, err fence.Errno) {
	if j.arm(hw) {
		return
	}
	if e := hw.Err(); e != fence.OK {
		err = e
	}
	j.complete(err)
}

// jobDone is Job as the handler of its hardware fence.
type jobDone Job

// FenceSignaled completes the job. Interrupt context.
func (d *jobDone) FenceSignaled(hw *fence.Fence, cb *fence.Callback) {
	// The job may be freed and initialised again as soon as finished signals.
	cb.Done()
	(*Job)(d).complete(hw.Err())
}

// complete returns what j took, then signals finished, then has j freed, in
// this order: whoever is woken by the fence finds the resources returned.
// Interrupt context. j is the worker's, or gone, once finished signals.
func (j *Job) complete(err fence.Errno) {
	j.touch("completion")
	s := j.sched
	if s.scalar != nil {
		s.scalar.Return(j)
	} else {
		s.admission.Return(j)
	}
	s.score.Add(-1)
	if s.stamps {
		j.ended = s.exec.Now()
	}
	if s.observer != nil {
		e := err
		if e == fence.OK {
			e = j.fences.Finished.Err()
		}
		s.observe(EventDone, j, e, NoWarning)
	}
	j.fences.Finished.SignalPut(err)
	s.wake(&s.free)
}

// freeItem frees the jobs at the head of the pending list that are done, and
// has the run queue looked at again, since they returned what they took.
func (s *Scheduler) freeItem() (busy Duration) {
	// Who was pushed to before joins by the averages of before.
	if s.rq.policy == Fair && s.inbox.any() {
		s.fold()
	}
	for s.pending.done() {
		j := s.pending.pop()
		if s.timeout != 0 {
			s.stopTimer()
			s.startTimer()
		}
		if s.rq.policy == Fair {
			s.account(j)
		}
		if s.upstream(FreeOne) {
			more := s.pending.done()
			busy = s.freeJob(j)
			if more {
				s.wake(&s.free)
			}
			break
		}
		busy += s.freeJob(j)
	}
	switch {
	case s.upstream(RunBlindly):
		s.wake(&s.run)
	case s.rq.busy == 0 || s.run.queued.Load() != 0:
	case busy == 0:
		// An item of its own would come to the same, at the same time.
		return s.runItem()
	default:
		s.wake(&s.run)
	}
	return busy
}

// freeJob gives j, which is on no list, back to the backend.
func (s *Scheduler) freeJob(j *Job) Duration {
	// An entity that has moved remembers no job of here, and is another token's.
	if e := j.fences.entity; e.sched.Load() == s && e.last == &j.fences.Finished {
		e.setLast(nil)
	}
	j.touch("FreeJob")
	if s.observer != nil {
		s.observe(EventFree, j, fence.OK, NoWarning)
	}
	s.enter("FreeJob", j)
	busy := s.backend.FreeJob(j)
	s.leave()
	return busy
}
