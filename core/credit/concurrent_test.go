package credit_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"credence/core/credit"
)

// hardware is what the credits stand for: it counts by itself what is in use,
// up after taking and down before returning, so it must never exceed a limit.
type hardware struct {
	used  [credit.MaxLanes]atomic.Int64
	limit [credit.MaxLanes]int64
}

func (h *hardware) occupy(t *testing.T, cost []uint32) {
	for i, n := range cost {
		if used := h.used[i].Add(int64(n)); used > h.limit[i] {
			t.Errorf("lane %d: %d in use, limit %d", i, used, h.limit[i])
		}
	}
}

func (h *hardware) leave(cost []uint32) {
	for i, n := range cost {
		h.used[i].Add(-int64(n))
	}
}

// account is what Counter and Lanes have in common, for a cost in amounts.
type account struct {
	tryTake func([]uint32) bool
	back    func([]uint32)
	empty   func() bool
}

// churn has one goroutine take and three return, and wants the hardware never to
// be over its limits and all credits to be back at the end.
func churn(t *testing.T, limits []uint32, a account, s uint64) {
	const jobs = 20_000
	var h hardware
	for i, n := range limits {
		h.limit[i] = int64(n)
	}
	running := make(chan []uint32, 64)
	var completions sync.WaitGroup
	for range 3 {
		completions.Go(func() {
			for cost := range running {
				h.leave(cost)
				a.back(cost)
			}
		})
	}
	r := rand.New(rand.NewPCG(s, uint64(limits[0])))
	for n := 0; n < jobs && !t.Failed(); {
		cost := randomCost(r, limits)
		for !a.tryTake(cost) {
			runtime.Gosched() // until completions have returned enough
		}
		h.occupy(t, cost)
		running <- cost
		n++
	}
	close(running)
	completions.Wait()
	if !a.empty() {
		t.Errorf("limits %v: credits are in flight after all came back", limits)
	}
}

// together runs f in several goroutines that start at the same time.
func together(goroutines int, f func()) {
	var all sync.WaitGroup
	var ready atomic.Int64
	for range goroutines {
		all.Go(func() {
			for ready.Add(1); ready.Load() < int64(goroutines); {
				runtime.Gosched() // until the others are there
			}
			f()
		})
	}
	all.Wait()
}

// TestReturnsAddUp has goroutines return at the same time, as fast as they can,
// and wants nothing to be lost between them.
func TestReturnsAddUp(t *testing.T) {
	const returners, each, rounds = 4, 8_000, 20
	c := newCounter(t, returners*each*rounds)
	c.Take(c.Limit())
	together(returners, func() {
		for range each * rounds {
			c.Return(1)
		}
	})
	if got := c.InFlight(); got != 0 {
		t.Errorf("Counter: %d in flight after all came back", got)
	}
	l, unit := newLanes(t, all(returners*each)...), pack(t, all(1)...)
	for round := range rounds {
		if !l.TryTake(l.Limit()) {
			t.Fatalf("Lanes, round %d: the limits do not fit", round)
		}
		together(returners, func() {
			for range each {
				l.Return(unit)
			}
		})
		if got := l.InFlight(); got != (credit.Vec{}) {
			t.Fatalf("Lanes, round %d: %v in flight after all came back", round, got)
		}
	}
}

func TestCounterConserves(t *testing.T) {
	s := seed(t)
	for _, limit := range []uint32{1, 2, 127} {
		c := newCounter(t, limit)
		churn(t, []uint32{limit}, account{
			tryTake: func(cost []uint32) bool { return c.TryTake(cost[0]) },
			back:    func(cost []uint32) { c.Return(cost[0]) },
			empty:   func() bool { return c.InFlight() == 0 },
		}, s)
	}
}

func TestLanesConserve(t *testing.T) {
	s := seed(t)
	for _, limits := range [][]uint32{all(1), {2, 127, 126, 1280, 1, 3}, all(credit.MaxLane)} {
		l := newLanes(t, limits...)
		churn(t, limits, account{
			tryTake: func(cost []uint32) bool { return l.TryTake(pack(t, cost...)) },
			back:    func(cost []uint32) { l.Return(pack(t, cost...)) },
			empty:   func() bool { return l.InFlight() == credit.Vec{} },
		}, s)
	}
}
