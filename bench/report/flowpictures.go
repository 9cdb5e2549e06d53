package report

import (
	"cmp"
	"fmt"
	"slices"

	"credence/bench/report/chart"
)

// flowPicture is one figure of every flow, in the comparisons in which it differs
// most.
type flowPicture struct {
	title, about string
	axis         chart.Axis
	ref          float64
	// unsafe says whether flows that over-run the firmware are drawn too: what they
	// lose hides what the others do.
	unsafe bool
	value  func(r, lanes *flowRow) (float64, bool)
}

// maxComparisons is how many rows such a picture has.
const maxComparisons = 9

var flowPictures = []flowPicture{
	{title: "Work of the engines", about: "busy time, of what `lanes` keeps them busy", ref: 1,
		axis: chart.Axis{Format: chart.Percent},
		value: func(r, lanes *flowRow) (float64, bool) {
			return float64(r.busy) / float64(lanes.busy), lanes.busy > 0
		}},
	{title: "Idle while ready", about: "of the engines' time, a job held back for them by flow control",
		axis:  chart.Axis{Zero: true, Format: chart.Percent},
		value: func(r, _ *flowRow) (float64, bool) { return float64(r.idle) / 1e6, true }},
	{title: "p99 latency", about: "push to finished fence, of what it is under `lanes`", ref: 1,
		axis: chart.Axis{Log: true, Format: chart.Times},
		value: func(r, lanes *flowRow) (float64, bool) {
			return float64(r.p99) / float64(lanes.p99), lanes.p99 > 0 && r.p99 > 0
		}},
}

// draw returns the picture, if flows differ at all.
func (p *flowPicture) draw(b *builder, cells []*flowCell, names []string) (figure, bool) {
	r := p.rows(cells, names, maxComparisons)
	if len(r.Rows) == 0 {
		return figure{}, false
	}
	about := p.about
	if broken := p.broken(cells); len(broken) > 0 {
		about += "; without `" + first(names, broken) + "`, which loses queues"
	}
	return b.figure(p.title, about, r.Draw()), true
}

// rows returns the picture with the comparisons that differ most, at most so many.
// What a flow does as lanes does has no mark of its own.
func (p *flowPicture) rows(cells []*flowCell, names []string, most int) *chart.Rows {
	type line struct {
		spread float64
		row    chart.Row
	}
	broken := p.broken(cells)
	var lines []line
	for _, c := range cells {
		row, lanes := chart.Row{Label: c.name()}, c.of(exactFlow)
		same, _ := p.value(lanes, lanes)
		var values []float64
		for k := range c.rows {
			look := slices.Index(names, c.rows[k].flow)
			v, ok := p.value(&c.rows[k], lanes)
			own := v != same || kindOf(c.rows[k].flow) == exactFlow
			if ok && own && look >= 0 && !broken[c.rows[k].flow] {
				values = append(values, v)
				row.Marks = append(row.Marks, chart.Mark{Look: chart.Look(look), At: v})
			}
		}
		if len(values) == 0 || slices.Max(values) == slices.Min(values) {
			continue
		}
		lo, hi := slices.Min(values), slices.Max(values)
		row.Value = p.axis.Format(lo) + " – " + p.axis.Format(hi)
		lines = append(lines, line{hi - lo, row})
	}
	slices.SortStableFunc(lines, func(x, y line) int { return cmp.Compare(y.spread, x.spread) })
	r := &chart.Rows{Axis: p.axis, Ref: p.ref}
	r.Title = p.title
	for i, l := range lines[:min(len(lines), most)] {
		if i == 0 {
			r.Desc = fmt.Sprintf("Comparisons in rows, a mark for each flow control; most: %s, %s.",
				l.row.Label, l.row.Value)
		}
		r.Rows = append(r.Rows, l.row)
	}
	return r
}

// broken returns the flows that are not drawn.
func (p *flowPicture) broken(cells []*flowCell) map[string]bool {
	out := map[string]bool{}
	for _, c := range cells {
		for _, r := range c.rows {
			if !p.unsafe && (r.overruns > 0 || r.full > 0) {
				out[r.flow] = true
			}
		}
	}
	return out
}

func first(names []string, in map[string]bool) string {
	i := slices.IndexFunc(names, func(n string) bool { return in[n] })
	return names[i]
}
