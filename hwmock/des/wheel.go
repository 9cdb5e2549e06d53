package des

import (
	"math/bits"

	"credence/core/fence"
)

const (
	nearBits  = 12 // The near level: one slot a nanosecond.
	numNear   = 1 << nearBits
	wordBits  = 64 // Slots that one word of a bitmap covers.
	nearWords = numNear / wordBits

	farBits  = 6 // The far levels, above it.
	numSlots = 1 << farBits
	// numFar of them cover every instant from 0 to 2^63-1.
	numFar = (63 - nearBits + farBits - 1) / farBits
)

// wheel holds the events after the horizon. An event whose time differs from
// the horizon in the low 12 bits only lies at the near level, where a slot is
// one instant. Any other lies at the far level of the highest group of 6 bits
// in which they differ, in the slot that this group names; a slot of far level
// l covers 2^(12+6l) ns. So the slots of one level are disjoint, all of a level
// come before all of the next, the slot of the horizon itself is empty at every
// level, and the earliest event is in the lowest slot of the lowest level in
// use: two bit scans. Where an event lies follows from its time and is stored
// nowhere. Events of one instant are always in one slot, in the order of
// scheduling, because a slot is emptied as a whole and in order.
//
// The near level is wide because each level that an event passes costs a move:
// 11 levels of 64 slots took 1.2 to 1.6 times the instructions an event, with
// delays of 0 to 2000 ns. It takes 32 of the wheel's 37 KiB.
type wheel struct {
	nearUsed  uint64            // Bit i: word i of nearSlots is not 0.
	nearSlots [nearWords]uint64 // Bit b of word i: slot 64i+b is not empty.
	nearMixed [nearWords]uint64 // Bit b of word i: slot 64i+b is not in firing order.
	near      [numNear]list

	farUsed  uint64         // Bit l: word l of farSlots is not 0.
	farSlots [numFar]uint64 // Bit s of word l: slot s of level l is not empty.
	far      [numFar][numSlots]list
}

// put files e. Requires: e.at > horizon.
func (w *wheel) put(e *Event, horizon fence.Time) {
	x := uint64(e.at ^ horizon)
	if x >= numNear {
		w.putFar(e, x)
		return
	}
	s := uint(e.at) % numNear
	if l := &w.near[s]; l.tail != nil {
		w.crowd(l, e)
	} else {
		l.append(e)
		w.nearSlots[s/wordBits] |= 1 << (s % wordBits)
		w.nearUsed |= 1 << (s / wordBits)
	}
}

// crowd files e in its near slot l, which is not empty.
func (w *wheel) crowd(l *list, e *Event) {
	if e.key() < l.tail.key() {
		s := uint(e.at) % numNear
		w.nearMixed[s/wordBits] |= 1 << (s % wordBits)
	}
	l.append(e)
}

// putFar files e at a far level; its time differs from the horizon by the bits x.
func (w *wheel) putFar(e *Event, x uint64) {
	lv, s := farSlot(e.at, x)
	w.far[lv][s].append(e)
	w.farSlots[lv] |= 1 << (s % wordBits)
	w.farUsed |= 1 << (lv % wordBits)
}

// remove takes e out. Requires: e is in the wheel.
func (w *wheel) remove(e *Event, horizon fence.Time) {
	x := uint64(e.at ^ horizon)
	if x < numNear {
		s := uint(e.at) % numNear
		w.near[s].remove(e)
		w.noteNear(s)
		return
	}
	lv, s := farSlot(e.at, x)
	l := &w.far[lv][s]
	l.remove(e)
	if l.tail == nil {
		w.clearFar(lv, s)
	}
}

// noteNear clears the bits of near slot s that no longer hold: one event alone
// is in order.
func (w *wheel) noteNear(s uint) {
	i, bit := s/wordBits, uint64(1)<<(s%wordBits)
	l := &w.near[s]
	if l.tail != nil && l.tail.next != l.tail {
		return
	}
	w.nearMixed[i] &^= bit
	if l.tail != nil {
		return
	}
	w.nearSlots[i] &^= bit
	if w.nearSlots[i] == 0 {
		w.nearUsed &^= 1 << i
	}
}

// clearFar notes that slot s of far level lv is empty.
func (w *wheel) clearFar(lv, s uint) {
	w.farSlots[lv] &^= 1 << (s % wordBits)
	if w.farSlots[lv] == 0 {
		w.farUsed &^= 1 << (lv % wordBits)
	}
}

// farSlot returns the far level and the slot of the instant at, which differs
// from the horizon by the bits x.
func farSlot(at fence.Time, x uint64) (lv, s uint) {
	lv = uint(bits.Len64(x>>(nearBits+1))) / farBits
	return lv, uint(at) >> ((nearBits + lv*farBits) % wordBits) % numSlots
}
