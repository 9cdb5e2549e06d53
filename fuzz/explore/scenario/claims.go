//go:build explore

package scenario

import (
	"fmt"

	"credence/fuzz/explore"
)

// Claim is something that was said in the argument of 2023 on the dri-devel list
// about a predicate in the scheduler's wait ("[PATCH RFC 10/18] drm/scheduler: Add
// can_run_job callback"), or follows from what was said, and what interleavings
// say about it.
type Claim struct {
	ID, Says string
	// Verdict if all evidence is as expected.
	Verdict string
	// Under is what the verdict supposes, or how the claim was read.
	Under    string
	Evidence []Evidence
}

// Evidence is a scenario, or a cell of the contract table, and what must become
// of it.
type Evidence struct {
	Scenario string
	Expect   explore.Verdict
	Cell     *Cell
	Outcome  string
	Exhausts bool // in reasonable time, though the gate bounds it
}

// Verdicts on claims.
const (
	Confirmed  = "confirmed"
	Refuted    = "refuted"
	Conditions = "holds under conditions"
)

func fails(name string, v explore.Verdict) Evidence { return Evidence{Scenario: name, Expect: v} }

func holds(name string) Evidence { return Evidence{Scenario: name} }

func exhausts(name string) Evidence { return Evidence{Scenario: name, Exhausts: true} }

// becomes is the evidence of a cell; 1 in flight.
func becomes(order string, before, runs bool, submitters int, outcome string) Evidence {
	c := &Cell{Before: before, MissingRuns: runs, InFlight: 1, Submitters: submitters}
	for i := range c.Order {
		c.Order[i] = Release(order[i])
	}
	return Evidence{Cell: c, Outcome: outcome}
}

// Claims returns those that interleavings can settle.
func Claims() []Claim {
	return []Claim{
		{"H1", "the patch as posted can go round without sleeping", Confirmed,
			"the predicate says no, and the wait's condition is true",
			[]Evidence{fails("2023/as posted", explore.BusyLoop)}},
		{"H2", "as posted, killing an entity can hang", Confirmed,
			"the way back from the predicate does not say that the entity is idle; it passes if it does",
			[]Evidence{fails("2023/kill", explore.LostWakeup), holds("2023/kill, told")}},
		{"H3", "as posted it never sleeps for ever", Conditions,
			"the thread's own sleep, with the resource free before the signal; the kill of H2 apart",
			[]Evidence{exhausts("2023/as posted, spinning allowed")}},
		{"H4", "no, all fences signal before it sleeps, and it sleeps for ever", Conditions,
			"true of a program that asks and then sleeps without asking again; false of the patch, " +
				"which spins, and of the predicate inside the wait",
			[]Evidence{fails("2023/test then sleep", explore.LostWakeup),
				exhausts("2023/as posted, spinning allowed"), exhausts("2023/inside")}},
		{"H5", "inside the wait's condition no wake-up is lost", Conditions,
			"free before signal, and every change of the predicate is followed by a fence of this " +
				"scheduler: without either it is lost",
			[]Evidence{exhausts("2023/inside"), holds("2023/inside, 2 in the hardware"),
				fails("2023/signal before free", explore.LostWakeup),
				fails("2023/resource of another", explore.LostWakeup), holds("sched/canrun")}},
		{"H6", "nothing orders the predicate's variables and the wake-up", Conditions,
			"read as program order and data races, since Go's atomics have no weaker order: plain " +
				"memory read at any time is a race, behind the fence it is ordered; weak memory is not settled",
			[]Evidence{fails("2023/plain predicate", explore.DataRace), holds("2023/plain, behind the fence")}},
		{"H7", "the predicate is no different from the limit on jobs", Conditions,
			"both pass where the slot and the resource come back before the wake-up, by jobs of this scheduler",
			[]Evidence{exhausts("2023/limit"), exhausts("2023/inside"), holds("wait/2 jobs"),
				fails("wait/late", explore.LostWakeup)}},
		{"H9", "naming the fence of the oldest job in flight does the same", Conditions,
			"free before signal, the wake-up last, and retire not before free if a missing fence means run",
			[]Evidence{holds("sched/prepare"), becomes("fsrw", true, false, 1, "ok"),
				becomes("rfsw", true, true, 1, "O")}},
		{"H10", "it is safe if the reference is taken before the look", Conditions,
			"free before retire; with the wake-up last a reference taken after the look is safe as " +
				"well, unless a missing fence means run and another scheduler shares the hardware",
			[]Evidence{becomes("fsrw", true, false, 1, "ok"), becomes("fsrw", false, false, 1, "ok"),
				becomes("frsw", false, true, 1, "ok"), becomes("frsw", false, true, 2, "O"),
				becomes("rfsw", true, true, 1, "O")}},
		{"H11", "a fence of the entity's own jobs is ignored, so it is asked for ever", Confirmed,
			"the backend names the job's finished fence in place of the hardware's",
			[]Evidence{fails("sched/prepare, own fence", explore.BusyLoop)}},
		{"H12", "signal before free makes naming fences spin, or overrun", Confirmed,
			"it spins for as long as the completion takes from signal to free; it overruns if retire " +
				"comes before free and a missing fence means run",
			[]Evidence{becomes("sfrw", true, false, 1, "oks"), becomes("srfw", true, true, 1, "Os")}},
		{"H22", "a completion must cause a turn of the scheduler", Confirmed,
			"with it all jobs run; without it the second job waits for ever",
			[]Evidence{holds("sched/2 jobs, 1 in flight"), fails("wait/silent", explore.LostWakeup)}},
	}
}

// Check plays one piece of evidence, and returns what came of it, whether that is
// as expected, and the command that shows it. exhaust has the argument of 2023
// played to its end where the gate bounds it: some seconds each.
func (e Evidence) Check(exhaust bool) (found string, ok bool, command string, err error) {
	if e.Cell != nil {
		o, err := e.Cell.Settle()
		return fmt.Sprintf("%v (%v, %d executions)", o, o.Coverage, o.Executions), o.String() == e.Outcome,
			"schedfuzz explore -trace '" + e.Cell.String() + "'", err
	}
	command = "schedfuzz explore -trace '" + e.Scenario + "'"
	s, there := Find(e.Scenario)
	if !there {
		return "no such scenario", false, command, nil
	}
	if exhaust && e.Exhausts {
		command = "schedfuzz explore -strategy dpor '" + e.Scenario + "'"
		s.Options = explore.Options{}
	}
	r, err := explore.Run(s.Program(), s.Options)
	if err != nil {
		return "", false, command, err
	}
	if r.Verdict == explore.Passed {
		return fmt.Sprintf("%v, %d executions", r, r.Executions), r.Verdict == e.Expect, command, nil
	}
	if r, err = explore.Minimize(s.Program(), r); err != nil {
		return "", false, command, err
	}
	return fmt.Sprintf("%v in %d steps, %d preemptions", r.Verdict, len(r.Trace.Steps), r.Preemptions),
		r.Verdict == e.Expect, command, nil
}
