package report

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/perf/benchmath"

	"credence/bench/gate"
	"credence/bench/report/chart"
)

// benchCommand makes a results file with several samples a row.
const benchCommand = "./scripts/bench"

// confidence is that of the intervals.
const confidence = 0.95

// minStrip is how many samples a row needs to be drawn.
const minStrip = 5

// microPackage is that of the core's own benchmarks.
const microPackage = "credence/bench/micro"

// recorded returns the newest complete results file, by its date.
func (b *builder) recorded() (*gate.Set, error) {
	list, err := filepath.Glob(b.path("[0-9]*.txt"))
	if err != nil || len(list) == 0 {
		return nil, &absent{"There is no recorded run of the benchmarks", benchCommand}
	}
	var newest, date string
	for _, path := range list {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if d := gate.DateOf(string(text)); d >= date {
			newest, date = path, d
		}
	}
	set, err := gate.Read(newest)
	if err == nil {
		b.page.Sub = fmt.Sprintf("Newest times: %s, %s.", machines(set), date)
	}
	return set, err
}

// machines names those of a file as a reader would.
func machines(set *gate.Set) string {
	var list []string
	for _, m := range set.Machines {
		list = append(list, strings.NewReplacer("goos:", "", " goarch:", "/", " cpu:", ", ",
			" /gomaxprocs:", ", GOMAXPROCS ").Replace(m))
	}
	if len(list) == 0 {
		return "an unnamed machine"
	}
	return strings.Join(list, " and ")
}

// hostTime shows every sample of the core's benchmarks.
func hostTime(b *builder, s *section) error {
	set, err := b.recorded()
	if err != nil {
		return err
	}
	by := b.command(benchCommand)
	exactVerdict(b, s, set, by)
	families, n := stripFamilies(set)
	if n == 0 {
		return &absent{fmt.Sprintf("%s has no row with %d samples", filepath.ToSlash(set.Name), minStrip),
			benchCommand}
	}
	s.Lead = fmt.Sprintf("Every sample of %d benchmarks of the core, a dot each; the bar is the median "+
		"with its interval at 95 %%, without any assumption on the distribution. Rows across two "+
		"processors (`ends=2`) depend on where the machine put them, which is why they are wide.", n)
	var figures []figure
	for _, f := range families {
		figures = append(figures, f.draw(b))
	}
	s.add(block{Figures: figures, Command: by})
	return nil
}

// exactVerdict says whether exact figures repeated.
func exactVerdict(b *builder, s *section, set *gate.Set, by *command) {
	rows, samples, differ := 0, 0, 0
	for _, x := range set.Series {
		if x.Kind != gate.Exact {
			continue
		}
		rows++
		samples += len(x.Samples)
		v := x.Values()
		if slices.Min(v) != slices.Max(v) {
			differ++
		}
	}
	if rows > 0 {
		b.verdict(s, verdict{State: when(differ == 0),
			Claim: "Figures of virtual time repeat to the last digit",
			Figure: fmt.Sprintf("%d of %d figures differ between rounds, over %d samples", differ, rows,
				samples), Command: by})
	}
}

// family is the rows of one benchmark.
type family struct {
	name string
	rows []*gate.Series
}

// stripFamilies returns the rows that can be drawn, by benchmark in the order of
// the file, and how many there are.
func stripFamilies(set *gate.Set) ([]*family, int) {
	var list []*family
	n := 0
	for _, x := range set.Series {
		if x.Pkg != microPackage || x.Unit != "sec/op" || len(x.Samples) < minStrip {
			continue
		}
		name, _, _ := strings.Cut(x.Name, "/")
		i := slices.IndexFunc(list, func(f *family) bool { return f.name == name })
		if i < 0 {
			i = len(list)
			list = append(list, &family{name: name})
		}
		if len(list[i].rows) < chart.MaxRows {
			list[i].rows = append(list[i].rows, x)
			n++
		}
	}
	return list, n
}

// nanos is how many nanoseconds a second has.
const nanos = 1e9

// draw draws a benchmark: logarithmic, so that a tenth is as wide everywhere.
func (f *family) draw(b *builder) figure {
	r := chart.Rows{Axis: chart.Axis{Log: true, Format: chart.Time}}
	for _, x := range f.rows {
		_, label, _ := strings.Cut(x.Name, "/")
		w := chart.Row{Label: words(label)}
		if label == "" {
			w.Label = x.Name
		}
		for _, v := range x.Values() {
			w.Dots = append(w.Dots, v*nanos)
		}
		interval(&w, chart.Time)
		r.Rows = append(r.Rows, w)
	}
	r.Title = "Time of " + f.name
	r.Desc = fmt.Sprintf("Samples with medians and intervals of %d rows; the first: %s, %s.",
		len(r.Rows), r.Rows[0].Label, r.Rows[0].Value)
	return b.figure(f.name, "", r.Draw())
}

// interval gives a row the median of its samples and the interval around it.
func interval(w *chart.Row, format func(float64) string) {
	t := benchmath.DefaultThresholds
	sum := benchmath.AssumeNothing.Summary(benchmath.NewSample(slices.Clone(w.Dots), &t), confidence)
	w.Center, w.Lo, w.Hi, w.HasInterval = sum.Center, sum.Lo, sum.Hi, true
	w.Value = fmt.Sprintf("%s [%s, %s]", format(w.Center), format(w.Lo), format(w.Hi))
}

// words sets the parts of a benchmark's name apart.
func words(name string) string { return strings.ReplaceAll(name, "/", " · ") }
