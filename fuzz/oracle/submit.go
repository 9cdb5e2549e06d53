package oracle

import (
	"errors"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/device"
)

// Init is told of a call of sched.Job.Init and what it returned. It returns the
// new life, which the caller completes, or nil if the job was refused.
func (c *Checker) Init(e int, need sched.Need, err error) *Job {
	x := &c.entities[e]
	s := &c.scheds[x.sched]
	holds := x.reserved + len(x.queue)
	l := lanesOf(need)
	lane := s.tooLarge(l, c.config.Lanes)
	switch {
	case errors.Is(err, sched.ErrNoScheduler):
		if x.core.Scheduler() != nil {
			failRule(Init, "entity %d has a scheduler and refuses a job: %v", e, err)
		}
		return nil
	case errors.Is(err, sched.ErrNoCredits):
		if need.Credits != 0 {
			failRule(Init, "entity %d refuses a job of %d credits: %v", e, need.Credits, err)
		}
		return nil
	case errors.Is(err, sched.ErrQueueFull):
		if holds < x.capacity {
			failRule(Init, "entity %d refuses a job with %d of %d queued", e, holds, x.capacity)
		}
		return nil
	case err != nil:
		if lane < 0 {
			failRule(Init, "entity %d under %s refuses a job of lanes %v: %v", e, s.flow, l, err)
		}
		return nil
	case need.Credits == 0:
		failRule(Init, "entity %d accepts a job that costs nothing", e)
	case lane >= 0:
		failRule(Init, "entity %d accepts a job of lanes %v, limits %v", e, l, c.config.Lanes)
	}
	x.reserved++
	c.jobs = append(c.jobs, Job{
		ID: uint64(len(c.jobs)) + 1, entity: e, sched: x.sched, need: l,
		cost: Cost(s.flow.Kind, need),
	})
	return &c.jobs[len(c.jobs)-1]
}

// tooLarge returns the first lane that l exceeds all by itself, or -1.
func (s *scheduler) tooLarge(l lanes, limits [sched.NumLanes]uint32) int {
	if s.flow.Kind != sched.FlowLanes {
		return -1 // cut to size, or the driver's to refuse
	}
	for i := range l {
		if l[i] > limits[i] {
			return i
		}
	}
	return -1
}

// scalar reports whether a flow of this kind is one number.
func scalar(k sched.FlowKind) bool { return k != sched.FlowLanes && !asksDevice(k) }

// Cost returns what a job costs a scalar flow before it is cut to the limit, 0
// for others.
func Cost(k sched.FlowKind, n sched.Need) uint32 {
	l := lanesOf(n)
	slots := l[:sched.QueueKinds]
	most, sum := uint32(0), uint32(0)
	for _, v := range slots {
		most, sum = max(most, v), sum+v
	}
	switch k {
	case sched.FlowCredits:
		return n.Credits
	case sched.FlowCount, sched.FlowCreditsJob:
		return 1
	case sched.FlowCreditsMax:
		return max(1, most)
	case sched.FlowCreditsSum:
		return max(1, sum)
	}
	return 0
}

// Abort is told that j was cleaned up before it was armed.
func (c *Checker) Abort(j *Job) {
	j.state = aborted
	c.entities[j.entity].reserved--
}

// Arm is told that j was armed and is about to be pushed.
func (c *Checker) Arm(j *Job, scheduled, finished *fence.Fence) {
	e := &c.entities[j.entity]
	e.seqno++
	j.state, j.seqno = armed, e.seqno
	j.scheduled, j.finished = scheduled, finished
	j.context, j.fenceSeqno = finished.Context(), finished.Seqno()
}

// Prepared is told that the backend named a fence for j to wait for: x, or if
// that is nil one of the hardware.
func (c *Checker) Prepared(j *Job, x *External) {
	c.scheds[j.sched].deps++
	if x != nil {
		j.named = append(j.named, x)
	}
}

// Returned is told what the backend returned for j, before the scheduler is. skip
// says that it left out a job that carried an error.
func (c *Checker) Returned(j *Job, hw *fence.Fence, err fence.Errno, skip bool) {
	j.returned, j.hardware, j.carried = true, hw, j.finished.Err()
	if j.err = err; err == fence.OK {
		j.err = j.carried
	}
	if !skip && hw != nil {
		j.detached = false
	}
	if j.Device && hw == nil && !skip && !c.full(j) {
		fail(invariant.I1, "%s of ring entries %v is refused with %v", j, j.need[sched.QueueKinds:], err)
	}
}

// full reports whether a ring has no room for j.
func (c *Checker) full(j *Job) bool {
	q := c.entities[j.entity].user
	for k := range device.NumKinds {
		if q.Entries(k)+int(j.need.ring(k)) > c.config.Ring-1 {
			return true
		}
	}
	return false
}

// Gone is told that the backend needs j no more.
func (c *Checker) Gone(j *Job) {
	if j.state != freed && (j.owner == theScheduler || j.state != done) {
		c.failEnd(j, "let go of by the backend")
	}
	j.state = gone
}
