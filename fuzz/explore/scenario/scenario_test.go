//go:build explore

package scenario_test

import (
	"testing"

	"credence/fuzz/explore"
	"credence/fuzz/explore/scenario"
)

// TestScenarios explores all of them as the gate does.
func TestScenarios(t *testing.T) {
	names := make(map[string]bool)
	for _, s := range scenario.All() {
		if names[s.Name] || s.Doc == "" || s.Holds == "" {
			t.Errorf("%q stands twice, or says nothing", s.Name)
		}
		names[s.Name] = true
		t.Run(s.Name, func(t *testing.T) {
			r, err := explore.Run(s.Program(), options(s.Options))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v: %d executions, %d redundant, %d steps, at most %d",
				r, r.Executions, r.Redundant, r.Steps, r.MaxSteps)
			if r.Verdict == explore.Passed && r.Coverage.Kind == "sampled" {
				return // a draw may miss a planted bug
			}
			if r.Verdict != s.Expect || r.Verdict == explore.Passed && !r.Coverage.Complete() {
				t.Errorf("want %v; schedule %s", s.Expect, r.Schedule)
			}
		})
	}
}

// TestContractTable wants every cell of the table once, and in those that a
// throw-away prototype knew, for one job and one scheduler, what it found: with
// the wake-up last, since it knew of no other.
func TestContractTable(t *testing.T) {
	names := make(map[string]scenario.Cell)
	for _, c := range scenario.Cells() {
		names[c.String()] = c
	}
	if len(names) != 384 {
		t.Errorf("%d cells, want 384", len(names))
	}
	for name, want := range map[string]string{
		"contract/fsrw before block 1-1": "ok",
		"contract/frsw before block 1-1": "ok",
		"contract/sfrw before block 1-1": "oks",
		"contract/fsrw after run 1-1":    "ok",
		"contract/srfw after run 1-1":    "Os",
		"contract/rfsw before run 1-1":   "O",
		"contract/rsfw before run 1-1":   "O",
		"contract/rfsw before run 2-1":   "ok", // a bigger machine hides it
		"contract/wfsr before block 1-1": "B",
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
