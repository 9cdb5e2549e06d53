package device_test

import (
	"math/bits"

	"credence/core/fence"
)

// step fires the earliest event, and reports false if there is none by then.
func (d *dumb) step(deadline fence.Time) bool {
	best := -1
	for i, e := range d.events {
		if e.at > deadline {
			continue
		}
		if best < 0 || e.before(d.events[best]) {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	e := d.events[best]
	d.events = append(d.events[:best], d.events[best+1:]...)
	d.now = e.at
	d.fire(e)
	return true
}

func (e dumbEvent) before(f dumbEvent) bool {
	if e.at != f.at {
		return e.at < f.at
	}
	if e.rank != f.rank {
		return e.rank < f.rank
	}
	return e.seq < f.seq
}

func (d *dumb) fire(e dumbEvent) {
	switch e.kind {
	case dumbPickUp:
		m := d.reading
		d.active = d.now
		for _, c := range m.q.list {
			c.known = true
		}
		d.readNext()
		d.progress(m.q)
	case dumbReady:
		d.start(e.g)
	case dumbEnd:
		c := d.find(e.g, true)
		c.running = false
		d.busy[e.g] += d.now.Sub(c.began)
		d.spans = append(d.spans, span{e.g, c.began, d.now})
		d.after(d.p.Retire, dumbEvent{kind: dumbRetire, q: c.q, c: c})
		switch s := d.find(e.g, false); {
		case s == nil || d.pending(dumbReady, nil, e.g):
		case s.ready < d.now:
			d.start(e.g)
		default:
			d.after(s.ready.Sub(d.now), dumbEvent{kind: dumbReady, g: e.g})
		}
	case dumbRetire:
		e.c.done, d.active = true, d.now
		d.retire(e.q)
	case dumbIRQ:
		firing := d.firing
		d.firing = nil
		for _, q := range firing {
			for _, c := range q.list {
				c.seen = c.seen || c.retired
			}
			d.endJobs(q)
		}
	}
}

// endJobs ends the jobs of a queue's commands of which all have been seen.
func (d *dumb) endJobs(q *dumbQueue) {
	for _, c := range q.list {
		all := true
		for _, x := range c.job.commands {
			all = all && x.seen
		}
		if all && c.job.end == fence.Never {
			c.job.end = d.now
		}
	}
}

// progress gives the engines what the ring's order lets them have.
func (d *dumb) progress(q *dumbQueue) {
	for _, c := range q.list {
		switch {
		case c.given:
			continue
		case !c.known || c.line != 0:
			return
		case c.engines == 0:
			if !c.met() {
				if q.blocked == 0 {
					q.blocked = d.next()
				}
				return
			}
			c.given, c.done = true, true
			d.retire(q)
			continue
		}
		least := -1
		for s := c.engines; s != 0; s &= s - 1 {
			if g := bits.TrailingZeros64(s); least < 0 || d.load(g) < d.load(least) {
				least = g
			}
		}
		if d.find(least, false) != nil {
			c.line = d.next()
			c.engine = least
			return
		}
		c.engine = least
		d.stage(c)
	}
}

func (c *dumbCommand) met() bool {
	for _, x := range c.on {
		if !x.retired {
			return false
		}
	}
	return true
}

func (d *dumb) stage(c *dumbCommand) {
	c.given, c.staged, c.line = true, true, 0
	c.ready = d.now.Add(d.p.Dispatch)
	if d.find(c.engine, true) == nil {
		d.after(d.p.Dispatch, dumbEvent{kind: dumbReady, g: c.engine})
	}
}

// start runs the staged command, and stages the most important of the line,
// among equals the one that waited longest.
func (d *dumb) start(g int) {
	c := d.find(g, false)
	c.staged, c.running, c.began = false, true, d.now
	d.after(c.dur, dumbEvent{kind: dumbEnd, g: g})
	var next *dumbCommand
	d.each(func(x *dumbCommand) {
		if x.engine == g && x.line != 0 && (next == nil || x.rank < next.rank ||
			x.rank == next.rank && x.line < next.line) {
			next = x
		}
	})
	if next != nil {
		d.stage(next)
		d.progress(next.q)
	}
}

// retire retires in ring order, and lets go what waited for it.
func (d *dumb) retire(q *dumbQueue) {
	if q.stuck {
		return
	}
	work, news := false, false
	for i, c := range q.list {
		if c.retired {
			continue
		}
		if !c.done {
			break
		}
		c.retired = true
		work = work || c.engines != 0
		news = news || work || i+1 == len(q.list) || q.list[i+1].job != c.job
	}
	if news {
		d.firing = append(d.firing, q)
		if !d.pending(dumbIRQ, nil, 0) {
			d.after(d.p.IRQ, dumbEvent{kind: dumbIRQ})
		}
	}
	for work {
		var oldest *dumbQueue
		for _, u := range d.users {
			for _, w := range u.fw {
				if w.blocked != 0 && w.head().onQueue == q && w.head().met() &&
					(oldest == nil || w.blocked < oldest.blocked) {
					oldest = w
				}
			}
		}
		if oldest == nil {
			return
		}
		oldest.blocked = 0
		d.progress(oldest)
	}
}

// head returns the first command that was not given to an engine.
func (q *dumbQueue) head() *dumbCommand {
	for _, c := range q.list {
		if !c.given {
			return c
		}
	}
	return nil
}
