package study

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"credence/bench/sim"
	"credence/core/fence"
)

// TestMain runs in the module's folder, where the paths of the default workloads
// are right.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func plan(t *testing.T, c Config) *Plan {
	t.Helper()
	p, err := NewPlan(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func study(t *testing.T, p *Plan, s Shard, workers int) *Report {
	t.Helper()
	r, err := p.Run(t.Context(), s, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func files(t *testing.T, r *Report) []File {
	t.Helper()
	list, err := r.Files("flow")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// equal compares two renderings byte for byte.
func equal(t *testing.T, what string, a, b []File) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%s: %d files and %d", what, len(a), len(b))
	}
	for i := range a {
		if a[i].Name != b[i].Name || !bytes.Equal(a[i].Data, b[i].Data) {
			t.Errorf("%s: %s and %s differ", what, a[i].Name, b[i].Name)
		}
	}
}

// The same study gives the same bytes: again, on more goroutines, and in parts
// that are written, read in another order and merged.
func TestSameStudySameBytes(t *testing.T) {
	p := plan(t, Quick())
	whole := files(t, study(t, p, Whole, 1))
	equal(t, "two runs", whole, files(t, study(t, plan(t, Quick()), Whole, 3)))
	for _, of := range []int{2, 5, p.Len() + 3} {
		var parts []*Part
		for part := of; part >= 1; part-- {
			parts = append(parts, throughFile(t, p, Shard{part, of}))
		}
		r, err := Merge(parts)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "merged", whole, files(t, r))
	}
}

// throughFile runs a shard, writes it and reads it back.
func throughFile(t *testing.T, p *Plan, s Shard) *Part {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteShard(&b, s, study(t, p, s, 2)); err != nil {
		t.Fatal(err)
	}
	part, err := ReadShard(s.String(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// What is known of the flows on three limits of 126 comes out: README.md has the
// same of burst.
func TestFlowsDoWhatTheyAreKnownFor(t *testing.T) {
	r := study(t, plan(t, Quick()), Whole, 2)
	d := r.reference()
	if d == nil || d.Name != "apple-m1" {
		t.Fatalf("reference %+v", d)
	}
	burst := r.of(d.Name)[2:4]
	for _, c := range burst {
		if c.Work != "burst" || c.CannotDiffer() {
			t.Errorf("%+v", c)
		}
	}
	rows := burst[0].Rows
	const job, sum, lanes, canrun, prepare = 1, 3, exact, 5, 6
	if rows[job].Overruns != 3 || rows[job].Jobs >= rows[lanes].Jobs/10 {
		t.Errorf("credits-job: %+v", rows[job])
	}
	if rows[sum].Overruns != 0 || rows[sum].IdlePPM <= rows[lanes].IdlePPM ||
		rows[sum].BusyPPM >= rows[lanes].BusyPPM {
		t.Errorf("credits-sum: %+v, lanes: %+v", rows[sum], rows[lanes])
	}
	if !rows[canrun].same(&rows[lanes]) {
		t.Errorf("canrun: %+v, lanes: %+v", rows[canrun], rows[lanes])
	}
	if rows[prepare].Jobs != rows[lanes].Jobs || rows[prepare].InVain <= rows[lanes].InVain {
		t.Errorf("prepare: %+v, lanes: %+v", rows[prepare], rows[lanes])
	}
	for _, c := range r.of(d.Name) {
		for _, row := range c.Rows {
			if c.Clients == 1 && row.JainPPM != whole || row.Wait <= 0 || row.Max < row.P50 {
				t.Errorf("%s: %+v", c.Work, row)
			}
		}
		if c.Work == "vr90" && !c.CannotDiffer() {
			t.Errorf("flows differ on %s although no limit binds: %+v", c.Device, c.Rows)
		}
	}
}

// The figures of the first paragraph are those of the cells.
func TestAnswerIsGenerated(t *testing.T) {
	r := study(t, plan(t, Quick()), Whole, 2)
	before := r.answer()
	for _, want := range []string{
		"three queues with a limit of 126", "On apple-m1 (8 comparisons", "`lanes`", "`canrun`",
		"`prepare`", "`credits-job:1280` over-admits slots in",
		"`credits-max:126` does the same as `count:126` in all 8",
		"admits too much as `credits-job:1280` and too little as",
	} {
		if !strings.Contains(before, want) {
			t.Errorf("no %q in %s", want, before)
		}
	}
	for i := range r.Cells {
		r.Cells[i].Rows[exact].Overruns = 7
	}
	if after := r.answer(); !strings.Contains(after, "`lanes` itself over-runs 56 queues") {
		t.Errorf("lanes over-runs, and the answer is %s", after)
	}
	for i := range r.Devices {
		r.Devices[i].Lanes[0] = 125
	}
	if after := r.answer(); !strings.Contains(after, "No device of this study has three limits") {
		t.Errorf("without such a device the answer is %s", after)
	}
}

// Plots are well-formed and name every flow and every comparison that they show.
func TestPlots(t *testing.T) {
	list, err := study(t, plan(t, Quick()), Whole, 2).plots("x")
	if err != nil || len(list) != len(pictures) {
		t.Fatalf("%d plots, %v", len(list), err)
	}
	for _, p := range list {
		d := xml.NewDecoder(bytes.NewReader(p.Data))
		var text []string
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", p.Name, err)
			}
			if c, ok := token.(xml.CharData); ok {
				text = append(text, string(c))
			}
		}
		for _, want := range []string{"count:126", "lanes", "prepare", "burst, 1 user queue"} {
			if !slices.Contains(text, want) {
				t.Errorf("%s: no label %q in %q", p.Name, want, text)
			}
		}
	}
}

func TestDefaultHasEveryWorkloadFile(t *testing.T) {
	list, err := os.ReadDir(Workloads)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range list {
		if name, ok := strings.CutSuffix(f.Name(), sim.Suffix); ok {
			want = append(want, name)
		}
	}
	if !slices.Equal(want, workloadFiles) {
		t.Errorf("%q, and %s has %q", workloadFiles, Workloads, want)
	}
	if p := plan(t, Default()); p.Len() < 400 || len(p.skips) == 0 {
		t.Errorf("%d comparisons, %d skipped", p.Len(), len(p.skips))
	}
}

// Jain's index is 1 of equal shares and 1/n if one client has all.
func TestJain(t *testing.T) {
	for _, c := range []struct {
		got  []uint64
		want int64
	}{
		{[]uint64{5}, whole}, {[]uint64{0, 0}, whole}, {[]uint64{3, 3, 3}, whole},
		{[]uint64{9, 0, 0, 0}, whole / 4}, {[]uint64{1, 2, 3}, 857_142},
		{[]uint64{sim.MaxJobs, 0}, whole / 2},
	} {
		if got := jain(c.got); got != c.want {
			t.Errorf("%v: %d, want %d", c.got, got, c.want)
		}
	}
}

func TestCommandMakesTheSameAgain(t *testing.T) {
	c := Default()
	if got := c.Command(); got != "schedbench study" {
		t.Error(got)
	}
	c = Quick()
	if got := c.Command(); got != "schedbench study -quick" {
		t.Error(got)
	}
	c = Default()
	c.Devices, c.Queues, c.Time, c.Seed = []string{"ideal"}, []int{2, 3}, 5*fence.Millisecond, 9
	c.Works = []string{"gen:poisson"}
	if got := c.Command(); got != "schedbench study -device ideal -queues 2,3 -time 5ms -seed 9 "+
		"gen:poisson" {
		t.Error(got)
	}
}

func TestInterruptEndsAStudy(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := plan(t, Quick()).Run(ctx, Whole, 2, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", r, err)
	}
}
