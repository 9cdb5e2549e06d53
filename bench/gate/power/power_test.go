package power

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/bench/gate"
)

// sampleText is a results file with a sample by the name of a trial.
func sampleText(id string) string {
	return "BenchmarkX/of=" + id + "/x 1 5 ns/op\n# status: complete, 1 rounds, 1 samples\n"
}

// checkRaw reads the raw samples of all trials.
func checkRaw(t *testing.T, dir string) {
	t.Helper()
	trials, err := Trials(dir)
	if err != nil || len(trials) == 0 {
		t.Fatalf("%d trials, %v", len(trials), err)
	}
	for i := range trials {
		base, head, err := trials[i].sets(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range []*gate.Set{base, head} {
			if got, want := set.Series[0].Name, "X/of="+trials[i].id()+"/x"; got != want {
				t.Errorf("raw samples of %s, want %s", got, want)
			}
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
		tr.raw = [2]string{sampleText(tr.id()), sampleText(tr.id())}
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
	before, err := os.Stat(rawPath(dir, "b/y"))
	if err != nil {
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
	after, err := os.Stat(rawPath(dir, "b/y"))
	if err != nil || after.Size() != before.Size() {
		t.Errorf("raw samples of a trial done again are kept twice: %v, %v", after, err)
	}
	checkRaw(t, dir)
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
