package credit

import (
	"fmt"

	"credence/core/invariant"
	"credence/core/xatomic"
)

// Lanes is up to six numbers of credits that are taken together or not at all.
// Lanes never borrow from each other: a lane that is short refuses a cost however
// much the others have, which one number for all cannot express. Init comes
// before anything else, and happens before the Lanes are handed to their
// goroutines. Lanes must not be copied.
//
// What came back is two words of lanes to which Return adds and from which nobody
// subtracts. A lane does wrap and carry into the next after a while, but the
// holder never reads a lane: it subtracts the whole word it saw last, modulo
// 2^64, and the difference is exactly what has come back since, in lanes again,
// each small enough not to carry. So a look is two loads on one line, and leaves
// no trace. Words that the holder empties with a swap at each look would need
// the same room in their lanes, and an atomic write for each.
//
// # Why a return too many stays in its lane
//
// A word has 63 bits for its three lanes, so a lane has 21 where its limit needs
// 15 at most. Between two looks a lane gathers at most what was in flight,
// 2^15-1, and the surplus that should not have come. The difference of the words
// carries into the next lane only at 2^21 = 64 × 2^15, so a surplus of 63 times
// the largest limit is still wholly within its lane, and what the last lane
// carries shows in bit 63. A single return too many, at most one limit, is
// therefore found by the first look at which its lane has more back than was in
// flight, at the latest when all else in the lane is back, and leaves every
// other lane exact. With 16 bits, four lanes a word, there would be room for one
// such return and a single credit.
type Lanes struct {
	_ xatomic.NoCopy

	// The holder's. limit is written by Init alone.
	free  Vec // limit less what is taken and not seen to be back
	limit Vec
	seen  Vec // how much of returned is in free; words only, its lanes mean nothing

	_ [xatomic.CacheLine - 8]byte

	// Everybody's: added to by Return, read by the holder on a shortage.
	returned sum
	// guards plus taken less returned, kept only where the invariants are checked.
	inFlight sum

	_ [xatomic.CacheLine - 8]byte
}

// sum is a Vec that any goroutine may add to.
type sum struct{ low, high xatomic.Uint64 }

// Init gives l one lane for each limit, 1 to MaxLanes of them, with nothing in
// flight. Limits are 1 to MaxLane. The lanes that are not given do not exist: a
// cost in one of them is above its limit. It returns an error that wraps
// ErrLanes, ErrZeroLimit or ErrLimit, and leaves l as it was, for anything else.
// Requires: no other goroutine uses l.
func (l *Lanes) Init(limits ...uint32) error {
	for i, n := range limits {
		switch {
		case n == 0:
			return fmt.Errorf("%w: lane %d", ErrZeroLimit, i)
		case n > MaxLane:
			return fmt.Errorf("%w: %d in lane %d, permitted: 1 to %d", ErrLimit, n, i, MaxLane)
		}
	}
	v, err := Pack(limits...)
	if err != nil {
		return err
	}
	l.free, l.limit, l.seen = v, v, Vec{}
	l.returned.low.Store(0)
	l.returned.high.Store(0)
	l.inFlight.low.Store(guards)
	l.inFlight.high.Store(guards)
	return nil
}

// Limit returns the limits given to Init. Anybody may call it.
func (l *Lanes) Limit() Vec { return l.limit }

// Check returns an error that wraps ErrZeroCost or ErrCost if v could never be
// taken: some lane must have a cost, and none more than its limit. Anybody may
// call it; it allocates only the error.
func (l *Lanes) Check(v Vec) error {
	if v == (Vec{}) {
		return ErrZeroCost
	}
	if !l.limit.covers(v) {
		return fmt.Errorf("%w: %v of %v", ErrCost, v, l.limit)
	}
	return nil
}

// Fits reports whether every lane has what v wants free. A yes lasts until the
// holder takes; a no is out of date as soon as somebody returns. It panics for a
// v that Check refuses, since to wait for it would be to wait for ever. It never
// blocks or allocates. Holder only.
func (l *Lanes) Fits(v Vec) bool {
	return l.known(v) || l.fitsNow(v)
}

// Take takes v in all lanes. Requires: the holder's last Fits(v) said yes, and it
// has taken nothing since; otherwise it panics, or breaks I1 where invariants
// are checked, and takes nothing. It never blocks or allocates. Holder only.
func (l *Lanes) Take(v Vec) {
	if !l.known(v) {
		l.overdraw(v)
	}
	l.take(v)
}

// TryTake takes v in all lanes if each has what v wants, nothing otherwise, and
// reports whether it did. It panics as Fits does. It never blocks or allocates.
// Holder only.
func (l *Lanes) TryTake(v Vec) bool {
	if !l.known(v) && !l.fitsNow(v) {
		return false
	}
	l.take(v)
	return true
}

// InFlight returns what is taken and not returned in each lane, at the moment of
// its looks at the two words. Holder only.
func (l *Lanes) InFlight() Vec {
	l.refresh()
	return Vec{l.limit.low - l.free.low, l.limit.high - l.free.high}
}

// Return gives v back, the zero Vec being nothing, with at most one atomic add
// for each word. Who returns then tells the holder, which may have gone to sleep
// for want of it. To return more than was taken in a lane is misuse: the holder
// panics at the first look that finds it, and where invariants are checked
// Return itself breaks I1. It never blocks or allocates: any goroutine,
// interrupt context included.
func (l *Lanes) Return(v Vec) {
	if invariant.Enabled {
		l.settle(v)
	}
	// Whatever the caller did with the hardware before happens before the
	// holder's use of these credits, through the loads in refresh.
	if v.low != 0 {
		l.returned.low.Add(v.low)
	}
	if v.high != 0 {
		l.returned.high.Add(v.high)
	}
}

// known reports whether v, which is not nothing, fits what is known to be free.
func (l *Lanes) known(v Vec) bool {
	return l.free.covers(v) && v.low|v.high != 0
}

// take takes v, which fits.
func (l *Lanes) take(v Vec) {
	l.free.low -= v.low
	l.free.high -= v.high
	if invariant.Enabled {
		l.inFlight.low.Add(v.low)
		l.inFlight.high.Add(v.high)
	}
}
