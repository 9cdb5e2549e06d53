package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Exit codes of a gate.
const (
	ExitPass         = 0
	ExitRegressed    = 1
	ExitUsage        = 2
	ExitInconclusive = 3
)

// Count returns how many gated rows have an outcome.
func (v *Verdict) Count(o Outcome) int {
	n := 0
	for _, j := range v.Rows {
		if j.Gated && j.Outcome == o {
			n++
		}
	}
	return n
}

// NotGated returns how many rows are shown and not judged.
func (v *Verdict) NotGated() int {
	n := 0
	for _, j := range v.Rows {
		if !j.Gated {
			n++
		}
	}
	return n
}

// Exit returns the exit code that the verdict asks for.
func (v *Verdict) Exit() int {
	switch {
	case v.Count(Regressed) > 0:
		return ExitRegressed
	case v.Count(Inconclusive) > 0:
		return ExitInconclusive
	}
	return ExitPass
}

// Line is the verdict in one line: counts of gated rows, and what to do about
// those that could not be judged.
func (v *Verdict) Line() string {
	var parts []string
	for _, o := range []Outcome{Regressed, Accepted, Improved, Same, Inconclusive} {
		n, name := v.Count(o), o.String()
		switch {
		case o == Accepted && n == 0:
			continue
		case n == 0:
			name = strings.ToLower(name)
		}
		part := fmt.Sprintf("%s %d", name, n)
		if o == Inconclusive && n > 0 {
			part += " (" + v.remedy() + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " · ")
}

// remedy is what to do about most of the inconclusive rows.
func (v *Verdict) remedy() string {
	counts := map[string]int{}
	best := ""
	for _, j := range v.Rows {
		if !j.Gated || j.Outcome != Inconclusive {
			continue
		}
		_, what, _ := strings.Cut(j.Why, "; ")
		counts[what]++
		if best == "" || counts[what] > counts[best] {
			best = what
		}
	}
	return best
}

// accept lets a change pass that the head's baseline has.
func (c *comparison) accept(j *Judged) {
	if j.Outcome != Regressed || j.Kind == Host || c.options.Baseline == nil {
		return
	}
	s := c.options.Baseline.Find(j.Row)
	if s == nil {
		return
	}
	if _, _, varies := variation(s); varies || j.Why != "" {
		return
	}
	want := s.Samples[0].Value
	if j.Head == want || j.Kind == Instructions && math.Abs(j.Head-want) <= j.Limit*math.Abs(want) {
		j.Outcome, j.Why = Accepted, "as in the committed baseline: "+c.options.Reason
	}
}

// notes adds what is no row.
func (c *comparison) notes(v *Verdict) {
	var fresh []string
	for _, h := range c.head.Series {
		if c.base.Find(h.Row) == nil && !slices.Contains(fresh, h.Name) {
			fresh = append(fresh, h.Name)
		}
	}
	if n := len(fresh); n > 0 {
		const most = 3
		list := strings.Join(fresh[:min(n, most)], ", ")
		if n > most {
			list += fmt.Sprintf(" and %d more", n-most)
		}
		v.Notes = append(v.Notes, "new in head, with nothing to compare to: "+list)
	}
	for _, l := range c.options.Limits.List {
		if !c.used[l.Line] && !c.options.Limits.builtin && !strings.HasPrefix(l.Pattern, "*") {
			v.Notes = append(v.Notes, fmt.Sprintf("%s:%d: the limit of %s matches no row, or an "+
				"earlier line took all; check its spelling", c.options.Limits.File, l.Line, l.Pattern))
		}
	}
	for _, j := range c.host {
		if j.Layouts == 0 && j.Gated {
			v.Notes = append(v.Notes, "host figures are of runs apart, so a drift of the machine "+
				"looks like a change; schedbench compare of two revisions interleaves them")
			break
		}
	}
}

// Geomean is the mean ratio of the matched host rows of a unit. It is shown and
// never judged.
type Geomean struct {
	Unit  string
	Rows  int
	Ratio float64 // less 1
}

// geomeans averages by unit, in order of appearance, what both sides have.
func geomeans(rows []*Judged) []Geomean {
	var out []Geomean
	for _, j := range rows {
		r := j.Head / j.Base
		if j.Kind != Host || !(r > 0) || math.IsInf(r, 0) || j.Why == identicalBinaries {
			continue
		}
		i := slices.IndexFunc(out, func(g Geomean) bool { return g.Unit == j.Unit })
		if i < 0 {
			i = len(out)
			out = append(out, Geomean{Unit: j.Unit})
		}
		out[i].Rows++
		out[i].Ratio += math.Log(r)
	}
	for i := range out {
		out[i].Ratio = math.Expm1(out[i].Ratio / float64(out[i].Rows))
	}
	return out
}
