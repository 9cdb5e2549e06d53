package spsc_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"credence/core/spsc"
)

// capacities are those at which the tests turn the ring: the smallest, odd
// ones, the default, and one that is no multiple of eight.
var capacities = []int{1, 2, 3, 7, 8, 9, 16, 17, 64, 100, 1024}

// seed returns the seed of a random test, from CREDENCE_SEED if that is set.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := uint64(1)
	if v, err := strconv.ParseUint(os.Getenv("CREDENCE_SEED"), 0, 64); err == nil {
		s = v
	}
	t.Logf("reproduce with CREDENCE_SEED=%d", s)
	return s
}

// twin is the queue as one would write it without caring for speed: a slice of
// items, and counts of the slots that are reserved and withheld.
type twin struct {
	capacity, batch int
	items           []uint64
	reserved, held  int
}

func newTwin(capacity int) *twin {
	return &twin{capacity: capacity, batch: max(1, (capacity-1)/8)}
}

// room is how many more slots can be taken: all but one of capacity+batch.
func (w *twin) room() int {
	return w.capacity + w.batch - 1 - len(w.items) - w.reserved - w.held
}

// popped notes n pops; asked tells how many the caller would have taken.
func (w *twin) popped(n, asked int) []uint64 {
	out := w.items[:n]
	w.items = w.items[n:]
	if w.held += n; w.held >= w.batch || n < asked {
		w.held = 0
	}
	return out
}

// A walk performs one random operation after the other on a queue and its twin,
// and compares what comes back.
type walk struct {
	t    *testing.T
	r    *rand.Rand
	q    *spsc.Queue[uint64]
	w    *twin
	next uint64
	op   string
}

func (k *walk) same(what string, got, want any) {
	k.t.Helper()
	if got != want {
		k.t.Fatalf("capacity %d: %s: %s is %v, the twin says %v (reserved %d, items %d, held %d)",
			k.w.capacity, k.op, what, got, want, k.w.reserved, len(k.w.items), k.w.held)
	}
}

func (k *walk) produce() {
	q, w := k.q, k.w
	switch k.r.IntN(5) {
	case 0:
		k.op = "Reserve"
		fits := w.room() > 0
		k.same("result", q.Reserve(), fits)
		if fits {
			w.reserved++
		}
	case 1:
		if k.op = "Unreserve"; w.reserved > 0 && k.r.IntN(4) == 0 {
			q.Unreserve()
			w.reserved--
		}
	case 2:
		if k.op = "Push"; w.reserved > 0 {
			q.Push(k.next)
			w.items = append(w.items, k.next)
			w.reserved--
			k.next++
		}
	case 3:
		k.op = "TryPush"
		fits := w.room() > 0
		k.same("result", q.TryPush(k.next), fits)
		if fits {
			w.items = append(w.items, k.next)
			k.next++
		}
	case 4:
		k.pushBatch()
	}
}

func (k *walk) pushBatch() {
	vs := make([]uint64, k.r.IntN(2*k.w.batch+3))
	for i := range vs {
		vs[i] = k.next + uint64(i)
	}
	k.op = fmt.Sprintf("PushBatch of %d", len(vs))
	n := min(len(vs), k.w.room())
	k.same("result", k.q.PushBatch(vs), n)
	k.w.items = append(k.w.items, vs[:n]...)
	k.next += uint64(n)
}

func (k *walk) consume() {
	q, w := k.q, k.w
	switch k.r.IntN(7) {
	case 5:
		k.advance()
	case 6:
		k.op = "Await"
		k.same("result", q.Await(1+k.r.IntN(3)), len(w.items) > 0)
		if len(w.items) == 0 {
			w.popped(0, 1)
		}
	case 0:
		k.op = "Peek"
		v, ok := q.Peek()
		k.same("ok", ok, len(w.items) > 0)
		if ok {
			k.same("item", v, w.items[0])
		} else {
			w.popped(0, 1)
		}
	case 1, 2:
		k.op = "Pop"
		v, ok := q.Pop()
		k.same("ok", ok, len(w.items) > 0)
		if out := w.popped(min(1, len(w.items)), 1); ok {
			k.same("item", v, out[0])
		}
	case 3:
		dst := make([]uint64, k.r.IntN(2*w.batch+3))
		k.op = fmt.Sprintf("PopBatch of %d", len(dst))
		n := min(len(dst), len(w.items))
		k.same("result", q.PopBatch(dst), n)
		if out := w.popped(n, len(dst)); !slices.Equal(dst[:n], out) {
			k.t.Fatalf("capacity %d: %s: %v, the twin says %v", w.capacity, k.op, dst[:n], out)
		}
	case 4:
		k.op = "Empty"
		k.same("result", q.Empty(), len(w.items) == 0)
		if len(w.items) == 0 {
			w.popped(0, 1)
		}
	}
}

// advance takes the oldest item off, after a look that found it.
func (k *walk) advance() {
	k.op = "Advance"
	if _, ok := k.q.Peek(); !ok {
		k.w.popped(0, 1)
		return
	}
	next, ok := k.q.Advance()
	k.w.popped(1, 1)
	k.same("ok", ok, len(k.w.items) > 0)
	if ok {
		k.same("next", next, k.w.items[0])
	} else {
		k.w.popped(0, 1)
	}
}

// observe compares what anybody may ask. Queued is asked rarely, since it
// refreshes the consumer's view of the tail.
func (k *walk) observe() {
	k.same("Len", k.q.Len(), len(k.w.items)+k.w.held)
	k.same("Cap", k.q.Cap(), k.w.capacity)
	if k.r.IntN(50) == 0 {
		k.same("Queued", k.q.Queued(), len(k.w.items))
	}
}

// TestQueueIsItsTwin compares every method with a slice, at capacities where
// positions wrap in all ways.
func TestQueueIsItsTwin(t *testing.T) {
	const operations = 60_000
	s := seed(t)
	for _, capacity := range capacities {
		k := &walk{
			t: t, r: rand.New(rand.NewPCG(s, uint64(capacity))),
			q: spsc.New[uint64](capacity), w: newTwin(capacity),
		}
		full, drained, bias := 0, 0, 50
		for i := range operations {
			if i%max(20, capacity/2) == 0 { // swing between filling and draining
				bias = 20 + 60*k.r.IntN(2)
			}
			if k.r.IntN(100) < bias {
				k.produce()
			} else {
				k.consume()
			}
			k.observe()
			if k.w.room() == 0 {
				full++
			}
			if len(k.w.items) == 0 {
				drained++
			}
		}
		if full < 100 || drained < 100 || k.next < uint64(10*capacity) {
			t.Errorf("capacity %d: the walk was full %d times, empty %d times, and pushed %d items;"+
				" it does not test the wrap", capacity, full, drained, k.next)
		}
	}
}
