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
// they would cost a walk: looking for events up to a deadline never moves the
// horizon past it, firing an event moves it to that event's instant, and an idle
// engine brings it back to the clock.
func TestHorizonStaysClose(t *testing.T) {
	g, p := des.New(), &probe{}
	buildWheel(g)
	if !g.HasWheel() {
		t.Fatal("no wheel")
	}
	for _, ats := range [][]fence.Time{{70}, {5000}, {70, 71}, {5000, 5001}, {1 << 30, 1<<30 + 9}} {
		evs := make([]des.Event, len(ats))
		for i := range evs {
			evs[i].Init(p)
			g.Schedule(&evs[i], g.Now()+ats[i], des.ClassTimer, 0)
		}
		for _, ahead := range []fence.Time{0, 1, 60, 69, ats[0] - 1} {
			before := g.Horizon()
			limit := g.Now() + min(ahead, ats[0]-1)
			if g.Step(limit) || g.Horizon() > max(before, limit) {
				t.Errorf("events after %d, Step(%d): horizon %d", ats, limit, g.Horizon())
			}
			g.AdvanceTo(g.Now())
		}
		for i := range evs {
			g.Next()
			g.Cancel(&evs[i])
		}
		g.Schedule(&evs[0], g.Now()+ats[0], des.ClassTimer, 0)
		if !g.Step(fence.Never) || g.Horizon() != g.Now() {
			t.Errorf("events after %d: fired at %d, horizon %d", ats, g.Now(), g.Horizon())
		}
		g.Schedule(&evs[0], g.Now(), des.ClassTimer, 0)
		if g.Horizon() != g.Now() {
			t.Errorf("events after %d: idle at %d, horizon %d", ats, g.Now(), g.Horizon())
		}
		g.Step(fence.Never)
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
