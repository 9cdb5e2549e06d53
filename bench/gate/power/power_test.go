package power

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/bench/gate"
)

// The bounds are where the binomial distribution has its tails, by adding it up.
func TestClopperPearsonAgainstBinomial(t *testing.T) {
	atLeast := func(k, n int, p float64) float64 {
		sum := 0.0
		for i := k; i <= n; i++ {
			c := 1.0
			for j := range i {
				c *= float64(n-j) / float64(j+1)
			}
			sum += c * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
		}
		return sum
	}
	for _, n := range []int{1, 5, 40, 100} {
		for k := range n + 1 {
			lo, hi := ClopperPearson(k, n, 0.95)
			if k == 0 && lo != 0 || k == n && hi != 1 {
				t.Errorf("%d of %d: %g to %g", k, n, lo, hi)
			}
			if k > 0 && math.Abs(atLeast(k, n, lo)-0.025) > 1e-9 {
				t.Errorf("%d of %d: lower bound %g", k, n, lo)
			}
			if k < n && math.Abs(1-atLeast(k+1, n, hi)-0.025) > 1e-9 {
				t.Errorf("%d of %d: upper bound %g", k, n, hi)
			}
		}
	}
}

func TestSiteOf(t *testing.T) {
	for symbol, want := range map[string]string{
		"credence/core/spsc.(*Queue[go.shape.uint64]).Pop":           "core/spsc.Queue.Pop",
		"credence/core/spsc.(*Queue[go.shape.*example/x.T]).TryPush": "core/spsc.Queue.TryPush",
		"credence/core/sched.(*Job).Init":                            "core/sched.Job.Init",
		"credence/core/spsc.New[go.shape.int]":                       "core/spsc.New",
		"credence/core/credit.helper":                                "core/credit.helper",
		"credence/core/sched.(*Work).Run.func1":                      "",
		"credence/bench/micro_test.pushPop[go.shape.uint64]":         "",
		"runtime.mallocgc":                                           "",
	} {
		s, ok := siteOf(symbol)
		if !ok && want != "" || ok && s.String() != want {
			t.Errorf("%s: %v %t, want %q", symbol, s, ok, want)
		}
	}
}

// tiny writes a package into which things can be inserted.
func tiny(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range map[string]string{
		"go.mod": "module credence\n\ngo 1.26\n",
		"core/q/q.go": "package q\n\ntype Q[T any] struct{ n int }\n\nfunc (q *Q[T]) F() int { return q.n }\n" +
			"\nfunc G() {}\n\nfunc F() int { return 0 }\n",
		"bench/micro/doc.go": "package micro\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func vet(t *testing.T, dir string, packages ...string) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"build"}, packages...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// What is inserted compiles, in the right function, whatever its shape and size.
func TestInsertCompiles(t *testing.T) {
	var works []string
	for _, s := range shapes {
		works = append(works, s.text(1, 1), s.text(77, math.MaxUint64))
	}
	for _, work := range works {
		dir := tiny(t)
		if err := insert(dir, site{"core/q", "Q", "F"}, work, dragVars); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "core", "q", "q.go"))
		if want := "func (q *Q[T]) F() int { " + work; err != nil || strings.Count(string(text), want) != 1 {
			t.Errorf("%v\n%s", err, text)
		}
		vet(t, dir, "./...")
	}
	for _, s := range []site{{"core/q", "", "G"}, {"core/q", "", "F"}} {
		dir := tiny(t)
		work := shapes[0].text(2, 1)
		if err := insert(dir, s, work, dragVars); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(filepath.Join(dir, "core", "q", "q.go"))
		if !strings.Contains(string(text), "func "+s.name+"()") ||
			!strings.Contains(string(text[strings.Index(string(text), "func "+s.name+"()"):]), work) {
			t.Errorf("%v:\n%s", s, text)
		}
		vet(t, dir, "./...")
	}
	if err := insert(tiny(t), site{"core/q", "R", "F"}, "", ""); err == nil {
		t.Error("a function that is not there was patched")
	}
	dir := tiny(t)
	if _, err := unrelated(dir, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	vet(t, dir, "./...")
}

// The patches fit the sources as they are, and compile.
func TestPatchesFit(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	dir := t.TempDir()
	for _, folder := range []string{"core", "hwmock"} {
		to := filepath.Join(dir, filepath.FromSlash(folder))
		if err := os.CopyFS(to, os.DirFS(filepath.Join(root, filepath.FromSlash(folder)))); err != nil {
			t.Fatal(err)
		}
	}
	mod := []byte("module credence\n\ngo 1.26\n")
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := insert(dir, hostSite, chain(3), dragVars); err != nil {
		t.Error(err)
	}
	if err := swapper(dir); err != nil {
		t.Error(err)
	}
	vet(t, dir, "./core/spsc", "./hwmock/rig")
}

func TestTurns(t *testing.T) {
	c := Calibration{Short: 64, Long: 512, ShortChange: 0.02, LongChange: 0.244}
	for ratio, want := range map[float64]int{0.02: 64, 0.244: 512, 0.05: 124, 0.001: 26, -1: 1} {
		if got := c.Turns(ratio); got != want {
			t.Errorf("%g: %d, want %d", ratio, got, want)
		}
	}
}

// repository returns a git repository with one commit.
func repository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git command")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	dir := t.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=x", "-c", "user.email=x@example.org",
		"commit", "-q", "--allow-empty", "-m", "x"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return dir
}

// An experiment that ends by an error goes on where it stopped: no trial is done
// twice, seeds do not depend on where it stopped, and a line that was cut off is
// done again.
func TestRunResumes(t *testing.T) {
	defer func(k []Kind) { Kinds = k }(Kinds)
	root := repository(t)
	var did []string
	stop := ""
	revs := map[string]bool{}
	do := func(_ context.Context, _ *Config, tr *Trial) error {
		if tr.id() == stop {
			return errors.New("the power failed")
		}
		revs[tr.Commit] = true
		did = append(did, fmt.Sprintf("%s %d", tr.id(), tr.Seed))
		tr.raw = []gzippedText{{"base.txt", "x"}}
		return nil
	}
	Kinds = []Kind{{Name: "a/x", run: do}, {Name: "b/y", Change: true, run: do}}
	rev := "HEAD"
	run := func(dir string) error {
		return Run(t.Context(), Config{Root: root, Dir: dir, Rev: rev, Seed: 1,
			Counts: map[string]int{"a/x": 3, "b/y": 2}})
	}
	if err := run(t.TempDir()); err != nil || len(did) != 5 {
		t.Fatalf("%v %q", err, did)
	}
	want := did
	dir := t.TempDir()
	did = nil
	for _, stop = range []string{"a-x-001", "b-y-000", "b-y-001", "none"} {
		if err := run(dir); (err == nil) != (stop == "none") {
			t.Fatalf("stopped at %s: %v", stop, err)
		}
	}
	// A run that goes on is of the commit that it began with, whatever came since.
	more := exec.Command("git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q",
		"--allow-empty", "-m", "y")
	more.Dir = root
	if out, err := more.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rev = ""
	if !slices.Equal(did, want) {
		t.Errorf("%q, want %q", did, want)
	}
	path := filepath.Join(dir, trialsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)-10], 0o666); err != nil {
		t.Fatal(err)
	}
	if trials, err := Trials(dir); err != nil || len(trials) != 4 {
		t.Errorf("%d trials of a file that was cut off, %v", len(trials), err)
	}
	if err := run(dir); err != nil || len(did) != 6 {
		t.Errorf("%v, %d trials done", err, len(did))
	}
	if trials, err := Trials(dir); err != nil || len(trials) != 5 {
		t.Errorf("%d trials after the repair, %v", len(trials), err)
	}
	if len(revs) != 1 {
		t.Errorf("trials of %v", revs)
	}
	rev = "HEAD"
	broken := append(text[:10:10], text[len(text)-300:]...)
	if err := os.WriteFile(path, broken, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Trials(dir); err == nil {
		t.Error("a damaged line in the middle is taken")
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := run(dir); err == nil || !strings.Contains(err.Error(), "one run is of one commit") {
		t.Errorf("trials of another commit: %v", err)
	}
}

// Of a change hits are rows that were found, whatever else failed, of none they are exit codes of 1; what is
// inconclusive is neither.
func TestTable(t *testing.T) {
	var trials []Trial
	for i := range 10 {
		trials = append(trials,
			Trial{Kind: "host/slower-5", Index: i, Hit: i > 1, Exit: []int{3, 1}[min(i, 1)], Change: 0.05},
			Trial{Kind: "exact/same", Index: i, Hit: i == 1, Exit: []int{1, 1, 0, 3}[min(i, 3)]})
	}
	got, err := Table(t.TempDir(), trials)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| host/slower-5 | 5 % slower | found 8 | 10 | 80.0 % | 44.4-97.5 % | 1 | +5.00 % | 0 s |",
		"| exact/same | the same scenario again | alarms 2 | 10 | 20.0 % | 2.5-55.6 % | 7 | +0.00 % | 0 s |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

// Drawn again, noise raises no alarm and a slowdown is found; stretches are long
// enough and of whole rounds.
func TestResampling(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	trial := &Trial{Kind: "host/layouts", Rounds: 60, Measured: 60, Seed: 1}
	sample := func(first int, slower float64) []gate.Sample {
		var out []gate.Sample
		for round := range trial.Rounds {
			for l := range 8 {
				out = append(out, gate.Sample{Value: 5e-9 * (1 + slower) * math.Exp(0.02*r.NormFloat64()),
					Layout: fmt.Sprint(first + l), Round: fmt.Sprint(round + 1)})
			}
		}
		return out
	}
	base, same, slow := sample(1, 0), sample(9, 0), sample(9, 0.05)
	alarms, found := 0, 0
	for range 40 {
		if hit, err := again(r, trial, base, same, false); err != nil {
			t.Fatal(err)
		} else if hit {
			alarms++
		}
		if hit, err := again(r, trial, base, slow, true); err != nil {
			t.Fatal(err)
		} else if hit {
			found++
		}
	}
	dealt := 0
	for range 40 {
		if hit, err := again(r, trial, base, slow, false); err != nil {
			t.Fatal(err)
		} else if hit {
			dealt++
		}
	}
	if dealt > 4 {
		t.Errorf("%d alarms of 40 where slow layouts were dealt to both sides", dealt)
	}
	if alarms > 1 || found < 40 {
		t.Errorf("%d alarms and %d found of 40", alarms, found)
	}
	rounds := drawRounds(r, trial)
	for i := range rounds {
		if len(rounds) != trial.Rounds || i%10 != 0 && rounds[i] != rounds[i-1]+1 || rounds[i] >= 60 {
			t.Fatalf("rounds %v", rounds)
		}
	}
}
