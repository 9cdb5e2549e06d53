package device

import "credence/core/invariant"

// check checks the invariants of the device, and those of g's queues, which may
// be nil. The numbers are those of the package's documentation.
func (d *Device) check(g *group) {
	if !invariant.Enabled || d.emptying > 0 {
		return
	}
	if g != nil {
		for k := range g.fw {
			g.fw[k].check()
		}
	}
	d.checkSlots()
	d.checkWork()
}

// check checks one firmware queue.
func (q *fwQueue) check() {
	if q.seen > q.retired || q.retired > q.started || q.started > q.known || q.known > q.tail {
		invariant.Fail(invariant.W1, "device: queue %d.%s: seen %d, retired %d, started %d, known %d, "+
			"tail %d", q.user, q.kind, q.seen, q.retired, q.started, q.known, q.tail)
	}
	n := q.lagging
	for i := q.seen; i < q.tail; i++ {
		if q.at(i).engines != 0 {
			n++
		}
	}
	if n != q.outstanding {
		invariant.Fail(invariant.S1, "device: queue %d.%s: %d slots taken for %d commands",
			q.user, q.kind, q.outstanding, n)
	}
	if q.tail > q.seen && !q.active {
		invariant.Fail(invariant.S1, "device: queue %d.%s works without an event slot", q.user, q.kind)
	}
}

// checkSlots checks that each event slot is free or has the one owner that knows
// it has it, and that VM slots add up.
func (d *Device) checkSlots() {
	taken := 0
	for i := range d.active.slots {
		q := d.host.owner[i]
		if q != nil {
			taken++
		}
		if d.active.slots[i].taken != (q != nil) ||
			q != nil && (!q.active || int(q.slot.slot) != i) {
			invariant.Fail(invariant.S1, "device: event slot %d, taken %t, and its owner disagree", i,
				d.active.slots[i].taken)
		}
	}
	if taken+d.active.free != len(d.active.slots) {
		invariant.Fail(invariant.S1, "device: %d event slots taken, %d free, of %d", taken,
			d.active.free, len(d.active.slots))
	}
}

// checkWork checks that what the firmware counts in flight is what its queues
// hold, and that each command that was given to an engine is there once.
func (d *Device) checkWork() {
	flying, given := 0, 0
	for _, g := range d.groups {
		for k := range g.fw {
			f, n := g.fw[k].work()
			flying += f
			given += n
		}
	}
	if flying != d.firmware.inFlight {
		invariant.Fail(invariant.W1, "device: the firmware counts %d commands in flight, its queues %d",
			d.firmware.inFlight, flying)
	}
	held := 0
	for i := range d.engines {
		held += d.engines[i].load()
	}
	if held != given {
		invariant.Fail(invariant.W1, "device: engines have %d commands, queues gave them %d", held,
			given)
	}
}

// work returns how many commands the firmware knows and has not retired, and how
// many of these an engine has.
func (q *fwQueue) work() (flying, given int) {
	for i := q.retired; i < q.known; i++ {
		e := q.at(i)
		if e.engines == 0 || e.done {
			continue
		}
		flying++
		if i < q.started && !e.retire.Pending() {
			given++
		}
	}
	if q.waits&forEngine != 0 {
		given++
	}
	return flying, given
}
