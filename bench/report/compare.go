package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"credence/bench/gate"
	"credence/bench/report/chart"
)

// compareCommand makes the file that compared reads.
const compareCommand = "go run ./bench/cmd/schedbench compare -format json BASE HEAD > " +
	"results/compare-HEAD.json"

// comparison is what the page shows of a verdict in JSON; the gate writes more.
type comparison struct {
	Verdict, Base, Head string
	Exit                int
	Rows                []compareRow
	Notes               []string
}

// compareRow is a row of it. Figures that are unknown or unbounded are nil.
type compareRow struct {
	Outcome, Kind, Benchmark, Unit, Why string
	Change, Lo, Hi, Floor               *float64
	Limit                               float64
}

// maxCompared is how many rows of a comparison are shown; the worst come first.
const maxCompared = 24

// compared shows the comparison of two revisions.
func compared(b *builder, s *section) error {
	path := b.config.Compare
	if path == "" {
		var err error
		path, err = b.newest("compare-*.json", "No comparison of two revisions is recorded",
			compareCommand)
		if err != nil {
			return err
		}
	}
	c, err := readComparison(path)
	if err != nil {
		return err
	}
	by := b.command(compareCommand)
	s.Lead = fmt.Sprintf("From `%s` to `%s`: %s. The bar is the change with its interval at 95 %%.",
		c.Base, c.Head, c.Verdict)
	v := verdict{State: when(c.Exit == gate.ExitPass), Claim: "Nothing regressed against the base",
		Figure: c.Verdict, Command: by}
	if c.Exit == gate.ExitInconclusive {
		v.State = partly
	}
	b.verdict(s, v)
	if f, ok := c.figure(b); ok {
		s.add(block{Figures: []figure{f}, Wide: true, Command: by})
	}
	s.add(block{Table: c.table(), Command: by})
	if n := len(c.Rows) - maxCompared; n > 0 {
		s.add(block{Text: fmt.Sprintf("%d more rows are in the file.", n)})
	}
	for _, n := range c.Notes {
		s.add(block{Text: n})
	}
	return nil
}

// shown are the rows that the page has.
func (c *comparison) shown() []compareRow { return c.Rows[:min(len(c.Rows), maxCompared)] }

// figure draws the changes that have an interval.
func (c *comparison) figure(b *builder) (figure, bool) {
	r := chart.Rows{Axis: chart.Axis{Format: signed, Min: -0.01, Max: 0.01}, Ref: noChange}
	for _, x := range c.shown() {
		if x.Change != nil && x.Lo != nil && x.Hi != nil && x.Kind != gate.Exact.String() {
			r.Rows = append(r.Rows, chart.Row{Label: words(x.Benchmark),
				Value: signed(*x.Change) + " " + x.Unit, Lo: *x.Lo, Center: *x.Change, Hi: *x.Hi,
				HasInterval: true})
		}
	}
	if len(r.Rows) == 0 {
		return figure{}, false
	}
	r.Title, r.Desc = "Changes", fmt.Sprintf("Changes of %d rows with intervals; the first: %s, %s.",
		len(r.Rows), r.Rows[0].Label, r.Rows[0].Value)
	return b.figure("Change of each row", "head over base", r.Draw()), true
}

// table has a row a row of the comparison.
func (c *comparison) table() *table {
	t := &table{Caption: "Rows, the worst first", Left: 3,
		Head: []string{"benchmark", "outcome", "why", "unit", "change", "limit", "noise floor"}}
	optional := func(v *float64, format func(float64) string) string {
		if v == nil {
			return "–"
		}
		return format(*v)
	}
	for _, x := range c.shown() {
		t.Rows = append(t.Rows, row{Strong: x.Outcome == "regressed", Cells: named(x.Benchmark,
			x.Outcome, x.Why, x.Unit, optional(x.Change, signed), chart.Percent(x.Limit),
			optional(x.Floor, chart.Percent))})
	}
	return t
}

// noChange is where the line of no change goes through: 0 would mean no line.
const noChange = 1e-12

// signed writes a change in per cent with its sign.
func signed(v float64) string {
	if v > 0 {
		return "+" + chart.Percent(v)
	}
	return chart.Percent(v)
}

func readComparison(path string) (*comparison, error) {
	name := filepath.ToSlash(path)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &gate.Problem{File: name, What: "it cannot be read",
			Remedy: "name a file of schedbench compare -format json with -compare"}
	}
	var c comparison
	if err := json.Unmarshal(data, &c); err != nil || c.Verdict == "" || len(c.Rows) == 0 {
		line := 1
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			line = lineAt(data, e.Offset)
		}
		return nil, &gate.Problem{File: name, Line: line, What: "it is no verdict in JSON",
			Remedy: "make it again: " + compareCommand}
	}
	return &c, nil
}

// lineAt returns the line of an offset, from 1.
func lineAt(data []byte, offset int64) int {
	n := 1
	for _, c := range data[:min(int(offset), len(data))] {
		if c == '\n' {
			n++
		}
	}
	return n
}
