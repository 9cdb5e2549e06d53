package device

import (
	"credence/core/fence"
	"credence/core/sched"
)

// EBUSY is the error of a job that found no room in a ring.
const EBUSY = fence.EBUSY

// UserQueue is one client context on the device: three firmware queues that
// share a timeline.
type UserQueue struct {
	device   *Device
	id       int
	priority uint8
	context  fence.Context
	seqno    uint64
	ringFull int // jobs refused for want of ring entries
	fw       [NumKinds]fwQueue
}

// NewQueue adds a user queue of the least priority.
func (d *Device) NewQueue() *UserQueue {
	q := &UserQueue{
		device: d, id: len(d.queues), context: d.contexts.Next(1), priority: Priorities - 1,
	}
	for k := range q.fw {
		q.fw[k].init(q, Kind(k))
	}
	d.queues = append(d.queues, q)
	return q
}

// ID returns the queue's number, from 0 in the order of NewQueue.
func (q *UserQueue) ID() int { return q.id }

// SetPriority changes what commands submitted from now on are worth to the
// firmware: 0, the most important, to Priorities-1.
func (q *UserQueue) SetPriority(p uint8) { q.priority = min(p, Priorities-1) }

// RingFull returns how many jobs were refused because a ring had no room.
func (q *UserQueue) RingFull() int { return q.ringFull }

// Outstanding returns how many engine commands of a firmware queue were written
// and not yet seen retired by the host.
func (q *UserQueue) Outstanding(k Kind) int { return q.fw[k].outstanding }

// Entries returns how many ring entries of a firmware queue are in use.
func (q *UserQueue) Entries(k Kind) int { return int(q.fw[k].tail - q.fw[k].seen) }

// RunJob writes the job's commands into the rings of its queue and rings the
// doorbells. It refuses a job with EBUSY, as the real driver does, if a ring
// has no room. Requires: j.Owner is the *Job that j lies in.
func (d *Device) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, fence.Duration) {
	j := sj.Owner.(*Job)
	q := j.Queue
	var entries [NumKinds]int
	for i := range j.Commands {
		entries[j.Commands[i].Kind]++
	}
	j.left, j.has, j.holds = 0, [NumKinds]bool{}, 1
	for k := range q.fw {
		if entries[k] > q.fw[k].free() {
			q.ringFull++
			return nil, EBUSY, d.profile.RunCost
		}
	}
	q.seqno++
	// One reference is the scheduler's, one the device's until it signals.
	j.hw.Init(q.context, q.seqno, j)
	j.holds++
	for i := range j.Commands {
		q.fw[j.Commands[i].Kind].write(j, &j.Commands[i])
	}
	// The doorbells ring in the order in which the driver rings them.
	for _, k := range [...]Kind{Fragment, Vertex, Compute} {
		if entries[k] > 0 {
			q.fw[k].ringDoorbell()
		}
	}
	return j.hw.Get(), fence.OK, d.profile.RunCost
}

// FreeJob ends the scheduler's hold on the job.
func (d *Device) FreeJob(sj *sched.Job) fence.Duration {
	j := sj.Owner.(*Job)
	j.holds = max(j.holds, 1) // a killed job never came here
	sj.Cleanup()
	j.drop()
	return 0
}
