package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credence/fuzz/campaign"
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
	for _, name := range []string{"run", "repro", "minimise", "planted"} {
		o := call(t, name, "-h")
		if o.code != exitOK || o.stderr != "" || !strings.Contains(o.stdout, "\nExample") ||
			!strings.Contains(o.stdout, "Usage: schedfuzz "+name) {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// A campaign over the clean core finds nothing and adds a line to its ledger; one
// that is too short for the canary, or that is interrupted, says so.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	ledger := filepath.Join(dir, "ledger.jsonl")
	o := call(t, "run", "-count", "2500", "-budget", "0", "-seed", "3", "-dir", dir, "-ledger", ledger)
	if o.code != exitOK || !strings.Contains(o.stdout, "2500 programs") ||
		!strings.Contains(o.stdout, "0 finds, canary after") || !strings.Contains(o.stderr, "-seed 3") {
		t.Errorf("%+v", o)
	}
	o = call(t, "run", "-count", "2", "-seed", "3", "-ledger", ledger)
	if o.code != exitInconclusive || !strings.Contains(o.stderr, "the canary was not met") {
		t.Errorf("%+v", o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, &stdout, &stderr, []string{"run", "-ledger", ledger}); code != exitInconclusive {
		t.Errorf("interrupted: %d %s", code, stderr.String())
	}
	text, err := os.ReadFile(ledger)
	if err != nil || strings.Count(string(text), "\n") != 3 || !strings.Contains(string(text), `"seed":3,`) {
		t.Errorf("%s %v", text, err)
	}
}

// find is a find as a campaign would report it.
func find(t *testing.T) *campaign.Find {
	p := prog.Decode(nil)
	p.Ops = []prog.Op{{Kind: prog.Advance, N: 1}}
	return &campaign.Find{Stable: true, Finding: &target.Finding{Invariant: "I4", Operation: "advance",
		Class: "I4/advance", Message: "two\nlines", Program: p}}
}

// A find is stored and printed with the line that reproduces it; if it cannot be
// stored it is printed whole. Either way it is a finding.
func TestFindsAreKept(t *testing.T) {
	dir := t.TempDir()
	var out, progress bytes.Buffer
	r := &runner{runFlags: runFlags{dir: dir, ledger: "none"}, stdout: &out, stderr: &progress}
	r.found(find(t))
	file := filepath.Join(dir, "I4-advance.txt")
	if _, err := os.Stat(file); err != nil || !strings.Contains(out.String(), "repro "+file) ||
		!strings.Contains(out.String(), "I4/advance, 1 operations") {
		t.Errorf("%v\n%s", err, out.String())
	}
	report := &campaign.Report{Finds: []*campaign.Find{find(t)}, Canary: 1}
	if code := r.end(report, false); code != exitFinding {
		t.Errorf("exit code %d", code)
	}
	out.Reset()
	r.dir = file // not a folder
	r.found(find(t))
	if !strings.Contains(out.String(), "advance 1") || r.unsaved == nil {
		t.Errorf("%v\n%s", r.unsaved, out.String())
	}
	if code := r.end(&campaign.Report{Canary: 1}, false); code != exitInconclusive {
		t.Errorf("exit code %d with a full disk", code)
	}
	out.Reset()
	r.json, r.dir = true, dir
	r.found(find(t))
	if !strings.HasPrefix(out.String(), `{"class":"I4/advance","invariant":"I4","operation":"advance","ops":1,`) {
		t.Error(out.String())
	}
}

func TestRepro(t *testing.T) {
	o := call(t, "repro", "../../testdata/no-bypass.txt")
	if o.code != exitOK || !strings.Contains(o.stdout, "nothing is broken") ||
		!strings.Contains(o.stdout, "finished") {
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
		c := plantedFlags{part: part, of: 5}
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
