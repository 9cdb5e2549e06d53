package campaign

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSuppressions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "suppress.txt")
	now := time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC)
	if a, e, err := Suppressions(file, now); a != nil || e != nil || err != nil {
		t.Errorf("a file that is not there: %v %v %v", a, e, err)
	}
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("# known\n\nI4/heal/00c0ffee 2026-11-22 being fixed\nL1/submit 2026-11-21 was fixed\n")
	active, expired, err := Suppressions(file, now)
	if err != nil || len(active) != 1 || len(expired) != 1 {
		t.Fatalf("%v %v %v", active, expired, err)
	}
	if s := active[0]; s.Class != "I4/heal/00c0ffee" || s.Reason != "being fixed" || s.Line != 3 {
		t.Errorf("%+v", s)
	}
	if expired[0].Class != "L1/submit" {
		t.Errorf("%+v", expired[0])
	}
	for text, want := range map[string]string{
		"\nI4/heal 2026-12-31\n":        ":2: \"I4/heal 2026-12-31\" lacks",
		"I4 2026-12-31 why":             ":1: \"I4\" is no class",
		"I4/a tomorrow why":             ":1: \"tomorrow\" is no day",
		"I4/a 2028-01-01 for ever":      ":1: 2028-01-01 is more than a year away",
		"# a\n# b\nI4/a 2026-13-01 why": ":3: \"2026-13-01\" is no day",
	} {
		write(text)
		if _, _, err := Suppressions(file, now); err == nil || !strings.HasPrefix(err.Error(), file+want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// What has changed since a base is committed, not yet committed, or new.
func TestSince(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=n", "-c", "user.email=e"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "main")
	write("core/spsc/spsc.go", "1")
	write("core/credit/credit.go", "1")
	write("hwmock/trace/read.go", "1")
	git("add", ".")
	git("commit", "-q", "-m", "base")
	git("tag", "base")
	write("core/spsc/spsc.go", "2")
	write("core/credit/credit_test.go", "2")
	git("add", ".")
	git("commit", "-q", "-m", "change")
	write("hwmock/trace/read.go", "2")
	write("hwmock/workload/new.go", "2")
	files, err := Changed(t.Context(), dir, "base")
	want := []string{"core/credit/credit_test.go", "core/spsc/spsc.go", "hwmock/trace/read.go",
		"hwmock/workload/new.go"}
	if err != nil || !slices.Equal(files, want) {
		t.Fatalf("%q, %v", files, err)
	}
	before := All()
	for i, s := range Since(before, files) {
		factor := 1
		switch s.Name {
		case "System", "Core", "Spsc", "Wsim", "Timeline":
			factor = changedWeight
		}
		if s.Weight != before[i].Weight*factor {
			t.Errorf("%s weighs %d, before %d", s.Name, s.Weight, before[i].Weight)
		}
	}
	if _, err := Changed(t.Context(), dir, "nothing"); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("there is no such base: %v", err)
	}
}
