//go:build explore

package footgun

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func each(f func(Driver)) {
	for a := range NumAPIs {
		for p := range NumPools {
			f(Right(a, p))
		}
	}
}

// TestMistakes wants each mistake to be what its name says, at each of its places.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		api  API
		pool Pool
		m    Mistake
		want string
	}{
		{Predicate, Shared, Mistake{CheckBeforeArming, false, Arm, 0},
			"ask: lock read decide unlock lock arm unlock; release: lock read free unlock signal wake"},
		{Predicate, Shared, Mistake{FreeAfterSignal, true, Free, 0},
			"ask: lock arm read decide unlock; release: signal lock read free unlock wake"},
		{Predicate, Shared, Mistake{StaleValue, false, Read, 0},
			"ask: read lock arm decide unlock; release: lock read free unlock signal wake"},
		{Predicate, Shared, Mistake{StaleValue, true, Read, 0},
			"ask: lock arm read decide unlock; release: read lock free unlock signal wake"},
		{Predicate, Shared, Mistake{DroppedLock, false, Lock, 0},
			"ask: arm read decide; release: lock read free unlock signal wake"},
		{Predicate, Shared, Mistake{DroppedLock, true, Lock, 0},
			"ask: lock arm read decide unlock; release: read free signal wake"},
		{Predicate, Shared, Mistake{WiderScope, false, Read, 0},
			"ask: lock arm read* decide unlock; release: lock read free unlock signal wake"},
		{Predicate, Shared, Mistake{OffByOne, false, Decide, 1},
			"ask: lock arm read decide+1 unlock; release: lock read free unlock signal wake"},
		{Predicate, Shared, Mistake{OffByOne, false, Decide, -1},
			"ask: lock arm read decide-1 unlock; release: lock read free unlock signal wake"},
		{Predicate, Shared, Mistake{OffByOne, true, Wake, -1},
			"ask: lock arm read decide unlock; release: lock read free unlock signal wake-1"},
		{Predicate, Shared, Mistake{MissingWake, true, Signal, 0},
			"ask: lock arm read decide unlock; release: lock read free unlock wake"},
		{Predicate, Shared, Mistake{MissingWake, true, Wake, 0},
			"ask: lock arm read decide unlock; release: lock read free unlock signal"},
		{Predicate, Own, Mistake{FreeAfterSignal, true, Free, 0},
			"ask: lock read decide unlock; release: signal lock read free unlock"},
		{Fence, Own, Mistake{CheckBeforeArming, false, Ref, 0},
			"ask: lock read decide unlock lock first ref unlock; " +
				"release: lock read free retire unlock signal drop"},
		{Fence, Own, Mistake{FreeAfterSignal, true, Free, 0},
			"ask: lock first ref read decide unlock; " +
				"release: lock retire unlock signal lock read free unlock drop"},
		{Fence, Own, Mistake{StaleValue, false, First, 0},
			"ask: first lock ref read decide unlock; release: lock read free retire unlock signal drop"},
		{Fence, Own, Mistake{WiderScope, false, First, 0},
			"ask: lock first* ref read decide unlock; release: lock read free retire unlock signal drop"},
		{Fence, Own, Mistake{OffByOne, false, First, 1},
			"ask: lock first+1 ref read decide unlock; release: lock read free retire unlock signal drop"},
	} {
		d := Right(c.api, c.pool)
		if !slices.Contains(d.Mistakes(), c.m) {
			t.Errorf("%v %v: no place for %+v", c.api, c.pool, c.m)
		}
		if got := d.With(c.m).String(); got != c.want {
			t.Errorf("%v %v %+v:\n%s\nwant\n%s", c.api, c.pool, c.m, got, c.want)
		}
	}
}

// TestPlaces wants both interfaces to be open to the same list of mistakes, except
// that a predicate over a pool of its own has nothing to arm, and every mistake to
// change the driver and to leave the right one alone.
func TestPlaces(t *testing.T) {
	each(func(d Driver) {
		before := d.String()
		places := make(map[Operator]int)
		for _, m := range d.Mistakes() {
			places[m.Op]++
			if d.With(m).String() == before {
				t.Errorf("%v %v: %+v changes nothing", d.API, d.Pool, m)
			}
		}
		if d.String() != before {
			t.Errorf("a mistake was made in the right driver: %v", d)
		}
		for op := range NumOperators {
			none := d.API == Predicate && d.Pool == Own && op == CheckBeforeArming
			if (places[op] == 0) != none {
				t.Errorf("%v %v: %d places for %v", d.API, d.Pool, places[op], op)
			}
		}
	})
}

// TestDraw wants one to three different operators, all of them by and by, and the
// same again for the same seed.
func TestDraw(t *testing.T) {
	each(func(d Driver) {
		sizes, seen := make(map[int]bool), make(map[Mistake]bool)
		a, b := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
		for range 500 {
			list := d.Draw(a)
			if again := d.Draw(b); !slices.Equal(list, again) {
				t.Fatalf("drew %v and %v", list, again)
			}
			sizes[len(list)] = true
			for i, m := range list {
				seen[m] = true
				if i > 0 && list[i-1].Op >= m.Op {
					t.Fatalf("operators of %v", list)
				}
			}
		}
		if len(sizes) != MaxMistakes || len(seen) != len(d.Mistakes()) {
			t.Errorf("%v %v: %d sizes, %d of %d mistakes", d.API, d.Pool, len(sizes), len(seen),
				len(d.Mistakes()))
		}
	})
}

// TestMistakesMeet wants what several mistakes at the same steps come to.
func TestMistakesMeet(t *testing.T) {
	d := Right(Fence, Own).With(
		Mistake{MissingWake, true, Signal, 0}, Mistake{DroppedLock, true, Lock, 0},
		Mistake{FreeAfterSignal, true, Free, 0}, Mistake{StaleValue, true, Read, 0})
	want := "ask: lock first ref read decide unlock; release: read retire free drop"
	if d.String() != want {
		t.Errorf("%v, want %v", d, want)
	}
}

// TestRightDrivers wants them to keep their promises, and not to spin.
func TestRightDrivers(t *testing.T) {
	each(func(d Driver) {
		j, err := newJudge(d)
		if err != nil {
			t.Fatalf("%v %v: %v", d.API, d.Pool, err)
		}
		if f, err := j.fate(d); err != nil || f != Equivalent {
			t.Errorf("%v %v: against itself %v, %v", d.API, d.Pool, f, err)
		}
		t.Logf("%v %v: %d executions", d.API, d.Pool, j.executions)
	})
}

// TestWrongDrivers wants one driver of each fate, so that the judge is seen to tell
// them apart.
func TestWrongDrivers(t *testing.T) {
	for _, c := range []struct {
		api  API
		m    Mistake
		want Fate
	}{
		{Fence, Mistake{CheckBeforeArming, false, Ref, 0}, Equivalent},
		{Fence, Mistake{OffByOne, false, Decide, -1}, Sound},
		{Predicate, Mistake{FreeAfterSignal, true, Free, 0}, Asleep},
		{Predicate, Mistake{WiderScope, false, Read, 0}, Asleep},
		{Predicate, Mistake{DroppedLock, true, Lock, 0}, Overrun},
		{Fence, Mistake{StaleValue, false, First, 0}, Touched},
		{Predicate, Mistake{MissingWake, true, Signal, 0}, Asleep},
	} {
		d := Right(c.api, Own)
		j, err := newJudge(d)
		if err != nil {
			t.Fatal(err)
		}
		if f, err := j.fate(d.With(c.m)); err != nil || f != c.want {
			t.Errorf("%v %+v: %v, %v, want %v", c.api, c.m, f, err, c.want)
		}
	}
}

// TestUntold: dependants of a job are told by its fence alone.
func TestUntold(t *testing.T) {
	d := Right(Predicate, Shared).With(Mistake{MissingWake, true, Signal, 0})
	if f, err := new(judge).fate(d); err != nil || f != Untold {
		t.Errorf("%v, %v", f, err)
	}
}
