package gate

import (
	"math"
	"slices"
	"strings"
)

// Samples that one side needs at least: of a Mann-Whitney test of fewer no
// outcome is significant at Alpha.
const (
	MinSamples = 6
	MinLayouts = 5
)

// sides are what the two sides of a row are compared by: one number a replicate.
// With layouts a replicate is a binary, since that is what a change of the source
// makes anew; runs of one binary are no independent evidence about the source.
// Without them it is a sample.
type sides struct {
	base, head []float64
	// log says that the numbers are logarithms; otherwise they are the figures.
	log bool
	// layouts says that a replicate is a binary.
	layouts bool
}

// replicates returns the sides of a row.
func replicates(base, head *Series) sides {
	s := sides{log: positive(base) && positive(head)}
	s.layouts = hasLayouts(base) && hasLayouts(head)
	b, h := s.points(base), s.points(head)
	centre(b, h, s.layouts)
	if s.layouts {
		s.base, s.head = byLayout(b), byLayout(h)
	} else {
		s.base, s.head = values(b), values(h)
	}
	return s
}

func positive(s *Series) bool {
	return !slices.ContainsFunc(s.Samples, func(x Sample) bool { return x.Value <= 0 })
}

func hasLayouts(s *Series) bool {
	return !slices.ContainsFunc(s.Samples, func(x Sample) bool { return x.Layout == "" })
}

// point is a sample on the way to becoming part of a replicate.
type point struct {
	v             float64
	layout, group string
	keep          bool
}

// AcrossCores reports whether a benchmark's goroutines wait for each other on
// several processors, as its name says (ends=2): its time depends on the regime.
func AcrossCores(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if ends, ok := strings.CutPrefix(part, "ends="); ok && ends != "1" {
			return true
		}
	}
	return false
}

// points returns a series' samples. A group are samples that ran under the same
// conditions: in one round, and in one regime if that matters. Rounds of runs that
// were not interleaved, which have no layouts, were not at the same time and say
// nothing.
func (s *sides) points(series *Series) []point {
	out, across := make([]point, len(series.Samples)), AcrossCores(series.Name)
	for i, x := range series.Samples {
		p := point{v: x.Value, layout: x.Layout, keep: true}
		if across {
			p.group = x.Regime
		}
		if s.log {
			p.v = math.Log(x.Value)
		}
		if s.layouts {
			p.group = x.Round + " " + p.group
		}
		out[i] = p
	}
	return out
}

// centre takes from each point the middle of its group, so that a drift of the
// machine, which moves a whole round, cancels. A group that one side lacks tells
// nothing and goes. Requires: both have points.
func centre(base, head []point, interleaved bool) {
	b, h := byGroup(base), byGroup(head)
	if !interleaved && len(b) == 1 && len(h) == 1 && base[0].group == head[0].group {
		return // nothing distinguishes the samples
	}
	middles := map[string]float64{}
	for g, x := range b {
		if y := h[g]; len(y) > 0 {
			middles[g] = (median(x) + median(y)) / 2
		}
	}
	for _, points := range [][]point{base, head} {
		for i := range points {
			p := &points[i]
			middle, both := middles[p.group]
			p.v -= middle
			p.keep = both
		}
	}
}

func byGroup(points []point) map[string][]float64 {
	m := map[string][]float64{}
	for _, p := range points {
		m[p.group] = append(m[p.group], p.v)
	}
	return m
}

// values returns what was kept.
func values(points []point) []float64 {
	var out []float64
	for _, p := range points {
		if p.keep {
			out = append(out, p.v)
		}
	}
	return out
}

// byLayout returns the median of each binary, in order of appearance.
func byLayout(points []point) []float64 {
	var order []string
	m := map[string][]float64{}
	for _, p := range points {
		if !p.keep {
			continue
		}
		if m[p.layout] == nil {
			order = append(order, p.layout)
		}
		m[p.layout] = append(m[p.layout], p.v)
	}
	out := make([]float64, len(order))
	for i, l := range order {
		out[i] = median(m[l])
	}
	return out
}

// median returns the middle of v, NaN if there is nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// separated reports whether every replicate of one side lies above every one of
// the other: a change that holds over all layouts.
func (s *sides) separated() bool {
	return slices.Min(s.head) > slices.Max(s.base) || slices.Max(s.head) < slices.Min(s.base)
}

// Precise reports whether more rounds would tell little: the interval of the
// change reaches no further than target to either side of its middle, or what is
// left of its width lies between layouts and not between the runs of one. It does
// not look at where the interval lies, so a run may end by it without bias.
func Precise(base, head *Series, target float64) bool {
	s := replicates(base, head)
	if len(s.base) == 0 || len(s.head) == 0 {
		return false
	}
	mid, lo, hi := s.change()
	if math.Max(hi-mid, mid-lo) <= target {
		return true
	}
	return s.layouts && withinLayouts(base, head) < spread(s.base, s.head)/4
}

// withinLayouts returns the standard error of the median of one binary, from the
// spread of its runs around it.
func withinLayouts(base, head *Series) float64 {
	s := sides{log: positive(base) && positive(head), layouts: true}
	b, h := s.points(base), s.points(head)
	centre(b, h, true)
	var errors []float64
	for _, points := range [][]point{b, h} {
		runs := map[string][]float64{}
		for _, p := range points {
			if p.keep {
				runs[p.layout] = append(runs[p.layout], p.v)
			}
		}
		for _, v := range runs {
			errors = append(errors, medianError*deviation(v)/math.Sqrt(float64(len(v))))
		}
	}
	return median(errors)
}

// medianError is how much less precise a median is than a mean, of normal noise.
const medianError = 1.2533

// spread returns the standard deviation of replicates around the middle of their
// side.
func spread(base, head []float64) float64 {
	return math.Sqrt((square(deviation(base)) + square(deviation(head))) / 2)
}

func square(x float64) float64 { return x * x }

// deviation returns the standard deviation, from the median of the distances to
// the median, so that a few outliers do not count.
func deviation(v []float64) float64 {
	m := median(v)
	d := make([]float64, len(v))
	for i, x := range v {
		d[i] = math.Abs(x - m)
	}
	return 1.4826 * median(d)
}
