package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWrongFlagsAreUsageErrors(t *testing.T) {
	stopped, stop := context.WithCancel(context.Background())
	stop() // a command line that passes measures nothing
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"-what"}, "-what"},
		{[]string{"-time"}, "-time"},
		{[]string{"-time", "0s"}, "more than 0"},
		{[]string{"-time", "-1s"}, "more than 0"},
		{[]string{"-time", "soon"}, "soon"},
		{[]string{"-sample", "999us"}, "want 1ms to 1s"},
		{[]string{"-sample", "1001ms"}, "want 1ms to 1s"},
		{[]string{"-rows", "("}, "missing closing"},
		{[]string{"-rows", "nothing like it"}, "-list"},
		{[]string{"-format", "json"}, "text or benchfmt"},
		{[]string{"-seed", "-1"}, "-seed"},
		{[]string{"-ops", "-1"}, "-ops"},
		{[]string{"-ops", "9", "-instructions"}, "one of them"},
		{[]string{"-cpuprofile", "x"}, "-ops"},
		{[]string{"-instructions", "-format", "benchfmt"}, "-format text"},
		{[]string{"-instructions", "-time", "-1s"}, "more than 0"},
		{[]string{"-cpus", "0"}, "want two of"},
		{[]string{"-cpus", "0,0"}, "two different"},
		{[]string{"-cpus", "0,1,2"}, "want two of"},
		{[]string{"-cpus", "0,99999"}, "want two of"},
		{[]string{"RoundTrip"}, `unexpected argument "RoundTrip"`},
	} {
		err := run(stopped, io.Discard, io.Discard, c.args)
		if code := exitCode(err); code != exitUsage {
			t.Errorf("%q: exit code %d (%v), want %d", c.args, code, err, exitUsage)
		} else if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "-h") {
			t.Errorf("%q: %q does not say %q and where help is", c.args, err, c.says)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{flag.ErrHelp, exitOK},
		{usageError{"x"}, exitUsage},
		{errors.Join(usageError{"x"}, usageError{"y"}), exitUsage},
		{errors.New("x"), exitInconclusive},
		{context.Canceled, exitInconclusive},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("exit code of %v = %d, want %d", c.err, got, c.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := parse(io.Discard, []string{"-list"})
	if err != nil {
		t.Fatal(err)
	}
	if c.time != time.Minute || c.sample != 20*time.Millisecond || c.seed != 1 {
		t.Errorf("time %v, sample %v, seed %d; -h says 60s, 20ms, 1", c.time, c.sample, c.seed)
	}
	if len(c.rows) != len(allRows()) {
		t.Errorf("%d rows chosen, want all %d", len(c.rows), len(allRows()))
	}
}

// commands returns the command lines for this program in a text.
func commands(text string) [][]string {
	var found [][]string
	for _, m := range regexp.MustCompile(`(?m)^\s*go run \.(.*)$`).FindAllStringSubmatch(text, -1) {
		line, _, _ := strings.Cut(m[1], " >")
		var args []string
		for _, f := range strings.Fields(line) {
			args = append(args, strings.Trim(f, "'"))
		}
		found = append(found, args)
	}
	return found
}

// TestDocumentedCommandsParse parses each example of -h and of the README.
func TestDocumentedCommandsParse(t *testing.T) {
	help := new(strings.Builder)
	if err := run(context.Background(), help, io.Discard, []string{"-h"}); exitCode(err) != exitOK {
		t.Fatalf("-h: %v", err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"-h": help.String(), "README.md": string(readme)} {
		examples := commands(text)
		if len(examples) < 2 {
			t.Errorf("%s: %d examples found, want some", name, len(examples))
		}
		for _, args := range examples {
			_, err := parse(io.Discard, append(args, "-list"))
			if exitCode(err) != exitOK {
				t.Errorf("%s: go run . %s: %v", name, strings.Join(args, " "), err)
			}
		}
	}
}

func TestListNamesEachRowOnce(t *testing.T) {
	out := new(strings.Builder)
	if err := run(context.Background(), out, io.Discard, []string{"-list"}); err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSpace(out.String()), "\n")
	sorted := slices.Sorted(slices.Values(names))
	if unique := slices.Compact(sorted); len(unique) != len(names) {
		t.Errorf("%d names of which %d differ", len(names), len(unique))
	}
	for _, want := range []string{
		"Throughput/slots=128/item=word/impl=credence",
		"Throughput/slots=65536/item=ptr/impl=xsync",
		"Batch/k=64/item=word/impl=mutex",
		"RoundTrip/item=ptr/impl=chan",
		"RoundTrip/item=word/impl=raw",
		"PushPop/item=word/impl=credence",
		"Credit/limit=2/goroutines=1/impl=atomic",
		"Credit/limit=127/goroutines=2/impl=credence-lanes3",
		"Throughput/slots=128/item=ptr/impl=workiva",
		"Event/pending=1000/impl=heap",
		"Job/entities=4096/impl=plain",
		"Worker/flow=stream/impl=credence",
		"Parked/flow=trickle/impl=plain",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no row %s", want)
		}
	}
}

// TestEachTableHasItsAnchors holds the rows to the families: a table without
// its anchor has nothing to be set against.
func TestEachTableHasItsAnchors(t *testing.T) {
	rows := allRows()
	impls := make(map[string][]string)
	for _, r := range rows {
		impls[r.table()] = append(impls[r.table()], r.impl)
	}
	for _, r := range rows {
		i := slices.IndexFunc(families, func(f family) bool { return f.name == r.family })
		if i < 0 {
			t.Fatalf("%s belongs to no family", r.name())
		}
		for _, a := range families[i].anchors {
			if !slices.Contains(impls[r.table()], a) {
				t.Errorf("%s has no row of %s", r.table(), a)
			}
		}
	}
}
