package spsc_test

import (
	"slices"
	"testing"

	"credence/core/spsc"
)

// TestEachSeesWhatIsQueued, in order, across the end of the ring, and leaves it.
func TestEachSeesWhatIsQueued(t *testing.T) {
	for _, capacity := range []int{1, 2, 7, 16} {
		q := spsc.New[int](capacity)
		var want []int
		for i := range 5 * capacity {
			if !q.TryPush(i) {
				t.Fatal("no room")
			}
			want = append(want, i)
			if len(want) == capacity {
				if v, _ := q.Pop(); v != want[0] {
					t.Fatalf("popped %d, want %d", v, want[0])
				}
				want = want[1:]
			}
			for stop := range len(want) + 1 {
				var got []int
				q.Each(func(v int) bool {
					got = append(got, v)
					return len(got) <= stop
				})
				if n := min(stop+1, len(want)); !slices.Equal(got, want[:n]) {
					t.Fatalf("capacity %d: got %v, want %v", capacity, got, want[:n])
				}
			}
			if q.Queued() != len(want) {
				t.Fatalf("%d are queued, want %d", q.Queued(), len(want))
			}
		}
	}
}

func TestAdvanceOfAnEmptyQueue(t *testing.T) {
	defer func() {
		if r := recover(); r != "spsc: Advance without an item" {
			t.Errorf("panics with %v", r)
		}
	}()
	spsc.New[int](1).Advance()
}
