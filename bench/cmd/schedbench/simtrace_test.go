package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credence/hwmock/trace"
)

// traced runs sim with a trace into a folder of its own and returns its path.
func traced(t *testing.T, name string, args ...string) (string, outcome) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	return path, call(t, append([]string{"sim", "-trace", path}, args...)...)
}

// The report is the same with a trace and without, and the trace has its jobs.
func TestSimTraceHasTheJobsOfTheReport(t *testing.T) {
	chdirRoot(t)
	for _, args := range [][]string{
		{"-time", "100ms", "-flow", "credits-max:126", "bench/workloads/burst.wsim"},
		{"-together", "-time", "50ms", goodFile, "bench/workloads/media.wsim"},
		{"-device", "kernel-mock", "-flow", "count:1", "-time", "100ms", "gen:kunit-two:case=8"},
		{"-device", "ideal", "-repeats", "2", goodFile},
	} {
		args = append([]string{"-format", "json"}, args...)
		plain := call(t, append([]string{"sim"}, args...)...)
		path, o := traced(t, "x.ftrace", args...)
		if o != plain || o.code != exitOK || o.stderr != "" {
			t.Fatalf("%q: %+v\nwithout a trace %+v", args, o, plain)
		}
		var report struct{ Jobs, Failed int }
		if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
			t.Fatal(err)
		}
		tr, err := trace.ReadFile(path)
		if err != nil || tr.Problems.Total() != 0 {
			t.Fatalf("%v, %v", err, tr.Problems.First)
		}
		if done := tr.Complete(); done != report.Jobs || done == 0 || report.Failed != 0 {
			t.Errorf("%q: %d jobs in the trace, %+v in the report", args, done, report)
		}
	}
}

func TestSimTraceRepeatsByteForByte(t *testing.T) {
	chdirRoot(t)
	for _, f := range trace.Formats() {
		var files [2][]byte
		for i := range files {
			path, o := traced(t, "x"+f.Ending, "-time", "50ms", goodFile)
			var err error
			if files[i], err = os.ReadFile(path); err != nil || o.code != exitOK {
				t.Fatalf("%v, %+v", err, o)
			}
		}
		if !bytes.Equal(files[0], files[1]) || len(files[0]) < 5000 {
			t.Errorf("%s: %d bytes, then %d", f.Ending, len(files[0]), len(files[1]))
		}
	}
}

// Whatever is wrong with -trace is said before anything runs.
func TestSimTraceRefuses(t *testing.T) {
	chdirRoot(t)
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder.pftrace")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(dir, "x.pftrace")
	for _, c := range []struct {
		name  string
		trace string
		files []string
		want  string
	}{
		{"ending", "x.json", []string{goodFile}, "there are .pftrace, .ftrace"},
		{"no ending", "", []string{goodFile}, "there are .pftrace, .ftrace"},
		{"no folder", filepath.Join(dir, "none", "x.ftrace"), []string{goodFile},
			"no such file or directory; name a file in a folder that can be written"},
		{"folder", folder, []string{goodFile}, "is a directory"},
		{"two runs", good, []string{goodFile, goodFile}, "records one run, not 2"},
		{"bad workload", good, []string{"none.wsim"}, "none.wsim: no such file"},
	} {
		o := call(t, append([]string{"sim", "-trace", c.trace}, c.files...)...)
		if o.code != exitUsage || o.stdout != "" || !strings.HasPrefix(o.stderr, "schedbench: ") ||
			!strings.Contains(o.stderr, c.want) {
			t.Errorf("%s: %+v, want %q", c.name, o, c.want)
		}
	}
	if _, err := os.Stat(good); err == nil {
		t.Error("a command line that is refused leaves a file")
	}
}

// A trace that is full says so when the report is out, and is whole up to there.
func TestSimTraceIsFull(t *testing.T) {
	chdirRoot(t)
	traceLimit = 5000
	t.Cleanup(func() { traceLimit = trace.MaxRecords })
	path, o := traced(t, "x.ftrace", "-time", "100ms", "bench/workloads/burst.wsim")
	plain := call(t, "sim", "-time", "100ms", "bench/workloads/burst.wsim")
	if o.code != exitInconclusive || o.stdout != plain.stdout || !strings.Contains(o.stderr,
		"a trace has 5000 events at most; shorten the time") || strings.Count(o.stderr, "\n") != 1 {
		t.Errorf("%+v", o)
	}
	tr, err := trace.ReadFile(path)
	if err != nil || tr.Problems.Total() != 0 || tr.Complete() < 100 || tr.Complete() > 1000 {
		t.Errorf("%v, %d jobs", err, tr.Complete())
	}
}

// An interrupt leaves a whole file of what had happened.
func TestSimTraceOfAnInterruptedRun(t *testing.T) {
	chdirRoot(t)
	path := filepath.Join(t.TempDir(), "x.ftrace")
	o := callWith(&countdown{t.Context(), 1}, "sim", "-trace", path, "-time", "500ms",
		"bench/workloads/burst.wsim")
	tr, err := trace.ReadFile(path)
	if o.code != exitInconclusive || o.stdout != "" || err != nil || tr.Problems.Total() != 0 ||
		tr.Complete() < 10 {
		t.Errorf("%+v: %v, %+v", o, err, tr)
	}
}
