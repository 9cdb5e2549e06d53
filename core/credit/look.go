package credit

import (
	"fmt"

	"credence/core/invariant"
)

// look adds to free what has come back in each lane since the last look. If that
// makes v fit it takes what take says, nothing or v, and returns true; it refuses
// a v that could never fit. Both words of returned lie on one line, so to read
// only the one that is short would save nothing.
//
//go:noinline
func (l *Lanes) look(v, take Vec) bool {
	// On values, not on l's fields: what a look stores and reads again at once
	// costs it the way through the store buffer, a third of its time.
	r := l.returned.load()
	free := l.free.plus(r.minus(l.seen))
	if l.limit.minus(free).exceeds() {
		panic(l.overReturn())
	}
	l.seen = r
	if free.covers(v) && v.low|v.high != 0 {
		l.free = free.minus(take)
		if invariant.Enabled {
			l.note(take)
		}
		return true
	}
	l.free = free
	if l.Check(v) != nil {
		panic(l.refuse(v))
	}
	return false
}

// inFlightAt returns what is in flight if r has come back: a lane exceeds MaxLane,
// for it wraps below zero, if that is more than was taken.
func (l *Lanes) inFlightAt(r Vec) Vec { return l.limit.minus(l.free).minus(r.minus(l.seen)) }

// What the panics say is composed out of line, so that the rest stays small.

// overReturn names the first lane that has more back than was in flight.
//
//go:noinline
func (l *Lanes) overReturn() string {
	back := l.returned.load().minus(l.seen)
	inFlight := l.limit.minus(l.free)
	for i := range MaxLanes {
		if b, f := back.Lane(i), inFlight.Lane(i); b > f {
			return fmt.Sprintf("credit: %d returned with %d in flight, limit %d, in lane %d",
				b, f, l.limit.Lane(i), i)
		}
	}
	return fmt.Sprintf("credit: lanes carry: %#x %#x returned with %v in flight, limit %v",
		back.low, back.high, inFlight, l.limit)
}

//go:noinline
func (l *Lanes) refuse(v Vec) string {
	return fmt.Sprintf("credit: cost %v; permitted: up to %v, not nothing", v, l.limit)
}

//go:noinline
func (l *Lanes) overdraw(v Vec) string {
	if invariant.Enabled {
		invariant.Fail(invariant.I1, "credit: %v taken with %v known to be free, limit %v",
			v, l.free, l.limit)
	}
	return fmt.Sprintf("credit: %v taken with %v known to be free, limit %v", v, l.free, l.limit)
}

// settle takes v out of inFlight and breaks I1 if a lane had less: that lane then
// borrows its own guard bit, and the next lane is as it was.
func (l *Lanes) settle(v Vec) {
	low, high := l.inFlight.low.Add(-v.low), l.inFlight.high.Add(-v.high)
	if low&high&guards != guards {
		before := Vec{(low + v.low) &^ guards, (high + v.high) &^ guards}
		invariant.Fail(invariant.I1, "credit: %v returned with %v in flight, limit %v",
			v, before, l.limit)
	}
}
