package spsc

import (
	"runtime"
	"testing"
)

func TestAwaitSaysWhatPopThenDoes(t *testing.T) {
	q := New[int](4)
	for looks := range 4 {
		if q.Await(looks) {
			t.Fatalf("Await(%d) found an item in an empty queue", looks)
		}
	}
	for round := range 3 * len(q.cons.slots) {
		if !q.TryPush(round) {
			t.Fatalf("round %d: no room", round)
		}
		for range 2 { // the second answer comes from what the first has seen
			if !q.Await(1) {
				t.Fatalf("round %d: Await does not see the item", round)
			}
		}
		if v, ok := q.Pop(); !ok || v != round {
			t.Fatalf("round %d: Pop returned %d, %t", round, v, ok)
		}
	}
	if q.Await(1) {
		t.Fatal("Await found an item after the last")
	}
}

// A consumer that waits gives back what it withholds: the producer may be out
// of slots.
func TestAwaitGivesSlotsBack(t *testing.T) {
	q := New[int](64)
	for q.TryPush(1) {
	}
	for q.cons.at != q.tail.load() {
		if _, ok := q.Pop(); !ok {
			t.Fatal("the queue ended early")
		}
	}
	if q.Await(1) {
		t.Fatal("Await found an item in a drained queue")
	}
	if got, want := q.head.load(), q.cons.at; got != want {
		t.Errorf("head is %d after the wait, the consumer at %d", got, want)
	}
}

func TestAwaitAcrossGoroutines(t *testing.T) {
	const items = 20_000
	q := New[int](8)
	go func() {
		for i := 0; i < items; {
			if q.TryPush(i) {
				i++
			} else {
				runtime.Gosched()
			}
		}
	}()
	for i := range items {
		for !q.Await(64) {
			runtime.Gosched()
		}
		if v, ok := q.Pop(); !ok || v != i {
			t.Fatalf("item %d: Pop returned %d, %t", i, v, ok)
		}
	}
}
