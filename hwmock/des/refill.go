package des

import (
	"math/bits"

	"credence/core/fence"
)

// refill moves the horizon until the front holds the earliest of all events,
// and reports whether it does. It stops, with false, when the earliest is sure
// to be after limit. Each move takes a slot apart, and the events in it go to
// lower levels or to the front, so an event moves at most numFar+1 times in its
// life. Requires: the front is empty.
func (g *Engine) refill(limit fence.Time) bool {
	w := g.wheel
	if w == nil {
		return false
	}
	for w.nearUsed == 0 {
		if w.farUsed == 0 || !g.openFar(limit) {
			return false
		}
		if !g.front.empty() {
			return true
		}
	}
	i := uint(bits.TrailingZeros64(w.nearUsed)) % wordBits
	u := w.nearSlots[i]
	b := uint(bits.TrailingZeros64(u)) % wordBits
	s := i*wordBits + b
	at := g.horizon&^(numNear-1) | fence.Time(s)
	if at > limit {
		return false
	}
	g.horizon = at
	l := &w.near[s]
	if w.nearMixed[i]>>b&1 != 0 {
		first := l.detach()
		w.noteNear(s)
		g.scatter(first)
		return true
	}
	g.front.fill(l)
	u &= u - 1
	w.nearSlots[i] = u
	if u == 0 {
		w.nearUsed &^= 1 << i
	}
	return true
}

// openFar takes the first slot of the lowest far level apart. If few events are
// in it they go to the front, and the horizon to its end; otherwise the horizon
// moves to its beginning, or straight to its event if there is one only. It
// reports false, and moves nothing, if that is after limit. Requires: the near
// level is empty and the far ones are not.
func (g *Engine) openFar(limit fence.Time) bool {
	w := g.wheel
	lv := uint(bits.TrailingZeros64(w.farUsed))
	s := uint(bits.TrailingZeros64(w.farSlots[lv]))
	l := &w.far[lv][s%numSlots]
	shift := (nearBits + lv*farBits) % wordBits
	at := g.horizon&^(1<<(shift+farBits)-1) | fence.Time(s)<<shift
	if at > limit {
		return false
	}
	g.horizon = at
	if l.atMost(few) {
		g.horizon |= 1<<shift - 1
	}
	w.clearFar(lv, s)
	g.scatter(l.detach())
	return true
}

// scatter files the events of a slot that was taken apart, chained by next, in
// order.
func (g *Engine) scatter(e *Event) {
	for e != nil {
		next := e.next
		if e.at <= g.horizon {
			g.front.put(e)
		} else {
			g.wheel.put(e, g.horizon)
		}
		e = next
	}
}

// spread moves the horizon back to now, and to the wheel what comes after, e
// included, which found no place in the front. It builds the wheel if there is
// none. It reports false, and does nothing, if the wheel holds events that would
// lie elsewhere then. Requires: the front's run is not empty.
func (g *Engine) spread(e *Event) bool {
	w := g.wheel
	switch {
	case g.front.strays.root != nil:
		return false
	case w == nil:
		w = new(wheel)
		g.wheel = w
	case w.nearUsed != 0:
		return false
	case w.farUsed != 0:
		// The horizon of now must be in one slot with the present one, at the lowest
		// level that holds anything.
		lv := uint(bits.TrailingZeros64(w.farUsed))
		if uint64(g.now^g.horizon)>>((nearBits+lv*farBits)%wordBits) != 0 {
			return false
		}
	}
	g.horizon = g.now
	g.scatter(g.front.detach())
	if e.at <= g.now {
		g.front.put(e)
	} else {
		w.put(e, g.now)
	}
	return true
}

// few is how many events move from the wheel to the front, so few that each of
// them, and as many again, find a place there.
const few = maxWalk / 2

// gather moves all events to the front. Requires: there are at most few, all at
// far levels.
func (g *Engine) gather() {
	w := g.wheel
	g.horizon = fence.Never
	for w.farUsed != 0 {
		lv := uint(bits.TrailingZeros64(w.farUsed))
		s := uint(bits.TrailingZeros64(w.farSlots[lv]))
		l := &w.far[lv][s%numSlots]
		w.clearFar(lv, s)
		g.scatter(l.detach())
	}
}
