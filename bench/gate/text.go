package gate

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/perf/benchunit"
)

// Shown is what a report of limited length shows.
type Shown struct {
	Rows []*Judged
	// Left counts what was cut off, by outcome; NotGated those without a limit.
	Left     [numOutcomes]int
	NotGated int
}

// Cut returns the worst most rows, or all if most is 0. Rows that are the same
// are cut like all others, so that what is left out is counted and never guessed.
func (v *Verdict) Cut(most int) Shown {
	s := Shown{Rows: v.Rows}
	if most <= 0 || most >= len(v.Rows) {
		return s
	}
	s.Rows = v.Rows[:most]
	for _, j := range v.Rows[most:] {
		if j.Gated {
			s.Left[j.Outcome]++
		} else {
			s.NotGated++
		}
	}
	return s
}

// More says in a line what was cut off, or "".
func (s *Shown) More() string {
	var parts []string
	n := s.NotGated
	for o, k := range s.Left {
		if k > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", Outcome(o), k))
			n += k
		}
	}
	if n == 0 {
		return ""
	}
	if s.NotGated > 0 {
		parts = append(parts, fmt.Sprintf("not gated %d", s.NotGated))
	}
	return fmt.Sprintf("%d more rows: %s; -rows 0 shows all", n, strings.Join(parts, ", "))
}

// headings are the columns of a table of rows.
var headings = []string{"outcome", "change", "95% interval", "p", "floor", "limit", "base", "head",
	"unit", "benchmark"}

// cells are the columns of one row.
func (j *Judged) cells() []string {
	outcome := j.Outcome.String()
	if !j.Gated {
		outcome = "(" + strings.ToLower(outcome) + ")"
	}
	interval, p, floor := "", "", ""
	if j.Kind == Host && !math.IsNaN(j.Change) {
		interval = percent(j.Lo) + " " + percent(j.Hi)
		floor = fmt.Sprintf("%.2f%%", 100*j.Floor)
		if !math.IsNaN(j.P) {
			p = fmt.Sprintf("%.2g", j.P)
		}
	}
	return []string{outcome, percent(j.Change), interval, p, floor, j.limit(),
		scaled(j.Base, j.Unit), scaled(j.Head, j.Unit), j.Unit, j.Name}
}

func (j *Judged) limit() string {
	if !j.Gated {
		return "off"
	}
	return fmt.Sprintf("%g%%", 100*j.Limit)
}

// scaled prints a figure with a prefix, exact ones whole.
func scaled(v float64, unit string) string {
	switch {
	case math.IsNaN(v):
		return "none"
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return fmt.Sprintf("%.0f", v)
	}
	return benchunit.Scale(v, benchunit.ClassOf(unit))
}

// WriteText writes the verdict for a terminal: the line, the table of at most
// `most` rows with reasons below them, notes.
func (v *Verdict) WriteText(w io.Writer, most int) error {
	var b strings.Builder
	b.WriteString(v.Line() + "\n\n")
	shown := v.Cut(most)
	table := [][]string{headings}
	for _, j := range shown.Rows {
		table = append(table, j.cells())
	}
	widths := make([]int, len(headings))
	for _, r := range table {
		for i, s := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	for i, r := range table {
		b.WriteString(alignRow(r, widths) + "\n")
		if i > 0 && shown.Rows[i-1].Why != "" {
			b.WriteString("    " + shown.Rows[i-1].Why + "\n")
		}
	}
	if more := shown.More(); more != "" {
		b.WriteString("… " + more + "\n")
	}
	for _, s := range v.footnotes() {
		b.WriteString("note: " + s + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// alignRow puts text to the left and figures to the right.
func alignRow(cells []string, widths []int) string {
	var b strings.Builder
	for i, s := range cells {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
		switch {
		case i == 0:
			b.WriteString(s + pad)
		case i >= len(cells)-2:
			b.WriteString("  " + s + pad)
		default:
			b.WriteString("  " + pad + s)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// footnotes are the notes and the geometric means.
func (v *Verdict) footnotes() []string {
	notes := append([]string(nil), v.Notes...)
	for _, g := range v.Geomeans {
		notes = append(notes, fmt.Sprintf("geometric mean of %d matched rows in %s: %s; it is never "+
			"gated", g.Rows, g.Unit, percent(g.Ratio)))
	}
	return notes
}
