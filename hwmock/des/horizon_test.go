package des_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/des"
)

// buildWheel makes the engine build its wheel and leaves nothing pending.
func buildWheel(g *des.Engine) {
	evs := make([]des.Event, des.MaxWalk+3)
	for i := range evs {
		evs[i].Init(&probe{})
		g.Schedule(&evs[i], g.Now()+fence.Time(2*i*(des.MaxWalk+2-i)), des.ClassTimer, 0)
	}
	for i := range evs {
		g.Cancel(&evs[i])
	}
}

// TestHorizonStaysClose holds what keeps near events out of the front, where
// they would cost a walk: looking for events up to a deadline, and firing one,
// moves the horizon no further than to the end of the slot that this lies in, and
// an engine that empties has no horizon: the front holds all that comes.
func TestHorizonStaysClose(t *testing.T) {
	g, p := des.New(), &probe{}
	rest := ballast(g, p)
	if !g.HasWheel() || g.Horizon() != 0 {
		t.Fatalf("wheel %t, horizon %d", g.HasWheel(), g.Horizon())
	}
	for _, c := range []struct {
		ats  []fence.Time
		slot fence.Time // span of the slot of the first
	}{
		{[]fence.Time{70}, 4096}, {[]fence.Time{5000}, 4096}, {[]fence.Time{70, 71}, 4096},
		{[]fence.Time{5000, 5001}, 4096}, {[]fence.Time{1 << 30, 1<<30 + 9}, 1 << 30},
	} {
		evs := make([]des.Event, len(c.ats))
		for i := range evs {
			evs[i].Init(p)
			g.Schedule(&evs[i], g.Now()+c.ats[i], des.ClassTimer, 0)
		}
		for _, ahead := range []fence.Time{0, 1, 60, 69, c.ats[0] - 1} {
			before := g.Horizon()
			limit := g.Now() + min(ahead, c.ats[0]-1)
			if g.Step(limit) || g.Horizon() > max(before, limit|(c.slot-1)) {
				t.Errorf("events after %d, Step(%d): horizon %d", c.ats, limit, g.Horizon())
			}
			g.AdvanceTo(g.Now())
		}
		for range evs {
			if !g.Step(fence.Never) || g.Horizon() > g.Now()|(c.slot-1) {
				t.Errorf("events after %d: fired at %d, horizon %d", c.ats, g.Now(), g.Horizon())
			}
		}
	}
	for i := range rest {
		g.Cancel(&rest[i])
	}
	if g.Horizon() != fence.Never {
		t.Errorf("an empty engine's horizon is %d", g.Horizon())
	}
}

// ballast schedules events at the end of time that keep the wheel in use.
func ballast(g *des.Engine, p *probe) []des.Event {
	rest := make([]des.Event, des.MaxWalk+3)
	for i := range rest {
		rest[i].Init(p)
		g.Schedule(&rest[i], 1<<50+fence.Time(2*i*(des.MaxWalk+2-i)), des.ClassTimer, 0)
	}
	return rest
}

// TestBurstGoesToTheWheel has few events take the horizon to the end of their
// slot and then fills that: what finds no place in the front brings the horizon
// back to the clock, and the heap has nothing to do.
func TestBurstGoesToTheWheel(t *testing.T) {
	g, p := des.New(), &probe{}
	ballast(g, p)
	evs := make([]des.Event, 40*des.MaxWalk)
	for i := range evs {
		evs[i].Init(p)
	}
	g.Schedule(&evs[0], 1<<30, des.ClassTimer, 0)
	g.Schedule(&evs[1], 1<<30+9, des.ClassTimer, 0)
	g.Step(fence.Never)
	if g.Horizon() != 1<<31-1 {
		t.Fatalf("horizon %d", g.Horizon())
	}
	for i := range evs[2:] {
		g.Schedule(&evs[2+i], g.Now()+fence.Time(i*7919%100_003), des.ClassTimer, 0)
	}
	if g.Horizon() != g.Now() || g.Melds() != 0 {
		t.Errorf("horizon %d at %d, %d comparisons", g.Horizon(), g.Now(), g.Melds())
	}
	if err := g.Check(); err != nil {
		t.Error(err)
	}
	drain(g)
	if !slices.IsSorted(p.fired) || len(p.fired) != len(evs)+des.MaxWalk+3 {
		t.Errorf("%d fired, in order %t", len(p.fired), slices.IsSorted(p.fired))
	}
}

// TestFewEventsComeBack has an engine of many events shrink to a few: these move
// to the front, where the next ones find their place by a short walk, and the
// order stays.
func TestFewEventsComeBack(t *testing.T) {
	g, p := des.New(), &probe{}
	evs := make([]des.Event, 4*des.MaxWalk)
	for i := range evs {
		evs[i].Init(p)
		g.Schedule(&evs[i], fence.Time(1+i*7%len(evs))*10_000, des.ClassTimer, 0)
	}
	for range len(evs) - des.Few {
		if g.Horizon() == fence.Never {
			t.Fatalf("%d events are in the front", g.Len())
		}
		g.Step(fence.Never)
	}
	g.Step(fence.Never)
	if g.Horizon() != fence.Never {
		t.Errorf("%d events left and the horizon is %d", g.Len(), g.Horizon())
	}
	if err := g.Check(); err != nil {
		t.Error(err)
	}
	drain(g)
	if len(p.fired) != len(evs) || !slices.IsSorted(p.fired) {
		t.Errorf("fired at %d", p.fired)
	}
}

// TestHorizonAhead has Next look far ahead and then schedules everything before
// it, in random order: the bound of the crowded instant holds there too.
func TestHorizonAhead(t *testing.T) {
	const n = 20_000
	r := rand.New(rand.NewPCG(1, 9))
	g, p := des.New(), &probe{}
	evs := make([]des.Event, n)
	for i := range evs {
		evs[i].Init(p)
	}
	for i := range evs[:2*des.MaxWalk] { // The wheel comes into being.
		g.Schedule(&evs[i], 1<<40+fence.Time(i*5%17), des.ClassTimer, 0)
	}
	if at, ok := g.Next(); !ok || at != 1<<40 || !g.HasWheel() {
		t.Fatalf("Next = %d, %t; wheel %t", at, ok, g.HasWheel())
	}
	for i := 2 * des.MaxWalk; i < n; i++ {
		g.Schedule(&evs[i], fence.Time(r.Int64N(1<<40)), des.ClassTimer, 0)
	}
	drain(g)
	if len(p.fired) != n || !slices.IsSorted(p.fired) {
		t.Errorf("%d fired, in order %t", len(p.fired), slices.IsSorted(p.fired))
	}
	checkSteps(t, g, n)
	if g.Melds() == 0 {
		t.Error("nothing went through the heap")
	}
}
