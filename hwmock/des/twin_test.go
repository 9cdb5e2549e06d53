package des_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/des"
)

// entry is an event as the twin sees it.
type entry struct {
	at    fence.Time
	class des.Class
	rank  uint32
	seq   int
	id    int
}

// before is the order of firing, written out.
func (a entry) before(b entry) bool {
	switch {
	case a.at != b.at:
		return a.at < b.at
	case a.class != b.class:
		return a.class < b.class
	case a.rank != b.rank:
		return a.rank < b.rank
	}
	return a.seq < b.seq
}

// twin is the engine, done the dumb way: a sorted slice.
type twin struct {
	now     fence.Time
	seq     int
	pending []entry
}

func (m *twin) schedule(e entry) {
	e.seq = m.seq
	m.seq++
	i := 0
	for i < len(m.pending) && m.pending[i].before(e) {
		i++
	}
	m.pending = slices.Insert(m.pending, i, e)
}

func (m *twin) cancel(id int) bool {
	i := slices.IndexFunc(m.pending, func(e entry) bool { return e.id == id })
	if i >= 0 {
		m.pending = slices.Delete(m.pending, i, i+1)
	}
	return i >= 0
}

// duel does the same to an engine and its twin, and fails at the first
// difference.
type duel struct {
	t     *testing.T
	r     *rand.Rand
	spans []int64
	eng   *des.Engine
	m     twin
	evs   []duelEvent
	ops   int
	depth int // Of Fire.
	log   []byte
}

type duelEvent struct {
	des.Event
	id int
	d  *duel
}

// Fire checks that the twin would fire this event now, and goes on at random
// from within.
func (v *duelEvent) Fire(now fence.Time, e *des.Event) {
	d := v.d
	if e != &v.Event || len(d.m.pending) == 0 {
		d.t.Fatalf("op %d: event %d fired, twin has %d pending", d.ops, v.id, len(d.m.pending))
	}
	want := d.m.pending[0]
	d.m.pending = d.m.pending[1:]
	if want.id != v.id || want.at != now || now < d.m.now || d.eng.Now() != now {
		d.t.Fatalf("op %d: event %d fired at %d, engine's now %d; twin fires %d at %d",
			d.ops, v.id, now, d.eng.Now(), want.id, want.at)
	}
	if e.Pending() || e.When() != now {
		d.t.Fatalf("op %d: firing event is pending %t at %d", d.ops, e.Pending(), e.When())
	}
	d.m.now = now
	d.log = fmt.Appendf(d.log, "%d@%d\n", v.id, now)
	if d.depth++; d.depth < 3 {
		for range d.r.IntN(4) {
			d.op()
		}
	}
	d.depth--
}

// when draws an instant from now on: now itself, near, at the times at which
// others are pending, or just around a power of 64.
func (d *duel) when() fence.Time {
	switch d.r.IntN(8) {
	case 0:
		return d.m.now
	case 1:
		if n := len(d.m.pending); n > 0 {
			return d.m.pending[d.r.IntN(n)].at
		}
	case 2:
		p := fence.Time(1) << d.r.IntN(63)
		at := d.m.now&^(p-1) + p + fence.Time(d.r.IntN(3)-1)
		if at >= d.m.now {
			return at
		}
	}
	span := d.spans[d.r.IntN(len(d.spans))]
	return d.m.now.Add(fence.Duration(d.r.Int64N(span)))
}

// op does one random operation to both.
func (d *duel) op() {
	d.ops++
	v := &d.evs[d.r.IntN(len(d.evs))]
	e := entry{at: d.when(), id: v.id, class: des.Class(d.r.IntN(int(des.NumClasses)))}
	if d.r.IntN(2) == 0 {
		e.rank = uint32(d.r.IntN(5)) << d.r.IntN(30)
	}
	switch k := d.r.IntN(20); {
	case k < 10 && !v.Pending():
		d.m.schedule(e)
		d.eng.Schedule(&v.Event, e.at, e.class, e.rank)
	case k < 11:
		d.same("Cancel", d.eng.Cancel(&v.Event), d.m.cancel(v.id))
	case k < 12:
		was := d.m.cancel(v.id)
		d.m.schedule(e)
		d.same("Reschedule", d.eng.Reschedule(&v.Event, e.at, e.class, e.rank), was)
	case k < 13:
		d.next()
	case k < 14:
		d.advance(e.at)
	case k < 15:
		d.step(d.m.now - 1)
	default:
		d.step(d.when())
	}
	d.same("Pending", v.Pending(), slices.ContainsFunc(d.m.pending,
		func(e entry) bool { return e.id == v.id }))
	if d.eng.Now() != d.m.now || d.eng.Len() != len(d.m.pending) {
		d.t.Fatalf("op %d: now %d with %d pending; twin %d with %d",
			d.ops, d.eng.Now(), d.eng.Len(), d.m.now, len(d.m.pending))
	}
}

func (d *duel) same(what string, got, want bool) {
	if got != want {
		d.t.Fatalf("op %d: %s is %t, twin's %t", d.ops, what, got, want)
	}
}

func (d *duel) next() {
	at, ok := d.eng.Next()
	d.same("ok of Next", ok, len(d.m.pending) > 0)
	if ok && at != d.m.pending[0].at {
		d.t.Fatalf("op %d: Next %d, twin's %d", d.ops, at, d.m.pending[0].at)
	}
}

func (d *duel) step(deadline fence.Time) {
	due := len(d.m.pending) > 0 && d.m.pending[0].at <= deadline
	fired := d.eng.Fired()
	if d.same("Step", d.eng.Step(deadline), due); !due && d.eng.Fired() != fired {
		d.t.Fatalf("op %d: Step reports false and fired", d.ops)
	}
}

// advance moves the clock to at, or to the first event if that is earlier.
func (d *duel) advance(at fence.Time) {
	if len(d.m.pending) > 0 {
		at = min(at, d.m.pending[0].at)
	}
	d.eng.AdvanceTo(at)
	d.m.now = at
}

// run plays ops operations over n events and then fires what is left. It
// returns a hash of the history.
func (d *duel) run(ops, n int) uint64 {
	d.evs = make([]duelEvent, n)
	for i := range d.evs {
		d.evs[i].id, d.evs[i].d = i, d
		d.evs[i].Init(&d.evs[i])
	}
	for i := 0; d.ops < ops; i++ {
		d.op()
		if i%16 == 0 {
			if err := d.eng.Check(); err != nil {
				d.t.Fatalf("op %d: %v", d.ops, err)
			}
		}
	}
	d.depth = 3 // No more operations from within.
	for d.eng.Step(fence.Never) {
	}
	if len(d.m.pending) != 0 || d.eng.Len() != 0 {
		d.t.Fatalf("%d left, twin %d", d.eng.Len(), len(d.m.pending))
	}
	if err := d.eng.Check(); err != nil {
		d.t.Fatal(err)
	}
	h := fnv.New64a()
	h.Write(d.log)
	return h.Sum64()
}

// spreads are the ranges of delays of a duel: one instant, one near level, its
// neighbours, and everything up to the end of time.
var spreads = []struct {
	name  string
	spans []int64
}{
	{"instant", []int64{1}},
	{"near", []int64{1, 30, 4096}},
	{"mid", []int64{2, 5000, 300_000}},
	{"bimodal", []int64{2000, 2000, 2000, 1_000_000_000}},
	{"all", []int64{3, 5000, 1 << 24, 1 << 36, 1 << 50}},
	{"end", []int64{10, 1 << 40, 1<<63 - 1}},
}

func TestTwin(t *testing.T) {
	for _, s := range spreads {
		for _, n := range []int{3, 12, 60, 400} {
			t.Run(fmt.Sprintf("spread=%s/events=%d", s.name, n), func(t *testing.T) {
				for seed := range uint64(3) {
					r := rand.New(rand.NewPCG(seed, uint64(n)))
					d := &duel{t: t, r: r, spans: s.spans, eng: des.New()}
					d.run(5000, n)
				}
			})
		}
	}
}

func TestSameSeedSameHistory(t *testing.T) {
	var sums [3]uint64
	for i := range sums {
		r := rand.New(rand.NewPCG(uint64(i/2), 7))
		d := &duel{t: t, r: r, spans: []int64{1, 5000, 1 << 30}, eng: new(des.Engine)}
		sums[i] = d.run(5000, 100)
	}
	if sums[0] != sums[1] {
		t.Errorf("one seed, two histories: %x and %x", sums[0], sums[1])
	}
	if sums[0] == sums[2] {
		t.Error("two seeds, one history: the hash sees nothing")
	}
}
