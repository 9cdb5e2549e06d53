package des

import (
	"math/bits"

	"credence/core/fence"
)

// pop takes the earliest event out and returns it, or nil if there is none or it
// is after limit. The usual case comes first and is short: the earliest is alone
// in its near slot. Requires: the front's run is empty, or there are strays.
func (g *Engine) pop(limit fence.Time) *Event {
	w := g.wheel
	if w == nil || w.nearUsed == 0 || g.front.strays.root != nil {
		return g.popFar(limit)
	}
	i := uint(bits.TrailingZeros64(w.nearUsed)) % wordBits
	u := w.nearSlots[i]
	s := i*wordBits + uint(bits.TrailingZeros64(u))%wordBits
	at := g.horizon&^(numNear-1) | fence.Time(s)
	if at > limit {
		return nil
	}
	l := &w.near[s]
	e := l.tail
	if e.next != e {
		return g.popFront(limit)
	}
	g.horizon = at
	l.tail, e.next = nil, nil
	u &= u - 1
	w.nearSlots[i] = u
	if u == 0 {
		w.nearUsed &= w.nearUsed - 1
	}
	return e
}

// popFar is pop where the near level is empty: the earliest event may be alone in
// its far slot. Few events so far apart are better off in the front.
func (g *Engine) popFar(limit fence.Time) *Event {
	w := g.wheel
	if w == nil || w.nearUsed != 0 || w.farUsed == 0 || g.front.strays.root != nil {
		return g.popFront(limit)
	}
	if g.Len() <= few {
		g.gather()
		return g.popFront(limit)
	}
	lv := uint(bits.TrailingZeros64(w.farUsed))
	s := uint(bits.TrailingZeros64(w.farSlots[lv]))
	l := &w.far[lv][s%numSlots]
	e := l.tail
	switch {
	case e.next != e:
		return g.popFront(limit)
	case e.at > limit:
		return nil
	}
	g.horizon = e.at | (1<<((nearBits+lv*farBits)%wordBits) - 1)
	l.tail, e.next = nil, nil
	w.clearFar(lv, s)
	return e
}

// popFront is pop for all cases.
func (g *Engine) popFront(limit fence.Time) *Event {
	if g.front.empty() && !g.refill(limit) {
		return nil
	}
	e := g.front.earliest()
	if e.at > limit {
		return nil
	}
	g.front.remove(e)
	return e
}
