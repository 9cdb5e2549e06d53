package credit

import (
	"fmt"

	"credence/core/invariant"
	"credence/core/xatomic"
)

// Counter is a number of credits. Init comes before anything else, and happens
// before the Counter is handed to its goroutines. A Counter must not be copied.
//
// What came back is a count that only grows, so a look at it changes nothing and
// may come at any time; the holder remembers how far it has seen. It counts
// modulo 2^64, and only differences of it are read.
type Counter struct {
	_ xatomic.NoCopy

	// The holder's. limit is written by Init alone.
	free  uint32 // limit less what is taken and not seen to be back
	limit uint32
	seen  uint64 // returned at the last look

	_ xatomic.Gap

	// Everybody's: written by Return, read by the holder on a shortage.
	returned xatomic.Uint64 // all that ever came back
	inFlight xatomic.Uint64 // taken less returned, where invariants are checked

	_ xatomic.Gap
}

// Init gives c limit credits, none of them in flight. It returns ErrZeroLimit,
// and leaves c as it was, for a limit of zero. Requires: no other goroutine uses
// c.
func (c *Counter) Init(limit uint32) error {
	if limit == 0 {
		return ErrZeroLimit
	}
	c.free, c.limit, c.seen = limit, limit, 0
	c.returned.Store(0)
	c.inFlight.Store(0)
	return nil
}

// Limit returns the limit given to Init. Anybody may call it.
func (c *Counter) Limit() uint32 { return c.limit }

// Check returns an error that wraps ErrZeroCost or ErrCost if n could never be
// taken: n must be 1 to the limit. Anybody may call it; it allocates only the
// error.
func (c *Counter) Check(n uint32) error {
	switch {
	case n == 0:
		return ErrZeroCost
	case n > c.limit:
		return fmt.Errorf("%w: %d of %d", ErrCost, n, c.limit)
	}
	return nil
}

// Known reports whether n credits are known to be free without a look at what
// came back: a no says nothing, and is the answer for an n of zero. Holder only.
func (c *Counter) Known(n uint32) bool { return n-1 < c.free }

// Fits reports whether n credits are free. A yes lasts until the holder takes; a
// no is out of date as soon as somebody returns. It panics for an n that Check
// refuses, since to wait for it would be to wait for ever. It never blocks or
// allocates. Holder only.
func (c *Counter) Fits(n uint32) bool {
	// In unsigned arithmetic 0 wraps to the largest number, and goes with the
	// shortages.
	return n-1 < c.free || c.look(n, 0)
}

// Take takes n credits. Requires: the holder's last Fits(n) said yes, and it has
// taken nothing since; otherwise it panics, or breaks I1 where invariants are
// checked, and takes nothing. It never blocks or allocates. Holder only.
func (c *Counter) Take(n uint32) {
	if n-1 >= c.free {
		panic(c.overdraw(n))
	}
	c.take(n)
}

// TryTake takes n credits if that many are free and reports whether it did. It
// panics as Fits does. It never blocks or allocates. Holder only.
func (c *Counter) TryTake(n uint32) bool {
	if n-1 >= c.free {
		return c.look(n, n)
	}
	c.take(n)
	return true
}

// take takes n credits, which are free.
func (c *Counter) take(n uint32) {
	c.free -= n
	if invariant.Enabled {
		c.inFlight.Add(uint64(n))
	}
}

// InFlight returns the number of credits taken and not returned at the moment of
// its look. Holder only.
func (c *Counter) InFlight() uint32 {
	n := c.inFlightAt(c.returned.Load())
	if n > uint64(c.limit) {
		panic(c.overReturn())
	}
	return uint32(n)
}

// Return gives n credits back, 0 being none. Who returns then tells the holder,
// which may have gone to sleep for want of them. To return more than was taken
// is misuse: the holder panics at the first look that finds more returned than
// taken, and where invariants are checked Return itself breaks I1. It never
// blocks or allocates: any goroutine, interrupt context included.
func (c *Counter) Return(n uint32) {
	if invariant.Enabled {
		if left := c.inFlight.Add(-uint64(n)); int64(left) < 0 {
			invariant.Fail(invariant.I1, "credit: %d returned with %d in flight, limit %d",
				n, left+uint64(n), c.limit)
		}
	}
	// Whatever the caller did with the hardware before happens before the
	// holder's use of these credits, through the load in look.
	c.returned.Add(uint64(n))
}

// look adds to free what has come back since the last look. If that makes n fit
// it takes as many as take says, 0 or n, and returns true; it refuses an n that
// could never fit.
func (c *Counter) look(n, take uint32) bool {
	// On values, not on c's fields: what a look stores and reads again at once
	// costs it the way through the store buffer.
	r := c.returned.Load()
	free := uint64(c.free) + (r - c.seen)
	if free > uint64(c.limit) {
		panic(c.overReturn())
	}
	c.seen = r
	if n-1 < uint32(free) {
		c.free = uint32(free) - take
		if invariant.Enabled {
			c.inFlight.Add(uint64(take))
		}
		return true
	}
	c.free = uint32(free)
	if n-1 >= c.limit {
		panic(c.refuse(n))
	}
	return false
}

// inFlightAt returns what is in flight if r has come back: more than the limit,
// for it wraps below zero, if that is more than was taken.
func (c *Counter) inFlightAt(r uint64) uint64 {
	return uint64(c.limit-c.free) - (r - c.seen)
}

// What the panics say is composed out of line, so that the rest stays small.

//go:noinline
func (c *Counter) overReturn() string {
	return fmt.Sprintf("credit: %d returned with %d in flight, limit %d",
		c.returned.Load()-c.seen, c.limit-c.free, c.limit)
}

//go:noinline
func (c *Counter) refuse(n uint32) string {
	return fmt.Sprintf("credit: cost %d; permitted: 1 to %d", n, c.limit)
}

//go:noinline
func (c *Counter) overdraw(n uint32) string {
	if invariant.Enabled {
		invariant.Fail(invariant.I1, "credit: %d taken with %d known to be free, limit %d",
			n, c.free, c.limit)
	}
	return fmt.Sprintf("credit: %d taken with %d known to be free, limit %d", n, c.free, c.limit)
}
