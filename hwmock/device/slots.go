package device

import (
	"slices"

	"credence/core/invariant"
)

// MaxEventSlots is how many bits the event message has.
const MaxEventSlots = 128

// slotTable hands out numbered slots: to the one who had a slot last if nobody
// took it meanwhile, otherwise the one that is free for longest. That is the
// asahi driver's slot allocator (slotalloc.rs). Who finds none waits in a line,
// and nobody passes those in front.
type slotTable struct {
	slots   []tableSlot
	oldest  int32 // free for longest; none: noSlot
	newest  int32
	free    int
	line    uint8    // bit of this table in a Place
	waiting []Waiter // from head on: the first is being asked, or will be when a slot is free
	head    int
	asked   bool // the first was told to ask again
}

const noSlot = -1

type tableSlot struct {
	turn       uint64 // how often it was taken
	prev, next int32  // among the free ones, by how long they are
	taken      bool
}

// token remembers the slot that somebody had; the zero one is none.
type token struct {
	slot int32
	turn uint64
}

// Waiter is somebody who waits for a slot.
type Waiter interface {
	// SlotFree says that it may be worth asking again, which the waiter does
	// soon. It is called from within the device's events and must not call back
	// into it.
	SlotFree()
	// Place returns the waiter's own note, the same at each call and zero at first.
	Place() *Place
}

// Place is in which lines a waiter stands: who stands in none, or in front, is
// not looked for among a thousand others.
type Place struct{ lines uint8 }

func (t *slotTable) init(n int) {
	t.slots = make([]tableSlot, n)
	t.oldest, t.newest = noSlot, noSlot
	for i := range n {
		t.link(int32(i))
	}
}

// link puts slot i behind the free ones.
func (t *slotTable) link(i int32) {
	s := &t.slots[i]
	s.prev, s.next = t.newest, noSlot
	if t.newest == noSlot {
		t.oldest = i
	} else {
		t.slots[t.newest].next = i
	}
	t.newest = i
	t.free++
}

func (t *slotTable) unlink(i int32) {
	s := &t.slots[i]
	if s.prev == noSlot {
		t.oldest = s.next
	} else {
		t.slots[s.prev].next = s.next
	}
	if s.next == noSlot {
		t.newest = s.prev
	} else {
		t.slots[s.next].prev = s.prev
	}
	t.free--
}

// get takes a slot for the holder of k and reports whether somebody else had the
// one of last time meanwhile. Requires: free > 0.
func (t *slotTable) get(k *token) (changed bool) {
	i := k.slot
	s := &t.slots[i]
	if s.taken || s.turn != k.turn || k.turn == 0 {
		changed = k.turn != 0
		i = t.oldest
		s = &t.slots[i]
	}
	t.unlink(i)
	s.turn++
	s.taken = true
	k.slot, k.turn = i, s.turn
	return changed
}

// put gives the slot of k back, and has the first in line ask again.
func (t *slotTable) put(k *token) {
	s := &t.slots[k.slot]
	if invariant.Enabled && (!s.taken || s.turn != k.turn) {
		invariant.Fail(invariant.S1, "device: slot %d is given back by one who has it not", k.slot)
	}
	s.taken = false
	t.link(k.slot)
	t.ask()
}

// ask tells the first in line that there is something to ask for.
func (t *slotTable) ask() {
	if t.head < len(t.waiting) && t.free > 0 && !t.asked {
		t.asked = true
		t.waiting[t.head].SlotFree()
	}
}

// admits reports whether w, who needs n slots, may take them now; if not, w
// stands in line.
func (t *slotTable) admits(w Waiter, n int) bool {
	first := t.head < len(t.waiting) && t.waiting[t.head] == w
	if first {
		t.asked = false
	}
	if n <= t.free && (first || t.head == len(t.waiting)) {
		return true
	}
	if p := w.Place(); p.lines&t.line == 0 {
		p.lines |= t.line
		t.append(w)
	}
	return false
}

// append puts w at the end of the line, which moves to the front of its memory
// when half of that is behind.
func (t *slotTable) append(w Waiter) {
	if t.head > len(t.waiting)/2 && len(t.waiting) == cap(t.waiting) {
		n := copy(t.waiting, t.waiting[t.head:])
		clear(t.waiting[n:])
		t.waiting, t.head = t.waiting[:n], 0
	}
	t.waiting = append(t.waiting, w)
}

// leave takes w out of the line.
func (t *slotTable) leave(w Waiter) {
	p := w.Place()
	if p.lines&t.line == 0 {
		return
	}
	p.lines &^= t.line
	if t.waiting[t.head] == w {
		t.asked = false
		t.waiting[t.head] = nil
		t.head++
	} else {
		i := t.head + slices.Index(t.waiting[t.head:], w)
		t.waiting = slices.Delete(t.waiting, i, i+1)
	}
	t.ask()
}
