package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"credence/bench/suite"
)

func TestBenchRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-quik"}, "there are -quick and -full"},
		{[]string{"-quick", "-full"}, "exclude each other"},
		{[]string{"-quick=maybe"}, "invalid boolean"},
		{[]string{"quick"}, `"quick": it takes no arguments`},
	} {
		if o := call(t, append([]string{"bench"}, c.args...)...); o.code != exitUsage || o.stdout != "" ||
			!strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v, want %q", c.args, o, c.want)
		}
	}
	t.Chdir(t.TempDir())
	if o := call(t, "bench", "-quick"); o.code != exitUsage || !strings.Contains(o.stderr,
		"inside the source tree") {
		t.Errorf("outside the module: %+v", o)
	}
}

func TestBenchProfiles(t *testing.T) {
	for _, want := range []suite.Profile{suite.Default, suite.Quick, suite.Full} {
		var args []string
		if want.Name != "default" {
			args = []string{"-" + want.Name}
		}
		if got, err := parseBench(nil, args); got != want || err != nil {
			t.Errorf("%q: %+v, %v", args, got, err)
		}
	}
}

func TestModuleRoot(t *testing.T) {
	want, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := moduleRoot(filepath.Join(want, "bench", "cmd", "schedbench")); got != want ||
		err != nil {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// smallModule is a module with one package of benchmarks, which do nothing but
// measure or fail, and the suite to run it.
func smallModule(t *testing.T, body string) suite.Config {
	t.Helper()
	dir := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":     "module credence\n\ngo 1.26\n",
		"a_test.go":  "package a\n\nimport \"testing\"\n\nfunc BenchmarkA(b *testing.B) {" + body + "}\n",
		"empty/x.go": "package empty\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return suite.Config{
		Root: dir, Build: filepath.Join(dir, ".build"), Results: filepath.Join(dir, "results"),
		Packages: []suite.Package{{Path: "."}}, Now: time.Now(),
		Profile: suite.Profile{Name: "test", Rounds: 1, BenchTime: time.Microsecond},
	}
}

func TestBenchSaysThatItIsPartial(t *testing.T) {
	c := smallModule(t, "for b.Loop() {}")
	c.Profile.Rounds, c.Profile.Budget = 1<<30, time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stdout bytes.Buffer
	stderr := &cancelAt{text: "round 2 ", cancel: cancel}
	err := bench(ctx, &stdout, stderr, c)
	if err == nil || !strings.Contains(err.Error(),
		"is partial, but valid; go tool benchstat results/") {
		t.Errorf("%v", err)
	}
	if out := stdout.String(); !strings.HasPrefix(out, "results/") || !strings.Contains(out,
		"1 samples, 1 rounds") {
		t.Errorf("stdout %q", out)
	}
	for _, want := range []string{"building .\n", "round 1 of up to "} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in %q", want, stderr)
		}
	}
}

// cancelAt is a buffer that calls cancel when text is written to it.
type cancelAt struct {
	bytes.Buffer
	text   string
	cancel func()
}

func (c *cancelAt) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(c.text)) {
		c.cancel()
	}
	return c.Buffer.Write(b)
}

func TestBenchInterruptedBeforeAnything(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	err := bench(ctx, &stdout, &stderr, smallModule(t, ""))
	if err == nil || !strings.Contains(err.Error(), "before anything") || stdout.Len() != 0 {
		t.Errorf("%v, %s", err, &stdout)
	}
}

func TestBenchReportsAFailure(t *testing.T) {
	var stdout, stderr bytes.Buffer
	err := bench(t.Context(), &stdout, &stderr, smallModule(t, `b.Fatal("it differs")`))
	if err == nil || !strings.Contains(err.Error(), "it differs") ||
		!strings.Contains(stdout.String(), "0 samples") {
		t.Errorf("%v, %s", err, &stdout)
	}
}

// The real scenarios, once, to the table at the end.
func TestBenchComparesFlows(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the scenarios")
	}
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	err = bench(t.Context(), &stdout, &stderr, suite.Config{
		Root: dir, Build: t.TempDir(), Results: t.TempDir(), Now: time.Now(), Profile: suite.Quick,
		Packages: []suite.Package{{Path: "bench/scenario", Exact: true}},
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	for _, want := range []string{
		"credits-max:126", "lanes", "credits-sum:126", "credits-job:1280",
		"barrier-heavy", "burst", "game60", "hog+interactive", "media", "vr90",
		"jobs", "p99-sec", "idle-ready-nsec", "over-runs", "vs base",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, &stdout)
		}
	}
	if strings.Contains(stdout.String(), "need >=") {
		t.Errorf("benchstat does not take the figures as exact:\n%s", &stdout)
	}
	if n := strings.Count(stdout.String(), "\nhog+interactive "); n != 5 {
		t.Errorf("%d tables, want one for each figure:\n%s", n, &stdout)
	}
	for line := range strings.SplitSeq(stdout.String(), "\n") {
		if n := len([]rune(line)); n > 160 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

// The script is a way into bench from any directory.
func TestScript(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no bash")
	}
	script, err := filepath.Abs(filepath.Join(root, "scripts", "bench"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		arg  string
		code int
		want string
	}{
		{"-h", exitOK, benchUsage},
		{"-quik", exitUsage, "there are -quick and -full"},
		{"quick", exitUsage, "it takes no arguments"},
	} {
		cmd := exec.Command(script, c.arg)
		cmd.Dir = t.TempDir()
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(out), c.want) {
			t.Errorf("scripts/bench %s: exit %d, %s", c.arg, code, out)
		}
	}
}
