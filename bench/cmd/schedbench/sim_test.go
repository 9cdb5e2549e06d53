package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"
)

// An ideal device makes the figures those of the files, so that the transcript
// is a matter of arithmetic: 0.5 ms of rendering and 9.5 ms of rest; three
// batches of 1 ms that compete for an engine; a period of 20 ms missed in each round of 60.
const (
	renders  = "1.RCS.500.0.1\nd.9500\n"
	competes = "1.CCS.1000.0.0,2.CCS.1000.0.0,3.CCS.1000.0.0\ns.-1\nd.1000\n"
	misses   = "1.VCS2.30000.0.1\np.20000\n1.VCS2.5000.0.1\np.60000\n"
)

func idealFiles(t *testing.T) []string {
	t.Helper()
	return []string{
		put(t, "renders.wsim", renders), put(t, "competes.wsim", competes),
		put(t, "misses.wsim", misses),
	}
}

func TestSimText(t *testing.T) {
	o := call(t, append([]string{"sim", "-device", "ideal"}, idealFiles(t)...)...)
	const want = `device ideal, flow lanes, policy fifo, seed 1, 1s of virtual time

                        ------- busy ppm --------  latency us          over-     idle-
work      jobs  work/s    vtx  frag   ccs1   vcs2   p50   p99  missed   runs  ready us
renders    100   100.0  10000 40000      0      0   500   500       0      0       0.0
competes   750   250.0      0     0 750000      0  2000  3000       0      0       0.0
misses      34    16.0      0     0      0 595000  5000 30000      17      0       0.0

Engines without a column were never busy: vcs1, vecs1, bcs1.
`
	if o.code != exitOK || o.stderr != "" || o.stdout != want {
		t.Errorf("exit %d, stderr %q, stdout\n%s\nwant\n%s", o.code, o.stderr, o.stdout, want)
	}
}

func TestSimTextWithRepeatsAndNotes(t *testing.T) {
	chdirRoot(t)
	o := call(t, "sim", "-flow", "credits-job", "-repeats", "1", "bench/workloads/burst.wsim",
		"bench/workloads/vr90.wsim")
	for _, want := range []string{
		"    time us\n", "\nNotes:\nburst: over-run at ", "\n  commands, the firmware holds 128.\n",
		"is stuck: its jobs never complete",
	} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("no %q in\n%s", want, o.stdout)
		}
	}
	if o.code != exitOK {
		t.Errorf("exit %d: over-runs are measured like the rest", o.code)
	}
	if strings.Contains(o.stdout, "vr90: ") {
		t.Errorf("a note on vr90:\n%s", o.stdout)
	}
}

func TestSimWithoutJobsHasNoLatency(t *testing.T) {
	f := put(t, "slow.wsim", "1.CCS.100000.0.0\n")
	if o := call(t, "sim", "-time", "1ms", f); !strings.Contains(o.stdout, "  -  ") {
		t.Errorf("%+v", o)
	}
	o := call(t, "sim", "-time", "1ms", "-format", "json", f)
	if !strings.Contains(o.stdout, `"p50_ns":null,"p99_ns":null`) {
		t.Errorf("%+v", o)
	}
	o = call(t, "sim", "-time", "1ms", "-format", "benchfmt", f)
	if !strings.Contains(o.stdout, " 0 jobs ") || strings.Contains(o.stdout, "0 p99-ns") ||
		!strings.Contains(o.stdout, "\nUnit p99-ns assume=exact") {
		t.Errorf("%+v", o)
	}
}

func TestSimBenchfmt(t *testing.T) {
	o := call(t, append([]string{"sim", "-device", "ideal", "-format", "benchfmt", "-seed", "5"},
		idealFiles(t)...)...)
	if o.code != exitOK {
		t.Fatalf("%+v", o)
	}
	r := benchfmt.NewReader(strings.NewReader(o.stdout), "stdout")
	var names []string
	figures := map[string]float64{}
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			names = append(names, rec.Name.String())
			if rec.GetConfig("seed") != "5" || rec.Iters != 1 {
				t.Errorf("%s: seed %s, %d iterations", rec.Name, rec.GetConfig("seed"), rec.Iters)
			}
			for _, v := range rec.Values {
				unit, value := v.Unit, v.Value
				if v.OrigUnit != "" {
					unit, value = v.OrigUnit, v.OrigValue
				}
				if len(names) == 2 {
					figures[unit] = value
				}
				if m := r.Units().Get(v.Unit, "assume"); m == nil || m.Value != "exact" {
					t.Errorf("%s is not declared exact", unit)
				}
				if value != float64(int64(value)) {
					t.Errorf("%s is %v, no integer", unit, value)
				}
			}
		}
	}
	want := []string{
		"Sim/work=renders/device=ideal/flow=lanes/policy=fifo",
		"Sim/work=competes/device=ideal/flow=lanes/policy=fifo",
		"Sim/work=misses/device=ideal/flow=lanes/policy=fifo",
	}
	if !slices.Equal(names, want) {
		t.Errorf("names %q", names)
	}
	for unit, value := range map[string]float64{
		"jobs": 750, "iterations": 250, "workloads/ks": 250_000, "busy-ccs1-ppm": 750_000,
		"busy-vtx-ppm": 0, "p50-ns": 2e6, "p99-ns": 3e6, "missed": 0, "over-runs": 0,
		"failed": 0, "idle-ready-nsec": 0, "virtual-ns": 1e9,
	} {
		if got, ok := figures[unit]; !ok || got != value {
			t.Errorf("%s: %v, %t; want %v", unit, got, ok, value)
		}
	}
	if figures["history-hash"] == 0 {
		t.Error("no history-hash")
	}
}

func TestSimJSON(t *testing.T) {
	files := idealFiles(t)
	o := call(t, append([]string{"sim", "-device", "ideal", "-format", "json", "-policy", "rr"},
		files...)...)
	lines := strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
	if o.code != exitOK || len(lines) != 3 {
		t.Fatalf("%+v", o)
	}
	const head = `,"work":"competes","device":"ideal","flow":"lanes","policy":"rr","seed":1,` +
		`"virtual_ns":1000000000,"jobs":750,"failed":0,"iterations":250,"workloads_per_ks":250000,` +
		`"missed":0,"p50_ns":2000000,"p99_ns":3000000,"over_runs":0,"idle_ready_ns":0,"history_hash":`
	const tail = `,"engines":[{"name":"vtx","busy_ppm":0,"idle_ready_ns":0},` +
		`{"name":"frag","busy_ppm":0,"idle_ready_ns":0},` +
		`{"name":"ccs1","busy_ppm":750000,"idle_ready_ns":0},`
	path, err := json.Marshal(files[1])
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(lines[1], `{"file":`+string(path)+head) || !strings.Contains(lines[1],
		tail) ||
		!strings.HasSuffix(lines[1], `],"notes":[]}`) {
		t.Errorf("%s", lines[1])
	}
	for _, l := range lines {
		if !json.Valid([]byte(l)) {
			t.Errorf("no JSON: %s", l)
		}
	}
}

func TestSimRepeatsByteForByte(t *testing.T) {
	chdirRoot(t)
	files, err := filepath.Glob("bench/workloads/*.wsim")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range formats {
		args := append([]string{"sim", "-format", f.name, "-time", "100ms"}, files...)
		a, b := call(t, args...), call(t, args...)
		if a != b || a.code != exitOK {
			t.Errorf("%s: %+v, then %+v", f.name, a, b)
		}
		args = append([]string{"sim", "-seed", "2"}, args[1:]...)
		if c := call(t, args...); f.name != "text" && c.stdout == a.stdout {
			t.Errorf("%s: the seed changes nothing", f.name)
		}
	}
}

// The flags reach the simulation.
func TestSimFlags(t *testing.T) {
	f := put(t, "x.wsim", "1.CCS.1000.0.1\nd.1000\n")
	figure := func(unit string, args ...string) int64 {
		t.Helper()
		o := call(t, append(append([]string{"sim", "-device", "ideal", "-format", "benchfmt"},
			args...), f)...)
		fields := strings.Fields(o.stdout[max(0, strings.Index(o.stdout, "BenchmarkSim")):])
		i := slices.Index(fields, unit)
		if o.code != exitOK || i < 1 {
			t.Fatalf("%q: %+v", args, o)
		}
		n, err := strconv.ParseInt(fields[i-1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		unit string
		want int64
		args []string
	}{
		{"jobs", 500, nil},
		{"jobs", 50, []string{"-time", "100ms"}},
		{"jobs", 1000, []string{"-clients", "2"}},
		{"jobs", 7, []string{"-repeats", "7"}},
		{"virtual-ns", 14e6, []string{"-repeats", "7"}},
		{"p50-ns", 4e6, []string{"-scale", "4"}},
		{"jobs", 250, []string{"-delay-scale", "3"}},
		{"p50-ns", 1e6, []string{"-delay-scale", "3"}},
		{"over-runs", 0, []string{"-flow", "count:1", "-capacity", "1", "-policy", "fair"}},
	} {
		if got := figure(c.unit, c.args...); got != c.want {
			t.Errorf("%q: %d %s, want %d", c.args, got, c.unit, c.want)
		}
	}
}

// countdown is a context that is cancelled when it was asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestInterruptPrintsWhatIsFinished(t *testing.T) {
	chdirRoot(t)
	args := []string{"sim", "-time", "50ms", "-format", "json", "bench/workloads/interactive.wsim",
		"bench/workloads/vr90.wsim"}
	whole := call(t, args...)
	// The first file asks at its start and at its end.
	o := callWith(&countdown{t.Context(), 2}, args...)
	first, _, _ := strings.Cut(whole.stdout, "\n")
	if o.code != exitInconclusive || o.stdout != first+"\n" || !strings.Contains(o.stderr,
		"partial, 1 of 2 files; bench/workloads/vr90.wsim was not finished") {
		t.Errorf("%+v, want\n%s", o, first)
	}
	o = callWith(&countdown{t.Context(), 0}, args...)
	if o.code != exitInconclusive || o.stdout != "" || !strings.Contains(o.stderr, "0 of 2 files") {
		t.Errorf("%+v", o)
	}
}

// The files of igt-gpu-tools run, each in a row.
func TestSimRunsTheFilesOfIGT(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "..", "shared", "data", "wsim", "*.wsim"))
	if err != nil || len(files) == 0 {
		t.Skip("the workload files of igt-gpu-tools are not in ../shared/data/wsim")
	}
	o := call(t, append([]string{"sim"}, files...)...)
	rows := strings.Split(o.stdout, "\n")
	if o.code != exitOK || o.stderr != "" {
		t.Fatalf("%+v", o)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".wsim")
		i := slices.IndexFunc(rows, func(r string) bool { return strings.HasPrefix(r, name+" ") })
		if i < 0 {
			t.Errorf("no row for %s", name)
			continue
		}
		if f := strings.Fields(rows[i]); f[1] == "0" || f[2] == "0.0" {
			t.Errorf("nothing ran: %s", rows[i])
		}
	}
	for _, r := range rows {
		if len(r) > 120 {
			t.Errorf("a line of %d bytes: %s", len(r), r)
		}
	}
}

// benchstat reads what benchfmt writes, and compares it as exact.
func TestBenchstatComparesFlows(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds benchstat")
	}
	chdirRoot(t)
	var both strings.Builder
	for _, flow := range []string{"credits-max", "lanes"} {
		both.WriteString(call(t, "sim", "-format", "benchfmt", "-flow", flow, "-time", "100ms",
			"bench/workloads/burst.wsim").stdout)
	}
	path := put(t, "both.txt", both.String())
	cmd := exec.Command("go", "tool", "benchstat", "-col", "/flow", "-row", "/work", "-filter",
		".unit:(jobs OR p99-ns)", path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"credits-max:126", "lanes", "jobs", "p99-sec", "(n=1)", "burst"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "±  ∞") || strings.Contains(string(out), "need >=") {
		t.Errorf("benchstat does not take the figures as exact:\n%s", out)
	}
}
