package suite

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

func TestCommit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git command")
	}
	// No configuration of the user or of the machine, and no hooks.
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	root := t.TempDir()
	put := func(path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	do := func(args ...string) {
		t.Helper()
		if out, err := git(root, args...); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	expect := func(when, pattern string) {
		t.Helper()
		if got := Commit(root); !regexp.MustCompile("^" + pattern + "$").MatchString(got) {
			t.Errorf("%s: %s, want %s", when, got, pattern)
		}
	}
	expect("no repository", "nogit")
	do("init", "-q")
	expect("no commit", "nogit")
	put("a.go", "package a\n")
	put("sub/b.go", "package b\n")
	do("add", ".")
	do("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "x")
	expect("clean", "[0-9a-f]{12}")
	put("results/2026-01-01-x.txt", "")
	expect("a new result", "[0-9a-f]{12}")
	put("c.go", "package a\n")
	expect("a new file", "[0-9a-f]{12}-dirty")
	if err := os.Remove(filepath.Join(root, "c.go")); err != nil {
		t.Fatal(err)
	}
	put("a.go", "package a // changed\n")
	expect("a changed file", "[0-9a-f]{12}-dirty")
	if got := Commit(filepath.Join(root, "sub")); got != "nogit" {
		t.Errorf("inside somebody else's repository: %s, want nogit", got)
	}
}
