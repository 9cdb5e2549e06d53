package spsc_test

import (
	"math"
	"runtime"
	"strings"
	"testing"
	"weak"

	"credence/core/spsc"
)

// panics runs f and wants it to panic with a message of this package.
func panics(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		msg, _ := recover().(string)
		if !strings.HasPrefix(msg, "spsc: ") {
			t.Errorf("%s: panic message is %q", what, msg)
		}
	}()
	f()
}

func TestMisusePanics(t *testing.T) {
	q := spsc.New[int](4)
	panics(t, "Push without Reserve", func() { q.Push(1) })
	panics(t, "Unreserve without Reserve", func() { q.Unreserve() })
	if !q.Reserve() {
		t.Fatal("Reserve fails on an empty queue")
	}
	q.Push(1)
	panics(t, "second Push on one reservation", func() { q.Push(2) })
	q.Reserve()
	q.Unreserve()
	panics(t, "Push on a reservation given back", func() { q.Push(2) })
	q.TryPush(2)
	panics(t, "Push after TryPush", func() { q.Push(3) })
	if got := q.Queued(); got != 2 {
		t.Errorf("%d items queued after the panics, want 2", got)
	}
	for _, capacity := range []int{math.MinInt, -1, 0, spsc.MaxCapacity + 1, math.MaxInt} {
		panics(t, "Init out of range", func() { spsc.New[int](capacity) })
	}
}

// TestZeroQueueHasNoRoom wants a queue before Init to be empty and full.
func TestZeroQueueHasNoRoom(t *testing.T) {
	var q spsc.Queue[int]
	for range 3 {
		if q.Reserve() || q.TryPush(1) || q.PushBatch([]int{1, 2}) != 0 {
			t.Error("a queue without a ring took an item")
		}
		if _, ok := q.Pop(); ok || !q.Empty() || q.PopBatch(make([]int, 2)) != 0 {
			t.Error("a queue without a ring gave an item")
		}
	}
	if q.Len() != 0 || q.Queued() != 0 || q.Cap() != 0 {
		t.Errorf("Len %d, Queued %d, Cap %d", q.Len(), q.Queued(), q.Cap())
	}
	panics(t, "Push before Init", func() { q.Push(1) })
}

// TestInitStartsOver wants a second Init to forget items and reservations.
func TestInitStartsOver(t *testing.T) {
	q := spsc.New[int](3)
	q.Reserve()
	q.TryPush(1)
	q.Init(5)
	if q.Cap() != 5 || q.Len() != 0 || !q.Empty() {
		t.Errorf("Cap %d, Len %d after Init", q.Cap(), q.Len())
	}
	panics(t, "Push on a forgotten reservation", func() { q.Push(1) })
}

// TestPoppedItemsAreUnreachable wants the ring to keep no pointer to what it
// handed out: the collector must free it while the queue lives.
func TestPoppedItemsAreUnreachable(t *testing.T) {
	const n = 64
	q := spsc.New[*[64]byte](n)
	refs := make([]weak.Pointer[[64]byte], 0, n)
	push := func() {
		x := new([64]byte)
		refs = append(refs, weak.Make(x))
		q.TryPush(x)
	}
	for range n {
		push()
	}
	for range n / 2 {
		if x, ok := q.Pop(); !ok || x == nil {
			t.Fatal("Pop gave nothing")
		}
	}
	dst := make([]*[64]byte, n)
	if got := q.PopBatch(dst); got != n/2 {
		t.Fatalf("PopBatch gave %d", got)
	}
	clear(dst)
	runtime.GC()
	runtime.GC()
	for i, r := range refs {
		if r.Value() != nil {
			t.Errorf("item %d is still reachable", i)
		}
	}
	runtime.KeepAlive(q)
}
