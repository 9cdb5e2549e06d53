//go:build explore

package explore

// clock is a vector clock: for each thread how many of its events, or accesses,
// come before (C. Fidge, 1988; F. Mattern, 1989).
type clock [MaxThreads]uint16

func (c *clock) join(d *clock) {
	for i, x := range d {
		c[i] = max(c[i], x)
	}
}

func (c *clock) within(d *clock) bool {
	for i, x := range c {
		if x > d[i] {
			return false
		}
	}
	return true
}

// order is where a thread's next event stands in the order that the events
// before it force.
type order struct {
	clock clock
	seq   uint16 // events so far
	last  int    // 1 + the node of the last one
	woken int    // 1 + the node of the event that let the thread go on
}

// access is who touched a word last: 1 + the node of the last write, and of the
// reads after it, by thread.
type access struct {
	write   int32
	readers mask
	reads   [MaxThreads]int32
}

// event is a step of a node in that order, and what was before it.
type event struct {
	loc        uint32
	seq        uint16
	wasReaders mask
	clock      clock
	wasWrite   int32
	wasRead    int32
	wasLast    int32
}

// note places t's event at node d in the order of events, and has those that it
// races with tried the other way round.
func (e *engine) note(t *thread, n *node, d int, write bool) {
	o := &t.order
	a := &e.locs[t.loc].last
	c := o.clock
	if o.woken > 0 {
		c.join(&e.nodes[o.woken-1].clock)
	}
	before := c
	if a.write > 0 {
		c.join(&e.nodes[a.write-1].clock)
	}
	others := a.readers &^ t.bit
	if write {
		for i := range e.threads {
			if others>>i&1 != 0 {
				c.join(&e.nodes[a.reads[i]-1].clock)
			}
		}
	}
	switch {
	case write && others != 0:
		e.raceWithReads(t, d, a, others, &before, &c)
	case a.write > 0:
		e.race(t, int(a.write-1), d, &before, &c)
	}
	o.seq++
	c[t.index] = o.seq
	n.event = event{
		loc: t.loc, seq: o.seq, clock: c, wasLast: int32(o.last),
		wasWrite: a.write, wasReaders: a.readers, wasRead: a.reads[t.index],
	}
	o.clock, o.last = c, d+1
	if write {
		a.write, a.readers = int32(d+1), 0
	} else {
		a.reads[t.index] = int32(d + 1)
		a.readers |= t.bit
	}
}

// raceWithReads looks at a write behind the reads of others: those that no other
// of them comes after.
func (e *engine) raceWithReads(t *thread, d int, a *access, others mask, before, c *clock) {
	for i := range e.threads {
		if others>>i&1 == 0 {
			continue
		}
		r := int(a.reads[i] - 1)
		last := true
		for j := range e.threads {
			if j != i && others>>j&1 != 0 &&
				e.nodes[a.reads[j]-1].clock[i] >= e.nodes[r].seq {
				last = false
				break
			}
		}
		if last {
			e.race(t, r, d, before, c)
		}
	}
}

// race has the event of node i and t's next event, at node d, tried the other way
// round, unless something between forces their order: if no thread that could
// begin what comes after node i and does not depend on it is to be played from
// there, one is added. before is what comes before t's event on its own account, c
// what comes before it at all.
func (e *engine) race(t *thread, i, d int, before, c *clock) {
	n := &e.nodes[i]
	if int(n.thread) == t.index || before[n.thread] >= n.seq {
		return
	}
	if t.retry && n.enabled&t.bit == 0 {
		return // that event woke t
	}
	var first clock // of each thread's events that do not depend on node i's
	var seen, initial mask
	for j := i + 1; j < d; j++ {
		m := &e.nodes[j]
		if m.choice || m.clock[n.thread] >= n.seq {
			continue
		}
		q := m.thread
		if seen>>q&1 != 0 {
			continue
		}
		if begins(&m.clock, &first, seen) {
			initial |= 1 << q
		}
		first[q] = m.seq
		seen |= 1 << q
	}
	if seen&t.bit == 0 && begins(c, &first, seen) {
		initial |= t.bit
	}
	if initial&(n.backtrack|n.done) != 0 {
		return
	}
	if initial&t.bit != 0 {
		initial = t.bit
	}
	n.backtrack |= initial & -initial
}

// begins reports whether none of the first events of the threads seen comes
// before an event with clock c.
func begins(c, first *clock, seen mask) bool {
	for r := 0; seen != 0; r, seen = r+1, seen>>1 {
		if seen&1 != 0 && c[r] >= first[r] {
			return false
		}
	}
	return true
}

// forget takes the event of node d, the last that is noted, out again.
func (e *engine) forget(d int) {
	n := &e.nodes[d]
	if n.choice {
		return
	}
	t := e.threads[n.thread]
	a := &e.locs[n.loc].last
	a.readers = n.wasReaders
	if n.write {
		a.write = n.wasWrite
	} else {
		a.reads[t.index] = n.wasRead
	}
	o := &t.order
	o.seq--
	o.last = int(n.wasLast)
	o.clock = clock{}
	if o.last > 0 {
		o.clock = e.nodes[o.last-1].clock
	}
}
