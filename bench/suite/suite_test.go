package suite

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"
)

// module writes a module with one package a benchmark file each, and returns a
// Config that runs it.
func module(t *testing.T, benchmarks ...string) Config {
	t.Helper()
	root := t.TempDir()
	put := func(path, text string) {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", "module credence\n\ngo 1.26\n")
	c := Config{
		Root: root, Build: filepath.Join(root, ".build"), Results: filepath.Join(root, "results"),
		Profile: Profile{"test", 2, time.Hour, time.Microsecond},
		Now:     time.Date(2026, 2, 3, 23, 30, 0, 0, time.FixedZone("", -3600)),
	}
	for i, b := range benchmarks {
		name := string(rune('a' + i))
		put(name+"/"+name+"_test.go", "package "+name+"\n\n"+b)
		c.Packages = append(c.Packages, Package{name, i > 0})
	}
	return c
}

const quickOne = `import "testing"

func BenchmarkQuick(b *testing.B) {
	for _, flow := range []string{"lanes", "credits"} {
		b.Run("flow="+flow, func(b *testing.B) {
			for b.Loop() {
			}
			b.Log("a log is not for the file")
		})
	}
}
`

const exactOne = `import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	fmt.Println("Unit jobs assume=exact")
	os.Exit(m.Run())
}

func BenchmarkExact(b *testing.B) {
	for range b.N {
	}
	if b.N != 1 {
		b.Fatal("not one iteration")
	}
	b.ReportMetric(123456789012345, "jobs")
}
`

// slowOne is quick at first and then never ends.
const slowOne = `import (
	"testing"
	"time"
)

func BenchmarkA(b *testing.B) {
	for b.Loop() {
	}
}

func BenchmarkB(b *testing.B) { time.Sleep(time.Hour) }
`

// parse reads a results file as benchstat does: the names of its samples. It
// fails on anything that benchstat would complain about.
func parse(t *testing.T, name, text string) (samples []string, units benchfmt.UnitMetadataMap) {
	t.Helper()
	r := benchfmt.NewReader(strings.NewReader(text), name)
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.Result:
			samples = append(samples, rec.Name.String())
		case *benchfmt.SyntaxError:
			t.Errorf("benchstat would say: %v", rec)
		}
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	return samples, r.Units()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRunRecordsEveryRound(t *testing.T) {
	c := module(t, quickOne, exactOne)
	var steps []string
	c.Step = func(s string) { steps = append(steps, s) }
	sampled := 0
	c.Sample = func(step, benchmark string) { sampled++ }
	out, err := Run(t.Context(), c)
	if err != nil || out.Partial || out.Rounds != 2 || out.Samples != 6 || sampled != 6 {
		t.Fatalf("%+v, %v, %d samples seen", out, err, sampled)
	}
	if want := filepath.Join(c.Results, "2026-02-04-nogit.txt"); out.File != want {
		t.Errorf("file %s, want %s", out.File, want)
	}
	text := read(t, out.File)
	samples, units := parse(t, out.File, text)
	if len(samples) != 6 {
		t.Errorf("%d samples: %q", len(samples), samples)
	}
	if m := units.Get("jobs", "assume"); m == nil || m.Value != "exact" {
		t.Errorf("jobs: %v", m)
	}
	for line, want := range map[string]int{"Unit jobs": 1, "goos: ": 1, "pkg: credence/b": 2} {
		if n := strings.Count(text, line); n != want {
			t.Errorf("%q stands there %d times, want %d", line, n, want)
		}
	}
	for _, want := range []string{
		"# date: 2026-02-04T00:30:00Z\n# commit: nogit\n# profile: test\n# go: go1.",
		"pkg: credence/a\n", "pkg: credence/b\n", "\t123456789012345 jobs\n",
		"# status: complete, 2 rounds, 6 samples\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, no := range []string{"PASS", "a log", "BENCH"} {
		if strings.Contains(text, no) {
			t.Errorf("%q in\n%s", no, text)
		}
	}
	if want := "round 2 of up to 2, b"; steps[len(steps)-1] != want || len(steps) != 6 {
		t.Errorf("steps %q, the last one not %q", steps, want)
	}
}

func TestRunOverwritesNothing(t *testing.T) {
	c := module(t, quickOne)
	c.Profile.Rounds = 1
	for _, want := range []string{
		"2026-02-04-nogit.txt", "2026-02-04-nogit-2.txt", "2026-02-04-nogit-3.txt",
	} {
		out, err := Run(t.Context(), c)
		if err != nil || filepath.Base(out.File) != want {
			t.Errorf("%+v, %v; want file %s", out, err, want)
		}
	}
}

func TestBudgetEndsTheRounds(t *testing.T) {
	c := module(t, quickOne)
	c.Profile.Rounds, c.Profile.Budget = 1000, 0
	if out, err := Run(t.Context(), c); err != nil || out.Rounds != 1 || out.Partial {
		t.Errorf("%+v, %v; want the first round and no more", out, err)
	}
}

func TestFailureKeepsWhatWasMeasured(t *testing.T) {
	c := module(t, quickOne, `import "testing"

func BenchmarkBad(b *testing.B) { b.Fatal("history differs") }
`)
	out, err := Run(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "history differs") || out.Partial {
		t.Fatalf("%+v, %v; want the benchmark's own words", out, err)
	}
	text := read(t, out.File)
	if samples, _ := parse(t, out.File, text); len(samples) != 2 {
		t.Errorf("samples %q", samples)
	}
	if !strings.HasSuffix(text, "# status: failed, 0 rounds, 2 samples\n") {
		t.Error(text)
	}
}

func TestBuildFailureNamesTheLine(t *testing.T) {
	c := module(t, "func nonsense(")
	out, err := Run(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "a_test.go:3") || out.File != "" {
		t.Errorf("%+v, %v; want the place of the error and no file", out, err)
	}
}

// Output that is cut anywhere gives whole lines only.
func TestCutOutputParses(t *testing.T) {
	const full = "goos: linux\npkg: p\nUnit p50-ns assume=exact\n" +
		"BenchmarkX/flow=lanes-2 \t     100\t      12.5 ns/op\t  77 p50-ns\n" +
		"--- BENCH: BenchmarkX/flow=lanes-2\n    x_test.go:5: 1 2 3\n" +
		"BenchmarkX/flow=credits-2 \t     100\t      12.5 ns/op\t  77 p50-ns\nPASS\n"
	record := func(text string) string {
		var out strings.Builder
		if _, err := newRecorder(&out).copy(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	whole := record(full)
	if samples, _ := parse(t, "whole", whole); len(samples) != 2 {
		t.Fatalf("samples %q", samples)
	}
	for n := range len(full) {
		part := record(full[:n])
		if !strings.HasPrefix(whole, part) || part != "" && !strings.HasSuffix(part, "\n") {
			t.Fatalf("cut at %d: %q", n, part)
		}
		parse(t, "cut", part)
	}
}

func TestNotEverythingIsASample(t *testing.T) {
	for _, s := range []string{
		"", "BenchmarkX", "BenchmarkX 1", "BenchmarkX 1 2", "BenchmarkX 1 2 ns/op 3",
		"BenchmarkX 1 x ns/op", "BenchmarkX one 2 ns/op", "benchmarkX 1 2 ns/op",
		"--- FAIL: BenchmarkX 1 2 ns/op",
	} {
		if name, ok := sampleOf(s); ok {
			t.Errorf("%q is a sample of %s", s, name)
		}
	}
	const line = "BenchmarkX/a=b-2 \t 100 \t 1.5 ns/op \t 0 B/op"
	if name, ok := sampleOf(line); name != "BenchmarkX/a=b-2" || !ok {
		t.Errorf("%s, %t", name, ok)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestFullDiskIsAnError(t *testing.T) {
	text := strings.Repeat("BenchmarkX 1 2 ns/op\n", 10_000)
	r := strings.NewReader(text)
	if _, err := newRecorder(full{}).copy(r); err == nil {
		t.Error("no error")
	}
	if n, _ := io.Copy(io.Discard, r); n != 0 {
		t.Errorf("%d bytes were left unread, so the child would block", n)
	}
}
