package des_test

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"

	"credence/core/fence"
	"credence/hwmock/des"
)

// delays draws the delays of one distribution: uniform is 0..2000 ns, bimodal
// the same but a millisecond more for one in sixteen, as short stages of a
// device lie among its long ones. The generator (Knuth's 64-bit linear
// congruence) is one multiplication, so that it hardly counts in the figure,
// and does not repeat, so that no branch predictor learns the delays.
type delays struct {
	state uint64
	extra [16]fence.Duration
}

func (d *delays) next() fence.Duration {
	d.state = d.state*6364136223846793005 + 1442695040888963407
	return fence.Duration(d.state<<4>>40*2001>>24) + d.extra[d.state>>60]
}

var (
	uniform = delays{}
	bimodal = delays{extra: [16]fence.Duration{fence.Millisecond}}
)

// holdBench schedules each event anew when it fires: the hold model, in which
// the number of pending events stays.
type holdBench struct {
	eng *des.Engine
	d   delays
}

func (b *holdBench) Fire(now fence.Time, e *des.Event) {
	b.eng.Schedule(e, now+fence.Time(b.d.next()), des.ClassHardware, 0)
}

// holdWheel runs the hold model on the engine.
func holdWheel(b *testing.B, pending int, d delays) {
	h := &holdBench{eng: des.New(), d: d}
	evs := make([]des.Event, pending)
	for i := range evs {
		evs[i].Init(h)
		h.Fire(0, &evs[i])
	}
	for range settle * pending {
		h.eng.Step(fence.Never)
	}
	for b.Loop() {
		h.eng.Step(fence.Never)
	}
}

// heapEvent and heapQueue are what one writes first: container/heap over
// pointers to events, ordered by time and sequence.
type heapEvent struct {
	at  fence.Time
	seq uint64
	act action
}

type action interface {
	act(now fence.Time, e *heapEvent)
}

type heapQueue []*heapEvent

func (q heapQueue) Len() int { return len(q) }
func (q heapQueue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q heapQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *heapQueue) Push(x any)   { *q = append(*q, x.(*heapEvent)) }
func (q *heapQueue) Pop() any {
	old := *q
	n := len(old) - 1
	e := old[n]
	old[n], *q = nil, old[:n]
	return e
}

type heapBench struct {
	holdBench
	q     heapQueue
	seq   uint64
	fresh bool // A new event each time, not the one that fired.
}

func (b *heapBench) act(now fence.Time, e *heapEvent) {
	if b.fresh {
		e = &heapEvent{act: b}
	}
	b.seq++
	e.at, e.seq = now+fence.Time(b.d.next()), b.seq
	heap.Push(&b.q, e)
}

func (b *heapBench) step() {
	e := heap.Pop(&b.q).(*heapEvent)
	e.act.act(e.at, e)
}

// holdHeap runs the hold model on container/heap.
func holdHeap(b *testing.B, pending int, d delays, fresh bool) {
	h := &heapBench{holdBench: holdBench{d: d}, fresh: fresh}
	for range pending {
		h.act(0, &heapEvent{act: h})
	}
	for range settle * pending {
		h.step()
	}
	for b.Loop() {
		h.step()
	}
}

// settle is how many events, for each pending, fire before measuring.
const settle = 20

// BenchmarkHold answers what one event costs, scheduling and firing, with a
// constant number pending. engine=heap-new allocates each event,
// engine=heap-reuse uses the one that fired again.
func BenchmarkHold(b *testing.B) {
	engines := []struct {
		name string
		hold func(b *testing.B, pending int, d delays)
	}{
		{"wheel", holdWheel},
		{"heap-new", func(b *testing.B, n int, d delays) { holdHeap(b, n, d, true) }},
		{"heap-reuse", func(b *testing.B, n int, d delays) { holdHeap(b, n, d, false) }},
	}
	dists := []struct {
		name string
		delays
	}{{"uniform", uniform}, {"bimodal", bimodal}}
	for _, pending := range []int{100, 1000, 10_000, 100_000} {
		for _, d := range dists {
			for _, e := range engines {
				name := fmt.Sprintf("engine=%s/pending=%d/delay=%s", e.name, pending, d.name)
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					e.hold(b, pending, d.delays)
				})
			}
		}
	}
}

// BenchmarkRearm answers what it costs to move a pending timer, as a scheduler
// does with its timeout at each job.
func BenchmarkRearm(b *testing.B) {
	for _, pending := range []int{1, 1000, 100_000} {
		b.Run(fmt.Sprintf("pending=%d", pending), func(b *testing.B) {
			bench := &holdBench{eng: des.New()}
			evs := make([]des.Event, pending)
			for i := range evs {
				evs[i].Init(bench)
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				at := fence.Time(fence.Millisecond).Add(bench.d.next())
				bench.eng.Reschedule(&evs[i], at, des.ClassTimer, 0)
				if i++; i == pending {
					i = 0
				}
			}
		})
	}
}

// BenchmarkInstant answers what an event costs when all pending ones share an
// instant: ranks in order, or mixed so that they go through the heap; scheduled
// before the instant, or within it.
func BenchmarkInstant(b *testing.B) {
	for _, ranks := range []string{"equal", "mixed"} {
		for _, at := range []string{"ahead", "now"} {
			for _, n := range []int{100, 10_000} {
				b.Run(fmt.Sprintf("ranks=%s/at=%s/pending=%d", ranks, at, n), func(b *testing.B) {
					benchInstant(b, n, ranks == "mixed", at == "ahead")
				})
			}
		}
	}
}

type inert struct{ ev des.Event }

func (*inert) Fire(fence.Time, *des.Event) {}

func benchInstant(b *testing.B, n int, mixed, ahead bool) {
	eng, r := des.New(), rand.New(rand.NewPCG(3, 4))
	evs, ranks := make([]inert, n), make([]uint32, n)
	for i := range evs {
		evs[i].ev.Init(&evs[i])
		if mixed {
			ranks[i] = r.Uint32()
		}
	}
	b.ReportAllocs()
	left := 0
	for b.Loop() { // One iteration is one event.
		if left == 0 {
			at := eng.Now()
			if ahead {
				at = at.Add(1000)
			}
			for i := range evs {
				eng.Schedule(&evs[i].ev, at, des.ClassHardware, ranks[i])
			}
			left = n
		}
		eng.Step(fence.Never)
		left--
	}
}
