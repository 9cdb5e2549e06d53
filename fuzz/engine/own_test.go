package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// pretendEnv has the test's own program pretend to be a loop, with a folder for
// what it remembers.
const pretendEnv = "CREDENCE_TEST_PRETEND"

func TestMain(m *testing.M) {
	if dir := os.Getenv(pretendEnv); dir != "" {
		pretend(dir)
	}
	os.Exit(m.Run())
}

// deadly is what has the pretended loop end by a fatal error.
func deadly() *prog.Program {
	p := prog.Decode(nil)
	p.Ops = []prog.Op{{Kind: prog.Advance, N: 1}, {Kind: prog.Fault}, {Kind: prog.Advance, N: 9}}
	return p
}

// pretend is a loop that ends by a fatal error for any program with a fault, says
// that it hangs in its second life, and comes to its end in its third.
func pretend(dir string) {
	flags := map[string]string{}
	for i, a := range os.Args {
		if strings.HasPrefix(a, "-") && i+1 < len(os.Args) {
			flags[a] = os.Args[i+1]
		}
	}
	box, err := target.NewBox(flags["-box"])
	if err != nil {
		panic(err)
	}
	run := func(data []byte) {
		box.Put("System", data)
		for _, o := range prog.Decode(data).Ops {
			if o.Kind == prog.Fault {
				fmt.Fprintln(os.Stderr, "fatal error: all goroutines are asleep - deadlock!\n\n"+
					"goroutine 1 [running]:\ncredence/core/sched.(*Scheduler).Fault(0x1)")
				os.Exit(2)
			}
		}
		box.Clear()
	}
	if inputs := flags["-inputs"]; inputs != "" {
		list, err := campaign.ReadCorpus(filepath.Join(inputs, "System"), target.Lookup("System"))
		if err != nil {
			panic(err)
		}
		for _, in := range list {
			run(in.Data)
		}
		os.Exit(0)
	}
	c := campaign.Config{}
	end := c.Tell(os.Stdout)
	lives, _ := filepath.Glob(filepath.Join(dir, "life*"))
	os.WriteFile(filepath.Join(dir, fmt.Sprintf("life%d", len(lives))), nil, 0o666)
	known, _ := os.ReadFile(flags["-known"])
	os.WriteFile(filepath.Join(dir, "known"), known, 0o666)
	report := &campaign.Report{Programs: 10, Operations: 100, Edges: 5 + len(lives), Elapsed: time.Second}
	c.Status(report)
	switch len(lives) {
	case 0:
		run(deadly().Encode())
	case 1:
		c.Hung(&campaign.Find{Target: "Core", Finding: &target.Finding{
			Invariant: campaign.Hang, Class: "hang/Core", Program: &prog.Program{}}})
		os.Exit(HungExit)
	}
	report.Programs = 20
	end(report)
	os.Exit(0)
}

// A campaign goes on after what ends its process: each is a find, small, and known
// to the next process.
func TestOwnGoesOn(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(pretendEnv, dir)
	var found []*campaign.Find
	p := &Plan{
		Root: dir, Program: os.Args[0], Work: t.TempDir(), Targets: campaign.All(), Seed: 1, Count: 1000,
		Found: func(f *campaign.Find) { found = append(found, f) }, Known: []string{"I1/before"},
	}
	r, err := runOwn(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || len(r.Finds) != 2 || r.Programs != 10+10+20 || r.Operations != 300 || r.Edges != 7 {
		t.Errorf("%v, %+v", found, r)
	}
	f := found[0]
	if !strings.HasPrefix(f.Class, "crash/system/") || !f.Stable || len(f.Program.Ops) != 1 ||
		f.Program.Ops[0].Kind != prog.Fault || !strings.Contains(f.Message, "are asleep") {
		t.Errorf("%+v\n%s", f.Finding, f.Program)
	}
	if found[1].Class != "hang/Core" {
		t.Errorf("%+v", found[1])
	}
	known, err := os.ReadFile(filepath.Join(dir, "known"))
	if want := "I1/before\n" + f.Class + "\nhang/Core\n"; err != nil || string(known) != want {
		t.Errorf("the last process knows %q, not %q, %v", known, want, err)
	}
}

// What goes wrong without an input is no find.
func TestOwnCannotBegin(t *testing.T) {
	p := &Plan{Root: ".", Program: "/bin/false", Work: t.TempDir(), Count: 1}
	if r, err := runOwn(t.Context(), p); err == nil || len(r.Finds) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Why a process ended is the same find whatever the addresses.
func TestFatal(t *testing.T) {
	text := func(address, frame string) string {
		return "runtime: some words\nfatal error: " + "stack overflow\n\ngoroutine 1 [running]:\n" +
			"runtime.throw(0x1)\n\t/x/y.go:1\n" + frame + "(" + address + ")\n\t/x/z.go:2\n"
	}
	what, a := fatal(text("0xc000", "credence/core/sched.(*Entity).Kill"))
	_, b := fatal(text("0xd111, 0x2", "credence/core/sched.(*Entity).Kill"))
	_, c := fatal(text("0xc000", "credence/core/sched.(*Entity).Fini"))
	if what != "fatal error: stack overflow" || a != b || a == c {
		t.Errorf("%q %x %x %x", what, a, b, c)
	}
	if what, _ := fatal("all is well\n"); what != "" {
		t.Errorf("%q", what)
	}
}

// The class of what an engine prints is found in any of their words.
func TestClassIn(t *testing.T) {
	for text, want := range map[string]string{
		"words\npanic: I4/heal/00c0ffee\n\ngoroutine 1":                    "I4/heal/00c0ffee",
		"--- FAIL: FuzzSystem\n        entry_test.go:22: canary/resume\n":  "canary/resume",
		"panic: runtime error: index out of range [recovered]\n":           "",
		"        entry_test.go:22: history/on-1-processors\n        words": "history/on-1-processors",
		"": "",
	} {
		if got := classIn(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// Each target gets slices as it weighs, the weightiest the first.
func TestSlices(t *testing.T) {
	p := &Plan{Targets: campaign.All(), Budget: time.Hour, Count: 2000}
	h := &hunt{Plan: p}
	counts := map[string]int{}
	list := h.slices()
	for _, s := range list {
		counts[s.target]++
		if s.budget != 3*time.Minute || s.count != 100 {
			t.Errorf("%+v", s)
		}
	}
	if len(list) != maxSlices || list[0].target != "System" || counts["System"] < 10 || counts["Core"] < 3 {
		t.Errorf("%v", counts)
	}
	p.Budget = 15 * time.Second
	if list := h.slices(); len(list) != 1 || list[0].budget != p.Budget {
		t.Errorf("%+v", list)
	}
}

// The hunt for the canary begins with programs that are not it.
func TestNotSinging(t *testing.T) {
	list := notSinging(1, 20)
	for _, in := range list {
		p := prog.Decode(in.Data)
		if r := target.Run(p); target.Sings(p, &r) || r.Executed == 0 {
			t.Errorf("it sings, or does nothing: %s", p)
		}
	}
	if len(list) != 20 {
		t.Errorf("%d programs", len(list))
	}
}

// What one engine calls by another name is one find all the same.
func TestReportOnce(t *testing.T) {
	n := 0
	p := &Plan{Known: []string{"I1/a"}, Found: func(*campaign.Find) { n++ }}
	for _, class := range []string{"I1/a", "I1/b", "I1/b", "I1/c"} {
		p.report(&campaign.Find{Finding: &target.Finding{Class: class}})
	}
	p.learn("I1/d")
	if want := []string{"I1/a", "I1/b", "I1/c", "I1/d"}; n != 2 || !slices.Equal(p.Known, want) {
		t.Errorf("%d finds, known %q", n, p.Known)
	}
}
