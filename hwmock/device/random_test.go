package device_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// seed is what the random tests start from; CREDENCE_SEED sets another.
func seed(t *testing.T) uint64 {
	s := uint64(1)
	if text := os.Getenv("CREDENCE_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("CREDENCE_SEED: %v", err)
		}
		s = n
	}
	t.Logf("CREDENCE_SEED=%d", s)
	return s
}

// compare fails at the first difference.
func (v *duel) compare() {
	if v.m.events.Now() != v.d.now || v.m.events.Len() != len(v.d.events) {
		v.t.Fatalf("op %d: %d events pending at %d, twin %d at %d", v.ops, v.m.events.Len(),
			v.m.events.Now(), len(v.d.events), v.d.now)
	}
	for u, q := range v.queues {
		for k, w := range v.d.users[u].fw {
			entries, commands := w.use()
			kind := device.Kind(k)
			if e, c := q.Entries(kind), q.Outstanding(kind); e != entries || c != commands {
				v.t.Fatalf("op %d: queue %d.%s has %d entries, %d commands, twin %d, %d", v.ops, u,
					kind, e, c, entries, commands)
			}
		}
		if q.RingFull() != v.d.users[u].refused {
			v.t.Fatalf("op %d: queue %d refused %d, twin %d", v.ops, u, q.RingFull(),
				v.d.users[u].refused)
		}
	}
	for g := range numEngines {
		busy := v.d.busy[g]
		c := v.d.find(g, true)
		if c != nil {
			busy += v.d.now.Sub(c.began)
		}
		load := v.m.Load(only(g))
		if v.m.Idle(g) != (c == nil) || v.m.Busy(g) != busy || load != v.d.load(g) {
			v.t.Fatalf("op %d: engine %d is idle %t, was busy %d, has %d; twin %t, %d, %d", v.ops,
				g, v.m.Idle(g), v.m.Busy(g), load, c == nil, busy, v.d.load(g))
		}
	}
	for _, l := range v.lives {
		if l.j.Gen() == l.gen && l.j.at != l.d.end {
			v.t.Fatalf("op %d: job %d ends at %d, twin %d", v.ops, l.d.id, l.j.at, l.d.end)
		}
	}
	if !slices.Equal(v.m.Overruns(), v.d.overruns) {
		v.t.Fatalf("op %d: over-runs %v, twin %v", v.ops, v.m.Overruns(), v.d.overruns)
	}
}

// finish runs what is left, and checks that nothing is lost.
func (v *duel) finish() {
	for v.m.events.Step(fence.Never) {
		if !v.d.step(fence.Never) {
			v.t.Fatalf("the twin is at rest at %d", v.d.now)
		}
		v.compare()
	}
	ended := slices.Clone(v.m.spans)
	slices.SortStableFunc(ended, func(a, b span) int { return int(a.to - b.to) })
	for g := range numEngines {
		pick := func(list []span) (of []span) {
			for _, s := range list {
				if s.engine == g {
					of = append(of, s)
				}
			}
			return of
		}
		if a, b := pick(ended), pick(v.d.spans); !slices.Equal(a, b) {
			v.t.Fatalf("engine %d ran %v, twin %v", g, a, b)
		}
	}
	for len(v.holds) > 0 {
		h := v.holds[0]
		v.holds = v.holds[1:]
		h.f.Put()
	}
	over := 0
	for i := range v.lives {
		l := &v.lives[i]
		if !l.over && l.d.end != fence.Never {
			v.endHold(i)
		}
		if l.over {
			over++
		}
	}
	if v.freed != over {
		v.t.Errorf("%d jobs are over, %d were freed", over, v.freed)
	}
	if len(v.d.overruns) == 0 && over != len(v.lives) {
		v.t.Errorf("%d of %d jobs end, and no queue is stuck", over, len(v.lives))
	}
	v.tally.overruns += len(v.d.overruns)
	v.tally.ops += v.ops
}

// TestDeviceAgreesWithItsTwin runs random programs on both.
func TestDeviceAgreesWithItsTwin(t *testing.T) {
	s := seed(t)
	var y tally
	for n := range uint64(260) {
		v := newDuel(t, rand.New(rand.NewPCG(s, n)), &y)
		for range 250 {
			v.op()
		}
		v.finish()
		if t.Failed() {
			t.Fatalf("program %d", n)
		}
	}
	t.Logf("%+v", y)
	if y.ops < 50_000 || y.refused < 100 || y.overruns < 50 || y.stale < 100 || y.reused < 1000 ||
		y.held < 500 || y.barriers < 5000 {
		t.Errorf("the programs are not what they should be: %+v", y)
	}
}
