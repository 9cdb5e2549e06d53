package credit

import (
	"fmt"

	"credence/core/invariant"
)

// fitsNow is Fits after a look at the words that are short; it refuses what
// could never fit.
//
//go:noinline
func (l *Lanes) fitsNow(v Vec) bool {
	if v == (Vec{}) || !l.limit.covers(v) {
		panic(fmt.Sprintf("credit: cost %v; permitted: up to %v, not nothing", v, l.limit))
	}
	if !fits(v.low, l.free.low) {
		l.refreshLow()
	}
	if !fits(v.high, l.free.high) {
		l.refreshHigh()
	}
	return l.free.covers(v)
}

// refreshLow adds to free what has come back in lanes 0 to 2.
func (l *Lanes) refreshLow() {
	r := l.returned.low.Load()
	back := r - l.seen.low
	if inFlight := l.limit.low - l.free.low; !settles(back, inFlight) {
		overReturn(back, inFlight, l.limit.low, 0)
	}
	l.free.low += back
	l.seen.low = r
}

// refreshHigh adds to free what has come back in lanes 3 to 5.
func (l *Lanes) refreshHigh() {
	r := l.returned.high.Load()
	back := r - l.seen.high
	if inFlight := l.limit.high - l.free.high; !settles(back, inFlight) {
		overReturn(back, inFlight, l.limit.high, wordLanes)
	}
	l.free.high += back
	l.seen.high = r
}

// settles reports whether no lane of back is above that of inFlight. Without the
// bits of excess no lane of back reaches its guard bit.
func settles(back, inFlight uint64) bool {
	return back&excess == 0 && fits(back, inFlight)
}

// overReturn panics with the first lane that has more back than was in flight.
//
//go:noinline
func overReturn(back, inFlight, limit uint64, first int) {
	for i := range wordLanes {
		if b, f := lane(back, i), lane(inFlight, i); b > f {
			panic(fmt.Sprintf("credit: %d returned with %d in flight, limit %d, in lane %d",
				b, f, lane(limit, i), first+i))
		}
	}
	panic(fmt.Sprintf("credit: %#x returned with %#x in flight, in the lanes from %d",
		back, inFlight, first))
}

// overdraw reports a Take that Fits did not grant.
//
//go:noinline
func (l *Lanes) overdraw(v Vec) {
	if invariant.Enabled {
		invariant.Fail(invariant.I1, "credit: %v taken with %v known to be free, limit %v",
			v, l.free, l.limit)
	}
	panic(fmt.Sprintf("credit: %v taken with %v known to be free, limit %v", v, l.free, l.limit))
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
