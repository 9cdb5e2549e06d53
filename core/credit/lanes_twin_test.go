package credit_test

import (
	"math/rand/v2"
	"testing"

	"credence/core/credit"
)

// bank is Lanes as one would write it without caring for speed: an integer a
// lane, looked at one after the other.
type bank struct{ limit, inFlight []int }

func (b *bank) fits(cost []uint32) bool {
	for i, n := range cost {
		if b.inFlight[i]+int(n) > b.limit[i] {
			return false
		}
	}
	return true
}

func (b *bank) move(cost []uint32, sign int) {
	for i, n := range cost {
		b.inFlight[i] += sign * int(n)
	}
}

// randomCost returns a cost that is not nothing, with many lanes at the edges.
func randomCost(r *rand.Rand, limits []uint32) []uint32 {
	cost := make([]uint32, len(limits))
	for i, limit := range limits {
		switch r.IntN(5) {
		case 0:
			cost[i] = 1
		case 1:
			cost[i] = r.Uint32N(limit + 1)
		case 2:
			cost[i] = r.Uint32N(1 + limit/8)
		case 3:
			if r.IntN(4) == 0 {
				cost[i] = limit - r.Uint32N(2)
			}
		}
	}
	cost[r.IntN(len(cost))] |= 1
	for i, limit := range limits {
		cost[i] = min(cost[i], limit)
	}
	return cost
}

// TestLanesAreTheirTwin compares Lanes with an integer a lane, for one to six
// lanes at limits from the edges. Returns come in any order, whole jobs at a
// time.
func TestLanesAreTheirTwin(t *testing.T) {
	const operations, rounds = 5_000, 24
	r := rand.New(rand.NewPCG(seed(t), 0))
	refused, carried := 0, 0
	for round := range rounds {
		limits := make([]uint32, 1+round%credit.MaxLanes)
		for i := range limits {
			limits[i] = edges[r.IntN(len(edges))]
		}
		l := newLanes(t, limits...)
		b := &bank{limit: make([]int, len(limits)), inFlight: make([]int, len(limits))}
		for i, n := range limits {
			b.limit[i] = int(n)
		}
		var jobs [][]uint32
		total := 0
		for op := range operations {
			cost := randomCost(r, limits)
			v := pack(t, cost...)
			fits, got := b.fits(cost), false
			switch r.IntN(4) {
			case 0:
				if got = l.Fits(v); got {
					l.Take(v)
				}
			case 1:
				got = l.TryTake(v)
			case 2, 3:
				got, fits = false, false
				if len(jobs) > 0 {
					k := r.IntN(len(jobs))
					back := jobs[k]
					jobs[k] = jobs[len(jobs)-1]
					jobs = jobs[:len(jobs)-1]
					l.Return(pack(t, back...))
					b.move(back, -1)
					total += int(back[0])
				}
			}
			if got != fits {
				t.Fatalf("limits %v, operation %d: %v with %v in flight fits: %v",
					limits, op, cost, b.inFlight, got)
			}
			if fits {
				jobs = append(jobs, cost)
				b.move(cost, 1)
			} else {
				refused++
			}
			if r.IntN(8) == 0 {
				compare(t, l, b)
			}
		}
		if total > 1<<21 {
			carried++
		}
		compare(t, l, b)
	}
	if refused < operations || carried < 3 {
		t.Errorf("%d refusals, and lane 0 carried in %d rounds; the walk tests too little",
			refused, carried)
	}
}

func compare(t *testing.T, l *credit.Lanes, b *bank) {
	t.Helper()
	v := l.InFlight()
	for i, want := range b.inFlight {
		if int(v.Lane(i)) != want {
			t.Fatalf("limits %v: %v in flight, the twin says %v", l.Limit(), v, b.inFlight)
		}
	}
}
