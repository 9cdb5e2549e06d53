package report

import (
	"fmt"
	"strconv"
	"strings"

	"credence/bench/gate"
	"credence/bench/report/chart"
)

const replayCommand = "go run ./bench/cmd/schedbench replay -fit 1..160 " +
	"../shared/data/traces/amdgpu_events.txt"

// replayed shows how far the simulated device is from a recorded one.
func replayed(b *builder, s *section) error {
	name, data, err := b.read("replay.md", "The errors of the replay are not there", replayCommand)
	if err != nil {
		return err
	}
	tables, err := mdTables(name, data, replayCommand)
	if err != nil {
		return err
	}
	by := b.command(replayCommand)
	t := &tables[0]
	n, better := 0, 0
	var figures []figure
	for _, p := range t.pairs() {
		r, err := t.errors(name, p)
		if err != nil {
			return err
		}
		for _, w := range r.Rows {
			n++
			if w.Marks[0].At > w.Marks[1].At {
				better++
			}
		}
		_, what, _ := strings.Cut(t.head[p[1]], ", ")
		r.Title = "Relative error of replay, " + what
		figures = append(figures, b.figure("Trace "+what, "mean relative error, smaller is better",
			r.Draw()))
	}
	if n == 0 {
		return damaged(name, t.line, "no columns naive and replay with rows", replayCommand)
	}
	s.Lead = "A recorded VR desktop on an AMD GPU, replayed on the simulated device: how far the " +
		"predicted time from submission to finish is off, for jobs that it was not fitted to."
	s.add(block{Legend: legend(false, "replay", "naive: the class's mean")})
	s.add(block{Figures: figures, Wide: true, Command: by})
	b.verdict(s, verdict{State: share(better, n),
		Claim:  "The simulated device predicts a recorded desktop better than the mean does",
		Figure: fmt.Sprintf("in %d of %d partitions of the recording", better, n), Command: by})
	return nil
}

// errors returns the errors of a pair of columns, naive first, as rows.
func (t *mdTable) errors(name string, pair [2]int) (*chart.Rows, error) {
	r := &chart.Rows{}
	for k, f := range t.rows {
		naive, err1 := strconv.ParseFloat(mdText(f[pair[0]]), 64)
		replay, err2 := strconv.ParseFloat(mdText(f[pair[1]]), 64)
		if err1 != nil || err2 != nil {
			return nil, &gate.Problem{File: name, Line: t.line + 2 + k, What: "an error is no number",
				Remedy: "write it as in 0.635"}
		}
		r.Rows = append(r.Rows, chart.Row{
			Label: "fitted to " + mdText(f[0]), Value: fmt.Sprintf("%.3f → %.3f", naive, replay),
			Marks: []chart.Mark{{Look: 1, At: naive}, {Look: 0, At: replay}},
		})
	}
	if len(r.Rows) > 0 {
		r.Desc = fmt.Sprintf("%d parts of the recording; the first: %s, %s.", len(r.Rows),
			r.Rows[0].Label, r.Rows[0].Value)
	}
	return r, nil
}

// pairs returns the columns of the naive prediction and of the replay that belong
// together.
func (t *mdTable) pairs() [][2]int {
	var list [][2]int
	for i, h := range t.head {
		what, ok := strings.CutPrefix(h, "naive, ")
		if !ok {
			continue
		}
		for k, o := range t.head {
			if o == "replay, "+what {
				list = append(list, [2]int{i, k})
			}
		}
	}
	return list
}
