package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/engine"
	"credence/fuzz/planted"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

func TestRunUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"run", "-budget", "0"}, exitUsage, "needs -count"},
		{[]string{"run", "-count", "-1"}, exitUsage, "not below 0"},
		{[]string{"run", "fast"}, exitUsage, `no arguments, such as "fast"`},
		{[]string{"run", "-engine", "own,steam"}, exitUsage, `no engine "steam"; there are own, gofuzz`},
		{[]string{"run", "-engine", "own,own"}, exitUsage, "own is there twice"},
		{[]string{"run", "-targets", "Core,Moon"}, exitUsage, `no target "Moon"; there are System`},
		{[]string{"run", "-targets", "Core=0"}, exitUsage, "the weight of Core"},
		{[]string{"run", "-procs", "0"}, exitUsage, "-procs is 1 or more"},
		{[]string{"run", "-wrong"}, exitUsage, "-h says what there is"},
		{[]string{"planted", "-budget", "0"}, exitUsage, "-budget is above 0"},
		{[]string{"planted", "-of", "0"}, exitUsage, "-of is 1 or more"},
		{[]string{"planted", "none"}, exitUsage, `there is no plant "none"`},
		{[]string{"planted", "-dir", t.TempDir()}, exitUsage, "there is no *.patch in"},
		{[]string{"repro"}, exitUsage, "one file, not 0"},
		{[]string{"repro", "none.txt"}, exitInconclusive, "none.txt"},
		{[]string{"repro", "main.go"}, exitUsage, "main.go:1"},
		{[]string{"minimise", "a", "b"}, exitUsage, "one file, not 2"},
	} {
		o := call(t, c.args...)
		if o.code != c.code || o.stdout != "" || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v, want %d and %q", c.args, o, c.code, c.want)
		}
	}
}

func TestHelpHasExamples(t *testing.T) {
	for _, name := range []string{"run", "loop", "repro", "minimise", "planted"} {
		o := call(t, name, "-h")
		if o.code != exitOK || o.stderr != "" || !strings.Contains(o.stdout, "\nExample") ||
			!strings.Contains(o.stdout, "Usage: schedfuzz "+name) {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// TestMain lets the test's own program be the own engine, and the whole command.
func TestMain(m *testing.M) {
	if os.Getenv(engine.LoopEnv) == "1" {
		main()
	}
	os.Exit(m.Run())
}

// hunt calls run with this program as the own engine.
func hunt(t *testing.T, args ...string) output {
	t.Helper()
	return call(t, append([]string{"run", "-program", os.Args[0]}, args...)...)
}

// A campaign over the clean core finds nothing and adds a line to its ledger; one
// that is too short for the canary, or that is interrupted, says so.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	ledger := filepath.Join(dir, "ledger.jsonl")
	o := hunt(t, "-count", "2500", "-budget", "0", "-seed", "3", "-dir", dir, "-ledger", ledger)
	if o.code != exitOK || !strings.Contains(o.stdout, "2500 programs") ||
		!strings.Contains(o.stdout, "0 finds, canary after") || !strings.Contains(o.stderr, "-seed 3") {
		t.Errorf("%+v", o)
	}
	if strings.ContainsAny(o.stderr, "\r\x1b") || strings.Count(o.stderr, "\n") != 1 {
		t.Errorf("this is no terminal: %q", o.stderr)
	}
	o = hunt(t, "-count", "2", "-seed", "3", "-ledger", ledger)
	if o.code != exitInconclusive || !strings.Contains(o.stderr, "did not meet the canary") {
		t.Errorf("%+v", o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	args := []string{"run", "-program", os.Args[0], "-ledger", ledger}
	if code := run(ctx, &stdout, &stderr, args); code != exitInconclusive {
		t.Errorf("interrupted: %d %s", code, stderr.String())
	}
	text, err := os.ReadFile(ledger)
	if err != nil || strings.Count(string(text), "\n") != 2 || !strings.Contains(string(text), `"seed":3,`) {
		t.Errorf("%s %v", text, err)
	}
}

// wantCanary has the canary be a bug like any other.
func wantCanary(t *testing.T) { t.Setenv(target.CanaryEnv, "1") }

// A campaign goes on after a find, which is one however often it is met, and not
// reported if it is suppressed.
func TestRunGoesOnAfterAFind(t *testing.T) {
	wantCanary(t)
	dir := t.TempDir()
	o := hunt(t, "-count", "2500", "-seed", "3", "-dir", dir, "-ledger", "none")
	if o.code != exitFinding || strings.Count(o.stdout, "canary/resume, by own, ") != 1 ||
		!strings.Contains(o.stdout, "2500 programs") || !strings.Contains(o.stdout, "1 finds") {
		t.Errorf("%+v", o)
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 || list[0].Name() != "canary-resume" {
		t.Errorf("%v %v", list, err)
	}
	c := exec.Command(os.Args[0], "repro", filepath.Join(dir, "canary-resume", "program.txt"))
	c.Env = append(os.Environ(), engine.LoopEnv+"=1")
	out, _ := c.CombinedOutput()
	if c.ProcessState.ExitCode() != exitFinding || !strings.Contains(string(out), "canary/resume") {
		t.Errorf("%s", out)
	}
	file := filepath.Join(dir, "suppress.txt")
	until := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	if err := os.WriteFile(file, []byte("canary/resume "+until+" it sings\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	o = hunt(t, "-count", "500", "-seed", "3", "-dir", dir, "-ledger", "none", "-suppress", file)
	if strings.Contains(o.stdout, "canary/resume") || !strings.Contains(o.stderr, "suppressed until") ||
		!strings.Contains(o.stdout, "0 finds") {
		t.Errorf("%+v", o)
	}
	if err := os.WriteFile(file, []byte("canary/resume tomorrow"), 0o666); err != nil {
		t.Fatal(err)
	}
	o = hunt(t, "-count", "500", "-suppress", file)
	if o.code != exitUsage || !strings.Contains(o.stderr, file+":1: ") {
		t.Errorf("%+v", o)
	}
}

// An interrupt loses nothing: not the find, nor the ledger's line.
func TestInterruptLosesNothing(t *testing.T) {
	dir := t.TempDir()
	ledger := filepath.Join(dir, "ledger.jsonl")
	c := exec.Command(os.Args[0], "run", "-program", os.Args[0], "-budget", "10m", "-seed", "3",
		"-dir", dir, "-ledger", ledger)
	c.Env = append(os.Environ(), engine.LoopEnv+"=1", target.CanaryEnv+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	first, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(first, "canary/resume") {
		t.Fatalf("%q %v %s", first, err, stderr.String())
	}
	// A terminal interrupts all processes of the group.
	if err := syscall.Kill(-c.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(r)
	if err := c.Wait(); c.ProcessState.ExitCode() != exitFinding {
		t.Errorf("%v: %s %s", err, rest, stderr.String())
	}
	if _, err := campaign.Load(filepath.Join(dir, "canary-resume", "program.txt")); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(ledger)
	if err != nil || !strings.Contains(string(text), `"finds":["canary/resume"]`) {
		t.Errorf("%s %v", text, err)
	}
}

// find is a find as a campaign would report it.
func find() *campaign.Find {
	p := prog.Decode(nil)
	p.Ops = []prog.Op{{Kind: prog.Advance, N: 1}}
	return &campaign.Find{Target: "System", Engine: "own", Stable: true, Finding: &target.Finding{
		Invariant: "I4", Operation: "advance", Class: "I4/advance", Message: "two\nlines", Program: p}}
}

// A find is stored and printed with the line that reproduces it; if it cannot be
// stored it is printed whole. Either way it is a finding.
func TestFindsAreKept(t *testing.T) {
	dir := t.TempDir()
	var out, progress bytes.Buffer
	r := &runner{stdout: &out, stderr: &progress, store: campaign.Store{Dir: dir}, ran: 1}
	r.found(find())
	file := filepath.Join(dir, "I4-advance", "program.txt")
	if _, err := os.Stat(file); err != nil || !strings.Contains(out.String(), "repro "+file) ||
		!strings.Contains(out.String(), "I4/advance, by own, 1 operations") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if code := r.code(false); code != exitFinding {
		t.Errorf("exit code %d", code)
	}
	out.Reset()
	r.store.Write = func(string, []byte) error { return syscall.ENOSPC }
	r.found(find())
	if !strings.Contains(out.String(), "advance 1") || !errors.Is(r.unsaved, syscall.ENOSPC) ||
		!strings.Contains(progress.String(), "no space left") {
		t.Errorf("%v\n%s", r.unsaved, out.String())
	}
	r.finds = 0
	if code := r.code(false); code != exitInconclusive {
		t.Errorf("exit code %d with a full disk", code)
	}
	out.Reset()
	r.json, r.store.Write = true, nil
	r.found(find())
	if !strings.HasPrefix(out.String(), `{"class":"I4/advance","engine":"own","target":"System",`+
		`"invariant":"I4","operation":"advance","ops":1,`) {
		t.Error(out.String())
	}
}

// The status line says what there is to say.
func TestStatusLine(t *testing.T) {
	r := &campaign.Report{
		Programs: 100, Operations: 2000, Elapsed: 10 * time.Second, Corpus: 7, Compared: 12, Edges: 5,
		EdgesTotal: 50, LastEdge: 3 * time.Second, Canary: 1500 * time.Millisecond,
	}
	r.Pairs[0] = 1
	want := fmt.Sprintf("10s: 100 programs (10/s), 2000 operations (200/s), corpus 7, 5 of 50 edges, "+
		"the last after 3s, %.1f %% of operation x state, 12 checks, 0 finds, canary after 1.5 s",
		100/float64(target.MaxPairs))
	if got := line(r); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}

func TestRepro(t *testing.T) {
	o := call(t, "repro", "../../testdata/no-bypass.txt")
	if o.code != exitOK || !strings.Contains(o.stdout, "nothing is broken") ||
		!strings.Contains(o.stdout, "finished") {
		t.Errorf("%+v", o)
	}
	raw := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(raw, []byte("1.RCS.1.0.0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Wsim": "12 bytes, understood: true; nothing is broken", "Core": "0 operations, 0 jobs",
	} {
		o := call(t, "repro", "-target", name, raw)
		if o.code != exitOK || !strings.Contains(o.stdout, want) {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if o := call(t, "repro", "-target", "Moon", raw); o.code != exitUsage {
		t.Errorf("%+v", o)
	}
	o = call(t, "minimise", "../../testdata/no-bypass.txt")
	if o.code != exitOK || o.stdout != "" || !strings.Contains(o.stderr, "nothing is broken") {
		t.Errorf("%+v", o)
	}
}

// The parts of a rotation are disjoint, and together they are all.
func TestPlantedParts(t *testing.T) {
	all, err := planted.List("../../planted")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for part := -1; part < 4; part++ {
		c := plantedFlags{part: part, of: 5, rotate: -1}
		list, err := c.choose(all)
		if err != nil || len(list) < len(all)/5 {
			t.Errorf("part %d: %d of %d, %v", part, len(list), len(all), err)
		}
		for _, p := range list {
			if seen[p.ID] {
				t.Errorf("%s is in two parts", p.ID)
			}
			seen[p.ID] = true
		}
	}
	if len(seen) != len(all) {
		t.Errorf("%d of %d", len(seen), len(all))
	}
}

// What was not hunted outweighs what was not found, and a control that is found is a
// finding.
func TestPlantedResults(t *testing.T) {
	c := &plantedFlags{}
	for _, x := range []struct {
		r    planted.Result
		ok   bool
		want string
	}{
		{planted.Result{ID: "A", Built: true, Found: true, Engine: "explore", Invariant: "I1"}, true, "I1"},
		{planted.Result{ID: "A", Built: true}, false, "NOT FOUND"},
		{planted.Result{ID: "A", Built: true, Control: true}, true, "control, nothing"},
		{planted.Result{ID: "A", Built: true, Control: true, Found: true}, false, "FALSE ALARM"},
		{planted.Result{ID: "A", Err: os.ErrNotExist}, false, "BROKEN"},
	} {
		var out bytes.Buffer
		if err := c.print(&out, &x.r); err != nil || x.r.OK() != x.ok || !strings.Contains(out.String(), x.want) {
			t.Errorf("%+v: %v %s", x.r, x.r.OK(), out.String())
		}
	}
}
