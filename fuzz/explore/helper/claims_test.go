//go:build explore

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"credence/fuzz/explore/scenario"
)

// TestPageIsOfTheseClaims wants results/claims.md to say what the claims say: each
// with its words, its verdict, and the command of each piece of evidence. What was
// found is not compared: making it again takes minutes (claims -md).
func TestPageIsOfTheseClaims(t *testing.T) {
	root, err := sourceRoot()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, claimsPage))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	if !strings.Contains(page, scenario.Summary) {
		t.Error("the page has another summary")
	}
	rows := regexp.MustCompile(`(?m)^\| \[(H\d+)\]\(#h\d+\) \|.*\| \*\*(.*)\*\* \|$`).FindAllStringSubmatch(page, -1)
	claims := scenario.Claims()
	if len(rows) != len(claims) {
		t.Fatalf("%d rows, want %d", len(rows), len(claims))
	}
	for i, c := range claims {
		if rows[i][1] != c.ID || rows[i][2] != string(c.Verdict) {
			t.Errorf("row %q says %q, want %s %s", rows[i][1], rows[i][2], c.ID, c.Verdict)
		}
		for _, part := range []string{c.Says, c.Because} {
			if !strings.Contains(page, part) {
				t.Errorf("%s: the page lacks %q; make it again with claims -md", c.ID, part)
			}
		}
		for j := range c.Evidence {
			if line := "\n  " + c.Evidence[j].Line() + "\n"; !strings.Contains(page, line) {
				t.Errorf("%s: the page lacks the command %s", c.ID, line)
			}
		}
	}
	for _, m := range regexp.MustCompile(`\((claims/[^)]*)\)`).FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join(root, "results", m[1])); err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(page, "NOT AS EXPECTED") {
		t.Error("evidence on the page is not as expected")
	}
}

// TestCommandsParse wants every command of the evidence to be one that exists, with
// files, tests and scenarios that do. Simulations are run for an instant.
func TestCommandsParse(t *testing.T) {
	root, err := sourceRoot()
	if err != nil {
		t.Fatal(err)
	}
	schedbench := filepath.Join(t.TempDir(), "schedbench")
	build := exec.Command("go", "build", "-o", schedbench, "./bench/cmd/schedbench")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := make(map[string]bool)
	for _, c := range scenario.Claims() {
		for i := range c.Evidence {
			line := c.Evidence[i].Line()
			if seen[line] {
				continue
			}
			seen[line] = true
			words := scenario.Words(line)
			switch {
			case strings.HasPrefix(line, "go run ./fuzz/cmd/schedfuzz explore "):
				explores(t, words[4:])
			case strings.HasPrefix(line, "go run ./fuzz/cmd/schedfuzz repro "):
				if _, err := os.Stat(filepath.Join(root, words[4])); err != nil {
					t.Error(err)
				}
			case strings.HasPrefix(line, "go run ./bench/cmd/schedbench "):
				simulates(t, root, schedbench, words[3:])
			case strings.HasPrefix(line, "go test "):
				tests(t, root, words[2:])
			default:
				t.Errorf("%s: nobody knows %s", c.ID, line)
			}
		}
	}
}

// explores wants the words to name a scenario, or a subcommand.
func explores(t *testing.T, words []string) {
	t.Helper()
	if _, there := subcommands[words[0]]; there {
		return
	}
	c := config{names: words[len(words)-1:]}
	if words[0] == "-strategy" {
		c.strategy = words[1]
	}
	if list, err := c.choose(); err != nil || len(list) != 1 {
		t.Errorf("%q: %d scenarios, %v", words, len(list), err)
	}
}

// simulates runs a simulation, but of a millisecond.
func simulates(t *testing.T, root, schedbench string, words []string) {
	t.Helper()
	short := false
	for i, w := range words {
		if w == "-time" {
			words[i+1], short = "1ms", true
		}
	}
	if !short {
		words = append([]string{words[0], "-time", "1ms"}, words[1:]...)
	}
	cmd := exec.Command(schedbench, words...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%q: %v\n%s", words, err, out)
	}
}

// tests wants go test's package to have tests of all names.
func tests(t *testing.T, root string, words []string) {
	t.Helper()
	pkg, names := "", ""
	for i, w := range words {
		switch {
		case strings.HasPrefix(w, "./"):
			pkg = w
		case i > 0 && words[i-1] == "-run":
			names = w
		}
	}
	files, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("%q: no tests in %s, %v", words, pkg, err)
		return
	}
	want := regexp.MustCompile(names)
	found := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			if want.Match(m[1]) {
				found++
			}
		}
	}
	if n := strings.Count(names, "|") + 1; found != n {
		t.Errorf("%q: %d tests, want %d", words, found, n)
	}
}

func TestClaimsUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"claims", "-h"}, "Usage: schedfuzz explore claims", exitOK},
		{[]string{"claims", "H29"}, `no claim "H29"`, exitUsage},
		{[]string{"claims", "-md", "H1"}, "whole page", exitUsage},
		{[]string{"claims", "-nonsense"}, "not defined", exitUsage},
		{[]string{"contract", "-h"}, "Usage: schedfuzz explore contract", exitOK},
		{[]string{"contract", "fsrw"}, "takes no argument", exitUsage},
		{[]string{"footgun", "-h"}, "-seed", exitOK},
		{[]string{"footgun", "-n", "0"}, "permitted: 1 or more", exitUsage},
	} {
		var stdout, stderr bytes.Buffer
		code := run(&stdout, &stderr, c.args)
		if out := stdout.String() + stderr.String(); code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("%q: code %d, %s", c.args, code, out)
		}
	}
}

// TestClaimsPrints one claim as text and as JSON, with its verdict, what was found,
// and the command.
func TestClaimsPrints(t *testing.T) {
	for _, args := range [][]string{{"claims", "h1"}, {"claims", "-json", "H1"}} {
		var stdout, stderr bytes.Buffer
		if code := run(&stdout, &stderr, args); code != exitOK || stderr.Len() > 0 {
			t.Errorf("%q: code %d, %s", args, code, &stderr)
		}
		for _, want := range []string{"H1", "busy-loop in ", "explore -trace '2023/as posted'"} {
			if !strings.Contains(strings.ReplaceAll(stdout.String(), `\u0026`, "&"), want) {
				t.Errorf("%q lacks %q:\n%s", args, want, &stdout)
			}
		}
	}
}

// TestEvidenceThatIsNotAsExpected is a finding, and says so.
func TestEvidenceThatIsNotAsExpected(t *testing.T) {
	c := scenario.Claim{ID: "H0", Evidence: []scenario.Evidence{{Command: "go version", Want: []string{"cobol"}}}}
	var stdout, stderr bytes.Buffer
	r := &claimsRun{stdout: &stdout, stderr: &stderr, known: make(map[string]scenario.Answer)}
	if code := r.text([]scenario.Claim{c}); code != exitFinding || !strings.Contains(stdout.String(), "NOT AS EXPECTED") {
		t.Errorf("code %d\n%s", code, &stdout)
	}
	c.Evidence[0].Command = "go tool there-is-no-such-tool"
	if code := r.text([]scenario.Claim{c}); code != exitInconclusive || stderr.Len() == 0 {
		t.Errorf("code %d\n%s", code, &stdout)
	}
}
