package sim

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

func TestCheckRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*Config)
		want string
	}{
		{"no profile", func(c *Config) { c.Profile = nil }, "Profile is nil"},
		{"no time", func(c *Config) { c.Time = 0 }, "0 ns of virtual time"},
		{"negative time", func(c *Config) { c.Time = -1 }, "permitted: 1000 to 3600000000000"},
		{"too short", func(c *Config) { c.Time = MinTime - 1 }, "permitted"},
		{"too long", func(c *Config) { c.Time = MaxTime + 1 }, "permitted"},
		{"negative capacity", func(c *Config) { c.Capacity = -1 }, "capacity -1"},
		{"capacity", func(c *Config) { c.Capacity = sched.MaxCapacity + 1 }, "capacity 65537"},
		{"nothing to run", func(c *Config) { c.Loads = nil }, "Loads is empty"},
		{"flow without limit", func(c *Config) { c.Flow = sched.Flow{Kind: sched.FlowCount} }, "count:0"},
		{"policy", func(c *Config) { c.Policy = 77 }, "Policy 77"},
		{"contexts", func(c *Config) {
			for len(c.Loads)*4000 <= rig.MaxContexts {
				c.Loads = append(c.Loads, c.Loads[0])
			}
			for i := range c.Loads {
				c.Loads[i].Options.Clients = 4000
			}
		}, "the clients have 68000 contexts together"},
		{"room", func(c *Config) {
			c.Capacity, c.Loads[0].Options.Clients = sched.MaxCapacity, 513
		}, "513 contexts with room for 65536 jobs each need room for 33619968 jobs"},
		{"clients", func(c *Config) { c.Loads[0].Options.Clients = workload.MaxClients + 1 },
			"4097 clients"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := on(t, "ideal", "1.CCS.1000.0.1", workload.Options{})
			c.edit(&config)
			if r, err := Run(t.Context(), config); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v; want an error with %q", r, err, c.want)
			}
		})
	}
}

func TestCheckPermitsTheLimits(t *testing.T) {
	config := on(t, "ideal", "1.CCS.1000.0.1", workload.Options{Clients: 512})
	config.Capacity = sched.MaxCapacity
	for _, d := range []fence.Duration{MinTime, MaxTime} {
		config.Time = d
		if err := config.Check(); err != nil {
			t.Errorf("%d ns: %v", d, err)
		}
	}
}

func TestNotesOnOverRuns(t *testing.T) {
	c := onFile(t, "apple-m1", "../workloads/burst.wsim", workload.Options{})
	c.Flow = flow(t, "credits-job")
	r := mustRun(t, c)
	text := strings.Join(r.Notes, "\n")
	for _, want := range []string{
		"brings queue 0.compute to 129 outstanding commands, the firmware holds 128",
		"is stuck", "-flow lanes", "client 0 waits for ever: ../workloads/burst.wsim:",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	if r.Counts.Overruns != 3 {
		t.Errorf("%d over-runs, want one a firmware queue", r.Counts.Overruns)
	}
}

func TestNotesOnFullRings(t *testing.T) {
	c := onFile(t, "apple-m1", "../workloads/barrier-heavy.wsim", workload.Options{})
	c.Flow = flow(t, "credits-job")
	r := mustRun(t, c)
	text := strings.Join(r.Notes, "\n")
	if r.Failed == 0 || !strings.Contains(text, "client 0 stopped") ||
		!strings.Contains(text, "since a ring had no room") || strings.Contains(text, "for ever") {
		t.Errorf("%d failed: %q", r.Failed, text)
	}
}

func TestNotesOnOversize(t *testing.T) {
	c := on(t, "apple-m1", "1.RCS.100.0.1", workload.Options{Repeats: 3})
	c.Flow = sched.Flow{Kind: sched.FlowCreditsSum, Limit: 1}
	if r := mustRun(t, c); len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "3 jobs cost more") {
		t.Errorf("notes %q", r.Notes)
	}
}

// Six clients over-run a queue each and wait for what will never complete.
func TestNotesAreFew(t *testing.T) {
	text := strings.Repeat("1.CCS.100.0.0\n", 140) + "s.-1\n"
	c := on(t, "apple-m1", text, workload.Options{Clients: 6})
	c.Flow = flow(t, "credits-job")
	r := mustRun(t, c)
	var got []string
	for _, n := range r.Notes {
		got = append(got, n[:8])
	}
	want := []string{
		"over-run", "over-run", "over-run", "over-run", "2 more q", "a queue ",
		"client 0", "client 1", "client 2", "client 3", "2 more c",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("notes %q", r.Notes)
	}
}

func TestMetrics(t *testing.T) {
	r := &Result{
		Time: 2 * fence.Second, Jobs: 10, Failed: 1, Iterations: 3, Missed: 2, P50: 5, P90: 6, P99: 9,
		P999: 11, Max: 12,
		Engines: []Engine{{"vtx", 500 * ms, 7}, {"ccs1", 0, 4}},
		Counts:  rig.Counts{Completed: 11, Overruns: 1, History: 1<<53 - 1},
	}
	want := []Metric{
		{"jobs", 10, "higher"}, {"iterations", 3, "higher"}, {"workloads/ks", 1500, "higher"},
		{"busy-vtx-ppm", 250_000, ""}, {"busy-ccs1-ppm", 0, ""},
		{"p50-ns", 5, "lower"}, {"p90-ns", 6, "lower"}, {"p99-ns", 9, "lower"},
		{"p99.9-ns", 11, "lower"}, {"max-ns", 12, "lower"}, {"missed", 2, "lower"},
		{"over-runs", 1, "lower"}, {"failed", 1, "lower"}, {"idle-ready-nsec", 11, "lower"},
		{"virtual-ns", int64(2 * fence.Second), ""}, {"history-hash", 1<<53 - 1, ""},
	}
	if got := r.Metrics(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.Counts.Completed = 0
	if got := r.Metrics(); !reflect.DeepEqual(got, append(want[:5:5], want[10:]...)) {
		t.Errorf("without jobs %+v", got)
	}
	if d := want[0].Declaration(); d != "Unit jobs assume=exact better=higher" {
		t.Error(d)
	}
	if d := want[3].Declaration(); d != "Unit busy-vtx-ppm assume=exact" {
		t.Error(d)
	}
	// A day's figures do not overflow on the way.
	big := &Result{Time: MaxTime, Iterations: 1 << 40, Engines: []Engine{{Busy: MaxTime}}}
	if big.PerKilosecond() != 1_099_511_627_776*1000/3600 || big.BusyPPM(0) != 1_000_000 {
		t.Errorf("%d, %d", big.PerKilosecond(), big.BusyPPM(0))
	}
}

// A blank result declares what any other has.
func TestBlankHasEveryFigure(t *testing.T) {
	p := load(t, "apple-m1")
	var blank []string
	for _, m := range Blank(p).Metrics() {
		blank = append(blank, m.Unit)
	}
	var real []string
	for _, m := range mustRun(t, on(t, "apple-m1", "1.CCS.1000.0.1", workload.Options{})).Metrics() {
		real = append(real, m.Unit)
	}
	if !reflect.DeepEqual(blank, real) {
		t.Errorf("%q, want %q", blank, real)
	}
}

func TestCompileFileSaysWhereAndWhat(t *testing.T) {
	dir := t.TempDir()
	caps, err := Capabilities(load(t, "apple-m1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"missing", "", "no such file; check the path"},
		{"sub/x", "", "no such file; check the path"},
		{".", "", "is a directory; name the files in it, as in "},
		{"empty", " ", ":1: "},
		{"binary", "\x7fELF\x00", ":1: "},
		{"truncated", "1.RCS.100.0.0\n1.RCS.1", ":2: "},
		{"engine", "1.VCS7.100.0.0", ":1: "},
	} {
		path := filepath.Join(dir, c.name)
		if c.text != "" {
			if err := os.WriteFile(path, []byte(c.text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		p, err := CompileFile(path, caps)
		if err == nil || !strings.HasPrefix(err.Error(), path) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v; want %q", c.name, p, err, c.want)
		}
	}
	if _, err := CompileFile(filepath.Join(dir, "empty", "x"), caps); err == nil ||
		!strings.Contains(err.Error(), "not a directory; check the path") {
		t.Errorf("below a file: %v", err)
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct{ paths, want []string }{
		{[]string{"a.wsim", "b/c.wsim"}, []string{"a", "c"}},
		{[]string{"x/a.wsim", "y/a.wsim", "b.wsim"}, []string{"x:a", "y:a", "b"}},
		{[]string{"a.wsim", "./a.wsim"}, []string{"a", "a"}},
		{[]string{"my file=1.wsim", "noext", "x/.wsim"}, []string{"my_file_1", "noext", ".wsim"}},
		{[]string{"a\xff\n\t.wsim", "é.wsim"}, []string{"a___", "é"}},
	} {
		if got := Labels(c.paths); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %q, want %q", c.paths, got, c.want)
		}
	}
}
