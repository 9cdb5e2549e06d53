package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bisectMain is a schedfuzz of a few lines: its bug is that a file with the word
// that sum returns is broken.
const bisectMain = `package main

import (
	"os"
	"strings"

	"credence/core/sum"
)

func main() {
	text, err := os.ReadFile(os.Args[2])
	if os.Args[1] != "repro" || err != nil {
		os.Exit(2)
	}
	if !strings.Contains(string(text), sum.Word()) {
		os.Exit(1)
	}
}
`

// repository is a source tree with a history.
type repository struct {
	t   *testing.T
	dir string
	n   int
}

func (r *repository) git(args ...string) string {
	r.t.Helper()
	args = append([]string{"-C", r.dir, "-c", "user.name=n", "-c", "user.email=e"}, args...)
	out, err := exec.Command("git", args...).CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *repository) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

// commit commits a core whose function has this body.
func (r *repository) commit(body string) {
	r.n++
	r.write("core/sum/sum.go", fmt.Sprintf(
		"package sum\n\n// Commit %d.\nfunc Word() string { %s }\n", r.n, body))
	r.git("add", ".")
	r.git("commit", "-q", "-m", fmt.Sprintf("commit %d", r.n))
	r.git("tag", fmt.Sprintf("c%d", r.n))
}

func TestBisect(t *testing.T) {
	needGo(t)
	r := &repository{t: t, dir: t.TempDir()}
	r.git("init", "-q", "-b", "main")
	r.write("go.mod", "module credence\n\ngo 1.26.0\n")
	r.write("fuzz/cmd/schedfuzz/main.go", bisectMain)
	good, broken, bug := `return "fine"`, `return 1`, `return "other"`
	for _, body := range []string{good, good, good, bug, bug, broken, bug} { // since c4
		r.commit(body)
	}
	file := filepath.Join(t.TempDir(), "program.txt")
	if err := os.WriteFile(file, []byte("all is fine"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(r.dir, "core"))
	o := call(t, "bisect", "-good", "c1", file)
	if o.code != exitFinding || !strings.HasSuffix(strings.TrimSpace(o.stdout), "commit 4") ||
		strings.Contains(o.stdout, "one of") {
		t.Errorf("%+v", o)
	}
	if !strings.Contains(o.stderr, r.git("rev-parse", "c3")[:12]+" good") {
		t.Errorf("the last good one was not asked: %s", o.stderr)
	}
	if status := r.git("status", "--porcelain"); status != "" || r.git("worktree", "list") != r.dir+" "+
		r.git("rev-parse", "--short", "HEAD")+" [main]" && strings.Count(r.git("worktree", "list"), "\n") > 0 {
		t.Errorf("the checkout has changed: %s %s", status, r.git("worktree", "list"))
	}
	// Between c5 and c7 there is one that does not build.
	r.commit(good)
	r.commit(broken)
	r.commit(bug)
	o = call(t, "bisect", "-good", "c8", "-bad", "c10", file)
	if o.code != exitFinding || !strings.Contains(o.stdout, "one of 2 commits") ||
		!strings.Contains(o.stdout, "commit 9\n") || !strings.Contains(o.stdout, "commit 10\n") {
		t.Errorf("%+v", o)
	}
	for _, c := range []struct {
		good, bad string
		code      int
		want      string
	}{
		{"c1", "c3", exitOK, "nothing is broken at c3"},
		{"c4", "c5", exitInconclusive, "it breaks at c4 already"},
		{"c6", "c7", exitInconclusive, "c6 cannot run the file"},
		{"c1", "c6", exitInconclusive, "c6 cannot run the file"},
		{"c3", "c3", exitInconclusive, "no commit from c3 to c3"},
		{"c99", "c3", exitInconclusive, "c99"},
	} {
		o := call(t, "bisect", "-good", c.good, "-bad", c.bad, file)
		if o.code != c.code || !strings.Contains(o.stdout+o.stderr, c.want) {
			t.Errorf("%s to %s: %+v", c.good, c.bad, o)
		}
	}
	o = call(t, "bisect", file)
	if o.code != exitUsage {
		t.Errorf("%+v", o)
	}
}

// What lies between is asked from the middle on, each once.
func TestOutwards(t *testing.T) {
	for _, c := range []struct{ from, to, first int }{{0, 2, 1}, {0, 3, 1}, {2, 9, 5}, {0, 10, 5}} {
		list := outwards(c.from, c.to)
		if len(list) != c.to-c.from-1 || list[0] != c.first {
			t.Errorf("%+v: %v", c, list)
		}
		slices.Sort(list)
		if len(slices.Compact(list)) != c.to-c.from-1 {
			t.Errorf("%+v: one is there twice: %v", c, list)
		}
	}
}
