package ring

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// helper writes a program in the place of a helper: a shell script.
func helper(t *testing.T, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "helper")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script), 0o777); err != nil {
		t.Fatal(err)
	}
	return file
}

const raceReport = `==================
WARNING: DATA RACE
Write at 0x00c000012345 by goroutine 8:
  credence/core/spsc.(*Queue[go.shape.*uint8]).Pop()
      /src/core/spsc/consumer.go:50 +0x44
  credence/fuzz/stress.(*consumer).step()
      /src/fuzz/stress/spsc.go:140 +0x44

Previous read at 0x00c000012345 by goroutine 7:
  credence/core/spsc.(*Queue[go.shape.*uint8]).TryPush()
      /src/core/spsc/producer.go:60 +0x44

Goroutine 8 (running) created at:
  credence/core/live.Start()
`

// Each way to end is told from the others, the bouts go on after a find, and what
// is known is counted.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "race"), []byte(raceReport), 0o666); err != nil {
		t.Fatal(err)
	}
	// By the seed: a find, a race, a panic, the same race, and an end.
	program := helper(t, `
echo "$@" >> args
line() { echo "{\"part\":\"p\",\"seed\":$2,\"bouts\":1,\"operations\":10$1}"; }
line "" $2
case $2 in
5) line ',"invariant":"I4","message":"lost"' 5; exit 1;;
6) cat race >&2; exit 66;;
7) printf 'panic: fence: gone\n\ngoroutine 1 [running]:\n' >&2
   printf 'credence/core/invariant.Fail()\ncredence/core/fence.(*Fence).Put(0x12)\n' >&2; exit 2;;
8) cat race >&2; exit 66;;
9) echo '{"part":"","seed":0,"bouts":2,"operations":20}'; exit 0;;
esac`)
	var got []string
	r, err := Run(t.Context(), Config{
		Program: program, Dir: dir, Repro: "schedfuzz stress", Parts: []string{"p"}, Seed: 5,
		Bouts: 20, Again: 2,
		Found: func(f *Find) { got = append(got, f.Class) },
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "p/I4 p/data-race/spsc.(*Queue[go.shape.*uint8]).Pop+" +
		"spsc.(*Queue[go.shape.*uint8]).TryPush p/panic/fence.(*Fence).Put"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if len(r.Finds) != 3 || r.Repeats != 1 || r.Bouts != 6 || r.Operations != 60 {
		t.Errorf("%+v", r)
	}
	if f := r.Finds[2]; f.Message != "fence: gone" || f.Invariant != Panic ||
		f.Repro != "schedfuzz stress -seed 7 -programs 1 -again 1000 p" {
		t.Errorf("%+v", f)
	}
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(string(args), "\n"); first != "-seed 5 -bouts 20 -again 2 p" {
		t.Errorf("called with %q", first)
	}
	if !strings.Contains(string(args), "-seed 6 -bouts 19 ") {
		t.Errorf("called with %s", args)
	}
}

// A process that says nothing about a bout is the machine's failure.
func TestBrokenMachine(t *testing.T) {
	for _, script := range []string{
		`echo no space left on device >&2; exit 3`,
		`echo '{"part":"p","seed":1}'; kill -9 $$`,
		`echo nonsense; exit 1`,
		`echo 'panic: before any bout' >&2; exit 2`,
	} {
		r, err := Run(t.Context(), Config{Program: helper(t, script), Bouts: 1})
		if err == nil || len(r.Finds) != 0 {
			t.Errorf("%s: %v, %+v", script, err, r)
		}
	}
	if _, err := Run(t.Context(), Config{Program: "/nonexistent", Bouts: 1}); err == nil {
		t.Error("a program that is not there ran")
	}
}

// It ends with its context, its first find, and its last bout.
func TestRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	go func() { time.Sleep(10 * time.Millisecond); cancel() }()
	r, err := Run(ctx, Config{Program: helper(t, `exec sleep 1000`)})
	if err != nil || len(r.Finds) != 0 {
		t.Errorf("%v, %+v", err, r)
	}
	find := `echo "{\"part\":\"p\",\"seed\":$2,\"invariant\":\"I$2\"}"; exit 1`
	for _, x := range []struct {
		c    Config
		want int
	}{{Config{Bouts: 3}, 3}, {Config{First: true}, 1}, {Config{}, MaxFinds}} {
		x.c.Program = helper(t, find)
		if r, err := Run(t.Context(), x.c); err != nil || len(r.Finds) != x.want {
			t.Errorf("%v, %d finds, want %d", err, len(r.Finds), x.want)
		}
	}
}

func TestPossible(t *testing.T) {
	t.Setenv("CC", "no-such-compiler -O")
	err := Build{Race: true}.Possible()
	if err == nil || !strings.Contains(err.Error(), "no-such-compiler") {
		t.Errorf("%v", err)
	}
	if err := (Build{Noise: true}).Possible(); err != nil {
		t.Error(err)
	}
	for b, want := range map[Build]string{
		{}: "invariants", {Race: true}: "", {Noise: true}: "invariants,explore", {true, true}: "explore",
	} {
		if got := b.Tags(); got != want {
			t.Errorf("%+v: %q", b, got)
		}
	}
}
