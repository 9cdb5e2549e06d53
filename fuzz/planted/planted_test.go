package planted

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var typecheck = flag.Bool("typecheck", false, "compile core and device with each patch: minutes")

const root = "../.."

// needTools skips a test where there is no checkout to copy.
func needTools(t *testing.T) {
	t.Helper()
	if err := exec.Command("git", "-C", root, "rev-parse").Run(); err != nil {
		t.Skip("no git checkout: ", err)
	}
}

func patches(t *testing.T) []*Patch {
	t.Helper()
	list, err := List(".")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Each patch applies to the source as it is, and changes something.
func TestPatchesApply(t *testing.T) {
	needTools(t)
	for _, p := range patches(t) {
		c := command(t.Context(), root, "git", append(apply, "--check", "fuzz/planted/"+p.File)...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", p.ID, err, out)
		}
		if p.Doc == "" {
			t.Errorf("%s does not say what is wrong", p.ID)
		}
	}
}

// Each patch compiles, with the tags of both engines.
func TestPatchesCompile(t *testing.T) {
	if !*typecheck {
		t.Skip("run with -typecheck")
	}
	needTools(t)
	h := &Hunt{Root: root, Work: t.TempDir()}
	for _, p := range patches(t) {
		if r := h.Check(t.Context(), p); r.Err != nil {
			t.Errorf("%s: %v", p.ID, r.Err)
		}
	}
}

// Every row of the list of historic bugs is planted or excluded, and not both.
func TestHistoricRows(t *testing.T) {
	text, err := os.ReadFile("excluded.txt")
	if err != nil {
		t.Fatal(err)
	}
	excluded, planted := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(M\d\d[a-z]?): .{40,}$`).FindAllSubmatch(text, -1) {
		excluded[string(m[1])] = true
	}
	historic, all := 0, patches(t)
	for _, p := range all {
		if p.Row != "" {
			planted[p.Row] = true
			historic++
		}
	}
	if len(all) < 80 || historic < 35 {
		t.Errorf("%d patches, %d of them historic", len(all), historic)
	}
	for _, row := range rows(t) {
		if planted[row] == excluded[row] {
			t.Errorf("row %s: planted %v, excluded %v", row, planted[row], excluded[row])
		}
		delete(planted, row)
		delete(excluded, row)
	}
	if len(planted)+len(excluded) > 0 {
		t.Errorf("no such rows: %v %v", planted, excluded)
	}
}

// rows returns the ids of the historic list's rows.
func rows(t *testing.T) (list []string) {
	text, err := os.ReadFile("../../../shared/reference/historic-bugs.md")
	if err != nil {
		t.Skip("the list of historic bugs is not here: ", err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| (M\d\d[a-z]?) \|`).FindAllSubmatch(text, -1) {
		list = append(list, string(m[1]))
	}
	if len(list) < 50 {
		t.Fatalf("the list has %d rows", len(list))
	}
	return list
}

const good = "# id: X1\n# kind: leak\n# breaks: I1, L2\n# row: M99\n# Something\n# is wrong.\n" +
	"--- a/core/x.go\n+++ b/core/x.go\n@@ -1 +1 @@\n-a\n+b\n"

func TestParse(t *testing.T) {
	p, err := Parse("dir/X1.patch", good)
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != "X1" || p.Kind != Leak || strings.Join(p.Breaks, " ") != "I1 L2" || p.Row != "M99" ||
		p.Doc != "Something\nis wrong." || strings.Join(p.Files, " ") != "core/x.go" || p.Control() {
		t.Errorf("%+v", p)
	}
	p, err = Parse("X1.patch", strings.Replace(good, "I1, L2", "none", 1))
	if err != nil || !p.Control() {
		t.Errorf("%+v, %v", p, err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"id: X1", "id: X2", `X1.patch:11: the id is "X2"; write # id: X1`},
		{"kind: leak", "kind: luck", `the kind is "luck"; there are [sequence`},
		{"# breaks: I1, L2\n", "", "it says not what it breaks"},
		{"I1, L2", "I1, J2", `"J2" is no invariant`},
		{"+++ b/core/x.go", "+++ b/../x.go", `X1.patch:8: "+++ b/../x.go" is no Go file`},
		{"+++ b/core/x.go\n", "", "it changes nothing"},
	} {
		_, err := Parse("X1.patch", strings.Replace(good, c.old, c.new, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %q: %v, want %q", c.new, err, c.want)
		}
	}
	if _, err := List(t.TempDir()); err == nil {
		t.Error("a folder without patches is accepted")
	}
}

// small makes a module of one program with a bug to plant, under git.
func small(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"go.mod":           "module credence\n\ngo 1.26\n",
		"core/one/one.go":  "package main\n\nfunc main() {\n\tprintln(\"right\")\n}\n",
		"core/one/left.go": "package main\n",
		"wrong.patch": "# id: wrong\n# kind: sequence\n# breaks: I1\n--- a/core/one/one.go\n" +
			"+++ b/core/one/one.go\n@@ -1,5 +1,5 @@\n package main\n \n func main() {\n" +
			"-\tprintln(\"right\")\n+\tprintln(\"wrong\")\n }\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		t.Skipf("git init: %v %s", err, out)
	}
	return dir
}

// What is built with a patch has the bug and answers for it; what is built without
// does not answer, even if a flag in the environment puts clean files in place.
func TestProgramsAnswerForTheirPlants(t *testing.T) {
	needTools(t)
	dir := small(t)
	list, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, []byte(`{"Replace": {}}`), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOFLAGS", "-overlay="+overlay+".none") // a build that looks at it fails
	build := func(apply bool) string {
		tree, err := Copy(t.Context(), dir, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if apply {
			if err := tree.Apply(t.Context(), list[0]); err != nil {
				t.Fatal(err)
			}
		}
		program := filepath.Join(t.TempDir(), "one")
		if err := tree.Build(t.Context(), "./core/one", "", program); err != nil {
			t.Fatal(err)
		}
		return program
	}
	planted, clean := build(true), build(false)
	if err := Ask(t.Context(), planted, "wrong"); err != nil {
		t.Error(err)
	}
	out, err := exec.Command(planted).CombinedOutput()
	if err != nil || !bytes.Equal(out, []byte("wrong\n")) {
		t.Errorf("without being asked: %q, %v", out, err)
	}
	if err := Ask(t.Context(), planted, "other"); err == nil || !strings.Contains(err.Error(), `"wrong", not other`) {
		t.Errorf("another plant: %v", err)
	}
	if err := Ask(t.Context(), clean, "wrong"); err == nil || !strings.Contains(err.Error(), "does not hunt") {
		t.Errorf("the clean program: %v", err)
	}
}

// A patch that does not apply, or not compile, is named and nothing is hunted.
func TestBrokenPatches(t *testing.T) {
	needTools(t)
	dir := small(t)
	for _, c := range []struct{ old, new, want string }{
		{"-\tprintln(\"right\")", "-\tprintln(\"left\")", "wrong does not apply"},
		{"+\tprintln(\"wrong\")", "+\tprintln(wrong)", "go build"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, "wrong.patch"))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "wrong.patch")
		broken := strings.Replace(string(text), c.old, c.new, 1)
		if err := os.WriteFile(file, []byte(broken), 0o666); err != nil {
			t.Fatal(err)
		}
		p, err := Parse(file, broken)
		if err != nil {
			t.Fatal(err)
		}
		h := &Hunt{Root: dir, Work: t.TempDir(), Budget: time.Second}
		defer func(e engine) { campaigner = e }(campaigner)
		campaigner.pkg = "./core/one"
		r := h.One(context.Background(), p)
		if r.Err == nil || !strings.Contains(r.Err.Error(), c.want) || r.Built || r.OK() {
			t.Errorf("%+v, want %q", r, c.want)
		}
	}
}
