package device

import (
	"math/bits"

	"credence/core/fence"
	"credence/core/sched"
)

// EBUSY is the error of a job that found no room in a ring.
const EBUSY = fence.EBUSY

// RunJob writes the job's commands into the rings of its queue, sends a message
// for each ring, and rings the doorbell. It refuses a job with EBUSY, as the real
// driver does, if a ring has no room, and one that was not bound if there is no
// slot; with ENODEV if the device is dead; and skips one whose finished fence
// carries an error already. Requires: j.Owner is the *Job that j lies in.
func (d *Device) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, fence.Duration) {
	j := sj.Owner.(*Job)
	q := j.Queue
	cost := d.profile.RunCost
	j.left, j.has, j.err, j.holds = 0, [NumKinds]bool{}, fence.OK, 1
	if d.faults != nil {
		if d.faults.hit(SlowHost, q.group, j) {
			cost += d.faults.Delay
		}
		if e := j.refusal(); e != fence.OK {
			return nil, e, cost
		}
	}
	s := j.tally()
	if !q.fits(s) || j.bound == 0 && !d.bindNow(j) {
		q.ringFull++
		return nil, EBUSY, cost
	}
	if d.observer != nil {
		j.observeWritten()
	}
	hw := j.newFence()
	rank := q.priority
	for i := range j.Commands {
		c := &j.Commands[i]
		q.fw[c.Kind].write(j, c, rank)
	}
	q.threshold += s.work[Vertex] + s.work[Fragment] + s.work[Compute]
	j.unbind()
	// The messages go out in the order in which the driver sends them.
	if s.entries[Fragment] != 0 {
		cost += q.fw[Fragment].send(j)
	}
	if s.entries[Vertex] != 0 {
		cost += q.fw[Vertex].send(j)
	}
	if s.entries[Compute] != 0 {
		cost += q.fw[Compute].send(j)
	}
	d.check(q.group)
	return hw, fence.OK, cost
}

// fits reports whether the rings have room for a job.
func (g *group) fits(s *shape) bool {
	for k := s.kinds; k != 0; k &= k - 1 {
		i := bits.TrailingZeros8(k)
		if int(s.entries[i]) > g.fw[i].free() {
			return false
		}
	}
	return true
}

// newFence readies the job's hardware fence: one reference is the caller's, one
// the device's until it signals. Somebody may still hold the one of a run before
// a reset.
func (j *Job) newFence() *fence.Fence {
	g := j.Queue.group
	g.seqno++
	if j.hw != nil && j.first.Refs() != 0 {
		j.hw = new(fence.Single)
	} else {
		j.hw = &j.first
	}
	j.hw.Init(g.context, g.seqno, j)
	j.holds++
	return j.hw.Get()
}

// FreeJob ends the scheduler's hold on the job.
func (d *Device) FreeJob(sj *sched.Job) fence.Duration {
	j := sj.Owner.(*Job)
	j.holds = max(j.holds, 1) // a killed job never came here
	if j.bound != 0 {
		j.unbind()
	}
	sj.Cleanup()
	j.drop()
	return 0
}
