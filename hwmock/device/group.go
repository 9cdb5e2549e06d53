package device

import (
	"credence/core/fence"
	"credence/core/invariant"
	"credence/hwmock/des"
	"credence/hwmock/profile"
)

// MaxContexts is how many user queues a device may have.
const MaxContexts = 1 << 16

// group is firmware queues with one timeline and one notifier: the three of a
// user queue, or the ring that several share.
type group struct {
	device  *Device
	context fence.Context
	seqno   uint64
	fw      [NumKinds]fwQueue

	// The notifier. Commands are counted as they retire, and the threshold as they
	// are run; both wrap.
	count, threshold uint32
	news             uint8 // kinds with completions that the host was not told of

	down  bool     // being reset
	later messages // that wait for the end of it
	up    des.Event
}

// UserQueue is one client context on the device.
type UserQueue struct {
	*group
	id       int
	priority uint8
	space    *Space
	ringFull int // jobs refused for want of ring entries
}

// NewQueue adds a user queue of the least priority, with an address space of its
// own.
func (d *Device) NewQueue() *UserQueue {
	invariant.MightAlloc(&d.section, "Device.NewQueue")
	q := &UserQueue{
		id: len(d.queues), priority: Priorities - 1, space: d.NewSpace(),
		group: d.groupOf(len(d.queues)),
	}
	d.queues = append(d.queues, q)
	return q
}

// groupOf returns the firmware queues of the user queue of this number.
func (d *Device) groupOf(id int) *group {
	if n := d.profile.SharedSchedulers; n > 0 && id >= n && d.profile.Shape == profile.ShapeRing {
		return d.groups[id%n]
	}
	g := &group{device: d, context: d.contexts.Next(1)}
	for k := range g.fw {
		g.fw[k].init(g, id, Kind(k), d.start)
	}
	g.up.Init((*groupUp)(g))
	d.groups = append(d.groups, g)
	return g
}

// ID returns the queue's number, from 0 in the order of NewQueue.
func (q *UserQueue) ID() int { return q.id }

// SetPriority changes what commands submitted from now on are worth to the
// firmware: 0, the most important, to Priorities-1.
func (q *UserQueue) SetPriority(p uint8) { q.priority = min(p, Priorities-1) }

// RingFull returns how many jobs were refused because a ring had no room, or the
// device no slot.
func (q *UserQueue) RingFull() int { return q.ringFull }

// Outstanding returns how many engine commands of a firmware queue were written
// and not yet seen retired by the host.
func (q *UserQueue) Outstanding(k Kind) int { return q.fw[k].outstanding }

// Entries returns how many ring entries of a firmware queue are in use.
func (q *UserQueue) Entries(k Kind) int { return int(q.fw[k].tail - q.fw[k].seen) }

// Stuck reports whether the firmware's buffer for a firmware queue overflowed.
func (q *UserQueue) Stuck(k Kind) bool { return q.fw[k].stuck }
