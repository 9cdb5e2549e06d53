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
	at := w.horizon&^(numNear-1) | fence.Time(s)
	if at > limit {
		return false
	}
	w.horizon = at
	l := &w.near[s]
	if w.nearMixed[i]>>b&1 != 0 {
		first := l.detach()
		w.noteNear(s)
		g.scatter(first)
		return true
	}
	g.front.run.tail, l.tail = l.tail, nil
	u &= u - 1
	w.nearSlots[i] = u
	if u == 0 {
		w.nearUsed &^= 1 << i
	}
	return true
}

// openFar takes the first slot of the lowest far level apart: the horizon
// moves to its beginning, or straight to its event if there is one only. It
// reports false, and moves nothing, if that is after limit. Requires: the near
// level is empty and the far ones are not.
func (g *Engine) openFar(limit fence.Time) bool {
	w := g.wheel
	lv := uint(bits.TrailingZeros64(w.farUsed))
	s := uint(bits.TrailingZeros64(w.farSlots[lv]))
	l := &w.far[lv][s%numSlots]
	shift := nearBits + lv*farBits
	at := w.horizon&^(1<<(shift+farBits)-1) | fence.Time(s)<<shift
	if l.first() == l.tail {
		at = l.tail.at
	}
	if at > limit {
		return false
	}
	w.horizon = at
	w.clearFar(lv, s)
	g.scatter(l.detach())
	return true
}

// scatter files the events of a slot that was taken apart, chained by next, in
// order.
func (g *Engine) scatter(e *Event) {
	for e != nil {
		next := e.next
		e.next, e.prev = nil, nil
		if e.at <= g.wheel.horizon {
			g.front.put(e)
		} else {
			g.wheel.put(e)
		}
		e = next
	}
}

// grow builds the wheel, the horizon being now, and moves to it what comes
// after. Requires: no strays.
func (g *Engine) grow() {
	g.wheel = &wheel{horizon: g.now}
	g.scatter(g.front.run.detach())
}
