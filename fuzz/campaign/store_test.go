package campaign

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A stored find is a program with a comment, and is read as it was; beside it
// stand what is wrong, a line that reproduces it, a test, and a timeline.
func TestStore(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "new")}
	f := &Find{Finding: findingOf("I4/advance/00ff"), Target: "Core", Engine: "own"}
	if err := s.Add(f); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(s.Dir, "I4-advance-00ff")
	if want := filepath.Join(dir, "program.txt"); f.File != want {
		t.Errorf("stored as %s, want %s", f.File, want)
	}
	for file, wants := range map[string][]string{
		"program.txt": {"# I4/advance/00ff\n", "# two\n# lines\n", "# It did not come again"},
		"find.txt": {"\nFound by own on Core", "invariants ./fuzz/cmd/schedfuzz repro " + f.File,
			"go test -tags invariants,find " + filepath.Join(dir, "find_test.go")},
		"find_test.go":     {"//go:build find\n", "advance 1\n"},
		"timeline.pftrace": {"schedulers"},
	} {
		text := read(t, filepath.Join(dir, file))
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in\n%s", file, want, text)
			}
		}
	}
	p, err := Load(f.File)
	if err != nil || !p.Equal(f.Program) {
		t.Errorf("read %v, %v", p, err)
	}
	if _, err := Load(filepath.Join(dir, "none.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	below := Store{Dir: f.File}
	if err := below.Add(f); err == nil {
		t.Error("stored below a file")
	}
}

// What is no program is stored as bytes.
func TestStoreBytes(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	f := &Find{Finding: findingOf("print/wsim"), Target: "Wsim", Data: []byte("1.RCS\x00`"), Stable: true}
	f.Program = nil
	if err := s.Add(f); err != nil {
		t.Fatal(err)
	}
	if got := read(t, f.File); got != "1.RCS\x00`" || filepath.Base(f.File) != "input.bin" {
		t.Errorf("%s: %q", f.File, got)
	}
	if !strings.Contains(f.Repro(), "repro -target Wsim "+f.File) {
		t.Error(f.Repro())
	}
}

// A full disk leaves what was stored before, and never half a program under its
// own name. If the program can be stored, the find is.
func TestFullDisk(t *testing.T) {
	full := ""
	s := Store{Dir: t.TempDir(), Write: func(file string, data []byte) error {
		if full != "" && strings.Contains(file, full) {
			if err := os.WriteFile(file, data[:len(data)/2], 0o666); err != nil {
				return err
			}
			return syscall.ENOSPC
		}
		return os.WriteFile(file, data, 0o666)
	}}
	first := &Find{Finding: findingOf("I4/a")}
	if err := s.Add(first); err != nil {
		t.Fatal(err)
	}
	before := read(t, first.File)
	full = "program"
	again := &Find{Finding: findingOf("I4/a"), Stable: true}
	if err := s.Add(again); !errors.Is(err, syscall.ENOSPC) || again.File != "" {
		t.Errorf("on a full disk: %q, %v", again.File, err)
	}
	if read(t, first.File) != before {
		t.Error("what was stored before has changed")
	}
	full = "find_test"
	partly := &Find{Finding: findingOf("I4/b")}
	if err := s.Add(partly); !errors.Is(err, syscall.ENOSPC) || partly.File == "" {
		t.Errorf("with room for the program: %q, %v", partly.File, err)
	}
	if _, err := Load(partly.File); err != nil {
		t.Error(err)
	}
}

// canary is a find that is there as long as the environment wants it to be.
func canary(t *testing.T) *Find {
	t.Helper()
	p, err := prog.Parse("canary", `# credence-program 2
sched 0 policy=fifo credits=4
entity 0 prio=normal scheds=0
entity 1 prio=normal scheds=0
submit 1 entity=0 dur=5
submit 2 entity=0 dur=5
submit 3 entity=0 dur=5
pause 0
kill 1
resume 0
`)
	if err != nil {
		t.Fatal(err)
	}
	return &Find{Target: "System", Data: p.Encode(), Stable: true, Finding: &target.Finding{
		Invariant: target.Canary, Operation: "resume", Class: "canary/resume", Program: p}}
}

// The generated tests compile, fail as long as the bug is there, and pass
// afterwards.
func TestGeneratedTestsFailOnTheBug(t *testing.T) {
	dir, err := os.MkdirTemp(".", "testdata-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s := Store{Dir: dir}
	f := canary(t)
	parser := &Find{Target: "Program", Data: []byte("`\x00\""), Stable: true,
		Finding: &target.Finding{Invariant: "print", Class: "print/program", Message: "m"}}
	for _, f := range []*Find{f, parser} {
		if err := s.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	run := func(f *Find, env string) (string, error) {
		c := exec.Command("go", "test", "-tags", "find", "./"+filepath.Dir(f.File))
		c.Env = append(os.Environ(), target.CanaryEnv+"="+env)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := run(f, "1"); err == nil || !strings.Contains(out, "--- FAIL: TestFind") ||
		!strings.Contains(out, "canary/resume") {
		t.Errorf("with the bug: %v\n%s", err, out)
	}
	if out, err := run(f, ""); err != nil {
		t.Errorf("without the bug: %v\n%s", err, out)
	}
	if out, err := run(parser, ""); err != nil || !strings.Contains(out, "ok") {
		t.Errorf("of what is no program: %v\n%s", err, out)
	}
}

// A campaign has each input in its box while it runs, and not afterwards.
func TestCampaignUsesItsBox(t *testing.T) {
	file := filepath.Join(t.TempDir(), "box")
	b, err := target.NewBox(file)
	if err != nil {
		t.Fatal(err)
	}
	x := newCampaign(Config{Box: b})
	l := x.laneOf("Spsc")
	x.guarded(l, input{data: []byte("pq")}, func(input) (o outcome) {
		if name, data, ok := target.ReadBox(file); !ok || name != "Spsc" || string(data) != "pq" {
			t.Errorf("while it runs: %s %q %t", name, data, ok)
		}
		return o
	})
	if _, _, ok := target.ReadBox(file); ok {
		t.Error("it has run")
	}
}
