package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// slower returns goodResults with its times multiplied by about two.
func slower() string { return strings.ReplaceAll(goodResults(), " 12.5", " 25.5") }

func TestGateExitCodes(t *testing.T) {
	good, bad := put(t, "good.txt", goodResults()), put(t, "bad.txt", slower())
	for _, c := range []struct {
		command, base, head string
		code                int
		line                string
	}{
		{"gate", good, good, exitOK, "regressed 0 · improved 0 · same 2 · inconclusive 0\n"},
		{"gate", good, bad, exitFinding, "REGRESSED 1 · improved 0 · same 1 · inconclusive 0\n"},
		{"gate", bad, good, exitOK, "regressed 0 · improved 1 · same 1 · inconclusive 0\n"},
		{"compare", good, bad, exitOK, "REGRESSED 1 · improved 0 · same 1 · inconclusive 0\n"},
	} {
		o := call(t, c.command, c.base, c.head)
		if o.code != c.code || !strings.HasPrefix(o.stdout, c.line) {
			t.Errorf("%+v: %+v", c, o)
		}
	}
}

// Verdict first, then the rows, then benchstat's own table.
func TestCompareShowsBenchstatsTable(t *testing.T) {
	chdirRoot(t)
	o := call(t, "compare", put(t, "good.txt", goodResults()), put(t, "bad.txt", slower()))
	if o.code != exitOK || o.stderr != "" {
		t.Fatalf("%+v", o)
	}
	at := -1
	for _, want := range []string{"REGRESSED 1", "\nREGRESSED  +10", "geometric mean of 1 matched rows",
		"│   sec/op    │", "(p=0.000 n=10)"} {
		i := strings.Index(o.stdout, want)
		if i <= at {
			t.Errorf("%q is missing or in the wrong place:\n%s", want, o.stdout)
		}
		at = i
	}
}

// One run writes all formats.
func TestGateWritesFiles(t *testing.T) {
	good, bad, dir := put(t, "good.txt", goodResults()), put(t, "bad.txt", slower()), t.TempDir()
	args := []string{"gate", "-format", "json"}
	for _, ending := range []string{"txt", "md", "csv", "json", "xml"} {
		args = append(args, "-write", filepath.Join(dir, "v."+ending))
	}
	o := call(t, append(args, good, bad)...)
	if o.code != exitFinding {
		t.Fatalf("%+v", o)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var got struct {
		Exit int
		Rows []struct {
			Benchmark, Outcome string
			Change             float64
		}
	}
	if err := json.Unmarshal([]byte(o.stdout), &got); err != nil || got.Exit != exitFinding ||
		len(got.Rows) != 2 || got.Rows[0].Outcome != "regressed" || got.Rows[0].Change < 1 {
		t.Errorf("%v %+v", err, got)
	}
	if read("v.json") != o.stdout {
		t.Error("the file is not what stdout has")
	}
	var suite struct {
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Failure *struct{} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal([]byte(read("v.xml")), &suite); err != nil || suite.Failures != 1 ||
		len(suite.Cases) != 2 || suite.Cases[0].Failure == nil || suite.Cases[1].Failure != nil {
		t.Errorf("%v %+v", err, suite)
	}
	for name, want := range map[string]string{
		"v.txt": "\nREGRESSED  +", "v.md": "| REGRESSED | +", "v.csv": "\nregressed,true,host,p,A/n=1,sec/op,",
	} {
		if !strings.Contains(read(name), want) {
			t.Errorf("no %q in %s:\n%s", want, name, read(name))
		}
	}
}

// A change that was accepted with the committed baseline passes; another does not.
func TestGateBaseline(t *testing.T) {
	good := put(t, "good.txt", goodResults())
	changed := put(t, "changed.txt", strings.ReplaceAll(goodResults(), "270 jobs", "269 jobs"))
	for baseline, code := range map[string]int{
		changed: exitOK, good: exitFinding,
	} {
		if o := call(t, "gate", "-baseline", baseline, good, changed); o.code != code {
			t.Errorf("%+v", o)
		}
	}
	o := call(t, "gate", "-baseline", changed, good, changed)
	if !strings.Contains(o.stdout, "accepted 1 ·") {
		t.Error(o.stdout)
	}
}

func TestGateUsage(t *testing.T) {
	for _, command := range []string{"gate", "compare"} {
		o := call(t, command, "-h")
		if o.code != exitOK || !strings.Contains(o.stdout, "1% unless the limits") ||
			!strings.Contains(o.stdout, "text, markdown, csv, json, junit") ||
			strings.Contains(o.stdout, "%!") {
			t.Errorf("%+v", o)
		}
	}
}
