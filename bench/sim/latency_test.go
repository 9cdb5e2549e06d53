package sim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"credence/core/fence"
)

// Up to MaxExact the percentiles are by nearest rank, as a plain sort has them; beyond
// it they are within a thousandth, and the longest is exact.
func TestPercentiles(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000, 12_345, MaxExact, MaxExact + 3} {
		if n > 1<<20 && testing.Short() {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(n), 1))
		var l latencies
		all := make([]fence.Duration, n)
		for i := range all {
			all[i] = fence.Duration(math.Exp(20 * r.Float64()))
			l.add(all[i])
		}
		slices.Sort(all)
		var got Result
		if err := l.percentiles(&got); err != nil {
			t.Fatal(err)
		}
		if many := l.many != nil; many != (n > MaxExact) || l.lost {
			t.Errorf("%d latencies: in a histogram %t, lost %t", n, many, l.lost)
		}
		for _, q := range []struct {
			percent float64
			got     fence.Duration
		}{{50, got.P50}, {90, got.P90}, {99, got.P99}, {99.9, got.P999}, {100, got.Max}} {
			want := fence.Duration(0)
			if n > 0 {
				want = all[max(1, int(math.Ceil(float64(n)*q.percent/100)))-1]
			}
			off := math.Abs(float64(q.got - want))
			if n <= MaxExact && off > 0 || q.percent == 100 && off > 0 || off > float64(want)/1000 {
				t.Errorf("p%g of %d: %d, want %d", q.percent, n, q.got, want)
			}
		}
	}
}
