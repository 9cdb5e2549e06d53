package gate

import (
	"fmt"
	"hash/fnv"
	"math"
)

// measured prepares a row with noise: what is said of it depends on how many
// rows are judged with it.
func (c *comparison) measured(j *Judged, b, h *Series) {
	s := replicates(b, h)
	if s.layouts {
		j.Layouts = min(len(s.base), len(s.head))
	}
	j.Change, j.Lo, j.Hi = math.NaN(), math.Inf(-1), math.Inf(1)
	least, what, remedy := MinSamples, "samples", "give the benchmark a -test.count of 10"
	if s.layouts {
		least, what, remedy = MinLayouts, "layouts", "build more layouts"
	}
	switch n := min(len(s.base), len(s.head)); {
	case c.mixed != "":
		j.inconclusive(c.mixed)
	case n == 0:
		j.inconclusive("the sides share no round and no regime; measure longer")
	case n < least:
		j.inconclusive(fmt.Sprintf("%d %s, at least %d are needed; %s", n, what, least, remedy))
	default:
		j.Change, j.Lo, j.Hi = s.change()
		j.Floor = s.floor(c.options.Seed ^ seedOf(j.Row))
		j.P = s.pValue()
		c.host, c.sides = append(c.host, j), append(c.sides, s)
	}
}

// seedOf gives each row splits of its own that do not depend on the others.
func seedOf(r Row) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s %s", r.Pkg, r.Name, r.Unit)
	return h.Sum64()
}

// significance judges the rows with noise: the gated ones as a family, by Holm's
// method, the others each alone.
func (c *comparison) significance(rows []*Judged) {
	var family []float64
	for _, j := range c.host {
		if j.Gated {
			family = append(family, j.P)
		}
	}
	adjusted := holm(family)
	at := 0
	for i, j := range c.host {
		if j.Gated {
			j.P = adjusted[at]
			at++
		}
		j.significant(&c.sides[i], c.equalWork(rows, j), len(adjusted))
	}
}

// equalWork reports whether the head is known to execute as many instructions as
// the base for the same operation, to a thousandth.
func (c *comparison) equalWork(rows []*Judged, of *Judged) bool {
	found := false
	for _, j := range rows {
		if j.Kind == Instructions && j.Name == of.Name && j.Pkg == of.Pkg && j.NHead > 0 {
			if !(math.Abs(j.Change) <= 0.001) {
				return false
			}
			found = true
		}
	}
	return found
}

// maxFloor is the noise above which nothing is said of a row that did not change:
// a gate that cannot see a tenth would pass whatever comes.
const maxFloor = 0.10

// significant judges one row by its p-value, size and interval. It is the same if
// the interval reaches no further than the limit and the noise floor together.
func (j *Judged) significant(s *sides, equalWork bool, family int) {
	threshold := max(j.Limit, j.Floor)
	if j.P <= Alpha && math.Abs(j.Change) > threshold {
		if equalWork && !(s.layouts && s.separated()) && j.Worse() > 0 {
			j.inconclusive("layout? equal instructions, and not slower in every layout; " +
				"build more layouts, or look for alignment and sharing of lines")
			return
		}
		j.compare("")
		return
	}
	// The end of the interval that lies on the worse side.
	worst := max(-float64(j.Better)*j.Lo, -float64(j.Better)*j.Hi)
	if j.Better == 0 {
		worst = max(math.Abs(j.Lo), math.Abs(j.Hi))
	}
	switch {
	case j.Floor > maxFloor:
		j.inconclusive(fmt.Sprintf("the noise floor is %s; quieten the machine", percent(j.Floor)))
	case worst <= j.Limit+j.Floor:
		j.Outcome = Same
	case j.P <= Alpha && math.Abs(j.Change) <= threshold:
		j.Outcome, j.Why = Same, "a real change, but below the limit or the noise floor"
	case s.hopeless(family):
		j.inconclusive(fmt.Sprintf("%d replicates a side cannot be significant among %d rows; "+
			"measure more of them, or gate fewer rows", min(len(s.base), len(s.head)), family))
	default:
		j.inconclusive(fmt.Sprintf("the interval reaches %s, beyond %s; measure longer",
			percent(worst), percent(j.Limit+j.Floor)))
	}
}

// hopeless reports whether not even complete separation would be significant.
func (s *sides) hopeless(family int) bool {
	n, m := len(s.base), len(s.head)
	choose := 1.0
	for i := 1; i <= n; i++ {
		choose *= float64(m+i) / float64(i)
	}
	return 2/choose*float64(family) > Alpha
}

// percent prints a ratio as benchstat does.
func percent(r float64) string {
	switch {
	case math.IsNaN(r):
		return "?"
	case math.IsInf(r, 1):
		return "+∞"
	case math.IsInf(r, -1):
		return "-∞"
	}
	return fmt.Sprintf("%+.2f%%", 100*r)
}
