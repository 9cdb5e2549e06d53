package gate

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
)

// Alpha is the family-wise rate of false alarms, to both sides; the half of it
// that lies on the side of regressions, 0.5 %, is what a gate gets to see.
const Alpha = 0.01

// confidence is that of the intervals that are shown, and by which a row that
// did not change is told from one that nobody can tell.
const confidence = 0.95

// pValue is the probability of a difference as large between replicates of the
// same code: the Mann-Whitney test, two-sided.
func (s *sides) pValue() float64 {
	t := benchmath.Thresholds{CompareAlpha: Alpha}
	return benchmath.AssumeNothing.Compare(benchmath.NewSample(slices.Clone(s.base), &t),
		benchmath.NewSample(slices.Clone(s.head), &t)).P
}

// change returns the estimate of Hodges and Lehmann of how much head lies above
// base, the median of all differences, with its interval, which belongs to the
// same test. They are ratios less 1.
func (s *sides) change() (mid, lo, hi float64) {
	d := make([]float64, 0, len(s.base)*len(s.head))
	for _, b := range s.base {
		for _, h := range s.head {
			d = append(d, h-b)
		}
	}
	slices.Sort(d)
	mid = s.ratio(median(d))
	k := rank(len(s.base), len(s.head))
	if k < 1 {
		return mid, math.Inf(-1), math.Inf(1)
	}
	return mid, s.ratio(d[k-1]), s.ratio(d[len(d)-k])
}

// ratio turns a difference of replicates into a ratio less 1.
func (s *sides) ratio(d float64) float64 {
	if s.log {
		return math.Expm1(d)
	}
	base := math.Abs(median(s.base))
	switch {
	case d == 0:
		return 0
	case base == 0:
		return math.Inf(int(math.Copysign(1, d)))
	}
	return d / base
}

// exactPairs is the product of sample sizes up to which the test's distribution
// is computed; above it the normal one is close.
const exactPairs = 400

// rank returns which of the ordered differences of n and m replicates bounds the
// interval, from 1, or 0 if there are too few for any.
func rank(n, m int) int {
	tail := (1 - confidence) / 2
	if n*m <= exactPairs {
		u, k := stats.UDist{N1: n, N2: m}, 0
		for u.CDF(float64(k)) <= tail {
			k++
		}
		return k
	}
	mean, sd := float64(n*m)/2, math.Sqrt(float64(n*m*(n+m+1))/12)
	return int(mean + sd*stats.InvCDF(stats.StdNormal)(tail))
}

// holm adjusts p-values so that judging each at Alpha holds the rate of false
// alarms of the whole family (Holm 1979). The order is kept.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(p))
	least := 0.0
	for i, at := range order {
		least = max(least, min(1, p[at]*float64(len(p)-i)))
		out[at] = least
	}
	return out
}

// Splits of one side in halves by which the noise floor is learnt, and the share
// of them that lies below it.
const (
	maxSplits  = 500
	floorShare = 0.95
)

// floor returns what the same code differs by from itself: how far the medians
// of two halves of one side lie apart, in the worst but a twentieth of the
// splits of both sides, as a ratio. Halves are noisier than whole sides, by the
// root of 2. seed makes the splits repeat.
func (s *sides) floor(seed uint64) float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	var apart []float64
	for _, side := range [][]float64{s.blocks(s.base), s.blocks(s.head)} {
		n := len(side)
		if n < 2 {
			continue
		}
		x := slices.Clone(side)
		for range maxSplits {
			r.Shuffle(n, func(i, j int) { x[i], x[j] = x[j], x[i] })
			apart = append(apart, math.Abs(median(x[:n/2])-median(x[n/2:])))
		}
	}
	if len(apart) == 0 {
		return math.Inf(1)
	}
	slices.Sort(apart)
	return s.ratio(apart[int(floorShare*float64(len(apart)-1))] / math.Sqrt2)
}

// noiseBlocks is how many stretches a file without layouts is cut into: samples
// near each other are alike, and what a drift does shows between stretches.
const noiseBlocks = 10

// blocks returns the medians of contiguous stretches, or the replicates
// themselves if they are binaries.
func (s *sides) blocks(side []float64) []float64 {
	n := len(side)
	if s.layouts || n <= noiseBlocks {
		return side
	}
	out := make([]float64, noiseBlocks)
	for i := range out {
		out[i] = median(side[i*n/noiseBlocks : (i+1)*n/noiseBlocks])
	}
	return out
}
