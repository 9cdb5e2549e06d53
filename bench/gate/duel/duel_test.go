package duel

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"credence/bench/gate"
	"credence/bench/slope"
	"credence/bench/suite"
)

// The module of the tests: a package whose benchmarks take host time, and one
// whose figures are exact.
const (
	hostSource = `package a

import "testing"

var sink int

//go:noinline
func work(n int) int {
	x := n
	for i := range n {
		x = x*31 + i
	}
	return x
}

func BenchmarkWork(b *testing.B) {
	b.Run("ends=1", func(b *testing.B) { for b.Loop() { sink += work(TURNS) } })
	b.Run("ends=2", func(b *testing.B) { for b.Loop() { } })
}
`
	exactSource = `package e

import ("fmt"; "testing")

func BenchmarkScenario(b *testing.B) {
	fmt.Println("Unit jobs assume=exact better=higher")
	for b.Loop() { }
	b.ReportMetric(JOBS, "jobs")
}
`
)

// repo is a git repository with the module.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T) repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git command")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	r := repo{t, t.TempDir()}
	r.git("init", "-q")
	return r
}

func (r repo) git(args ...string) string {
	r.t.Helper()
	out, err := git(r.t.Context(), r.dir, append([]string{"-c", "user.name=x",
		"-c", "user.email=x@example.org"}, args...)...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// write makes the sources, with some turns of the loop and a count of jobs.
func (r repo) write(turns, jobs string) {
	r.t.Helper()
	for path, text := range map[string]string{
		"go.mod":      "module credence\n\ngo 1.26\n",
		"a/a_test.go": strings.ReplaceAll(hostSource, "TURNS", turns),
		"e/e_test.go": strings.ReplaceAll(exactSource, "JOBS", jobs),
	} {
		path = filepath.Join(r.dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r repo) commit(turns, jobs string) string {
	r.t.Helper()
	r.write(turns, jobs)
	r.git("add", ".")
	r.git("commit", "-q", "-m", "x")
	return r.git("rev-parse", "HEAD")
}

func (r repo) config(base, head string) Config {
	return Config{Root: r.dir, Dir: r.t.TempDir(), Base: base, Head: head, Layouts: gate.MinLayouts,
		Packages: []suite.Package{{Path: "a"}, {Path: "e", Exact: true}}, Budget: time.Nanosecond, Seed: 1}
}

func judge(t *testing.T, r *Result) *gate.Verdict {
	t.Helper()
	v, err := gate.Judge(r.Base, r.Head, gate.Options{Identical: r.Identical})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Twice the work and other jobs are found, in all three kinds of figures; the
// worktrees are gone afterwards, and the results can be read by benchstat.
func TestRunFindsARegression(t *testing.T) {
	r := newRepo(t)
	base, head := r.commit("1000", "270"), r.commit("2000", "269")
	c := r.config(base, head)
	c.Valgrind, _ = slope.Find()
	out, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	v := judge(t, out)
	kinds := map[gate.Kind]bool{}
	for _, j := range v.Rows {
		if j.Gated && j.Outcome == gate.Regressed {
			kinds[j.Kind] = true
		}
	}
	if !kinds[gate.Host] || !kinds[gate.Exact] || c.Valgrind != "" && !kinds[gate.Instructions] {
		var b strings.Builder
		v.WriteText(&b, 0)
		t.Errorf("%s\n%s", &b, out.HeadText)
	}
	if strings.Contains(out.BaseText, "ends=2") {
		t.Error("a benchmark was measured whose limit is off")
	}
	if out.Rounds < minRounds || len(out.Identical) != 0 {
		t.Errorf("%d rounds, identical %q", out.Rounds, out.Identical)
	}
	if list := r.git("worktree", "list"); strings.Count(list, "\n") != 0 {
		t.Errorf("worktrees are left: %s", list)
	}
	s := out.Base.Find(gate.Row{Pkg: "credence/a", Name: "Work/ends=1", Unit: "sec/op"})
	seen := map[string]int{}
	for _, x := range s.Samples {
		seen[x.Layout]++
	}
	if len(seen) != c.Layouts || len(s.Samples) != c.Layouts*out.Rounds {
		t.Errorf("samples by layout %v in %d rounds", seen, out.Rounds)
	}
	for _, x := range out.Head.Find(s.Row).Samples {
		if seen[x.Layout] > 0 {
			t.Errorf("both sides have layout %s", x.Layout)
		}
	}
}

// Sources that give the same bytes need no measurement, and pass.
func TestRunOfIdenticalBinaries(t *testing.T) {
	r := newRepo(t)
	base := r.commit("1000", "270")
	r.git("commit", "-q", "--allow-empty", "-m", "y")
	out, err := Run(t.Context(), r.config(base, "HEAD"))
	if err != nil {
		t.Fatal(err)
	}
	v := judge(t, out)
	if v.Exit() != gate.ExitPass || out.Rounds != 0 || len(out.Identical) != 2 {
		t.Errorf("%s, %d rounds, identical %q", v.Line(), out.Rounds, out.Identical)
	}
}

// The working tree is measured where it lies, and stays.
func TestRunOfWorkingTree(t *testing.T) {
	r := newRepo(t)
	r.commit("1000", "270")
	r.write("1000", "271")
	out, err := Run(t.Context(), r.config("HEAD", WorkingTree))
	if err != nil {
		t.Fatal(err)
	}
	v := judge(t, out)
	if v.Count(gate.Improved) != 1 || !strings.Contains(out.HeadText, "-dirty\n") {
		t.Errorf("%s\n%s", v.Line(), out.HeadText)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "a", "a_test.go")); err != nil {
		t.Error(err)
	}
}

func TestRunRefuses(t *testing.T) {
	r := newRepo(t)
	good := r.commit("1000", "270")
	broken := r.commit("nonsense", "270")
	for _, c := range []struct {
		what, head, want string
		layouts          int
	}{
		{"no revision", "nowhere", "is no revision", 5},
		{"a flag", "--all", "is no revision", 5},
		{"does not build", broken, "undefined: nonsense", 5},
		{"few layouts", good, "give 5 to 64", 4},
		{"many layouts", good, "give 5 to 64", 65},
	} {
		conf := r.config(good, c.head)
		conf.Layouts = c.layouts
		if _, err := Run(t.Context(), conf); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	if list := r.git("worktree", "list"); strings.Count(list, "\n") != 0 {
		t.Errorf("worktrees are left: %s", list)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, r.config(good, good)); err == nil {
		t.Error("a cancelled comparison succeeded")
	}
}

// Benchmarks that nobody asked for are not run.
func TestSelection(t *testing.T) {
	r := newRepo(t)
	base, head := r.commit("10", "270"), r.commit("11", "270")
	c := r.config(base, head)
	c.Bench = regexp.MustCompile("^Scenario")
	out, err := Run(t.Context(), c)
	if err != nil || out.Rounds != 0 || strings.Contains(out.BaseText, "BenchmarkWork") ||
		!strings.Contains(out.BaseText, " jobs\n") {
		t.Errorf("%v\n%+v", err, out)
	}
}
