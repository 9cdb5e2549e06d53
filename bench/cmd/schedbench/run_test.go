package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"credence/bench/gate"
	"credence/bench/suite"
)

// A run's file says where it comes from, has a regime for each sample, is read by
// the gate, and holds what was chosen and nothing else.
func TestRunRecords(t *testing.T) {
	c := smallModule(t, `
	b.Run("x=1", func(b *testing.B) { for b.Loop() {} })
	b.Run("x=10", func(b *testing.B) { for b.Loop() {} })
	b.Run("y", func(b *testing.B) { for b.Loop() {} })
`)
	c.Profile.Rounds, c.Profile.Budget = 6, time.Hour
	r := runFlags{bench: regexp.MustCompile("x=1"), profile: c.Profile}
	var stdout, stderr bytes.Buffer
	if err := r.run(t.Context(), &stdout, &stderr, c); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(stdout.String(), "-nogit.txt: 12 samples, 6 rounds\n") {
		t.Error(stdout.String())
	}
	file, _, _ := strings.Cut(stdout.String(), ":")
	path := filepath.Join(c.Root, file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\ncommit: nogit\n", "\ndirty: false\n", "\ngomaxprocs: ",
		"\ngovernor: ", "\ngoversion: go", "\n# status: complete, 6 rounds, 12 samples\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	set, err := gate.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if suite.PingPong() > 0 {
		for _, s := range set.Series {
			for _, x := range s.Samples {
				if x.Regime == "" {
					t.Fatalf("no regime in line %d:\n%s", x.Line, text)
				}
			}
		}
	}
	if v, err := gate.Judge(set, set, gate.Options{}); err != nil || v.Count(gate.Regressed) != 0 {
		t.Errorf("against itself: %v", err)
	}
}

func TestRunLists(t *testing.T) {
	c := smallModule(t, `b.Run("x=1", func(b *testing.B) { for b.Loop() {} })`)
	r := runFlags{list: true}
	var stdout, stderr bytes.Buffer
	if err := r.run(t.Context(), &stdout, &stderr, c); err != nil || stdout.String() != "A/x=1\n" {
		t.Errorf("%v %q", err, &stdout)
	}
	r.bench = regexp.MustCompile("none")
	if err := r.run(t.Context(), &stdout, &stderr, c); err == nil ||
		!strings.Contains(err.Error(), "no benchmark matches none") {
		t.Errorf("%v", err)
	}
}

func TestRunKeepsWhatWasMeasured(t *testing.T) {
	c := smallModule(t, `b.Run("x=1", func(b *testing.B) { for b.Loop() {} })`)
	c.Profile.Rounds, c.Profile.Budget = 1<<30, time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var stdout, stderr bytes.Buffer
	r := runFlags{profile: c.Profile}
	err := r.run(ctx, &stdout, &stderr, c)
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("%v\n%s", err, &stdout)
	}
}

func TestRunRefusesWrongFlags(t *testing.T) {
	for _, args := range [][]string{{"x"}, {"-rounds", "0"}, {"-rounds", "x"}, {"-bench", "("},
		{"-benchtime", "0s"}, {"-budget", "-1s"}, {"-nonsense"}} {
		if o := call(t, append([]string{"run"}, args...)...); o.code != exitUsage ||
			!strings.HasPrefix(o.stderr, "schedbench: run: ") {
			t.Errorf("%q: %+v", args, o)
		}
	}
}
