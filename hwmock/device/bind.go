package device

import (
	"math/bits"

	"credence/core/fence"
)

// Space is an address space. The device knows as many at a time as it has VM
// slots; one is active while a job in it was bound and has not ended.
type Space struct {
	device *Device
	users  int
	slot   token
}

// NewSpace adds an address space.
func (d *Device) NewSpace() *Space { return &Space{device: d} }

// SetSpace gives the queue another address space. Requires: no job of the queue
// is bound or runs.
func (q *UserQueue) SetSpace(s *Space) { q.space = s }

// Bind takes the slots that j needs to be submitted, those that its queue and its
// address space do not hold already: an event slot for each firmware queue that
// it has commands in, and a VM slot. The driver does this before it arms the job,
// where it may block: if there are too few slots Bind takes none, puts w in line,
// and reports false; w is told when it is time to ask again. Those in line are
// served in order. cost is what the submitting call takes longer because the
// address space lost its slot. Unbind gives the slots back if the job is not
// armed after all, otherwise the end of the job does. It allocates only if more
// wait than ever before.
func (d *Device) Bind(j *Job, w Waiter) (cost fence.Duration, ok bool) {
	kinds := j.tally().kinds
	if j.Queue.space.users == 0 && !d.spaces.admits(w, 1) {
		return 0, false
	}
	if n := j.Queue.missing(kinds); n > 0 && !d.active.admits(w, n) {
		d.spaces.leave(w)
		return 0, false
	}
	changed := d.take(j, kinds)
	d.Leave(w)
	if changed {
		return d.profile.VMRebind, true
	}
	return 0, true
}

// Unbind gives back what Bind took for a job that will not be armed.
func (d *Device) Unbind(j *Job) {
	if j.bound != 0 {
		j.unbind()
	}
}

// Leave takes w, who asks no more, out of line.
func (d *Device) Leave(w Waiter) {
	if w.Place().lines != 0 {
		d.spaces.leave(w)
		d.active.leave(w)
	}
}

// bindNow takes slots for a job that nobody bound, if there are enough.
func (d *Device) bindNow(j *Job) bool {
	kinds := j.tally().kinds
	if j.Queue.space.users == 0 && d.spaces.free == 0 || j.Queue.missing(kinds) > d.active.free {
		return false
	}
	d.take(j, kinds)
	return true
}

// missing returns how many queues of the set have no event slot.
func (g *group) missing(set uint8) (n int) {
	for s := set; s != 0; s &= s - 1 {
		if !g.fw[bits.TrailingZeros8(s)].active {
			n++
		}
	}
	return n
}

// take takes the slots for j, and reports whether its address space has lost the
// one that it had. Requires: there are enough.
func (d *Device) take(j *Job, kinds uint8) (changed bool) {
	s := j.Queue.space
	if s.users == 0 {
		changed = d.spaces.get(&s.slot)
	}
	s.users++ // until the job's end
	j.bound = kinds
	for k := kinds; k != 0; k &= k - 1 {
		q := &j.Queue.fw[bits.TrailingZeros8(k)]
		if !q.active {
			d.active.get(&q.slot)
			q.active = true
			d.host.owner[q.slot.slot] = q
		}
		q.jobs++
	}
	return changed
}

// unbind ends the job's hold on event slots: its commands hold them from here on,
// or nothing does.
func (j *Job) unbind() {
	for k := j.bound; k != 0; k &= k - 1 {
		q := &j.Queue.fw[bits.TrailingZeros8(k)]
		if q.jobs--; q.jobs == 0 {
			q.retreat()
		}
	}
	j.bound = 0
	if j.left == 0 {
		j.Queue.space.leave()
	}
}

// retreat gives back the queue's event slot if nothing needs it. Requires: no job
// is bound.
func (q *fwQueue) retreat() {
	if q.seen == q.tail && q.active {
		q.active = false
		q.group.device.host.owner[q.slot.slot] = nil
		q.group.device.active.put(&q.slot)
	}
}

// leave ends a job's use of the address space.
func (s *Space) leave() {
	if s.users--; s.users == 0 {
		s.device.spaces.put(&s.slot)
	}
}
