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
// What came back is two words of lanes, to which Return adds and from which
// nothing is subtracted. A lane does wrap and carry into the next after a while,
// but nobody reads a lane: the difference of a word and what it was at the last
// look, modulo 2^64, is exactly what has come back between, in lanes again. So a
// look is two loads on one line, and leaves no trace. Words that the holder
// empties with a swap at each look would need the same room in their lanes, and
// an atomic write for each.
//
// # Why a return too many stays in its lane
//
// A word has 63 bits for its three lanes, so a lane has 21 where its limit needs
// 15 at most. What a look computes for a lane, its limit less what is then free,
// is 0 to 2^15-1 if all is well. With a surplus it falls below zero, which sets
// at least one of its upper six bits as long as the surplus is at most
// 2^21-2^15 = 63 × 2^15: the look that finds it so panics before it has made
// anything of the lanes above, from which that lane borrowed. A single return too
// many, at most one limit, is therefore found by the first look at which its lane
// has more back than was in flight, at the latest when all else in the lane is
// back; until then every lane is exact. With 16 bits, four lanes a word, a lane
// would have room for one such return and a single credit.
type Lanes struct {
	_ xatomic.NoCopy

	// The holder's. limit is written by Init alone.
	free  Vec // limit less what is taken and not seen to be back
	limit Vec
	seen  Vec // returned at the last look; its lanes mean nothing by themselves

	_ xatomic.Gap

	// Everybody's: added to by Return, read by the holder on a shortage.
	returned sum // all that ever came back
	inFlight sum // taken less returned and guards on top, where invariants are checked

	_ xatomic.Gap
}

// sum is a Vec that any goroutine may add to.
type sum struct{ low, high xatomic.Uint64 }

func (s *sum) load() Vec { return Vec{s.low.Load(), s.high.Load()} }

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
func (l *Lanes) Fits(v Vec) bool { return l.covers(v) || l.look(v, Vec{}) }

// Take takes v in all lanes. Requires: the holder's last Fits(v) said yes, and it
// has taken nothing since; otherwise it panics, or breaks I1 where invariants
// are checked, and takes nothing. It never blocks or allocates. Holder only.
func (l *Lanes) Take(v Vec) {
	if !l.covers(v) {
		panic(l.overdraw(v))
	}
	l.take(v)
}

// TryTake takes v in all lanes if each has what v wants, nothing otherwise, and
// reports whether it did. It panics as Fits does. It never blocks or allocates.
// Holder only.
func (l *Lanes) TryTake(v Vec) bool {
	if !l.covers(v) {
		return l.look(v, v)
	}
	l.take(v)
	return true
}

// InFlight returns what is taken and not returned in each lane, at the moment of
// its looks at the two words. Holder only.
func (l *Lanes) InFlight() Vec {
	v := l.inFlightAt(l.returned.load())
	if v.exceeds() {
		panic(l.overReturn())
	}
	return v
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
	// holder's use of these credits, through the loads in look.
	if v.low != 0 {
		l.returned.low.Add(v.low)
	}
	if v.high != 0 {
		l.returned.high.Add(v.high)
	}
}

// covers reports whether v, which is not nothing, is known to be free.
func (l *Lanes) covers(v Vec) bool { return l.free.covers(v) && v.low|v.high != 0 }

// take takes v, which fits.
func (l *Lanes) take(v Vec) {
	l.free = l.free.minus(v)
	if invariant.Enabled {
		l.note(v)
	}
}

// note adds v to inFlight, for what settle checks.
func (l *Lanes) note(v Vec) {
	l.inFlight.low.Add(v.low)
	l.inFlight.high.Add(v.high)
}
