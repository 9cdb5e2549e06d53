package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// goodResults is a results file of enough samples; kinds of damage are made from it.
func goodResults() string {
	var b strings.Builder
	b.WriteString("goos: linux\ngoarch: amd64\npkg: p\ncpu: X\nUnit jobs assume=exact better=higher\n")
	for i := range 10 {
		fmt.Fprintf(&b, "BenchmarkA/n=1-2 \t 1000 \t 12.%d ns/op \t 270 jobs\n", 500+i)
	}
	b.WriteString("# status: complete, 10 rounds, 10 samples\n")
	return b.String()
}

const (
	firstResult = 6 // line of the first result in goodResults
	statusLine  = 16
)

// withLine returns goodResults with line n replaced.
func withLine(n int, line string) string {
	lines := strings.Split(goodResults(), "\n")
	lines[n-1] = line
	return strings.Join(lines, "\n")
}

// badFile is a results file, the line that the message has to name (0: none) and
// words that it has to contain.
type badFile struct {
	name, text string
	line       int
	want       string
}

func badFiles() []badFile {
	good := goodResults()
	r := func(name, line, want string) badFile {
		return badFile{name, withLine(firstResult, line), firstResult, want}
	}
	unit := func(line, want string) badFile {
		return badFile{"unit line " + line, withLine(5, line), 5, want}
	}
	status := func(line, want string) badFile {
		return badFile{"status " + line, withLine(statusLine, line), statusLine, want}
	}
	files := []badFile{
		{"empty", "", 0, "it is empty"},
		{"a line end", "\n", 1, "no results"},
		{"only keys", "goos: linux\npkg: p\nPASS\n", 3, "no results"},
		{"only a status", "# status: complete, 0 rounds, 0 samples\n", 1, "no results"},
		{"prose", "This is a letter.\nIt has two lines.\n", 2, "no results"},
		{"html", "<!DOCTYPE html>\n<html></html>\n", 2, "no results"},
		{"json", "{\"Action\":\"output\",\"Output\":\"BenchmarkA 1 2 ns/op\\n\"}\n", 1, "no results"},
		{"csv", "name,sec/op\nA,1\n", 2, "no results"},
		{"benchstat's table", "      │ sec/op │\nA-2   1.718µ ± 1%\n", 2, "no results"},
		{"names without figures", "BenchmarkA\nBenchmarkB\nPASS\n", 3, "no results"},
		{"no end of the last line", strings.TrimSuffix(good, "\n"), statusLine, "cut short"},
		{"cut in a result", good[:strings.Index(good, "12.505")+3], firstResult + 5, "cut short"},
		{"cut in the status", good[:len(good)-12], statusLine, "cut short"},
		{"cut in a result, with a line end", good[:strings.Index(good, "12.505")+3] + "\n",
			firstResult + 5, "cut short"},
		{"no status line", good[:strings.Index(good, "# status")], statusLine - 1, "cut short"},
		{"go test without its end", "BenchmarkA 1 2 ns/op\n", 1, "cut short"},
		{"results behind the status", good + "BenchmarkA 1 2 ns/op\n", statusLine + 1, "follow the status"},
		{"two files in one", good + good, 2 * statusLine, "promises 10 samples, there are 20"},
		{"a line lost", strings.Replace(good, "BenchmarkA/n=1-2 \t 1000 \t 12.503 ns/op \t 270 jobs\n", "", 1),
			statusLine - 1, "promises 10 samples, there are 9"},
		{"NUL bytes", strings.Repeat("\x00", 100) + "\n", 1, "no text"},
		{"binary", "\x7fELF\x02\x01\x01\xff\xfe\n", 1, "no text"},
		{"Latin 1", withLine(4, "cpu: Caf\xe9"), 4, "no text"},
		{"UTF-16", "B\x00e\x00n\x00c\x00h\x00\n", 1, "no text"},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\n", 1, "no text"},
		{"a NUL in a result", withLine(9, "BenchmarkA 1 2 ns/op\x00"), 9, "no text"},
		{"a line of 70 KiB", withLine(3, "pkg: "+strings.Repeat("x", 70<<10)), 3, "60 KiB"},
		{"a name of 70 KiB", withLine(7, "Benchmark"+strings.Repeat("x", 70<<10)+" 1 2 ns/op"), 7, "60 KiB"},
		{"a failed benchmark", withLine(8, "--- FAIL: BenchmarkA"), 8, "failed"},
		{"FAIL", good + "FAIL\n", statusLine + 1, "failed"},
		{"a failed package", good + "FAIL\tcredence/bench/micro\t1.2s\n", statusLine + 1, "failed"},
		{"a failed build", "FAIL\tp [build failed]\n", 1, "failed"},
		{"a panic", withLine(8, "panic: runtime error: index out of range"), 8, "failed"},
		status("# status: interrupted, 3 rounds, 10 samples", "not completed"),
		status("# status: failed, 3 rounds, 10 samples", "not completed"),
		status("# status: ", "cut short"),
		status("# status: complete", "not completed"),
		status("# status: complete,", "damaged"),
		status("# status: complete, 10 rounds", "damaged"),
		status("# status: complete, 10 rounds, 10 samples?", "damaged"),
		status("# status: complete, 10 rounds, ten samples", "promises ten samples"),
		status("# status: complete, 10 rounds, 11 samples", "promises 11 samples"),
		status("# status: complete, 10 rounds, -10 samples", "promises -10 samples"),
		status("# status: complete, 10 rounds, 99999999999999999999 samples", "promises"),
		status("# status: COMPLETE, 10 rounds, 10 samples", "not completed"),
		unit("Unit", "missing unit"),
		unit("Unit jobs assume", "expected key=value"),
		unit("Unit jobs =exact", "expected key=value"),
		unit("Unit jobs assume=exakt", "assume=exakt"),
		unit("Unit jobs assume=", "assume="),
		unit("Unit jobs assume=EXACT", "assume=EXACT"),
		unit("Unit jobs better=more", "better=more"),
		unit("Unit jobs better=", "better="),
		unit("Unit jobs better=higher better=lower", "already set"),
		unit("Unit jobs assume=exact assume=nothing", "already set"),
		r("no figures", "BenchmarkA 1", "missing measurements"),
		r("no unit", "BenchmarkA 1 2", "missing units"),
		r("a figure too many", "BenchmarkA 1 2 ns/op 3", "missing units"),
		r("iterations no number", "BenchmarkA x 2 ns/op", "iteration count"),
		r("iterations with a fraction", "BenchmarkA 1.5 2 ns/op", "iteration count"),
		r("iterations beyond an int", "BenchmarkA 99999999999999999999 2 ns/op", "iteration count"),
		r("iterations 0", "BenchmarkA 0 2 ns/op", "0 iterations"),
		r("iterations negative", "BenchmarkA -5 2 ns/op", "-5 iterations"),
		r("hexadecimal iterations", "BenchmarkA 0x10 2 ns/op", "iteration count"),
		r("figure no number", "BenchmarkA 1 fast ns/op", "parsing measurement"),
		r("two points", "BenchmarkA 1 1.2.3 ns/op", "parsing measurement"),
		r("a comma", "BenchmarkA 1 1,5 ns/op", "parsing measurement"),
		r("a figure and unit in one", "BenchmarkA 1 12ns/op", "parsing measurement"),
		r("a second figure no number", "BenchmarkA 1 2 ns/op x jobs", "parsing measurement"),
		r("NaN", "BenchmarkA 1 NaN ns/op", "is no figure"),
		r("infinite", "BenchmarkA 1 +Inf ns/op", "is no figure"),
		r("negative infinite", "BenchmarkA 1 -Inf ns/op", "is no figure"),
		r("NaN in another unit", "BenchmarkA 1 2 ns/op NaN jobs", "is no figure"),
		r("beyond a float", "BenchmarkA 1 1e999 ns/op", "parsing measurement"),
		r("negative time", "BenchmarkA 1 -2 ns/op", "less than nothing"),
		r("negative percentile", "BenchmarkA 1 -2 p99-ns", "less than nothing"),
		r("a unit twice", "BenchmarkA 1 2 ns/op 3 ns/op", "two figures in sec/op"),
		r("a unit twice under two names", "BenchmarkA 1 2 ns/op 3 sec/op", "two figures in sec/op"),
		r("no name", "Benchmark 1 2 ns/op", "no name"),
		r("only a sub-name", "Benchmark/x=1 1 2 ns/op", "no name"),
		r("two lines in one", "BenchmarkA 1 2 ns/opBenchmarkA 1 2 ns/op", "parsing measurement"),
	}
	return files
}

// Every kind of damage to either side ends in 3, with the place and a remedy.
func TestGateRefusesDamagedFiles(t *testing.T) {
	good := put(t, "good.txt", goodResults())
	if o := call(t, "gate", good, good); o.code != exitOK {
		t.Fatalf("the good file: %+v", o)
	}
	files := badFiles()
	t.Logf("%d kinds of damage", len(files))
	for i, c := range files {
		path := put(t, "bad.txt", c.text)
		args := []string{"gate", good, path}
		if i%2 == 0 {
			args = []string{"gate", path, good}
		}
		o := call(t, args...)
		place := path + ": "
		if c.line > 0 {
			place = path + ":" + strconv.Itoa(c.line) + ": "
		}
		if o.code != exitInconclusive || o.stdout != "" || !strings.Contains(o.stderr, place) ||
			!strings.Contains(o.stderr, c.want) || !strings.Contains(o.stderr, "; ") {
			t.Errorf("%s: exit %d, want 3, %q and %q:\n%s", c.name, o.code, place, c.want, o.stderr)
		}
	}
}

// Files that are no files.
func TestGateRefusesMissingFiles(t *testing.T) {
	good, dir := put(t, "good.txt", goodResults()), t.TempDir()
	locked := filepath.Join(dir, "locked.txt")
	for name, c := range map[string]struct{ path, want string }{
		"missing":         {filepath.Join(dir, "none.txt"), "there is no such file"},
		"a folder":        {dir, "it is a folder"},
		"below a file":    {good + "/x.txt", "it cannot be read"},
		"a dangling link": {locked, "there is no such file"},
		"a NUL":           {"x\x00.txt", "it cannot be read"},
		"too long a name": {filepath.Join(dir, strings.Repeat("x", 5000)), "it cannot be read"},
	} {
		if name == "a dangling link" {
			if err := os.Symlink(filepath.Join(dir, "nowhere"), locked); err != nil {
				continue
			}
		}
		o := call(t, "gate", good, c.path)
		if o.code != exitInconclusive || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%s: %+v", name, o)
		}
	}
	o := call(t, "gate", filepath.Join(dir, "a.txt"), filepath.Join(dir, "b.txt"))
	if o.code != exitInconclusive || strings.Count(o.stderr, "no such file") != 2 {
		t.Errorf("two missing files are not both named: %+v", o)
	}
}

// Wrong limits are the caller's, and named by file and line.
func TestGateRefusesWrongLimits(t *testing.T) {
	good := put(t, "good.txt", goodResults())
	for text, want := range map[string]string{
		"":                    "it has no limits",
		"# nothing\n\n":       "it has no limits",
		"*\n":                 ":1: 1 words",
		"* ns/op\n":           ":1: 2 words",
		"\n* ns/op 1% more\n": ":2: 4 words",
		"* ns/op 1\n":         ":1: limit \"1\" has no %",
		"* ns/op -1%\n":       ":1: limit \"-1%\" is not between",
		"* ns/op 1001%\n":     "is not between",
		"* ns/op NaN%\n":      "is no number",
		"* ns/op Inf%\n":      "is not between",
		"* ns/op one%\n":      "is no number",
		"* ns/op %\n":         "is no number",
		"* ns/op 1%%\n":       "is no number",
		"* ns/op 1,5%\n":      "is no number",
		"* ns/op OFF\n":       "is no number",
		"* * 1%\n* * on\n":    ":2: limit \"on\"",
	} {
		path := put(t, "limits.txt", text)
		o := call(t, "gate", "-limits", path, good, good)
		if o.code != exitUsage || !strings.Contains(o.stderr, want) ||
			!strings.Contains(o.stderr, path) || !strings.Contains(o.stderr, "; ") {
			t.Errorf("%q: %+v, want %q", text, o, want)
		}
	}
	if o := call(t, "gate", "-limits", "none", good, good); o.code != exitUsage {
		t.Errorf("missing limits: %+v", o)
	}
}

// Limits under which nothing would be judged do not pass.
func TestGateRefusesToJudgeNothing(t *testing.T) {
	good := put(t, "good.txt", goodResults())
	for _, text := range []string{"* * off\n", "B/* * 1%\n", "* B/op 1%\n", "A host 1%\n"} {
		o := call(t, "gate", "-limits", put(t, "limits.txt", text), good, good)
		if o.code != exitInconclusive || !strings.Contains(o.stderr, "none of the 2 rows") {
			t.Errorf("%q: %+v", text, o)
		}
	}
	other := put(t, "other.txt", strings.ReplaceAll(goodResults(), "BenchmarkA", "BenchmarkB"))
	if o := call(t, "gate", good, other); o.code != exitInconclusive ||
		!strings.Contains(o.stdout, "missing in head") {
		t.Errorf("no row in common: %+v", o)
	}
}

func TestGateRefusesWrongFlags(t *testing.T) {
	good := put(t, "good.txt", goodResults())
	for _, args := range [][]string{
		{}, {good}, {good, good, good}, {"-nonsense", good, good}, {"-rows", "-1", good, good},
		{"-rows", "x", good, good}, {"-rows"}, {"-format", "yaml", good, good}, {"-format", "", good, good},
		{"-write", "x.pdf", good, good}, {"-write", "x", good, good}, {"-seed", "-1", good, good},
		{"-seed", "x", good, good},
	} {
		for _, command := range []string{"gate", "compare"} {
			o := call(t, append([]string{command}, args...)...)
			if o.code != exitUsage || !strings.HasPrefix(o.stderr, "schedbench: "+command+": ") {
				t.Errorf("%s %q: %+v", command, args, o)
			}
		}
	}
	if o := call(t, "gate", "-baseline", "none.txt", good, good); o.code != exitInconclusive {
		t.Errorf("missing baseline: %+v", o)
	}
	out := filepath.Join(t.TempDir(), "no", "such", "folder.md")
	if o := call(t, "gate", "-write", out, good, good); o.code != exitInconclusive {
		t.Errorf("a file that cannot be written: %+v", o)
	}
}
