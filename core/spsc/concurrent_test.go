package spsc_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"credence/core/spsc"
)

// record is an item with plain fields, so that the race detector sees whether
// the queue orders the producer's writes before the consumer's reads.
type record struct{ number, check uint64 }

const stamp = 0x9e3779b97f4a7c15

// feed pushes records numbered from 0 up to end in all the ways there are.
func feed(q *spsc.Queue[*record], r *rand.Rand, end uint64) {
	batch := make([]*record, 0, 40)
	for n := uint64(0); n < end; {
		switch r.IntN(3) {
		case 0:
			if q.TryPush(&record{n, n * stamp}) {
				n++
				continue
			}
		case 1:
			if q.Reserve() {
				if r.IntN(8) == 0 {
					q.Unreserve()
					continue
				}
				q.Push(&record{n, n * stamp})
				n++
				continue
			}
		case 2:
			batch = batch[:0]
			for i := range min(uint64(1+r.IntN(40)), end-n) {
				batch = append(batch, &record{n + i, (n + i) * stamp})
			}
			if took := q.PushBatch(batch); took > 0 {
				n += uint64(took)
				continue
			}
		}
		runtime.Gosched() // full
	}
}

// drain pops the records up to end and reports the first out of order.
func drain(t *testing.T, q *spsc.Queue[*record], r *rand.Rand, end uint64) {
	dst := make([]*record, 40)
	for n := uint64(0); n < end; {
		got := dst[:0]
		switch r.IntN(3) {
		case 0:
			if v, ok := q.Pop(); ok {
				got = append(got, v)
			}
		case 1:
			if v, ok := q.Peek(); ok {
				if w, ok := q.Pop(); !ok || w != v {
					t.Errorf("Peek gave %p, Pop then %p", v, w)
					return
				}
				got = append(got, v)
			}
		case 2:
			got = dst[:q.PopBatch(dst[:1+r.IntN(40)])]
		}
		for _, v := range got {
			if v.number != n || v.check != n*stamp {
				t.Errorf("item %d came as %d with check %#x", n, v.number, v.check)
				return
			}
			n++
		}
		if len(got) == 0 {
			runtime.Gosched() // empty
		}
	}
	if v, ok := q.Pop(); ok {
		t.Errorf("item %d came on top", v.number)
	}
}

// TestTwoGoroutinesKeepOrder passes items between two goroutines while a third
// asks for the length.
func TestTwoGoroutinesKeepOrder(t *testing.T) {
	s := seed(t)
	for _, capacity := range []int{1, 3, 64, 1024} {
		end := uint64(items)
		if capacity < 64 {
			end /= 10 // hardly more than one item between two switches
		}
		q := spsc.New[*record](capacity)
		var ends, observer sync.WaitGroup
		var stop atomic.Bool
		ends.Go(func() { feed(q, rand.New(rand.NewPCG(s, 1)), end) })
		ends.Go(func() { drain(t, q, rand.New(rand.NewPCG(s, 2)), end) })
		observer.Go(func() {
			for !stop.Load() {
				if n := q.Len(); n < 0 || n >= capacity+max(1, capacity/8) {
					t.Errorf("capacity %d: Len is %d", capacity, n)
					return
				}
				runtime.Gosched()
			}
		})
		ends.Wait()
		stop.Store(true)
		observer.Wait()
		if q.Len() != 0 {
			t.Errorf("capacity %d: Len is %d at the end", capacity, q.Len())
		}
	}
}

// TestCapacityHoldsAcrossGoroutines has the consumer answer each item through a
// second queue. What is not answered bounds what is outstanding, so below the
// capacity the producer's Reserve must succeed, whatever the consumer is about.
func TestCapacityHoldsAcrossGoroutines(t *testing.T) {
	const rounds = items / 5
	for _, capacity := range []int{1, 2, 9, 17, 64, 100} {
		there, back := spsc.New[int](capacity), spsc.New[int](capacity)
		var answerer sync.WaitGroup
		var stop atomic.Bool
		answerer.Go(func() {
			for !stop.Load() {
				if v, ok := there.Pop(); !ok {
					runtime.Gosched()
				} else if !back.TryPush(v) {
					t.Errorf("capacity %d: no room for answer %d", capacity, v)
				}
			}
		})
		sent := 0
		for answered := 0; answered < rounds && !t.Failed(); {
			for ; sent < min(rounds, answered+capacity); sent++ {
				if !there.Reserve() {
					t.Errorf("capacity %d: Reserve fails with %d outstanding", capacity, sent-answered)
					break
				}
				there.Push(sent)
			}
			if _, ok := back.Pop(); ok {
				answered++
			} else {
				runtime.Gosched()
			}
		}
		stop.Store(true)
		answerer.Wait()
	}
}
