package spsc_test

import (
	"reflect"
	"runtime"
	"testing"

	"credence/core/spsc"
	"credence/core/xatomic"
)

// TestCapacityIsGuaranteed turns the ring to every phase of the consumer's
// batch, by every number of items up to three rings, and then takes the whole
// capacity: with any split into queued items and reservations it must be there.
func TestCapacityIsGuaranteed(t *testing.T) {
	for capacity := 1; capacity <= 70; capacity++ {
		for turns := range 3 * capacity {
			for _, queued := range []int{0, 1, capacity / 2, capacity} {
				q := spsc.New[int](capacity)
				turn(t, q, turns)
				for i := range capacity {
					if !q.Reserve() {
						t.Fatalf("capacity %d, turned %d, %d queued: Reserve fails with %d outstanding",
							capacity, turns, min(i, queued), i)
					}
					if i < queued {
						q.Push(i)
					}
				}
				for i := range queued {
					if v, ok := q.Pop(); !ok || v != i {
						t.Fatalf("capacity %d: popped %d, %v, want %d", capacity, v, ok, i)
					}
				}
			}
		}
	}
}

// turn passes n items through q one at a time, without the consumer ever seeing
// it empty, so that nothing but whole batches goes back.
func turn(t *testing.T, q *spsc.Queue[int], n int) {
	t.Helper()
	for i := range n {
		if !q.TryPush(i) {
			t.Fatalf("TryPush fails with nothing queued, turn %d of %d", i, n)
		}
		if v, ok := q.Pop(); !ok || v != i {
			t.Fatalf("popped %d, %v, want %d", v, ok, i)
		}
	}
}

// TestLargestCapacity fills a queue of MaxCapacity by reservation.
func TestLargestCapacity(t *testing.T) {
	q := spsc.New[int](spsc.MaxCapacity)
	turn(t, q, spsc.MaxCapacity+1)
	for i := range spsc.MaxCapacity {
		if !q.Reserve() {
			t.Fatalf("Reserve fails with %d outstanding", i)
		}
	}
	if got := q.Cap(); got != spsc.MaxCapacity {
		t.Fatalf("Cap is %d", got)
	}
}

// TestLenIsExactOnceDrained holds Len to its doc: over by less than an eighth of
// the capacity while slots are withheld, 0 after an empty answer.
func TestLenIsExactOnceDrained(t *testing.T) {
	for _, capacity := range capacities {
		q := spsc.New[int](capacity)
		worst := 0
		for i := range 5 * capacity {
			q.TryPush(i)
			q.Pop()
			if q.Queued() != 0 {
				t.Fatalf("capacity %d: Queued is %d with nothing queued", capacity, q.Queued())
			}
			worst = max(worst, q.Len())
		}
		if want := max(1, (capacity-1)/8) - 1; worst != want || 8*worst >= capacity {
			t.Errorf("capacity %d: Len exceeds the items queued by %d, want %d", capacity, worst, want)
		}
		if !q.Empty() || q.Len() != 0 {
			t.Errorf("capacity %d: Len is %d after Empty said yes", capacity, q.Len())
		}
	}
}

// TestNothingIsAllocated holds the hot paths, the refusals included, to no
// allocation.
func TestNothingIsAllocated(t *testing.T) {
	q := spsc.New[*int](64)
	x, vs, dst := new(int), make([]*int, 100), make([]*int, 100)
	allocs := testing.AllocsPerRun(200, func() {
		for q.TryPush(x) {
		}
		for _, ok := q.Peek(); ok; _, ok = q.Peek() {
			q.Pop()
		}
		q.PushBatch(vs)
		q.PopBatch(dst)
		q.Reserve()
		q.Unreserve()
		q.Reserve()
		q.Push(x)
		q.Pop()
		if !q.Empty() || q.Len() != q.Queued() {
			t.Error("the queue is not empty")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations a run", allocs)
	}
}

// TestMemoryOfTheDefault holds a queue of 64 pointers to 840 bytes, four cache
// lines, a word and a ring, for which the allocator takes 864.
func TestMemoryOfTheDefault(t *testing.T) {
	const (
		capacity = 64
		limit    = 864
		n        = 2000
	)
	type queue = spsc.Queue[*int]
	if size := reflect.TypeFor[queue]().Size(); size > 4*xatomic.CacheLine+8 {
		t.Errorf("a Queue is %d bytes, want four cache lines and a word", size)
	}
	keep := make([]*queue, n)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range keep {
		keep[i] = spsc.New[*int](capacity)
	}
	runtime.ReadMemStats(&after)
	if got := float64(after.TotalAlloc-before.TotalAlloc) / n; got > limit+1 {
		t.Errorf("a queue of %d pointers takes %.1f bytes, want at most %d", capacity, got, limit)
	}
	if got := float64(after.Mallocs-before.Mallocs) / n; got > 2.1 {
		t.Errorf("a queue takes %.1f allocations, want the struct and its ring", got)
	}
	runtime.KeepAlive(keep)
}
