package device

import "credence/core/fence"

// empty ends all jobs on the group's rings with err, and makes these as new, but
// for their stamps.
func (g *group) empty(err fence.Errno) {
	g.device.emptying++
	for k := range g.fw {
		g.fw[k].waits |= forReset
	}
	for k := range g.fw {
		g.fw[k].pull()
	}
	g.count, g.news = g.threshold, 0
	g.later = messages{}
	for k := range g.fw {
		g.fw[k].clear(err)
	}
	for k := range g.fw {
		g.fw[k].release()
	}
	g.device.emptying--
	g.device.check(g)
}

// pull takes the queue's entries off the engines, the last first, so that none of
// them starts in the place of another.
func (q *fwQueue) pull() {
	d := q.group.device
	for i := q.known; i > q.retired; i-- {
		e := q.at(i - 1)
		if e.engines == 0 || e.done {
			continue
		}
		d.firmware.inFlight--
		if !d.events.Cancel(&e.retire) {
			d.takeOff(e)
		}
	}
	if q.waits&forBarrier != 0 {
		q.at(q.started).after.dropWaiter(q)
	}
}

// takeOff takes e off its engine or out of the line of one, and lets the engine
// go on.
func (d *Device) takeOff(e *entry) {
	for i := range d.engines {
		g := &d.engines[i]
		switch {
		case g.running == e:
			g.drop(e)
			g.resume()
			return
		case g.staged == e:
			g.drop(e)
			g.follow()
			return
		case g.line.remove(e):
			return
		}
	}
}

// clear takes everything out of the ring.
func (q *fwQueue) clear(err fence.Errno) {
	d := q.group.device
	first := q.seen
	q.known, q.started, q.retired, q.seen = q.tail, q.tail, q.tail, q.tail
	q.stamp, q.outstanding, q.lagging, q.stuck, q.waits = q.issued, 0, 0, false, 0
	d.events.Cancel(&q.lag)
	if d.observer != nil {
		q.observe(EventEmptied, 0, 0)
	}
	for i := first; i < q.tail; i++ {
		e := q.at(i)
		j := e.job
		e.leave()
		if j.left--; j.left == 0 {
			j.err = err
			d.end(j)
		}
	}
	if q.jobs == 0 {
		q.retreat()
	}
}
