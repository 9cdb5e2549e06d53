package des_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"credence/core/fence"
	"credence/hwmock/des"
)

// item records its name in a shared log when it fires, then runs do.
type item struct {
	des.Event
	name string
	log  *[]string
	do   func(now fence.Time)
}

func (i *item) Fire(now fence.Time, _ *des.Event) {
	*i.log = append(*i.log, fmt.Sprintf("%s@%d", i.name, now))
	if i.do != nil {
		i.do(now)
	}
}

// items makes one item a name, all writing to log.
func items(log *[]string, names ...string) map[string]*item {
	m := make(map[string]*item)
	for _, n := range names {
		i := &item{name: n, log: log}
		i.Init(i)
		m[n] = i
	}
	return m
}

func expect(t *testing.T, log []string, want string) {
	t.Helper()
	if got := strings.Join(log, " "); got != want {
		t.Errorf("fired %q, want %q", got, want)
	}
}

func drain(g *des.Engine) {
	for g.Step(fence.Never) {
	}
}

func TestOrderIsTimeClassRankSequence(t *testing.T) {
	var log []string
	var g des.Engine
	i := items(&log, "a", "b", "c", "d", "e", "f")
	g.Schedule(&i["f"].Event, 11, des.ClassHardware, 0)
	g.Schedule(&i["e"].Event, 10, des.ClassClient, 0)
	g.Schedule(&i["d"].Event, 10, des.ClassTimer, 9)
	g.Schedule(&i["b"].Event, 10, des.ClassTimer, 3)
	g.Schedule(&i["c"].Event, 10, des.ClassTimer, 3)
	g.Schedule(&i["a"].Event, 10, des.ClassHardware, 1<<32-1)
	drain(&g)
	expect(t, log, "a@10 b@10 c@10 d@10 e@10 f@11")
	if g.Fired() != 6 || g.Len() != 0 || g.Now() != 11 {
		t.Errorf("fired %d, pending %d, now %d", g.Fired(), g.Len(), g.Now())
	}
}

func TestStepStopsAtDeadline(t *testing.T) {
	var log []string
	g := des.New()
	i := items(&log, "a", "b")
	g.Schedule(&i["a"].Event, 10, des.ClassTimer, 0)
	g.Schedule(&i["b"].Event, 5000, des.ClassTimer, 0)
	for _, s := range []struct {
		deadline fence.Time
		fires    bool
		now      fence.Time
	}{{-1, false, 0}, {9, false, 0}, {10, true, 10}, {4999, false, 10}, {5000, true, 5000},
		{fence.Never, false, 5000}} {
		if got := g.Step(s.deadline); got != s.fires || g.Now() != s.now {
			t.Errorf("Step(%d) = %t, now %d; want %t, %d", s.deadline, got, g.Now(), s.fires, s.now)
		}
	}
}

func TestNextLeavesTheClock(t *testing.T) {
	var log []string
	g := des.New()
	i := items(&log, "far", "soon")
	if at, ok := g.Next(); ok {
		t.Errorf("Next of an empty engine is %d", at)
	}
	g.Schedule(&i["far"].Event, 1<<40, des.ClassTimer, 0)
	if at, ok := g.Next(); !ok || at != 1<<40 || g.Now() != 0 {
		t.Errorf("Next = %d, %t; now %d", at, ok, g.Now())
	}
	g.Schedule(&i["soon"].Event, 3, des.ClassTimer, 0)
	if at, ok := g.Next(); !ok || at != 3 {
		t.Errorf("Next = %d, %t; want 3", at, ok)
	}
}

func TestHandlersActWithinFire(t *testing.T) {
	var log []string
	g := des.New()
	i := items(&log, "a", "b", "c", "d", "e")
	ev := func(n string) *des.Event { return &i[n].Event }
	for k, n := range []string{"a", "b", "c", "d"} {
		g.Schedule(ev(n), 10, des.ClassTimer, uint32(k))
	}
	i["a"].do = func(now fence.Time) {
		i["a"].do = nil
		if g.Cancel(ev("a")) {
			t.Error("a firing event could be cancelled")
		}
		if !g.Cancel(ev("b")) {
			t.Error("a pending event could not be cancelled")
		}
		if !g.Reschedule(ev("c"), 20, des.ClassTimer, 0) {
			t.Error("Reschedule says that a pending event was idle")
		}
		if g.Reschedule(ev("e"), now, des.ClassClient, 0) {
			t.Error("Reschedule says that an idle event was pending")
		}
		g.Schedule(ev("b"), now, des.ClassHardware, 99) // Before d: a lower class.
		g.Schedule(ev("a"), now, des.ClassTimer, 3)     // After d: scheduled later.
	}
	drain(g)
	expect(t, log, "a@10 b@10 d@10 a@10 e@10 c@20")
}

func TestStepWithinFire(t *testing.T) {
	var log []string
	g := des.New()
	i := items(&log, "outer", "inner", "last")
	g.Schedule(&i["outer"].Event, 1, des.ClassTimer, 0)
	g.Schedule(&i["inner"].Event, 7, des.ClassTimer, 0)
	g.Schedule(&i["last"].Event, 9, des.ClassTimer, 0)
	i["outer"].do = func(fence.Time) {
		if !g.Step(8) || g.Step(8) || g.Now() != 7 {
			t.Errorf("within Fire: now %d, want 7", g.Now())
		}
	}
	drain(g)
	expect(t, log, "outer@1 inner@7 last@9")
}

// probe records the instants at which it fires.
type probe struct{ fired []fence.Time }

func (p *probe) Fire(now fence.Time, _ *des.Event) { p.fired = append(p.fired, now) }

// TestBoundaries schedules at, and just around, the edges of every slot size,
// of 64 levels as well as of the engine's own, from starts at such edges.
func TestBoundaries(t *testing.T) {
	var edges []fence.Time
	for p := range 63 {
		for _, d := range []fence.Time{-1, 0, 1} {
			edges = append(edges, fence.Time(1)<<p+d)
		}
	}
	edges = append(edges, fence.Never-1, fence.Never, 0)
	slices.Sort(edges)
	r := rand.New(rand.NewPCG(5, 6))
	for _, start := range edges {
		var want []fence.Time
		for _, at := range edges {
			if at >= start {
				want = append(want, at, at)
			}
		}
		g, p, evs := des.New(), &probe{}, make([]des.Event, len(want))
		g.AdvanceTo(start)
		for k, w := range r.Perm(len(want)) {
			evs[k].Init(p)
			g.Schedule(&evs[k], want[w], des.ClassTimer, 0)
		}
		if err := g.Check(); err != nil {
			t.Fatalf("start %d: %v", start, err)
		}
		drain(g)
		if !slices.Equal(p.fired, want) {
			t.Fatalf("start %d: fired %d, want %d", start, p.fired, want)
		}
	}
}

func TestAdvanceToAnEventIsAllowed(t *testing.T) {
	g, p := des.New(), &probe{}
	var e des.Event
	e.Init(p)
	g.Schedule(&e, 150, des.ClassTimer, 0)
	g.AdvanceTo(150)
	if g.Now() != 150 || !g.Step(150) || g.Now() != 150 {
		t.Errorf("now %d, fired %d", g.Now(), g.Fired())
	}
}

func TestNoAllocationAnEvent(t *testing.T) {
	g, d := des.New(), bimodal
	h := &holdBench{eng: g, d: d}
	evs := make([]des.Event, 500)
	for i := range evs {
		evs[i].Init(h)
		h.Fire(0, &evs[i])
	}
	i := 0
	if n := testing.AllocsPerRun(2000, func() {
		g.Step(fence.Never)
		g.Next()
		i = (i + 1) % len(evs)
		g.Reschedule(&evs[i], g.Now().Add(h.d.next()), des.ClassTimer, uint32(i%7))
		g.Step(g.Now())
	}); n != 0 {
		t.Errorf("%v allocations a round", n)
	}
}

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(des.Event{}); n != 64 {
		t.Errorf("an Event takes %d bytes, want one cache line", n)
	}
	if n := unsafe.Sizeof(des.Engine{}); n > 136 {
		t.Errorf("an Engine takes %d bytes", n)
	}
}

func TestFewEventsNeedNoWheel(t *testing.T) {
	g, h := des.New(), &holdBench{d: bimodal}
	h.eng = g
	evs := make([]des.Event, des.MaxWalk+2)
	for i := range evs {
		evs[i].Init(h)
		h.Fire(0, &evs[i])
	}
	for range 1000 {
		g.Step(fence.Never)
	}
	if g.HasWheel() {
		t.Errorf("%d events made the engine build its wheel", len(evs))
	}
}

func TestClassNames(t *testing.T) {
	for c, want := range map[des.Class]string{des.ClassHardware: "hardware", des.ClassTimer: "timer",
		des.ClassClient: "client", des.NumClasses: "class(3)"} {
		if got := c.String(); got != want {
			t.Errorf("Class %d is %q, want %q", uint8(c), got, want)
		}
	}
	if des.ClassHardware >= des.ClassTimer || des.ClassTimer >= des.ClassClient {
		t.Error("classes are out of order")
	}
}
