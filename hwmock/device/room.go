package device

import (
	"credence/core/fence"
	"credence/core/sched"
)

// Asked is a Device that answers whether it has room for a job.
type Asked struct{ *Device }

// CanRun reports whether the job's user queue has room, by the driver's test: on
// a device of shape firmware more free slots than the job needs, and more free
// entries; on a ring as many.
func (a Asked) CanRun(sj *sched.Job) bool {
	_, full := sj.Owner.(*Job).blocker()
	return !full
}

// Preparing is a Device that names the fence to wait for if it has no room.
type Preparing struct{ *Device }

// PrepareJob returns the hardware fence of the oldest job in the first firmware
// queue that has no room, or nil if all have. The reference is the caller's.
func (p Preparing) PrepareJob(sj *sched.Job) *fence.Fence {
	q, full := sj.Owner.(*Job).blocker()
	if !full || q.seen == q.tail {
		return nil // or nothing in flight that could make room: RunJob says so
	}
	return q.at(q.seen).job.hw.Get()
}

// blocker returns the first firmware queue, in the order of Kind, that has no
// room for j by the driver's test, and whether there is one.
func (j *Job) blocker() (*fwQueue, bool) {
	s := j.tally()
	d := j.Queue.device
	for k := range j.Queue.fw {
		q := &j.Queue.fw[k]
		entries, work := int(s.entries[k]), int(s.work[k])
		if work != 0 && d.profile.Slots-q.outstanding < work+d.strict ||
			entries != 0 && q.free() < entries+d.strict {
			return q, true
		}
	}
	return nil, false
}
