package stress

import (
	"sync/atomic"

	"credence/core/fence"
	"credence/core/live"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
)

// unit is a scheduler with its worker, its hardware, and what its backend keeps.
type unit struct {
	*machine
	engine
	spec    prog.Sched
	sched   *sched.Scheduler
	worker  *live.Worker
	stopped atomic.Bool
	credits atomic.Int64 // what the jobs on the engine cost
	freed   atomic.Int64
	owned   atomic.Int64 // jobs that a verdict left to the backend
}

// Timeouts of the language are microseconds of virtual time. Here they are of
// real time, and within what a bout can wait for.
const (
	leastTimeout = 200 * fence.Microsecond
	mostTimeout  = 2 * fence.Millisecond
)

// limited reports whether the unit's flow has a limit that costs count against,
// and is not the engine's room itself.
func (u *unit) limited() bool { return u.spec.Flow.Limit > 0 }

// RunJob gives j to the engine, or ends it, as its operation says.
func (u *unit) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	j := sj.Owner.(*job)
	u.judge(j)
	j.runs++
	if sj.Finished().Err() != fence.OK {
		return nil, fence.OK, 0
	}
	switch j.spec.End {
	case prog.ByReturn:
		return nil, j.spec.Err, 0
	case prog.BySignaled:
		hw := u.newFence()
		hw.SignalError(j.spec.Err)
		return &hw.Fence, fence.OK, 0
	}
	done := func() {}
	if u.limited() {
		cost := min(int64(oracle.Cost(u.spec.Flow.Kind, sj.Need())), int64(u.spec.Flow.Limit))
		if n := u.credits.Add(cost); n > int64(u.spec.Flow.Limit) {
			u.Fail("I1", "%d credits of %d on the engine of %v", n, u.spec.Flow.Limit, u.sched)
		}
		done = func() { u.credits.Add(-cost) }
	}
	hangs := j.spec.End == prog.ByDevice && j.spec.Micros == 0 && u.spec.Micros != 0 && j.runs == 1
	hw := u.add(j, hangs, done)
	if u.asks() && u.len() > u.program.Device.Slots {
		u.Fail("I1", "%d jobs on the engine of %v, which has room for %d",
			u.len(), u.sched, u.program.Device.Slots)
	}
	u.poke()
	return hw, fence.OK, 0
}

// asks reports whether the flow asks the backend for room.
func (u *unit) asks() bool {
	return u.spec.Flow.Kind == sched.FlowCanRun || u.spec.Flow.Kind == sched.FlowPrepare
}

// judge looks whether it is j's turn.
func (u *unit) judge(j *job) {
	switch {
	case !j.pushed.Load():
		u.Fail("I4", "job %#x runs, and is not pushed", j.ID)
	case j.Finished().Signaled():
		u.Fail("I4", "job %#x runs, and has finished", j.ID)
	case j.runs > 0: // run again after a reset
		return
	}
	if e := j.entity; j.number <= e.ran {
		u.Fail("I2", "job %d of entity %d runs after job %d", j.number, e.ID(), e.ran)
	} else {
		e.ran = j.number
	}
	for i := range j.deps {
		if d := &j.deps[i]; !d.met(j.entity, u.sched) {
			u.Fail("I6", "job %#x runs, and fence %d:%d is not signalled", j.ID,
				d.fence.Context(), d.fence.Seqno())
		}
	}
}

// FreeJob ends a job's life.
func (u *unit) FreeJob(sj *sched.Job) sched.Duration {
	u.freed.Add(1)
	sj.Owner.(*job).end()
	return 0
}

// CancelJob takes a job off the engine, or leaves it to the interrupt that has
// it.
func (u *unit) CancelJob(sj *sched.Job) { u.take(sj.Owner.(*job), fence.ECANCELED) }

// TimedOutJob judges a job as its operation says, or its scheduler's line.
func (u *unit) TimedOutJob(sj *sched.Job, r *sched.Recovery) (sched.Verdict, sched.Duration) {
	j := sj.Owner.(*job)
	v := j.spec.Verdict
	if v == prog.Default {
		v = u.spec.Verdict
	}
	if u.stopped.Load() {
		v = prog.NoHang // somebody else is resetting
	}
	defer u.poke()
	switch v {
	case prog.KillIt:
		return u.keep(j, fence.ETIMEDOUT, sched.VerdictReset), 0
	case prog.NoDevice:
		return u.keep(j, fence.ENODEV, sched.VerdictNoDevice), 0
	case prog.CancelAll:
		r.Stop(sj)
		u.reset(fence.ECANCELED)
		r.Start(fence.ETIME)
		return sched.VerdictReset, 0
	case prog.Resubmit:
		r.Stop(sj)
		r.IncreaseKarma(sj)
		u.reset(fence.ECANCELED)
		r.Resubmit()
		r.Start(fence.OK)
		return sched.VerdictReset, 0
	}
	u.wake(j)
	return sched.VerdictNoHang, 0
}

// keep ends a job that hangs and makes it the backend's own, unless it ends by
// itself at this moment.
func (u *unit) keep(j *job, err fence.Errno, v sched.Verdict) sched.Verdict {
	u.take(j, err)
	if !j.Finished().Signaled() {
		return sched.VerdictNoHang
	}
	u.owned.Add(1)
	j.end()
	return v
}

// prepareJob returns the external fence that the job's operation names, once.
func (u *unit) prepareJob(sj *sched.Job) *fence.Fence {
	j := sj.Owner.(*job)
	if j.spec.Prepare == 0 || j.asked {
		return nil
	}
	j.asked = true
	if d, ok := u.external[j.spec.Prepare-1].get(); ok {
		return d.fence
	}
	return nil
}

// The backends that flows see: CanRun and PrepareJob are asked of any that has
// them.
type (
	asked     struct{ *unit }
	preparing struct{ *unit }
	plain     struct{ *unit }
)

// CanRun reports whether the engine has room.
func (u asked) CanRun(sj *sched.Job) bool {
	switch sj.Owner.(*job).spec.End {
	case prog.ByReturn, prog.BySignaled:
		return true
	}
	return u.len() < u.program.Device.Slots
}

// PrepareJob returns what j must wait for besides its dependencies.
func (u plain) PrepareJob(sj *sched.Job) *fence.Fence { return u.prepareJob(sj) }

// PrepareJob returns the oldest job's fence while the engine has no room.
func (u preparing) PrepareJob(sj *sched.Job) *fence.Fence {
	if f := u.prepareJob(sj); f != nil {
		return f
	}
	if u.len() < u.program.Device.Slots {
		return nil
	}
	return u.oldest()
}
