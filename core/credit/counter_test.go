package credit_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"credence/core/credit"
	"credence/core/invariant"
)

func newCounter(t testing.TB, limit uint32) *credit.Counter {
	t.Helper()
	c := new(credit.Counter)
	if err := c.Init(limit); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCounterIsItsTwin compares a Counter with two integers.
func TestCounterIsItsTwin(t *testing.T) {
	const operations = 60_000
	s := seed(t)
	for _, limit := range []uint32{1, 2, 3, 127, 1280, 1 << 31, math.MaxUint32} {
		r := rand.New(rand.NewPCG(s, uint64(limit)))
		c := newCounter(t, limit)
		inFlight, full, drained := uint64(0), 0, 0
		for i := range operations {
			n := uint32(1 + r.Uint64N(uint64(limit)))
			switch left := uint32(uint64(limit) - inFlight); r.IntN(4) {
			case 0:
				n = uint32(1 + r.Uint64N(min(3, uint64(limit))))
			case 1:
				n = max(1, left)
			case 2:
				n = min(limit, max(left, left+1))
			}
			fits := inFlight+uint64(n) <= uint64(limit)
			ok := fits
			switch r.IntN(5) {
			case 0:
				if ok = c.TryTake(n); ok {
					inFlight += uint64(n)
				}
			case 1:
				if ok = c.Fits(n); ok {
					c.Take(n)
					inFlight += uint64(n)
				}
			case 2:
				ok = c.Fits(n)
			case 3, 4:
				back := min(inFlight, uint64(n))
				c.Return(uint32(back))
				inFlight -= back
			}
			if ok != fits {
				t.Fatalf("limit %d, operation %d: %d in flight, %d fits: %v", limit, i, inFlight, n, ok)
			}
			if r.IntN(8) == 0 {
				if got := c.InFlight(); uint64(got) != inFlight {
					t.Fatalf("limit %d, operation %d: InFlight is %d, the twin says %d", limit, i, got, inFlight)
				}
			}
			if inFlight == uint64(limit) {
				full++
			} else if inFlight == 0 {
				drained++
			}
		}
		if full < 50 || drained < 50 {
			t.Errorf("limit %d: at the limit %d times, at zero %d times; the walk tests nothing",
				limit, full, drained)
		}
	}
}

func TestCounterRefusesZeroLimit(t *testing.T) {
	c := newCounter(t, 3)
	c.TryTake(2)
	if err := c.Init(0); !errors.Is(err, credit.ErrZeroLimit) {
		t.Errorf("Init(0) returns %v", err)
	}
	if c.Limit() != 3 || c.InFlight() != 2 {
		t.Errorf("after a refused Init: limit %d, %d in flight", c.Limit(), c.InFlight())
	}
	c.Return(2)
	if !c.Fits(3) {
		t.Error("the limit does not fit with all returned")
	}
	if err := c.Init(5); err != nil || c.Limit() != 5 || c.InFlight() != 0 {
		t.Errorf("after Init(5): error %v, limit %d, %d in flight", err, c.Limit(), c.InFlight())
	}
}

// TestCounterRefusesCosts holds Check, Fits and TryTake to one opinion about
// what could never be taken, with everything free and with nothing free.
func TestCounterRefusesCosts(t *testing.T) {
	for _, limit := range []uint32{1, 2, 127, math.MaxUint32 - 1, math.MaxUint32} {
		for _, n := range []uint32{0, 1, limit - 1, limit, limit + 1, math.MaxUint32} {
			c := newCounter(t, limit)
			for range 2 {
				var want error
				switch {
				case n == 0:
					want = credit.ErrZeroCost
				case n > limit:
					want = credit.ErrCost
				}
				if err := c.Check(n); !errors.Is(err, want) {
					t.Errorf("limit %d: Check(%d) returns %v", limit, n, err)
				}
				fits := message(func() { c.Fits(n) })
				takes := message(func() {
					if c.TryTake(n) {
						c.Return(n)
					}
				})
				if (want != nil) != (fits != "") || fits != takes {
					t.Errorf("limit %d, cost %d: Fits panics with %q, TryTake with %q", limit, n, fits, takes)
				}
				c.TryTake(limit)
			}
		}
	}
	panics(t, "credit: cost 3; permitted: 1 to 2", func() { newCounter(t, 2).Fits(3) })
	panics(t, "credit: cost 0; permitted: 1 to 2", func() { newCounter(t, 2).TryTake(0) })
}

// TestCounterTakeNeedsFits wants a Take that Fits did not grant to take nothing.
func TestCounterTakeNeedsFits(t *testing.T) {
	c := newCounter(t, 4)
	c.Take(3)
	breaksI1(t, "credit: 2 taken with 1 known to be free, limit 4", func() { c.Take(2) })
	breaksI1(t, "credit: 0 taken with 1 known to be free, limit 4", func() { c.Take(0) })
	if got := c.InFlight(); got != 3 {
		t.Errorf("%d in flight after the panics, want 3", got)
	}
	c.Return(3)
	breaksI1(t, "credit: 4 taken with 1 known to be free, limit 4", func() {
		c = newCounter(t, 4)
		c.Take(3)
		c.Return(3)
		c.Take(4) // back, but not looked at
	})
}

// TestCounterFindsOverReturn wants a return too many to be found: at once where
// invariants are checked, and otherwise at the first look at which more has come
// back than was in flight, and at each look from then on.
func TestCounterFindsOverReturn(t *testing.T) {
	for _, limit := range []uint32{1, 2, 127, math.MaxUint32} {
		c := newCounter(t, limit)
		if !c.TryTake(limit) {
			t.Fatal("the limit does not fit")
		}
		c.Return(limit)
		again := message(func() { c.Return(limit) })
		if invariant.Enabled {
			if want := "I1: credit: "; again == "" || again[:len(want)] != want {
				t.Errorf("limit %d: Return panics with %q", limit, again)
			}
			continue
		}
		if again != "" {
			t.Errorf("limit %d: Return panics with %q in interrupt context", limit, again)
		}
		want := fmt.Sprintf("credit: %d returned with %d in flight, limit %d",
			2*uint64(limit), limit, limit)
		for range 2 {
			panics(t, want, func() { c.InFlight() })
			panics(t, want, func() { c.Fits(1) })
			panics(t, want, func() { c.TryTake(limit) })
		}
	}
	c := newCounter(t, 10)
	c.Take(4)
	if invariant.Enabled {
		panics(t, "I1: credit: 5 returned with 4 in flight, limit 10", func() { c.Return(5) })
		return
	}
	c.Return(5)
	if !c.Fits(6) {
		t.Error("what is known to be free does not fit")
	}
	panics(t, "credit: 5 returned with 4 in flight, limit 10", func() { c.Fits(7) })
}

func TestCounterAllocatesNothing(t *testing.T) {
	c := newCounter(t, 3)
	allocs := testing.AllocsPerRun(500, func() {
		for c.TryTake(1) {
		}
		c.Return(c.InFlight())
		if c.Fits(2) {
			c.Take(2)
			c.Return(2)
		}
		if c.Check(3) != nil {
			t.Error("the limit is refused")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations a run", allocs)
	}
}
