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
	case lane >= 0:
		failRule(Init, "entity %d accepts a job of lanes %v, limits %v", e, l, c.config.Lanes)
	}
	x.reserved++
	c.jobs = append(c.jobs, Job{
		ID: uint64(len(c.jobs)) + 1, entity: e, need: l, cost: s.cost(need.Credits, l),
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

// cost returns what a job costs a scalar flow, 0 for others.
func (s *scheduler) cost(credits uint32, l lanes) uint32 {
	slots := l[:sched.QueueKinds]
	most, sum := uint32(0), uint32(0)
	for _, v := range slots {
		most, sum = max(most, v), sum+v
	}
	var cost uint32
	switch s.flow.Kind {
	case sched.FlowCredits:
		cost = credits
	case sched.FlowCount, sched.FlowCreditsJob:
		cost = 1
	case sched.FlowCreditsMax:
		cost = max(1, most)
	case sched.FlowCreditsSum:
		cost = max(1, sum)
	}
	return min(cost, s.flow.Limit) // other flows have no limit
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

// Fini is told that an entity was torn down.
func (c *Checker) Fini(e int) { c.entities[e].member = false }

// Prepared is told that the backend named a fence for j to wait for.
func (c *Checker) Prepared(j *Job) { c.scheds[c.entities[j.entity].sched].deps++ }

// Returned is told what the backend returned for j, before the scheduler is.
func (c *Checker) Returned(j *Job, hw *fence.Fence, err fence.Errno) {
	j.returned, j.hardware, j.err = true, hw, err
	if j.Device && hw == nil && !c.full(j) {
		fail(invariant.I1, "%s of ring entries %v is refused with %v", j, j.need[sched.QueueKinds:], err)
	}
}

// full reports whether a ring has no room for j.
func (c *Checker) full(j *Job) bool {
	q := c.config.Queues[j.entity]
	for k := range device.NumKinds {
		if q.Entries(k)+int(j.need.ring(k)) > c.config.Ring-1 {
			return true
		}
	}
	return false
}

// Gone is told that the backend needs j no more.
func (c *Checker) Gone(j *Job) {
	if j.state != freed {
		c.failEnd(j, "the backend lets go of it")
	}
	j.state = gone
}
