package gate

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Point is a row's median in one file of the history.
type Point struct {
	File  string
	Value float64
}

// Step is a change point: the median of the files before and from the one named.
type Step struct {
	From          string // the first file after the change
	Before, After float64
	P             float64 // Pettitt's test; 0 for figures without noise
}

// Drift is what became of a row over a history.
type Drift struct {
	Row
	Kind   Kind
	Limit  float64
	Points int
	Steps  []Step
	// Worse is how much worse the last level is than the first, as a ratio.
	Worse float64
}

// minDrift is how many files a row needs before anything is said of it.
const minDrift = 8

// Drifts finds, in files from the oldest to the newest, rows that became worse by
// more than their limit in steps that may each be below it. Host figures count only
// if they are of the machine of the newest file. Rows that are exact are left out:
// the gate lets none of their changes pass unnoticed. The worst comes first.
func Drifts(history []*Set, limits *Limits) []Drift {
	var out []Drift
	if len(history) == 0 {
		return nil
	}
	last := history[len(history)-1]
	for _, s := range last.Series {
		limit := limits.Of(s.Row, s.Kind)
		if s.Kind == Exact || limit == nil || limit.Off {
			continue
		}
		points := trail(history, s, last.Machines)
		if len(points) < minDrift {
			continue
		}
		d := Drift{Row: s.Row, Kind: s.Kind, Limit: limit.Ratio, Points: len(points),
			Steps: steps(points, s.Kind)}
		if len(d.Steps) > 0 {
			first, end := d.Steps[0].Before, d.Steps[len(d.Steps)-1].After
			j := Judged{Better: s.Better, Base: first, Head: end}
			j.point()
			d.Worse = j.Worse()
		}
		if d.Worse > d.Limit {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b Drift) int { return cmp.Compare(b.Worse, a.Worse) })
	return out
}

// trail returns a row's medians over the history.
func trail(history []*Set, of *Series, machines []string) []Point {
	var points []Point
	for _, set := range history {
		if of.Kind == Host && !slices.Equal(set.Machines, machines) {
			continue
		}
		if s := set.Find(of.Row); s != nil {
			points = append(points, Point{set.Name, median(s.Values())})
		}
	}
	return points
}

// driftAlpha is the significance below which a split of a history counts.
const driftAlpha = 0.01

// steps splits a history at its change points, by binary segmentation with the
// test of Pettitt (1979), which is Mann and Whitney's at the best place to split.
func steps(points []Point, kind Kind) []Step {
	if kind == Instructions {
		return plainSteps(points)
	}
	var cuts []int
	var ps []float64
	var split func(lo, hi int)
	split = func(lo, hi int) {
		at, p := pettitt(points[lo:hi])
		if p > driftAlpha {
			return
		}
		split(lo, lo+at)
		cuts, ps = append(cuts, lo+at), append(ps, p)
		split(lo+at, hi)
	}
	split(0, len(points))
	var out []Step
	for i, c := range cuts {
		lo, hi := 0, len(points)
		if i > 0 {
			lo = cuts[i-1]
		}
		if i+1 < len(cuts) {
			hi = cuts[i+1]
		}
		out = append(out, Step{points[c].File, level(points[lo:c]), level(points[c:hi]), ps[i]})
	}
	return out
}

func level(points []Point) float64 {
	v := make([]float64, len(points))
	for i, p := range points {
		v[i] = p.Value
	}
	return median(v)
}

// plainSteps takes every change of a figure without noise for what it is.
func plainSteps(points []Point) []Step {
	var out []Step
	for i := 1; i < len(points); i++ {
		if a, b := points[i-1].Value, points[i].Value; a != b {
			out = append(out, Step{From: points[i].File, Before: a, After: b})
		}
	}
	return out
}

// pettitt returns the best place to split, from 1, and the probability that points
// of one level look as split; 1 if there are too few.
func pettitt(points []Point) (at int, p float64) {
	n := len(points)
	if n < minDrift {
		return 0, 1
	}
	u, most := 0, 0
	for t := 1; t < n; t++ {
		// U(t) = U(t-1) + the sign of every difference to point t.
		for _, x := range points {
			u += cmp.Compare(points[t-1].Value, x.Value)
		}
		if k := max(u, -u); k > most {
			most, at = k, t
		}
	}
	k, m := float64(most), float64(n)
	return at, min(1, 2*math.Exp(-6*k*k/(m*m*m+m*m)))
}

// DateOf returns the date that a results file says it was begun at, "" if none:
// files of a history are in its order.
func DateOf(text string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if d, ok := strings.CutPrefix(line, "# date: "); ok {
			return strings.TrimSpace(d)
		}
	}
	return ""
}
