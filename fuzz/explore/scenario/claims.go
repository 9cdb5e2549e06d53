//go:build explore

package scenario

import (
	"slices"
	"strconv"
	"strings"

	"credence/fuzz/explore"
)

// Claim is something that was said in the argument of 2023 on the dri-devel list
// about a predicate in the scheduler's wait ("[PATCH RFC 10/18] drm/scheduler: Add
// can_run_job callback"), or follows from what was said, and what a machine says
// about it.
type Claim struct {
	ID string
	// Who said so, and when in 2023; or that it follows from the thread.
	Who string
	// Says is the claim in words with which that person would agree.
	Says string
	// Verdict if all evidence is as expected.
	Verdict Verdict
	// Because is what the verdict rests on, supposes, or leaves open.
	Because  string
	Evidence []Evidence
}

// Verdict is what became of a claim.
type Verdict string

// The verdicts.
const (
	Confirmed  Verdict = "confirmed"
	Refuted    Verdict = "refuted"
	Conditions Verdict = "holds under conditions"
	Unsettled  Verdict = "not for a machine to settle"
)

// Evidence is one of: a scenario and what must become of it; a cell of a contract
// table and its outcome; a command with what its output must contain.
type Evidence struct {
	// Shows is what the reader sees in it, if the name does not say so.
	Shows string

	Scenario string
	Expect   explore.Verdict
	Exhausts bool // in reasonable time, though the gate bounds it

	Cell     *Cell
	CoreCell *CoreCell
	Outcome  string

	Command string
	Want    []string
}

func fails(name string, v explore.Verdict) Evidence { return Evidence{Scenario: name, Expect: v} }

func holds(name string) Evidence { return Evidence{Scenario: name} }

func exhausts(name string) Evidence { return Evidence{Scenario: name, Exhausts: true} }

func runs(shows, command string, want ...string) Evidence {
	return Evidence{Shows: shows, Command: command, Want: want}
}

// becomes is the evidence of a cell; 1 in flight.
func becomes(order string, before, runs bool, submitters int, outcome string) Evidence {
	c := &Cell{Before: before, MissingRuns: runs, InFlight: 1, Submitters: submitters}
	for i := range c.Order {
		c.Order[i] = Release(order[i])
	}
	return Evidence{Cell: c, Outcome: outcome}
}

// inCore is the evidence of a cell over the scheduler itself; 1 in flight.
func inCore(order string, a Asked, schedulers int, outcome string) Evidence {
	c := &CoreCell{Asked: a, InFlight: 1, Schedulers: schedulers}
	for i := range c.Order {
		c.Order[i] = Release(order[i])
	}
	return Evidence{CoreCell: c, Outcome: outcome}
}

// Claims returns all of them, in order.
func Claims() []Claim {
	var all []Claim
	for _, part := range [][]Claim{waitClaims(), fenceClaims(), fairnessClaims(), firmwareClaims()} {
		all = append(all, part...)
	}
	slices.SortFunc(all, func(a, b Claim) int { return number(a.ID) - number(b.ID) })
	return all
}

// number is the one of H12.
func number(id string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "H"))
	must(err)
	return n
}

// Title names the evidence, with what it is if the name does not say that.
func (e *Evidence) Title() string {
	switch {
	case e.Cell != nil:
		return e.Cell.String()
	case e.CoreCell != nil:
		return e.CoreCell.String()
	case e.Command != "":
		return ""
	}
	s, _ := Find(e.Scenario)
	return e.Scenario + " (" + s.Doc + ")"
}
