package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const cachegrindFile = `desc: I1 cache: none
cmd: peers -ops 1
events: Ir
fl=/x/loop.go
fn=main.(*credenceLoop).steps
12 30
13 4
fn=credence/core/sched.(*Scheduler).runItem
7 100
fl=/y/heap.go
fn=container/heap.down
9 20
fn=runtime.mallocgc
1 50
fn=gcWriteBarrier
2 5
summary: 209
`

func TestReadCachegrind(t *testing.T) {
	n, err := readCachegrind(strings.NewReader(cachegrindFile))
	want := irCount{ownCode: 120, runtimeCode: 55, harnessCode: 34}
	if err != nil || n != want {
		t.Errorf("%v, %v; want %v", n, err, want)
	}
	cut, _, _ := strings.Cut(cachegrindFile, "fn=runtime")
	for name, text := range map[string]string{
		"cut short":     cut,
		"a wrong count": strings.Replace(cachegrindFile, "7 100", "7 99", 1),
		"no count":      strings.Replace(cachegrindFile, "7 100", "7 x", 1),
		"empty":         "",
	} {
		if _, err := readCachegrind(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestInstructionsOfARow counts a row whose cost is known roughly, with the
// command as it is built.
func TestInstructionsOfARow(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	if _, err := exec.LookPath("valgrind"); err != nil {
		t.Skip("there is no valgrind: instructions were not counted")
	}
	bin := filepath.Join(t.TempDir(), "peers")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const pattern = "^Credit/limit=2/.*/impl=atomic$"
	out, err := exec.Command(bin, "-time", "0", "-instructions", "-rows", pattern).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	last := strings.Fields(lines[len(lines)-1])
	// An add, its reverse, a comparison and the loop; the row with two goroutines is
	// left out.
	const least, most = 6, 20
	if n, err := strconv.ParseFloat(last[2], 64); err != nil || len(lines) != 3 ||
		last[1] != "atomic" || n < least || n > most {
		t.Errorf("want one row of %d to %d instructions, got\n%s", least, most, out)
	}
}

// TestRepeat does what -ops asks for, on one goroutine and on two, and writes
// the profile.
func TestRepeat(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "cpu.pprof")
	err := run(context.Background(), io.Discard, io.Discard, []string{
		"-ops", "2000", "-cpuprofile", profile,
		"-rows", "^(Job/entities=1|Worker/flow=stream|Parked/flow=stream)/",
	})
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(profile); err != nil || st.Size() == 0 {
		t.Errorf("no profile: %v", err)
	}
	bad := &row{family: "Job", params: "x", build: func() ends {
		return ends{a: func(n int) int { return n / 10 }}
	}}
	if err := repeat(config{rows: []*row{bad}, ops: 10}); err == nil {
		t.Error("wrong results are not an error")
	}
}
