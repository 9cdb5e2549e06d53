package des

import (
	"fmt"
	"math/bits"

	"credence/core/fence"
)

// MaxWalk is the bound on an insertion into the run.
const MaxWalk = maxWalk

// Few is how many events move from the wheel to the front.
const Few = few

// NumClasses is the number of classes.
const NumClasses = numClasses

// HasWheel tells whether the engine has outgrown its list.
func (g *Engine) HasWheel() bool { return g.wheel != nil }

// Horizon returns up to where the front holds the events, Never if it holds all.
func (g *Engine) Horizon() fence.Time {
	if g.wheel == nil {
		return fence.Never
	}
	return g.horizon
}

// Melds returns how many comparisons the heap of strays has made.
func (g *Engine) Melds() uint64 { return g.front.strays.melds }

// Check returns what is wrong with the engine's structures, nil if nothing.
func (g *Engine) Check() error {
	n, err := g.front.check()
	if err != nil {
		return err
	}
	if g.wheel != nil {
		m, err := g.wheel.check(g.horizon)
		if err != nil {
			return err
		}
		n += m
	}
	if n != g.Len() {
		return fmt.Errorf("%d events found, Len is %d", n, g.Len())
	}
	return nil
}

// check walks the list and returns its length.
func (l *list) check() (n int, err error) {
	if l.tail == nil {
		return 0, nil
	}
	for e, prev := l.first(), (*Event)(nil); ; e, prev = e.next, e {
		if e.prev != prev || e.where != listed {
			return 0, fmt.Errorf("event at %d: prev %p, place %d; want %p, %d",
				e.at, e.prev, e.where, prev, listed)
		}
		n++
		if e == l.tail {
			return n, nil
		}
	}
}

func (f *front) check() (int, error) {
	n := 0
	if !f.bare() {
		for e := f.root.next; e != &f.root; e = e.next {
			if n++; e.where != listed || e.next.prev != e {
				return 0, fmt.Errorf("run: event %d at %d has place %d", e.seq, e.at, e.where)
			}
			if e.next != &f.root && !e.before(e.next) {
				return 0, fmt.Errorf("run: event %d at %d comes before %d at %d",
					e.seq, e.at, e.next.seq, e.next.at)
			}
		}
	}
	if f.simple && f.strays.root != nil {
		return 0, fmt.Errorf("there are strays and the front is simple")
	}
	m, err := f.strays.root.checkHeap()
	return n + m, err
}

// checkHeap walks the subtree of e and its younger siblings.
func (e *Event) checkHeap() (n int, err error) {
	for ; e != nil; e = e.next {
		if e.where != stray {
			return 0, fmt.Errorf("heap: event at %d has place %d", e.at, e.where)
		}
		if c := e.child; c != nil && c.prev != e {
			return 0, fmt.Errorf("heap: first child of event at %d does not point back", e.at)
		}
		for c := e.child; c != nil; c = c.next {
			if !e.before(c) {
				return 0, fmt.Errorf("heap: parent at %d after child at %d", e.at, c.at)
			}
			if c.next != nil && c.next.prev != c {
				return 0, fmt.Errorf("heap: sibling of event at %d does not point back", c.at)
			}
		}
		m, err := e.child.checkHeap()
		if err != nil {
			return 0, err
		}
		n += m + 1
	}
	return n, nil
}

func (w *wheel) check(horizon fence.Time) (n int, err error) {
	var nearUsed, farUsed uint64
	for s := range w.near {
		i, bit := s/wordBits, uint64(1)<<(s%wordBits)
		m, err := w.checkSlot(&w.near[s], w.nearSlots[i]&bit != 0, 0, uint(s), horizon)
		if err != nil {
			return 0, err
		}
		if mixed := w.nearMixed[i]&bit != 0; !mixed && m > 0 {
			l := &w.near[s]
			for e := l.first(); e != l.tail; e = e.next {
				if !e.before(e.next) {
					return 0, fmt.Errorf("near slot %d is mixed and not marked so", s)
				}
			}
		} else if mixed && m < 2 {
			return 0, fmt.Errorf("near slot %d has %d events and is marked mixed", s, m)
		}
		if m > 0 {
			nearUsed |= 1 << i
		}
		n += m
	}
	for lv := range w.far {
		for s := range w.far[lv] {
			m, err := w.checkSlot(&w.far[lv][s], w.farSlots[lv]>>s&1 != 0, lv+1, uint(s), horizon)
			if err != nil {
				return 0, err
			}
			if m > 0 {
				farUsed |= 1 << lv
			}
			n += m
		}
	}
	if nearUsed != w.nearUsed || farUsed != w.farUsed {
		return 0, fmt.Errorf("bitmaps of words: near %#x, far %#x; want %#x, %#x",
			w.nearUsed, w.farUsed, nearUsed, farUsed)
	}
	return n, nil
}

// checkSlot checks a slot of a level, 0 being the near one, against its bit and
// the times of its events, which it derives in its own way: by division.
func (w *wheel) checkSlot(l *list, bit bool, level int, s uint, horizon fence.Time) (int, error) {
	n, err := l.check()
	if err != nil {
		return 0, fmt.Errorf("level %d slot %d: %v", level, s, err)
	}
	if bit != (n > 0) {
		return 0, fmt.Errorf("level %d slot %d: bit %t with %d events", level, s, bit, n)
	}
	if n == 0 {
		return 0, nil
	}
	for e := l.first(); ; e = e.next {
		h, at, lv := uint64(horizon), uint64(e.at), 0
		slot := at % numNear
		for h, at = h/numNear, at/numNear; h != at; h, at = h/numSlots, at/numSlots {
			slot, lv = at%numSlots, lv+1
		}
		if e.at <= horizon || lv != level || slot != uint64(s) {
			return 0, fmt.Errorf("level %d slot %d: event at %d, horizon %d (%d bits differ)",
				level, s, e.at, horizon, bits.Len64(uint64(e.at^horizon)))
		}
		if e == l.tail {
			return n, nil
		}
	}
}
