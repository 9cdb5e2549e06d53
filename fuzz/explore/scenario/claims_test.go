//go:build explore

package scenario_test

import (
	"fmt"
	"testing"

	"credence/fuzz/explore/scenario"
)

// TestClaims wants H1 to H28, each whole, and every piece of evidence that is played
// to be what the verdict on its claim says. Cells of the core's table take longest;
// -short leaves those of two schedulers out.
func TestClaims(t *testing.T) {
	ids := make(map[string]bool)
	played := make(map[string]bool)
	for _, c := range scenario.Claims() {
		if ids[c.ID] {
			t.Errorf("%s stands twice", c.ID)
		}
		ids[c.ID] = true
		switch c.Verdict {
		case scenario.Confirmed, scenario.Refuted, scenario.Conditions, scenario.Unsettled:
		default:
			t.Errorf("%s: verdict %q", c.ID, c.Verdict)
		}
		if c.Who == "" || c.Says == "" || c.Because == "" || len(c.Evidence) == 0 {
			t.Errorf("%s lacks something: %+v", c.ID, c)
		}
		for i := range c.Evidence {
			e := &c.Evidence[i]
			if e.Command != "" || played[e.Line()] {
				continue
			}
			played[e.Line()] = true
			if a, err := e.Check("", false); err != nil || !a.OK {
				t.Errorf("%s: %s: %s, %v", c.ID, e.Line(), a.Found, err)
			}
		}
	}
	for n := 1; n <= 28; n++ {
		if id := fmt.Sprint("H", n); !ids[id] {
			t.Errorf("there is no %s", id)
		}
	}
	if len(ids) != 28 {
		t.Errorf("%d claims", len(ids))
	}
}

// TestCommandsAreFound: what Check runs is looked at for what it must say.
func TestCommandsAreFound(t *testing.T) {
	for want, ok := range map[string]bool{"go version go1": true, "cobol": false} {
		e := scenario.Evidence{Command: "go version", Want: []string{want}}
		if a, err := e.Check("", false); err != nil || a.OK != ok {
			t.Errorf("%q: %+v, %v", want, a, err)
		}
	}
	e := scenario.Evidence{Command: "go tool there-is-no-such-tool"}
	if a, err := e.Check("", false); err == nil {
		t.Errorf("a command that fails is evidence: %+v", a)
	}
}

// TestCoreContract wants the core's own table to have every cell once, and in those
// of one scheduler what the small machine's has: with the wake-up in the signal.
func TestCoreContract(t *testing.T) {
	names := make(map[string]scenario.CoreCell)
	for _, c := range scenario.CoreCells() {
		names[c.String()] = c
	}
	if len(names) != 72 {
		t.Errorf("%d cells, want 72", len(names))
	}
	for name, want := range map[string]string{
		"core/frs canrun 1-1": "ok",
		"core/frs before 1-1": "ok",
		"core/sfr canrun 1-1": "B",
		"core/rfs after 1-1":  "O",
		"core/rfs before 2-1": "ok", // a bigger machine hides it
	} {
		c, there := names[name]
		if !there {
			t.Errorf("there is no %s", name)
			continue
		}
		if o, err := c.Settle(); err != nil || o.String() != want {
			t.Errorf("%s: %v, %v, want %s", name, o, err, want)
		}
	}
}
