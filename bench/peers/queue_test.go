package main

import (
	"fmt"
	"testing"
)

// together runs both ends on two goroutines and returns the wrong results.
func together(e ends, n int) int {
	wrong := make(chan int)
	go func() { wrong <- e.a(n) }()
	go func() { wrong <- e.b(n) }()
	return <-wrong + <-wrong
}

// A large ring takes a million items, a small one fewer: on a busy machine each
// time it is found full or empty may cost a time slice.
const (
	largeSlots, largeItems = 4096, 1_000_000
	smallSlots, smallItems = 128, 20_000
)

func TestQueuesAreFIFO(t *testing.T) {
	testQueues(t, "word", queues[uint64](), words())
	testQueues(t, "ptr", pointerQueues(), pointers())
}

func testQueues[T comparable](t *testing.T, kind string, qs []contender[T], in *items[T]) {
	for _, q := range qs {
		for _, c := range []struct {
			name string
			n    int
			make func() ends
		}{
			{"stream/large", largeItems, func() ends { return q.stream(largeSlots, in) }},
			{"stream/small", smallItems, func() ends { return q.stream(smallSlots, in) }},
			{"batch/large", largeItems, func() ends { return q.batch(largeSlots, 32, in) }},
			{"batch/small", smallItems, func() ends { return q.batch(smallSlots, 8, in) }},
			{"echo", 300, func() ends { return q.echo(smallSlots, in) }},
		} {
			t.Run(fmt.Sprintf("%s/%s/%s", q.impl, kind, c.name), func(t *testing.T) {
				e := c.make()
				// Two runs over one queue: the second starts where the first left it.
				for _, n := range []int{c.n / 10, c.n} {
					if wrong := together(e, n); wrong != 0 {
						t.Fatalf("%d of %d items wrong", wrong, n)
					}
				}
			})
		}
		t.Run(fmt.Sprintf("%s/%s/single", q.impl, kind), func(t *testing.T) {
			a := q.single(smallSlots, in).a
			if wrong := a(10_000); wrong != 0 {
				t.Fatalf("%d of 10000 items wrong", wrong)
			}
			if n := testing.AllocsPerRun(20, func() { a(100) }); n != 0 {
				t.Errorf("%v allocations in 100 pushes and pops, want 0", n)
			}
		})
	}
}

// TestBatchesOfEachSize holds the batch loops at the sizes that are measured,
// and at a size that does not divide the number of items.
func TestBatchesOfEachSize(t *testing.T) {
	for _, q := range queues[uint64]() {
		for _, k := range append([]int{7}, batchSizes...) {
			if wrong := together(q.batch(smallSlots, k, words()), 5_003); wrong != 0 {
				t.Errorf("%s, batches of %d: %d items wrong", q.impl, k, wrong)
			}
		}
	}
}

// TestLoopsSeeFaults gives the receiving loop of the channel, which stands for
// all of them, streams with one fault each.
func TestLoopsSeeFaults(t *testing.T) {
	const n = 5000
	in := words()
	stream := func(i int) uint64 { return in[i%poolLen] }
	for _, c := range []struct {
		name string
		item func(i int) uint64
		want bool
	}{
		{"none", stream, false},
		{"swapped", func(i int) uint64 {
			switch i {
			case 3000:
				return stream(3001)
			case 3001:
				return stream(3000)
			}
			return stream(i)
		}, true},
		{"read before written", func(i int) uint64 {
			if i == 4000 {
				return 0
			}
			return stream(i)
		}, true},
		{"one lost", func(i int) uint64 { return stream(i + i/2500) }, true},
		{"a lap of 1024 lost", func(i int) uint64 { return stream(i + i/2500*1024) }, true},
		{"a lap of 65536 lost", func(i int) uint64 { return stream(i + i/2500*65536) }, true},
	} {
		q := make(chan uint64, n)
		for i := range n {
			q <- c.item(i)
		}
		if wrong := chanReceive(q, in, n); (wrong > 0) != c.want {
			t.Errorf("%s: %d wrong, want some: %v", c.name, wrong, c.want)
		}
	}
}

func TestDifferAcrossTheEndOfTheItems(t *testing.T) {
	in := words()
	got := make([]uint64, maxBatch)
	for i := range got {
		got[i] = uint64((poolLen-5+i)%poolLen) + 1
	}
	if wrong := differ(in, poolLen-5, got); wrong != 0 {
		t.Errorf("right items: %d differ", wrong)
	}
	got[3], got[60] = 0, got[59]
	if wrong := differ(in, poolLen-5, got); wrong != 2 {
		t.Errorf("two wrong items: %d differ", wrong)
	}
	if at := skip(poolLen-5, maxBatch); at != maxBatch-5 {
		t.Errorf("skip to %d, want %d", at, maxBatch-5)
	}
}
