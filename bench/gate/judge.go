package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Judged is a row with what is said of it.
type Judged struct {
	Row
	Kind    Kind
	Better  int
	Outcome Outcome
	Gated   bool    // it counts for the verdict
	Limit   float64 // ratio, of the limits file
	// Base and Head are the medians, NBase and NHead the counts of samples.
	Base, Head   float64
	NBase, NHead int
	// Change is head over base less 1, with its interval, infinite if unknown;
	// positive is more of the unit, whether that is better or not.
	Change, Lo, Hi float64
	P              float64 // Mann-Whitney; adjusted by Holm's method if gated; NaN if not tested
	Floor          float64 // the noise floor, a ratio; 0 where there is no noise
	Layouts        int     // binaries of the side with fewer, 0 if the files name none
	Why            string  // what led to the outcome, "" if plain; with the remedy if inconclusive
}

// Worse returns how much worse head is, as a ratio; less than 0 is better. A unit
// whose better direction nobody declared gets worse by any change.
func (j *Judged) Worse() float64 {
	if j.Better == 0 {
		return math.Abs(j.Change)
	}
	return -float64(j.Better) * j.Change
}

// Options are what a judgement depends on beside the results.
type Options struct {
	Limits *Limits
	// Baseline is the committed baseline of the head, or nil: an exact figure or a
	// count of instructions that is as in there was accepted with a reason.
	Baseline *Set
	// Reason is why the baseline was accepted; it is shown.
	Reason string
	// Identical are packages whose binaries are the same bytes on both sides: their
	// host figures are the same, whatever was measured.
	Identical []string
	Seed      uint64 // for the splits of the noise floor
}

// Verdict is the outcome of a comparison.
type Verdict struct {
	Base, Head string    // the names of the sides
	Rows       []*Judged // worst first
	Notes      []string  // what a reader should know, each with what to do
	Geomeans   []Geomean
}

// Judge compares two sets of results. It is an error if there is nothing to
// judge.
func Judge(base, head *Set, o Options) (*Verdict, error) {
	if o.Limits == nil {
		o.Limits = DefaultLimits()
	}
	v := &Verdict{Base: base.Name, Head: head.Name}
	c := &comparison{base: base, head: head, options: o, used: map[int]bool{}}
	c.machines(v)
	for _, b := range base.Series {
		v.Rows = append(v.Rows, c.row(b))
	}
	if !slices.ContainsFunc(v.Rows, func(j *Judged) bool { return j.Gated }) {
		return nil, &Problem{head.Name, 0, fmt.Sprintf("none of the %d rows of %s has a limit",
			len(v.Rows), base.Name), "name a limits file that matches some, or compare more"}
	}
	c.significance(v.Rows)
	for _, j := range v.Rows {
		c.accept(j)
	}
	c.notes(v)
	v.Geomeans = geomeans(v.Rows)
	sortRows(v.Rows)
	return v, nil
}

// comparison is a Judge under way.
type comparison struct {
	base, head *Set
	options    Options
	mixed      string // why host figures cannot be compared, or ""
	used       map[int]bool
	host       []*Judged // rows that were tested, with
	sides      []sides   // their replicates
}

// machines finds out whether all samples are of one machine.
func (c *comparison) machines(v *Verdict) {
	all := slices.Clone(c.base.Machines)
	for _, m := range c.head.Machines {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	if len(all) > 1 {
		c.mixed = "measured on different machines; measure both sides on one"
		v.Notes = append(v.Notes, fmt.Sprintf("host figures are of %d machines: %q; "+
			"measure both sides on one", len(all), all))
	}
}

// row judges one row as far as it can be without the others.
func (c *comparison) row(b *Series) *Judged {
	j := &Judged{Row: b.Row, Kind: b.Kind, Better: b.Better, P: math.NaN(),
		NBase: len(b.Samples), Base: median(b.Values()), Head: math.NaN()}
	h := c.head.Find(b.Row)
	if h != nil {
		j.NHead, j.Head = len(h.Samples), median(h.Values())
		j.Kind = min(b.Kind, h.Kind) // declared exact by one side is exact
		j.Better = cmp.Or(b.Better, h.Better)
	}
	if l := c.options.Limits.Of(b.Row, j.Kind); l != nil {
		c.used[l.Line] = true
		j.Gated, j.Limit = !l.Off, l.Ratio
	}
	if h == nil {
		j.Change, j.Lo, j.Hi = math.NaN(), math.NaN(), math.NaN()
		j.inconclusive("missing in head; if it was removed on purpose, its limit is off")
		return j
	}
	switch j.Kind {
	case Exact:
		j.exact(b, h)
	case Instructions:
		j.instructions(b, h)
	default:
		if slices.Contains(c.options.Identical, b.Pkg) {
			j.Outcome, j.Why = Same, identicalBinaries
			j.Change, j.Lo, j.Hi = 0, 0, 0
			return j
		}
		c.measured(j, b, h)
	}
	return j
}

// identicalBinaries is why host figures are the same without having been measured
// as they must be: they are noise, and count in no mean and no table.
const identicalBinaries = "the binaries are identical"

func (j *Judged) inconclusive(why string) { j.Outcome, j.Why = Inconclusive, why }

// exact judges a figure that is the same whenever the source is.
func (j *Judged) exact(b, h *Series) {
	j.point()
	for i, s := range []*Series{b, h} {
		line, other, varies := variation(s)
		if !varies {
			continue
		}
		where := fmt.Sprintf("declared exact, but lines %d and %d differ in %s", line, other,
			[]string{"base", "head"}[i])
		if i == 0 {
			j.inconclusive(where + "; the base is broken: take another")
		} else {
			j.Outcome, j.Why = Regressed, where
		}
		return
	}
	j.compare("")
}

// variation returns the lines of the first two samples that differ.
func variation(s *Series) (line, other int, varies bool) {
	for _, x := range s.Samples {
		if x.Value != s.Samples[0].Value {
			return s.Samples[0].Line, x.Line, true
		}
	}
	return 0, 0, false
}

// instructions judges counts. They repeat, so several that are far apart were
// not of the same thing.
func (j *Judged) instructions(b, h *Series) {
	j.point()
	for _, s := range []*Series{b, h} {
		v := s.Values()
		if lo, hi := slices.Min(v), slices.Max(v); hi-lo > j.Limit*math.Abs(lo) && hi != lo {
			j.inconclusive(fmt.Sprintf("counts from %g to %g in one run; the benchmark is not "+
				"deterministic: switch its limit off", lo, hi))
			return
		}
	}
	j.compare("")
}

// point sets the change of figures without noise.
func (j *Judged) point() {
	switch {
	case j.Base == j.Head:
		j.Change = 0
	case j.Base == 0:
		j.Change = math.Inf(int(math.Copysign(1, j.Head)))
	default:
		j.Change = (j.Head - j.Base) / math.Abs(j.Base)
	}
	j.Lo, j.Hi = j.Change, j.Change
}

// compare holds the change against the limit or the noise floor.
func (j *Judged) compare(why string) {
	threshold := max(j.Limit, j.Floor)
	j.Why = why
	switch worse := j.Worse(); {
	case worse > threshold:
		j.Outcome = Regressed
	case -worse > threshold:
		j.Outcome = Improved
	default:
		j.Outcome = Same
	}
}

// sortRows puts the worst first: what was gated, by outcome, by how far beyond
// its limit.
func sortRows(rows []*Judged) {
	slices.SortStableFunc(rows, func(a, b *Judged) int {
		switch {
		case a.Gated != b.Gated:
			if a.Gated {
				return -1
			}
			return 1
		case a.Outcome != b.Outcome:
			return cmp.Compare(a.Outcome, b.Outcome)
		case a.Outcome == Improved:
			return cmp.Compare(a.Worse(), b.Worse())
		}
		return cmp.Compare(b.Worse(), a.Worse())
	})
}
