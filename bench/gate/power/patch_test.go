package power

import (
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

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
	for i := range works {
		w := &works[i]
		if err := insert(dir, w.at, w.chain(3), dragVars); err != nil {
			t.Errorf("%s: %v", w.name, err)
		}
	}
	if err := swapper(dir); err != nil {
		t.Error(err)
	}
	vet(t, dir, "./core/spsc", "./hwmock/rig")
}
