package credit

import (
	"fmt"

	"credence/core/invariant"
)

// fitsNow is Fits after a refresh; it refuses what could never fit.
//
//go:noinline
func (l *Lanes) fitsNow(v Vec) bool {
	l.refresh()
	if l.known(v) {
		return true
	}
	if v == (Vec{}) || !l.limit.covers(v) {
		panic(fmt.Sprintf("credit: cost %v; permitted: up to %v, not nothing", v, l.limit))
	}
	return false
}

// refresh adds to free what has come back in each lane since the last time. Both
// words lie on one line, so to read only the one that is short would save
// nothing.
func (l *Lanes) refresh() {
	r := Vec{l.returned.low.Load(), l.returned.high.Load()}
	back := Vec{r.low - l.seen.low, r.high - l.seen.high}
	inFlight := Vec{l.limit.low - l.free.low, l.limit.high - l.free.high}
	// Without the bits of excess no lane of back reaches its guard bit.
	if (back.low|back.high)&excess != 0 || !inFlight.covers(back) {
		overReturn(back, inFlight, l.limit)
	}
	l.free.low += back.low
	l.free.high += back.high
	l.seen = r
}

// overReturn panics with the first lane that has more back than was in flight.
//
//go:noinline
func overReturn(back, inFlight, limit Vec) {
	for i := range MaxLanes {
		if b, f := back.Lane(i), inFlight.Lane(i); b > f {
			panic(fmt.Sprintf("credit: %d returned with %d in flight, limit %d, in lane %d",
				b, f, limit.Lane(i), i))
		}
	}
	panic(fmt.Sprintf("credit: lanes carry: %#x %#x returned with %v in flight, limit %v",
		back.low, back.high, inFlight, limit))
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
