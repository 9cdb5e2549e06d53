package report

import (
	"fmt"
	"path/filepath"
	"slices"

	"credence/bench/gate"
	"credence/bench/report/chart"
)

const (
	trendCommand   = "go run ./bench/cmd/schedbench drift"
	historyCommand = "./scripts/bench && mkdir -p results/history && " +
		"cp results/DATE-COMMIT.txt results/history/"
)

// Limits of the trend: how many rows are drawn, and how many files a row needs to
// be a line.
const (
	maxTrends = 12
	minTrend  = 2
)

// trend shows rows over the history with what drifted first.
func trend(b *builder, s *section) error {
	paths, err := filepath.Glob(b.path("history/*.txt"))
	if err != nil || len(paths) == 0 {
		return &absent{"There is no history of runs", historyCommand}
	}
	history, err := gate.ReadHistory(paths)
	if err != nil {
		return err
	}
	by := b.command(trendCommand)
	drifts := gate.Drifts(history, b.config.Limits)
	s.Lead = fmt.Sprintf("Medians over %d recorded runs, oldest to newest; a dashed line is a change "+
		"point. Exact figures are not here: none of their changes passes unnoticed.", len(history))
	figures := trendFigures(b, history, drifts)
	if len(figures) == 0 {
		s.Lead = ""
		return &absent{fmt.Sprintf("No row is in %d runs of the history, which a trend takes; it has %d "+
			"in all", minTrend, len(history)), historyCommand}
	}
	s.add(block{Figures: figures, Wide: true, Command: by})
	if n := len(history); n < gate.MinHistory {
		s.add(block{Text: fmt.Sprintf("Change points need %d files, and there are %d; each run adds one "+
			"with `%s`.", gate.MinHistory, n, historyCommand)})
		return nil
	}
	figure := fmt.Sprintf("%d rows drifted over %d files", len(drifts), len(history))
	if len(drifts) > 0 {
		figure += fmt.Sprintf("; the worst, %s, by %s", drifts[0].Name, signed(drifts[0].Worse))
	}
	b.verdict(s, verdict{State: when(len(drifts) == 0),
		Claim: "No figure became worse little by little", Figure: figure, Command: by})
	return nil
}

// trendFigures draws what drifted, and then other rows up to maxTrends.
func trendFigures(b *builder, history []*gate.Set, drifts []gate.Drift) []figure {
	last := history[len(history)-1]
	var figures []figure
	draw := func(x *gate.Series, d *gate.Drift) {
		points := gate.Trail(history, x)
		if x.Kind == gate.Exact || len(points) < minTrend || len(figures) == maxTrends {
			return
		}
		figures = append(figures, trendFigure(b, x, points, d))
	}
	for i := range drifts {
		draw(last.Find(drifts[i].Row), &drifts[i])
	}
	for _, x := range last.Series {
		drifted := slices.ContainsFunc(drifts, func(d gate.Drift) bool { return d.Row == x.Row })
		if x.Unit == "sec/op" && !drifted {
			draw(x, nil)
		}
	}
	return figures
}

// trendFigure draws one row.
func trendFigure(b *builder, x *gate.Series, points []gate.Point, d *gate.Drift) figure {
	format, scale := chart.Plain, 1.0
	if x.Unit == "sec/op" {
		format, scale = chart.Time, nanos
	}
	line := chart.Line{Marks: true}
	pic := chart.Lines{Height: 120, X: chart.Axis{Format: func(v float64) string {
		if v != float64(int(v)) {
			return ""
		}
		return fmt.Sprintf("run %d", int(v))
	}}, Y: chart.Axis{Format: format}}
	for i, p := range points {
		line.Points = append(line.Points, chart.Point{X: float64(i + 1), Y: p.Value * scale})
	}
	pic.Lines = []chart.Line{line}
	about := fmt.Sprintf("%s to %s, %s", format(points[0].Value*scale),
		format(points[len(points)-1].Value*scale), x.Unit)
	if d != nil {
		about = fmt.Sprintf("%s worse than at first, limit %s, %s", signed(d.Worse),
			chart.Percent(d.Limit), x.Unit)
		for _, step := range d.Steps {
			if i := slices.IndexFunc(points, func(p gate.Point) bool { return p.File == step.From }); i > 0 {
				pic.Cuts = append(pic.Cuts, float64(i)+0.5)
			}
		}
	}
	pic.Title = "Trend of " + x.Name
	pic.Desc = fmt.Sprintf("Medians of %s over %d runs: %s.", x.Name, len(points), about)
	return b.figure("`"+x.Name+"`", about, pic.Draw())
}
