package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"credence/bench/gate"
)

// What was accepted is what the gate lets pass, and figures that a later file does
// not have stay.
func TestAccept(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "results"), 0o777); err != nil {
		t.Fatal(err)
	}
	good := put(t, "good.txt", goodResults())
	changed := put(t, "changed.txt", strings.ReplaceAll(goodResults(), "270 jobs", "269 jobs"))
	other := put(t, "other.txt", strings.ReplaceAll(goodResults(), "BenchmarkA", "BenchmarkB"))
	a := gate.Acceptance{When: time.Unix(0, 0), Author: "A. Uthor", Reason: "the clock was wrong", Commit: "c"}
	for i, file := range []string{changed, other} {
		var b bytes.Buffer
		if err := accept(&b, root, file, a); err != nil || !strings.Contains(b.String(), ": 1 figures are new") {
			t.Fatalf("%d: %v, %s", i, err, &b)
		}
	}
	baseline := filepath.Join(root, filepath.FromSlash(baselineFile))
	if o := call(t, "gate", good, changed); o.code != exitFinding {
		t.Errorf("without it: %+v", o)
	}
	if o := call(t, "gate", "-baseline", baseline, good, changed); o.code != exitOK ||
		!strings.Contains(o.stdout, "accepted 1") {
		t.Errorf("with it: %+v", o)
	}
	text, err := os.ReadFile(baseline)
	if err != nil || gate.Reason(string(text)) != a.Reason ||
		!strings.Contains(string(text), "BenchmarkB/n=1 1 270 jobs\nBenchmarkA/n=1 1 269 jobs\n") {
		t.Errorf("%v\n%s", err, text)
	}
	ledger, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(ledgerFile)))
	if want := "1970-01-01  c  A. Uthor: the clock was wrong (1 figures)\n"; err != nil ||
		string(ledger) != want+want {
		t.Errorf("%v\n%s", err, ledger)
	}
}

func TestAcceptRefuses(t *testing.T) {
	chdirRoot(t)
	good := put(t, "good.txt", goodResults())
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"-reason", "x"}, exitUsage},
		{[]string{"-author", "x", good}, exitUsage},
		{[]string{"-reason", " ", "-author", "x", good}, exitUsage},
		{[]string{"-reason", "x\ny", "-author", "x", good}, exitUsage},
		{[]string{"-reason", "x", "-author", "x\ny", good}, exitUsage},
		{[]string{"-nonsense", good}, exitUsage},
		{[]string{"-reason", "x", "-author", "x", "none.txt"}, exitInconclusive},
		{[]string{"-reason", "x", "-author", "x", put(t, "host.txt", "BenchmarkA 1 2 ns/op\nPASS\n")},
			exitInconclusive},
		{[]string{"-reason", "x", "-author", "x", put(t, "varies.txt",
			strings.Replace(goodResults(), "270 jobs", "271 jobs", 1))}, exitInconclusive},
		{[]string{"-h"}, exitOK},
	} {
		if o := call(t, append([]string{"accept"}, c.args...)...); o.code != c.code {
			t.Errorf("%q: %+v", c.args, o)
		}
	}
	if _, err := os.Stat(filepath.FromSlash(ledgerFile)); err == nil {
		text, _ := os.ReadFile(filepath.FromSlash(ledgerFile))
		if strings.Contains(string(text), "  x: x") {
			t.Error("a refused file was accepted")
		}
	}
}
