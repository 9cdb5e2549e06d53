package des

import (
	"math/bits"

	"credence/core/fence"
)

// pop takes the earliest event out and returns it, or nil if there is none or
// it is after limit. The usual cases come first and are short: the earliest is
// one of a run, or alone in its slot, be it near or far.
func (g *Engine) pop(limit fence.Time) *Event {
	f, w := &g.front, g.wheel
	switch {
	case f.strays.root != nil:
	case f.run.tail != nil:
		if f.run.first().at > limit {
			return nil
		}
		return f.run.pop()
	case w == nil:
		return nil
	case w.nearUsed != 0:
		i := uint(bits.TrailingZeros64(w.nearUsed)) % wordBits
		u := w.nearSlots[i]
		s := i*wordBits + uint(bits.TrailingZeros64(u))%wordBits
		at := w.horizon&^(numNear-1) | fence.Time(s)
		if at > limit {
			return nil
		}
		if e := w.near[s].tail; e.next == e {
			w.horizon = at
			w.near[s].tail, e.next = nil, nil
			if u &= u - 1; u == 0 {
				w.nearUsed &= w.nearUsed - 1
			}
			w.nearSlots[i] = u
			return e
		}
	case w.farUsed != 0:
		lv := uint(bits.TrailingZeros64(w.farUsed))
		s := uint(bits.TrailingZeros64(w.farSlots[lv]))
		l := &w.far[lv][s%numSlots]
		if e := l.tail; e.next == e {
			if e.at > limit {
				return nil
			}
			w.horizon = e.at
			l.tail, e.next = nil, nil
			w.clearFar(lv, s)
			return e
		}
	}
	return g.popFront(limit)
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
