package device

import "credence/core/fence"

// SetStamp lets the stamp of a firmware queue that was never used start at v.
func (q *UserQueue) SetStamp(k Kind, v uint32) {
	if q.fw[k].tail != 0 {
		panic("device: SetStamp of a queue in use")
	}
	q.fw[k].stamp, q.fw[k].issued = v, v
}

// Jump moves the stamp of a firmware queue with nothing outstanding on by n
// commands.
func (q *UserQueue) Jump(k Kind, n uint32) {
	if q.fw[k].outstanding != 0 {
		panic("device: Jump of a queue with commands outstanding")
	}
	q.fw[k].stamp += n * stampStep
	q.fw[k].issued += n * stampStep
}

// RingLen returns how many entries the ring has memory for.
func (q *UserQueue) RingLen(k Kind) int { return len(q.fw[k].ring) }

// EndHold is FreeJob of a job that no scheduler knows.
func (j *Job) EndHold() { j.drop() }

// Hardware returns the job's hardware fence.
func (j *Job) Hardware() *fence.Fence { return &j.hw.Fence }

// FreeEntries returns how many ring entries wait for reuse.
func (d *Device) FreeEntries() (n int) {
	for e := d.free; e != nil; e = e.next {
		n++
	}
	return n
}
