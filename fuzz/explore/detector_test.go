//go:build explore && race

package explore

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// plainSlot publishes a plain word, in the right order or the wrong one.
func plainSlot(early bool) (*Program, *meeting) {
	p, s := program(Program{}, Thread{Name: "writer"}, Thread{Name: "reader"})
	p.Threads[0].Run = func() {
		if early {
			s.a.Store(1)
		}
		s.n = 1
		if !early {
			s.a.Store(1)
		}
	}
	p.Threads[1].Run = func() {
		if s.a.Load() == 1 && s.n != 1 && !early {
			Failf("the slot holds %d", s.n)
		}
	}
	return p, s
}

// TestDetectorSeesPlainMemory has the race detector find a plain access that
// nothing orders, and nothing where all is in order: the hand-off between
// threads, which would order everything, is hidden from it.
func TestDetectorSeesPlainMemory(t *testing.T) {
	const mode = "EXPLORE_PLAIN_SLOT"
	if m := os.Getenv(mode); m != "" {
		p, _ := plainSlot(m == "early")
		r, err := Run(p, Options{Strategy: Full})
		if err != nil || r.Verdict != Passed {
			t.Fatalf("%v, %v", r, err)
		}
		return
	}
	for m, want := range map[string]bool{"early": true, "right": false} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestDetectorSeesPlainMemory$")
		cmd.Env = append(os.Environ(), mode+"="+m)
		out, err := cmd.CombinedOutput()
		if got := strings.Contains(string(out), "WARNING: DATA RACE"); got != want || (err != nil) != want {
			t.Errorf("%s: race %t, %v, want %t\n%s", m, got, err, want, out)
		}
	}
}
