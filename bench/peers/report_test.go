package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew from what the tests get")

// example is an outcome made up so that each case of a report occurs: a regime
// that no row was seen in often enough, one that only some were, an anchor
// with too few samples, a row without a sample, an end that gave up its
// processor, and a worker that sleeps.
func example() outcome {
	raw := &row{family: "RoundTrip", params: "item=word", impl: "raw"}
	ours := &row{family: "RoundTrip", params: "item=word", impl: "credence"}
	anchor := &row{family: "RoundTrip", params: "item=word", impl: "xsync"}
	ptr := &row{family: "RoundTrip", params: "item=ptr", impl: "credence"}
	few := &row{family: "RoundTrip", params: "item=ptr", impl: "xsync"}
	parked := &row{family: "Parked", params: "flow=trickle", impl: "plain", sleeps: true}
	none := &row{family: "Credit", params: "limit=2/goroutines=1", impl: "mutex"}
	s := outcome{
		seed: 5, took: 61 * time.Second, span: 20 * time.Millisecond, cpus: [2]int{2, 3},
		pinned: true, rows: []*row{ours, anchor, ptr, few, raw, none, parked},
	}
	add := func(r *row, at regime, n int, ns, raw float64) {
		for i := range n {
			s.taken = append(s.taken, sample{
				row: r, regime: at, n: 1000, ns: ns + float64(i), raw: raw,
			})
		}
	}
	add(ours, near, 11, 130, 100)
	add(anchor, near, 10, 200, 100)
	add(ptr, near, 9, 140, 100)
	add(ptr, far, 12, 600, 500)
	add(few, far, 9, 900, 500)
	add(raw, near, 10, 95, 100)
	add(raw, smt, 3, 45, 50)
	add(none, near, 3, 10, 100)
	add(anchor, dropped, 4, 300, 300)
	s.taken[1].yields = 2
	for i := range 10 {
		s.taken = append(s.taken, sample{
			row: parked, regime: near, n: 50, ns: 9000, raw: 100, wakes: 1 - float64(i)/16,
		})
	}
	return s
}

func TestReports(t *testing.T) {
	for name, write := range map[string]func(*strings.Builder) error{
		"report.txt":   func(w *strings.Builder) error { return writeText(w, example()) },
		"benchfmt.txt": func(w *strings.Builder) error { return writeBenchfmt(w, example()) },
	} {
		got := new(strings.Builder)
		if err := write(got); err != nil {
			t.Fatal(err)
		}
		compare(t, name, blankToolchain(got.String()))
	}
}

// blankToolchain replaces the lines of a benchmark file that name the system
// and the Go release.
func blankToolchain(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		for _, key := range []string{"goos: ", "goarch: ", "go: "} {
			if strings.HasPrefix(l, key) {
				lines[i] = key + "X"
			}
		}
	}
	return strings.Join(lines, "\n")
}

// compare fails the test if got is not what testdata/name holds.
func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -rewrite writes it anew); got:\n%s", path, got)
	}
}

func TestUnpinnedIsSaid(t *testing.T) {
	s := example()
	s.pinned = false
	out := new(strings.Builder)
	if err := writeText(out, s); err != nil {
		t.Fatal(err)
	}
	if head, _, _ := strings.Cut(out.String(), "\n"); !strings.Contains(head, "NOT pinned") {
		t.Errorf("head does not say that the threads were not pinned: %s", head)
	}
}

func TestConclusive(t *testing.T) {
	s := example()
	if err := conclusive(s); err != nil {
		t.Errorf("with 11 samples of a row in a regime: %v", err)
	}
	s.taken = s.taken[:9]
	if err := conclusive(s); err == nil || !strings.Contains(err.Error(), "raise -time") {
		t.Errorf("with 9 samples: error %v, want one that says what to do", err)
	}
}

func TestDigits(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{
		{1234.5, "1234"}, {99.96, "100.0"}, {10, "10.0"}, {1.234, "1.23"}, {0.1, "0.10"},
		{0.0567, "0.0567"}, {0, "0.0000"},
	} {
		if got := digits(c.x); got != c.want {
			t.Errorf("digits(%v) = %q, want %q", c.x, got, c.want)
		}
	}
}
