package scale

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"credence/bench/gate"
	"credence/bench/slope"
)

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// What is measured has every figure, none of them absurd, and can be read again.
func TestRun(t *testing.T) {
	valgrind, err := slope.Find()
	if err != nil {
		t.Skip(err)
	}
	if testing.Short() {
		t.Skip("it counts under cachegrind")
	}
	c := Config{Root: root(t), Valgrind: valgrind, Entities: 1, Jobs: LeastJobs}
	rows, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 6 {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	for i := range rows {
		r := &rows[i]
		if v, ok := r.Of("instr/job"); !ok || v < 100 || v > 5000 {
			t.Errorf("%s: %g instructions a job", r.Name, v)
		}
		if grown, ok := r.Of("grown-B/job"); ok && grown > 0.5 {
			t.Errorf("%s: the heap grows by %g bytes a job", r.Name, grown)
		}
	}
	if v, ok := rows[0].Of("B/entity"); !ok || v < 200 || v > 1300 {
		t.Errorf("%s: %g bytes an entity", rows[0].Name, v)
	}
	var first bytes.Buffer
	if err := Write(&first, rows, time.Unix(0, 0), "0123"); err != nil {
		t.Fatal(err)
	}
	set, err := gate.Parse("first", first.Bytes())
	if err != nil || len(set.Series) < len(rows) {
		t.Errorf("%v\n%s", err, &first)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, c := range []Config{{Entities: 0, Jobs: 1000}, {Entities: MaxEntities + 1, Jobs: 1000},
		{Entities: 1, Jobs: 999}, {Entities: 1, Jobs: MaxJobs + 1}} {
		if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "permitted") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// rows are made up.
func rows() []Row {
	var list []Row
	for i, n := range []string{"1", "10", "100"} {
		list = append(list, Row{"BenchmarkScale/policy=fifo/flow=lanes/busy=all/entities=" + n, 5000,
			[]Figure{{700 + float64(i), "instr/job"}, {1232, "B/entity"}, {577, "B/job"}}},
			Row{"BenchmarkScale/policy=fair/flow=lanes/busy=one/entities=" + n, 5000,
				[]Figure{{800, "instr/job"}}})
	}
	return append(list, Row{"BenchmarkScale/policy=fair/flow=lanes/busy=all/entities=100/jobs=1000", 1000,
		[]Figure{{750, "instr/job"}, {0, "grown-B/job"}}})
}

func TestSeries(t *testing.T) {
	names, lines := series(rows(), "instr/job", "entities")
	if len(names) != 2 || names[0] != "policy=fifo/flow=lanes/busy=all" || len(lines[names[0]]) != 3 ||
		lines[names[0]][2].X != 100 || lines[names[0]][2].Y != 702 {
		t.Errorf("%q %v", names, lines)
	}
	names, lines = series(rows(), "instr/job", "jobs")
	if len(names) != 1 || lines[names[0]][0].X != 1000 {
		t.Errorf("%q %v", names, lines)
	}
	if names, _ := series(rows(), "B/job", "entities"); len(names) != 1 {
		t.Errorf("%q have bytes a job", names)
	}
}

// The plot is the same bytes each time, and names every line.
func TestPlot(t *testing.T) {
	a, err := Plot(rows())
	if err != nil {
		t.Fatal(err)
	}
	b, err := Plot(rows())
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("two plots of the same differ: %v", err)
	}
	for _, want := range []string{"<svg", "Bytes an entity", "policy=fifo/flow=lanes/busy=all", "1e2"} {
		if !bytes.Contains(a, []byte(want)) {
			t.Errorf("no %s in the plot", want)
		}
	}
}
