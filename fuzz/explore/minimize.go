//go:build explore

package explore

import (
	"fmt"
	"strings"
)

const (
	// minimizeBound is the most preemptions for which a shortest failure is looked
	// for, and minimizeRuns how many executions each number of them gets.
	minimizeBound = 4
	minimizeRuns  = 50_000
	// nearestRuns is how many executions the nearest pass may take.
	nearestRuns = 4_000
)

// Minimize returns the shortest execution of p that ends in r's verdict: with the
// fewest preemptions, and then with the fewest steps, as far as a search within
// limits finds one, and with its trace. r is a failure of p.
func Minimize(p *Program, r *Result) (*Result, error) {
	best := r.Schedule
	for bound := 0; bound <= min(minimizeBound, r.Preemptions); bound++ {
		found, steps := "", 0
		_, err := Run(p, Options{
			Strategy: States, Bounded: true, Bound: bound, Executions: minimizeRuns,
			Each: func(x *Execution) bool {
				if x.Verdict == r.Verdict && (found == "" || x.Steps < steps) {
					found, steps = x.Schedule(), x.Steps
				}
				return true
			},
		})
		if err != nil {
			return nil, err
		}
		if found != "" {
			best = found
			break
		}
	}
	short, err := Replay(p, best)
	if err != nil {
		return nil, err
	}
	out := *r
	out.Message, out.Schedule, out.Preemptions = short.Message, short.Schedule, short.Preemptions
	out.Trace = short.Trace
	return &out, nil
}

// Replay plays one schedule of p, goes on without preemptions where it ends, and
// returns the result with its trace: beside a failure, with the nearest pass.
func Replay(p *Program, schedule string) (*Result, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	turns, err := parseSchedule(schedule)
	if err != nil {
		return nil, err
	}
	e, done := enter(p, Options{})
	defer done()
	e.told = strings.HasPrefix(schedule, "~")
	r, used := e.along(turns, true)
	if used < len(turns) {
		return nil, fmt.Errorf("explore: program %s: turn %d of the schedule cannot be taken: "+
			"it belongs to another program, or to another version of the code", p.Name, used)
	}
	if r.Verdict != Passed {
		e.nearest(r)
	}
	return r, nil
}

// along plays one execution along turns, and returns how many of them it took.
func (e *engine) along(turns []turn, record bool) (*Result, int) {
	way := &path{turns: turns}
	e.strategy = way
	e.tells = e.told
	e.restart()
	if record {
		e.tracing = newRecorder(e)
	}
	e.execute()
	r := &Result{
		Program: e.program.Name, Strategy: "replay", Verdict: e.verdict, Message: e.message,
		Coverage: Coverage{sampled, 1}, Executions: 1, Steps: int64(e.depth), MaxSteps: e.depth,
		Schedule: e.schedule(), Preemptions: e.preempted,
	}
	if record {
		r.Trace = e.tracing.trace
		r.Trace.Verdict, r.Trace.Message = e.verdict, e.message
		e.tracing = nil
	}
	if way.lost {
		return r, way.at - 1
	}
	return r, way.at
}

// nearest finds the passing execution that leaves the failing one latest.
func (e *engine) nearest(r *Result) {
	turns := make([]turn, 0, e.depth)
	options := make([]mask, 0, e.depth)
	holds := e.holds
	for d, n := range e.nodes[:min(e.depth, len(e.nodes))] {
		for len(holds) > 0 && holds[0].at <= d {
			turns = append(turns, turn{value: uint8(holds[0].thread), held: d - holds[0].from})
			options = append(options, 0)
			holds = holds[1:]
		}
		if n.choice {
			turns = append(turns, turn{choice: true, value: n.value})
			options = append(options, 1<<n.of-1)
		} else {
			turns = append(turns, turn{value: n.thread})
			options = append(options, n.enabled)
		}
	}
	runs := 0
	for d := len(turns) - 1; d >= 0 && runs < nearestRuns; d-- {
		for v := range uint8(MaxThreads) {
			if options[d]>>v&1 == 0 || v == turns[d].value {
				continue
			}
			other := append(append([]turn(nil), turns[:d]...), turn{choice: turns[d].choice, value: v})
			runs++
			if x, _ := e.along(other, false); x.Verdict == Passed {
				x, _ = e.along(other, true)
				r.Trace.Nearest, r.Trace.Differs = x.Trace, taken(turns[:d])
				return
			}
		}
	}
}

// taken returns how many of turns are steps.
func taken(turns []turn) (n int) {
	for _, t := range turns {
		if t.held == 0 {
			n++
		}
	}
	return n
}
