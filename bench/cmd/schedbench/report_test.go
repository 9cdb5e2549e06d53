package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The page of the recorded results is written with its traces and pictures, and
// without a complaint.
func TestReportWritesThePageAndWhatGoesWithIt(t *testing.T) {
	chdirRoot(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "page.html")
	o := call(t, "report", "-o", out, "-pictures", filepath.Join(dir, "pictures"))
	if o.code != exitOK || o.stderr != "" || !strings.HasPrefix(o.stdout, out+": ") {
		t.Fatalf("%+v", o)
	}
	page, err := os.ReadFile(out)
	if err != nil || !strings.HasPrefix(string(page), "<!DOCTYPE html>") {
		t.Fatalf("%.40s, %v", page, err)
	}
	traces, err := os.ReadDir(filepath.Join(dir, "page-traces"))
	if err != nil || len(traces) < 3 {
		t.Fatalf("%d traces, %v", len(traces), err)
	}
	for _, x := range traces {
		if !strings.Contains(string(page), `href="page-traces/`+x.Name()+`"`) {
			t.Errorf("the page has no link to %s", x.Name())
		}
	}
	pictures, err := filepath.Glob(filepath.Join(dir, "pictures", "*.svg"))
	if err != nil || len(pictures) < 4 || len(pictures)%2 != 0 {
		t.Errorf("pictures %q, %v", pictures, err)
	}
}

func TestReportRefuses(t *testing.T) {
	chdirRoot(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-x"}, "see schedbench report -h"},
		{[]string{"page.html"}, "it takes no arguments"},
		{[]string{"-o", "page.txt"}, "-o page.txt: the name of the page ends in .html"},
		{[]string{"-o", ".html"}, "-o .html: the name of the page ends in .html"},
		{[]string{"-results", "nowhere"}, "nowhere: there is no such folder; name one with -results"},
		{[]string{"-limits", "nowhere"}, "nowhere"},
		{[]string{"-o", filepath.Join(file, "page.html")}, "file"},
	} {
		o := call(t, append([]string{"report"}, c.args...)...)
		if o.code != exitUsage || o.stdout != "" || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v, want %q", c.args, o, c.want)
		}
	}
}

// With a damaged input the page is there, and the exit code says that it is not
// whole.
func TestReportOfDamagedResults(t *testing.T) {
	chdirRoot(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "claims.md"), []byte("none\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "page.html")
	o := call(t, "report", "-o", out, "-results", dir, "-workloads", dir)
	if o.code != exitInconclusive || !strings.Contains(o.stderr, "claims.md:1: it has no table") {
		t.Errorf("%+v", o)
	}
	if page, err := os.ReadFile(out); err != nil || !strings.Contains(string(page), "claims.md:1:") {
		t.Errorf("%.40s, %v", page, err)
	}
}

// Every example of report -h is a command line that is accepted.
func TestReportExamples(t *testing.T) {
	ran := 0
	for line := range strings.SplitSeq(reportUsage, "\n") {
		args := strings.Fields(line)
		if len(args) < 2 || args[0] != "schedbench" {
			continue
		}
		ran++
		if _, err := parseReport(args[2:]); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if ran != 2 {
		t.Errorf("%d examples", ran)
	}
	if o := call(t, "report", "-h"); o.code != exitOK || o.stdout != reportUsage {
		t.Errorf("%+v", o)
	}
}
