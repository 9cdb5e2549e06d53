package main

import (
	"fmt"
	"testing"

	"golang.org/x/sync/semaphore"
)

// TestCreditLoops runs each contender's loops at the limits that are measured:
// every credit taken must come back, or the taking end waits for ever.
func TestCreditLoops(t *testing.T) {
	for _, c := range credits() {
		for _, limit := range creditLimits {
			t.Run(fmt.Sprintf("%s/limit=%d", c.impl, limit), func(t *testing.T) {
				a := c.one(limit).a
				if wrong := a(10_000); wrong != 0 {
					t.Errorf("one goroutine: %d of 10000 takes refused", wrong)
				}
				if n := testing.AllocsPerRun(20, func() { a(100) }); n != 0 {
					t.Errorf("%v allocations in 100 takes and returns, want 0", n)
				}
				e := c.two(limit)
				for _, n := range []int{limit, 100*limit + 1, 1000} {
					if wrong := together(e, n); wrong != 0 {
						t.Errorf("two goroutines, %d takes: the ends differ by %d", n, wrong)
					}
				}
			})
		}
	}
}

// TestCreditsKeepTheLimit takes until it is refused: that must be at the limit,
// and after one return there must be one credit.
func TestCreditsKeepTheLimit(t *testing.T) {
	const limit = 5
	counter := newCounter(limit)
	lanes, cost := newLanes(6, limit)
	atomics := &atomicCount{limit: limit}
	sem := semaphore.NewWeighted(limit)
	ch := make(chan struct{}, limit)
	mu := &mutexCount{limit: limit}
	for _, c := range []struct {
		impl string
		take func() bool
		give func()
	}{
		{"counter", func() bool { return counter.TryTake(1) }, func() { counter.Return(1) }},
		{"lanes", func() bool { return lanes.TryTake(cost) }, func() { lanes.Return(cost) }},
		{"atomic", atomics.tryTake, func() { atomics.used.Add(-1) }},
		{"weighted", func() bool { return sem.TryAcquire(1) }, func() { sem.Release(1) }},
		{"chan", func() bool { return tryPush(ch, struct{}{}) }, func() { <-ch }},
		{"mutex", mu.tryTake, mu.put},
	} {
		for _, want := range []int{limit, 1, 1} {
			got := 0
			for got <= limit && c.take() {
				got++
			}
			if got != want {
				t.Errorf("%s: %d credits, want %d", c.impl, got, want)
			}
			c.give()
		}
	}
}

// TestHandoverPublishesPartOfTheLimit holds the burst to a part of the limit,
// so that both ends have something to do at the same time.
func TestHandoverPublishesPartOfTheLimit(t *testing.T) {
	for limit, burst := range map[int]int{1: 1, 2: 1, 8: 2, 16: 4, 127: 16, 128: 32} {
		if h := newHandover(limit); h.mask+1 != burst {
			t.Errorf("limit %d: publishes every %d takes, want %d", limit, h.mask+1, burst)
		}
	}
}
