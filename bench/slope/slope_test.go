package slope

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// source has operations whose instructions can be told apart: twice runs the
// same loop twice.
const source = `package a

import "testing"

var sink int

//go:noinline
func work(n int) {
	for i := range n {
		sink += i
	}
}

var kept []*[8]int

func BenchmarkWork(b *testing.B) {
	b.Run("loops=1", func(b *testing.B) { for b.Loop() { work(100) } })
	b.Run("loops=2", func(b *testing.B) { for b.Loop() { work(100); work(100) } })
}

func BenchmarkBad(b *testing.B) {
	b.Run("bad", func(b *testing.B) { for b.Loop() { }; b.Fatal("the ring is broken") })
	b.Run("uneven", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if i >= 1000 { kept = append(kept, new([8]int), new([8]int), new([8]int), new([8]int)) }
		}
	})
}
`

// binary builds the benchmarks of source.
func binary(t *testing.T) Config {
	t.Helper()
	valgrind, err := Find()
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.org/a\n\ngo 1.26\n", "a_test.go": source,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-c", "-o", "a.test", ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return Config{Valgrind: valgrind, Binary: filepath.Join(dir, "a.test"), Dir: dir, N: 1000}
}

// The slope of real code repeats to the digit, and doubles with the work.
func TestMeasure(t *testing.T) {
	c := binary(t)
	measure := func(bench string) *Slope {
		t.Helper()
		c.Bench = bench
		s, err := Measure(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, again, two := measure("BenchmarkWork/loops=1"), measure("BenchmarkWork/loops=1"),
		measure("BenchmarkWork/loops=2")
	if one.Delta() != again.Delta() {
		t.Errorf("%d and %d instructions for the same: %v %v", one.Delta(), again.Delta(),
			one.Groups, again.Groups)
	}
	// The loop has 100 turns of at least two instructions each.
	if per := one.Of("example.org/a"); per < 200 || per > 2000 {
		t.Errorf("%g instructions for 100 turns: %v", per, one.Groups)
	}
	// Twice the work, and one loop of the harness less than twice.
	if r := two.PerOp() / one.PerOp(); r < 1.8 || r >= 2.05 {
		t.Errorf("twice the work is %g times the instructions: %v, %v", r, one.Groups, two.Groups)
	}
	c.Group = func(f Function) string {
		if strings.HasSuffix(f.Name, ".work") {
			return "work"
		}
		return ""
	}
	if s := measure("BenchmarkWork/loops=2"); len(s.Groups) != 1 || s.Groups[0].Name != "work" ||
		s.Delta() >= two.Delta() {
		t.Errorf("groups %v of %v", s.Groups, two.Groups)
	}
}

func TestMeasureRefuses(t *testing.T) {
	c := binary(t)
	for _, test := range []struct {
		bench, want string
	}{
		{"BenchmarkBad/bad", "the ring is broken"},
		{"BenchmarkBad/uneven", "allocations an operation"},
		{"BenchmarkNone", "0 benchmarks have this name"},
		{"BenchmarkWork", "benchmarks have this name"},
		{"BenchmarkWork/loops=.", "0 benchmarks have this name"},
	} {
		c.Bench = test.bench
		if s, err := Measure(t.Context(), c); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %v; want %q", test.bench, s, err, test.want)
		}
	}
	c.Bench, c.N = "BenchmarkBad/uneven", 1000
	if _, err := Measure(t.Context(), c); !errors.Is(err, ErrUneven) {
		t.Errorf("%v; want ErrUneven", err)
	}
	c.N = 0
	if _, err := Measure(t.Context(), c); err == nil {
		t.Error("0 operations were counted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.Bench, c.N = "BenchmarkWork/loops=1", 1
	if _, err := Measure(ctx, c); err == nil {
		t.Error("a cancelled run was counted")
	}
}

// Small differences are noise, whatever the group; large ones are not.
func TestDifference(t *testing.T) {
	f := func(name string) Function { return Function{Name: name} }
	a := map[Function]int64{f("p.f"): 100, f("q.g"): 7, f("runtime.x"): 50}
	b := map[Function]int64{f("p.f"): 300, f("q.g"): 11, f("r.new"): 5, f("runtime.x"): 10}
	got := difference(a, b, ByPackage, 10)
	want := []Group{{"p", 200}, {"r", 5}, {Runtime, -36}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	s := Slope{N: 10, Groups: got}
	if s.Delta() != 205 || s.PerOp() != 20.5 || s.Of("r") != 0.5 || s.Of("none") != 0 {
		t.Errorf("%d, %g, %g", s.Delta(), s.PerOp(), s.Of("r"))
	}
}

func TestByPackage(t *testing.T) {
	for name, want := range map[string]string{
		"credence/core/spsc.(*Queue[go.shape.uint64]).Pop":  "credence/core/spsc",
		"credence/core/spsc.New[example.org/x.T]":           "credence/core/spsc",
		"credence/bench/micro_test.pushPop[go.shape.uint8]": "credence/bench/micro_test",
		"example.org/a.BenchmarkWork.func1":                 "example.org/a",
		"sync/atomic.AddUint64":                             "sync/atomic",
		"testing.(*B).Loop":                                 "testing",
		"runtime.mallocgc":                                  Runtime,
		"runtime/internal/sys.X":                            Runtime,
		"internal/runtime/maps.(*Map).Put":                  Runtime,
		"memeqbody":                                         Runtime,
		"???":                                               Runtime,
	} {
		if got := ByPackage(Function{Name: name}); got != want {
			t.Errorf("%s is of %q, want %q", name, got, want)
		}
	}
}

const output = `desc: I1 cache:  1 B
cmd: ./x.test
events: Ir
fl=a.go
fn=p.f
1 10
2 5
fl=b.go
fn=p.f
7 3
fn=p.g
9 2
summary: 20
`

func TestParse(t *testing.T) {
	got, err := parse(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	want := map[Function]int64{{"a.go", "p.f"}: 15, {"b.go", "p.f"}: 3, {"b.go", "p.g"}: 2}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	for f, n := range want {
		if got[f] != n {
			t.Errorf("%v: %d, want %d", f, got[f], n)
		}
	}
	// Cut anywhere, it is refused: the summary is missing or not the sum.
	for n := range len(output) - 1 {
		if _, err := parse(strings.NewReader(output[:n])); err == nil {
			t.Errorf("cut at %d it is taken", n)
		}
	}
	if _, err := parse(strings.NewReader("1 x\n")); err == nil {
		t.Error("a count that is no number is taken")
	}
}

func TestPattern(t *testing.T) {
	if got, want := Pattern("BenchmarkA/x=1.5/y"), `^BenchmarkA$/^x=1\.5$/^y$`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
