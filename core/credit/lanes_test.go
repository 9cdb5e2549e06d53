package credit_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"credence/core/credit"
	"credence/core/invariant"
)

func newLanes(t testing.TB, limits ...uint32) *credit.Lanes {
	t.Helper()
	l := new(credit.Lanes)
	if err := l.Init(limits...); err != nil {
		t.Fatal(err)
	}
	return l
}

// edges are the limits at which a lane's arithmetic turns.
var edges = []uint32{1, 2, 126, 127, 128, credit.MaxLane - 1, credit.MaxLane}

// one returns the amounts with n in lane i and nothing elsewhere.
func one(i int, n uint32) []uint32 {
	lanes := make([]uint32, credit.MaxLanes)
	lanes[i] = n
	return lanes
}

// all returns the amounts with n in every lane.
func all(n uint32) []uint32 { return slices.Repeat([]uint32{n}, credit.MaxLanes) }

// TestLanesNeverBorrow exhausts one lane at every edge, with the others all
// free and all exhausted, and wants nothing but that lane's own return to help.
func TestLanesNeverBorrow(t *testing.T) {
	for _, limit := range edges {
		for i := range credit.MaxLanes {
			l := newLanes(t, all(limit)...)
			full, unit := pack(t, one(i, limit)...), pack(t, one(i, 1)...)
			if !l.TryTake(full) {
				t.Fatalf("limit %d: lane %d does not take its limit", limit, i)
			}
			if l.Fits(unit) || l.Fits(pack(t, all(1)...)) {
				t.Errorf("limit %d: lane %d lends what it has not", limit, i)
			}
			for j := range credit.MaxLanes {
				if j == i {
					continue
				}
				if other := pack(t, one(j, limit)...); !l.TryTake(other) {
					t.Errorf("limit %d: lane %d cannot fill beside a full lane %d", limit, j, i)
				}
				if l.Fits(unit) {
					t.Errorf("limit %d: lane %d borrows from lane %d", limit, i, j)
				}
			}
			if got, want := l.InFlight(), l.Limit(); got != want {
				t.Errorf("limit %d: %v in flight with all lanes full", limit, got)
			}
			for j := range credit.MaxLanes {
				if j != i {
					l.Return(pack(t, one(j, limit)...))
				}
			}
			if l.Fits(unit) {
				t.Errorf("limit %d: lane %d took what the others returned", limit, i)
			}
			l.Return(full)
			if !l.Fits(full) || l.InFlight() != (credit.Vec{}) {
				t.Errorf("limit %d: %v in flight with all returned", limit, l.InFlight())
			}
		}
	}
}

// TestLanesFillAndEmptyTogether moves all lanes from limit to zero and back, in
// one step and by units, across many wraps of the sums.
func TestLanesFillAndEmptyTogether(t *testing.T) {
	for _, limit := range edges {
		l := newLanes(t, all(limit)...)
		full, unit := pack(t, all(limit)...), pack(t, all(1)...)
		for range 300 {
			if !l.TryTake(full) || l.Fits(unit) {
				t.Fatalf("limit %d: full lanes are wrong: %v in flight", limit, l.InFlight())
			}
			l.Return(full)
		}
		for range limit {
			if !l.TryTake(unit) {
				t.Fatalf("limit %d: a unit does not fit with %v in flight", limit, l.InFlight())
			}
		}
		if l.Fits(unit) {
			t.Errorf("limit %d: more units fit than the limit", limit)
		}
		for range limit {
			l.Return(unit)
		}
		if !l.Fits(full) {
			t.Errorf("limit %d: %v in flight with all returned", limit, l.InFlight())
		}
	}
}

// TestLanesTakeAllOrNothing wants a cost that is short in one lane to take
// nothing in the others.
func TestLanesTakeAllOrNothing(t *testing.T) {
	for i := range credit.MaxLanes {
		l := newLanes(t, all(5)...)
		l.TryTake(pack(t, one(i, 3)...))
		before := l.InFlight()
		if l.TryTake(pack(t, all(3)...)) || l.InFlight() != before {
			t.Errorf("lane %d short: %v in flight, want %v", i, l.InFlight(), before)
		}
	}
}

func TestLanesRefuseLimits(t *testing.T) {
	for _, c := range []struct {
		limits []uint32
		want   error
	}{
		{nil, credit.ErrLanes},
		{slices.Repeat([]uint32{1}, credit.MaxLanes+1), credit.ErrLanes},
		{[]uint32{0}, credit.ErrZeroLimit},
		{[]uint32{4, 5, 0, 6}, credit.ErrZeroLimit},
		{[]uint32{credit.MaxLane + 1}, credit.ErrLimit},
		{[]uint32{1, 1, 1, 1, 1, 1 << 21}, credit.ErrLimit},
	} {
		l := newLanes(t, 7, 8)
		l.TryTake(pack(t, 1, 2))
		if err := l.Init(c.limits...); !errors.Is(err, c.want) {
			t.Errorf("Init(%v) returns %v", c.limits, err)
		}
		if l.Limit() != pack(t, 7, 8) || l.InFlight() != pack(t, 1, 2) {
			t.Errorf("after a refused Init: limit %v, %v in flight", l.Limit(), l.InFlight())
		}
	}
	l := newLanes(t, 7, 8, 9, 10)
	l.TryTake(pack(t, 1, 2, 3, 4))
	l.Return(pack(t, 1, 2, 3, 4))
	if !l.Fits(l.Limit()) {
		t.Error("the limits do not fit with all returned")
	}
	if err := l.Init(9); err != nil || l.InFlight() != (credit.Vec{}) || l.Limit() != pack(t, 9) {
		t.Errorf("after Init(9): %v, limit %v, %v in flight", err, l.Limit(), l.InFlight())
	}
}

// TestLanesRefuseCosts holds Check, Fits and TryTake to one opinion about what
// could never be taken, with everything free and with nothing free.
func TestLanesRefuseCosts(t *testing.T) {
	agree := func(l *credit.Lanes, v credit.Vec, want error) {
		t.Helper()
		if err := l.Check(v); !errors.Is(err, want) {
			t.Errorf("limit %v: Check(%v) returns %v", l.Limit(), v, err)
		}
		fits := message(func() { l.Fits(v) })
		takes := message(func() {
			if l.TryTake(v) {
				l.Return(v)
			}
		})
		if (want != nil) != (fits != "") || fits != takes {
			t.Errorf("limit %v: Fits(%v) panics with %q, TryTake with %q", l.Limit(), v, fits, takes)
		}
	}
	for _, limit := range edges {
		l := newLanes(t, all(limit)...)
		for range 2 { // with all free, then with none
			agree(l, credit.Vec{}, credit.ErrZeroCost)
			for i := range credit.MaxLanes {
				agree(l, pack(t, one(i, limit)...), nil)
				if limit < credit.MaxLane {
					agree(l, pack(t, one(i, limit+1)...), credit.ErrCost)
					agree(l, pack(t, one(i, credit.MaxLane)...), credit.ErrCost)
				}
			}
			l.TryTake(l.Limit())
		}
	}
	three := newLanes(t, 4, 4, 4)
	agree(three, pack(t, 4, 4, 4), nil)
	agree(three, pack(t, 0, 0, 0, 1), credit.ErrCost)
	panics(t, "credit: cost [0 5 0 0 0 0]; permitted: up to [4 4 4 0 0 0], not nothing",
		func() { three.Fits(pack(t, 0, 5)) })
}

// TestLanesTakeNeedsFits wants a Take that Fits did not grant to take nothing.
func TestLanesTakeNeedsFits(t *testing.T) {
	l := newLanes(t, 4, 4)
	l.Take(pack(t, 1, 3))
	breaksI1(t, "credit: [2 2 0 0 0 0] taken with [3 1 0 0 0 0] known to be free, limit [4 4 0 0 0 0]",
		func() { l.Take(pack(t, 2, 2)) })
	breaksI1(t, "credit: [0 0 0 0 0 0] taken with [3 1 0 0 0 0] known to be free, limit [4 4 0 0 0 0]",
		func() { l.Take(credit.Vec{}) })
	if got := l.InFlight(); got != pack(t, 1, 3) {
		t.Errorf("%v in flight after the panics", got)
	}
}

// TestLanesFindOverReturn returns the whole limit of one lane twice, with every
// other lane half in flight, and wants it to be found in that lane: at once where
// invariants are checked, at the next look otherwise, again and again.
func TestLanesFindOverReturn(t *testing.T) {
	for _, limit := range edges {
		for i := range credit.MaxLanes {
			l := newLanes(t, all(limit)...)
			amounts := all(limit / 2)
			amounts[i] = limit
			l.Take(pack(t, amounts...))
			twice := pack(t, one(i, limit)...)
			l.Return(twice)
			got := message(func() { l.Return(twice) })
			if invariant.Enabled {
				amounts[i] = 0
				want := fmt.Sprintf("I1: credit: %v returned with %v in flight, limit %v",
					twice, pack(t, amounts...), l.Limit())
				if got != want {
					t.Errorf("Return panics with %q, want %q", got, want)
				}
				continue
			}
			if got != "" {
				t.Errorf("Return panics with %q in interrupt context", got)
			}
			want := fmt.Sprintf("credit: %d returned with %d in flight, limit %d, in lane %d",
				2*limit, limit, limit, i)
			for range 2 {
				panics(t, want, func() { l.InFlight() })
				panics(t, want, func() { l.Fits(pack(t, one(i, 1)...)) })
				panics(t, want, func() { l.TryTake(twice) })
			}
			other := (i + 3) % credit.MaxLanes // in the other word
			if l.Fits(pack(t, one(other, limit-limit/2)...)); l.Unseen()[other] != 0 {
				t.Errorf("lane %d got something from lane %d", other, i)
			}
		}
	}
}

// TestSurplusStaysInItsLane returns the largest limit 63 times too often in one
// lane, while the lanes beside it have returns of their own, and looks at the
// words themselves: only that lane has changed, and the look finds it. It is the
// bound that the doc of Lanes claims.
func TestSurplusStaysInItsLane(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the first return too many breaks I1")
	}
	for i := range credit.MaxLanes {
		l := newLanes(t, all(credit.MaxLane)...)
		for range 100 { // so that the sums have wrapped
			l.TryTake(l.Limit())
			l.Return(l.Limit())
		}
		l.TryTake(l.Limit())
		beside := all(17)
		beside[i] = 0
		l.Return(pack(t, beside...))
		full := pack(t, one(i, credit.MaxLane)...)
		for range 64 { // once rightly
			l.Return(full)
		}
		for j, got := range l.Unseen() {
			want := uint32(17)
			if j == i {
				want = 64 * credit.MaxLane
			}
			if got != want {
				t.Errorf("surplus in lane %d: lane %d has %d back, want %d", i, j, got, want)
			}
		}
		want := fmt.Sprintf("credit: %d returned with %d in flight, limit %d, in lane %d",
			64*credit.MaxLane, credit.MaxLane, credit.MaxLane, i)
		panics(t, want, func() { l.InFlight() })
	}
}

// TestMaskedOverReturnIsFoundLater returns one of two jobs twice. No sum can tell
// that from the return of both; it shows when the other comes back, though the
// lane is far from its limit.
func TestMaskedOverReturnIsFoundLater(t *testing.T) {
	for i := range credit.MaxLanes {
		l := newLanes(t, all(100)...)
		a := pack(t, one(i, 5)...)
		l.Take(a)
		l.Take(a)
		l.Return(a)
		l.Return(a)
		if got := l.InFlight(); got != (credit.Vec{}) || !l.Fits(l.Limit()) {
			t.Errorf("%v in flight", got)
		}
		if invariant.Enabled {
			want := fmt.Sprintf("I1: credit: %v returned with [0 0 0 0 0 0] in flight, limit %v",
				a, l.Limit())
			panics(t, want, func() { l.Return(a) })
			continue
		}
		l.Return(a)
		want := fmt.Sprintf("credit: 5 returned with 0 in flight, limit 100, in lane %d", i)
		panics(t, want, func() { l.InFlight() })
	}
}

func TestLanesAllocateNothing(t *testing.T) {
	l := newLanes(t, 3, 4, 5, 30, 40, 50)
	v := pack(t, 1, 0, 1, 10, 0, 10)
	allocs := testing.AllocsPerRun(500, func() {
		for l.TryTake(v) {
		}
		l.Return(l.InFlight())
		if l.Fits(v) {
			l.Take(v)
			l.Return(v)
		}
		if sum, err := v.Add(v); err != nil || l.Check(sum) != nil {
			t.Error("the sum is refused")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations a run", allocs)
	}
}
