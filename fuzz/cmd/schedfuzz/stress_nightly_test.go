package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// nightly runs scripts/fuzz-nightly, with a go command whose builds are a script in
// the place of schedfuzz.
func nightly(t *testing.T, schedfuzz string, args ...string) (code int, out, report string) {
	t.Helper()
	dir := t.TempDir()
	fake := filepath.Join(dir, "fake")
	goTool := "#!/bin/sh\ncase $1 in\nenv) echo sh;;\n" +
		"build) while [ \"$1\" != -o ]; do shift; done; cp " + fake + " \"$2\";;\nesac\n"
	for name, text := range map[string]string{"fake": "#!/bin/sh\n" + schedfuzz, "go": goTool} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("bash", append([]string{"../../../scripts/fuzz-nightly", "-out",
		filepath.Join(dir, "out"), "-corpus", filepath.Join(dir, "corpus")}, args...)...)
	c.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	text, _ := c.CombinedOutput()
	b, _ := os.ReadFile(filepath.Join(dir, "out/report.md"))
	return c.ProcessState.ExitCode(), string(text), string(b)
}

// The night goes on after a find and a failure, says what came of each step, and its
// exit code is that of the worst.
func TestNightly(t *testing.T) {
	for _, x := range []struct {
		name, script string
		code         int
		report       []string
	}{
		{"quiet", "echo done $1; exit 0", 0,
			[]string{"| hunt | quiet |", "| stress | quiet |", "| explore | quiet |", "`done planted`"}},
		{"a find and a failure", "case $1 in run) exit 1;; planted) exit 3;; esac", 1,
			[]string{"| hunt | found |", "| stress | quiet |", "| planted | failed |", "| explore | quiet |"}},
		{"a failure", "case $1 in stress) exit 3;; esac", 3, []string{"| stress | failed |"}},
		{"time that does not suffice", "case $1 in explore) exit 3;; esac", 0,
			[]string{"| explore | quiet |"}},
		{"an explorer that fails", "case $1 in explore) echo 'schedfuzz: explore: no' >&2; exit 3;; esac",
			3, []string{"| explore | failed |"}},
		{"an interrupt", "case $1 in run) kill -TERM $PPID; exit 0;; esac", 3,
			[]string{"It was interrupted.", "| hunt | interrupted |", "| planted | interrupted |"}},
	} {
		code, out, report := nightly(t, x.script, "-hours", "0.5")
		if code != x.code {
			t.Errorf("%s: exit code %d, want %d\n%s", x.name, code, x.code, out)
		}
		for _, want := range x.report {
			if !strings.Contains(report, want) {
				t.Errorf("%s: %q is not in\n%s", x.name, want, report)
			}
		}
	}
	for _, args := range []string{"-hours", "-hours x", "-hours 0.001", "-no", "nothing"} {
		if code, out, _ := nightly(t, "exit 0", strings.Fields(args)...); code != 2 {
			t.Errorf("%s: exit code %d\n%s", args, code, out)
		}
	}
}
