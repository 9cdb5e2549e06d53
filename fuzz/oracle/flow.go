package oracle

import (
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/device"
)

// fits reports whether flow control has no reason to hold j back. Who asks the
// device has it from the commands that are there, which can be fewer than those
// of the jobs in flight; and who waits for a fence of it in place of the room
// may wait for longer than there is none.
func (c *Checker) fits(j *Job) bool {
	e := &c.entities[j.entity]
	s := &c.scheds[e.sched]
	switch s.flow.Kind {
	case sched.FlowLanes:
		return s.lanes.covers(j.need, c.config.Lanes)
	case sched.FlowCanRun:
		return !j.Device || e.onDevice.covers(j.need, c.config.Lanes)
	case sched.FlowPrepare:
		return !j.Device || e.onDevice == lanes{}
	}
	return s.used+uint64(j.cost) <= uint64(s.flow.Limit)
}

// covers reports whether x can be added within the limits.
func (l *lanes) covers(x lanes, limits [sched.NumLanes]uint32) bool {
	for i := range l {
		if l[i]+x[i] > limits[i] {
			return false
		}
	}
	return true
}

// asksDevice reports whether a flow has the device decide.
func asksDevice(k sched.FlowKind) bool { return k == sched.FlowCanRun || k == sched.FlowPrepare }

// take adds what j takes.
func (c *Checker) take(j *Job) {
	s := &c.scheds[j.sched]
	if !asksDevice(s.flow.Kind) && !c.fits(j) {
		fail(invariant.I1, "%s with cost %d, lanes %v runs under %s beside %d, %v; limits %v",
			j, j.cost, j.need, s.flow, s.used, s.lanes, c.config.Lanes)
	}
	s.used += uint64(j.cost)
	s.lanes.add(j.need)
}

func (s *scheduler) put(j *Job) {
	s.used -= uint64(j.cost)
	s.lanes.sub(j.need)
}

// Callbacks is how many callbacks a job's finished fence has if it is watched.
const Callbacks = 2

// Finished is told by callback n on a job's finished fence, in the order of
// arming from 0, that the fence signals: each runs once, in that order, and what
// the job took was returned before (I1).
func (c *Checker) Finished(j *Job, n int) {
	if !j.finished.Signaled() || j.state < done {
		fail(invariant.I3, "a callback on the finished fence of %s runs in state %s", j, j.state)
	}
	if j.told != n {
		fail(invariant.I3, "callback %d on the finished fence of %s runs after %d others",
			n, j, j.told)
	}
	j.told++
	for i := range c.scheds {
		if c.scheds[i].starting {
			return // Start takes the credits again, one job after the other.
		}
	}
	c.checkFlow()
}

// checkFlow compares what the schedulers say is in flight with the jobs that
// are (I1).
func (c *Checker) checkFlow() {
	for i := range c.scheds {
		s := &c.scheds[i]
		switch a := s.core.Admission().(type) {
		case *sched.Scalar:
			if n := a.InFlight(); uint64(n) != s.used {
				fail(invariant.I1, "sched %d under %s: %d in flight, its jobs cost %d",
					i, s.flow, n, s.used)
			}
		case *sched.PerQueue:
			v := a.InFlight()
			for k := range s.lanes {
				if n := v.Lane(k); n != s.lanes[k] {
					fail(invariant.I1, "sched %d: %d in flight in lane %d, its jobs cost %d",
						i, n, k, s.lanes[k])
				}
			}
		}
	}
}

// checkStrict looks at a queue for which the device was asked: it never holds
// more than the strict test lets in.
func (c *Checker) checkStrict(queue int) {
	flow := c.scheds[c.entities[queue].sched].flow
	if !asksDevice(flow.Kind) {
		return
	}
	q := c.entities[queue].user
	for k := range device.NumKinds {
		n, entries := q.Outstanding(k), q.Entries(k)
		if n > int(c.config.Lanes[k]) || entries > int(c.config.Lanes[sched.QueueKinds+int(k)]) {
			fail(invariant.I1, "queue %d.%s under %s holds %d commands, %d ring entries; limits %v",
				queue, k, flow, n, entries, c.config.Lanes)
		}
	}
}

// checkDevice compares what the device holds with the jobs that it was given,
// and looks at each overflow of the firmware's buffer (I1).
func (c *Checker) checkDevice() {
	if c.config.Device == nil {
		return
	}
	for i := range c.entities {
		e := &c.entities[i]
		q := e.user
		c.checkStrict(i)
		for k := range device.NumKinds {
			if n := q.Outstanding(k); n > int(e.onDevice.slots(k)) {
				fail(invariant.I1, "queue %d.%s holds %d commands, its jobs have %d",
					i, k, n, e.onDevice.slots(k))
			}
			if n := q.Entries(k); n > int(e.onDevice.ring(k)) {
				fail(invariant.I1, "queue %d.%s holds %d ring entries, its jobs have %d",
					i, k, n, e.onDevice.ring(k))
			}
		}
	}
	for _, o := range c.config.Device.Overruns()[c.overruns:] {
		c.overruns++
		flow := c.scheds[c.entities[o.Queue].sched].flow
		if o.Outstanding != c.config.Buffer+1 {
			fail(invariant.I1, "an overrun at other than one too many: %v", o)
		}
		if flow.Kind == sched.FlowLanes || asksDevice(flow.Kind) {
			fail(invariant.I1, "%s let the firmware's buffer overflow: %v", flow, o)
		}
	}
}
