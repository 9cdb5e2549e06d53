package des_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"
	"unsafe"

	"credence/core/fence"
	"credence/hwmock/des"
)

// ranked checks that the events of one instant fire by rank and, within a rank,
// in the order of their indices.
type ranked struct {
	t          *testing.T
	evs        []des.Event
	ranks      []uint32
	last, left int
}

func (k *ranked) Fire(_ fence.Time, e *des.Event) {
	size := unsafe.Sizeof(*e)
	i := int((uintptr(unsafe.Pointer(e)) - uintptr(unsafe.Pointer(&k.evs[0]))) / size)
	if j := k.last; j >= 0 && (k.ranks[i] < k.ranks[j] || k.ranks[i] == k.ranks[j] && i < j) {
		k.t.Fatalf("event %d of rank %d after event %d of rank %d", i, k.ranks[i], j, k.ranks[j])
	}
	k.last = i
	k.left--
}

// checkSteps checks that placing n events took at most n*(8 + 1.5 log2 n) steps:
// a binary heap would take 2 n log2 n comparisons.
func checkSteps(t *testing.T, g *des.Engine, n uint64) {
	t.Helper()
	limit := n * (8 + uint64(bits.Len64(n))*3/2)
	if steps := n*des.MaxWalk + g.Melds(); steps > limit {
		t.Errorf("up to %d steps for %d events, want at most %d", steps, n, limit)
	}
}

// TestCrowdedInstant puts 20000 events of every kind of rank order into one
// instant. Sorting them by insertion would take up to 2*10^8 steps; here it is
// a walk of at most MaxWalk each, and comparisons in the heap, which are counted.
func TestCrowdedInstant(t *testing.T) {
	const n = 20_000
	r := rand.New(rand.NewPCG(8, 9))
	orders := []struct {
		name string
		rank func(i int) uint32
	}{
		{"rising", func(i int) uint32 { return uint32(i) }},
		{"falling", func(i int) uint32 { return uint32(n - i) }},
		{"random", func(int) uint32 { return r.Uint32() }},
		{"few", func(int) uint32 { return r.Uint32N(4) }},
		{"sawtooth", func(i int) uint32 { return uint32(i % 100) }},
		{"inward", func(i int) uint32 { return uint32(i%2*2*n + i*(1-i%2*2)) }},
	}
	for _, o := range orders {
		for _, at := range []fence.Time{0, 1000, 1 << 50} {
			t.Run(fmt.Sprintf("ranks=%s/at=%d", o.name, at), func(t *testing.T) {
				g := des.New()
				k := &ranked{t: t, last: -1, left: n}
				k.evs, k.ranks = make([]des.Event, n), make([]uint32, n)
				for i := range k.evs {
					k.ranks[i] = o.rank(i)
					k.evs[i].Init(k)
					g.Schedule(&k.evs[i], at, des.ClassHardware, k.ranks[i])
				}
				drain(g)
				if k.left != 0 {
					t.Errorf("%d did not fire", k.left)
				}
				checkSteps(t, g, n)
			})
		}
	}
}
