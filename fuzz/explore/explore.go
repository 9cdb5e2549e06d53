//go:build explore

package explore

import (
	"fmt"

	"credence/core/xatomic"
)

// Options says what is to be played.
type Options struct {
	Strategy Strategy
	// Bounded limits an execution of Full and Cached to Bound preemptions, 0 to
	// 200: times that the turn is taken from a thread that could go on.
	Bounded bool
	Bound   int
	// Executions ends the exploration; 0 is for ever. A strategy that draws needs
	// it.
	Executions int
	// Seed is of strategies that draw.
	Seed uint64
	// Depth is of PCT: how many orderings a bug takes; 0 means 3.
	Depth int
	// MaxStates ends a Cached or States exploration; 0 means 16,000,000, of StateSize
	// bytes or so.
	MaxStates int
	// Each is told of each execution that was played to its end, and says whether
	// to go on even though it failed.
	Each func(*Execution) (goOn bool)
	// Stop is asked every 256 executions.
	Stop func() bool
	// Progress is told as often of an estimate of the share that is done, 0 to 1,
	// which may fall, and of the executions so far.
	Progress func(share float64, executions int)
}

// Execution is one execution, as Options.Each sees it.
type Execution struct {
	Verdict     Verdict
	Message     string
	Steps       int
	Preemptions int
	e           *engine
}

// Schedule returns the string that replays the execution.
func (x *Execution) Schedule() string { return x.e.schedule() }

// StateSize is about how many bytes a state that was met takes, the map's own part
// included.
const StateSize = 40

const (
	maxStates = 16_000_000
	maxBound  = 200
	unbounded = -1
)

// Run explores p. It returns an error if there is something wrong with p or o
// themselves. One exploration at a time in a process.
func Run(p *Program, o Options) (*Result, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	if p.Invariant != nil && (o.Strategy == DPOR || o.Strategy == SleepSets) {
		return nil, fmt.Errorf("explore: program %s: strategy %v leaves out orders that an Invariant "+
			"can tell apart; use cached or full", p.Name, o.Strategy)
	}
	s, err := o.strategy()
	if err != nil {
		return nil, fmt.Errorf("explore: program %s: %w", p.Name, err)
	}
	e, done := enter(p, o)
	defer done()
	e.strategy = s
	e.sleeps = o.Strategy == DPOR || o.Strategy == SleepSets || o.Strategy == States && !o.Bounded
	e.order = o.Strategy == DPOR
	e.hashes = o.Strategy == Cached || o.Strategy == States
	if o.Strategy == States {
		e.spots = newSpots(e)
		e.announces = true
		if !o.Bounded && p.Invariant == nil {
			e.futures = newFutures(len(e.memory.names))
		}
		s.(*states).learn(e)
	}
	if e.hashes {
		e.visited = make(map[uint64]uint8)
	}
	return e.explore(), nil
}

// enter makes an engine the one of the process.
func enter(p *Program, o Options) (e *engine, leave func()) {
	if active != nil {
		panic("explore: two explorations at a time in one process")
	}
	e = newEngine(p, o)
	active = e
	xatomic.Install(e.hook())
	return e, func() {
		xatomic.Install(nil)
		active = nil
		e.close()
		e.memory.restore()
	}
}

func (o *Options) strategy() (strategy, error) {
	switch {
	case o.Strategy >= numStrategies:
		return nil, fmt.Errorf("strategy %d does not exist", o.Strategy)
	case o.Strategy.draws() && o.Executions == 0:
		return nil, fmt.Errorf("strategy %v needs Options.Executions", o.Strategy)
	case o.Bounded && (o.Bound < 0 || o.Bound > maxBound):
		return nil, fmt.Errorf("bound %d; permitted: 0 to %d", o.Bound, maxBound)
	case o.Bounded && !o.Strategy.bounds():
		return nil, fmt.Errorf("strategy %v cannot be bounded by preemptions: what it leaves out "+
			"may be equal only to orders beyond the bound; use full or cached", o.Strategy)
	}
	if o.MaxStates == 0 {
		o.MaxStates = maxStates
	}
	if o.Depth == 0 {
		o.Depth = 3
	}
	switch o.Strategy {
	case RandomWalk:
		return newWalk(o.Seed), nil
	case PCT:
		return newPCT(o.Seed, o.Depth), nil
	}
	if !o.Bounded {
		o.Bound = unbounded
	}
	if o.Strategy == States {
		return &states{bound: o.Bound, met: make(map[uint64]visit)}, nil
	}
	return &search{kind: o.Strategy, bound: o.Bound}, nil
}

// draws reports whether a strategy samples.
func (s Strategy) draws() bool { return s == RandomWalk || s == PCT }

// bounds reports whether a strategy can be bounded by preemptions. DPOR and sleep
// sets cannot: an order within the bound may be equivalent only to orders beyond.
func (s Strategy) bounds() bool { return s == Full || s == Cached || s == States }

// explore plays executions until one fails, there is none left, or it is told to
// stop.
func (e *engine) explore() *Result {
	o := &e.options
	r := &Result{Program: e.program.Name, Strategy: o.Strategy.String()}
	for {
		e.execute()
		if e.redundant {
			r.Redundant++
		} else {
			r.Executions++
			if e.fails(r) {
				break
			}
		}
		if e.executed&255 == 0 && o.Progress != nil {
			o.Progress(e.done(), e.executed)
		}
		if stopped := e.executed&255 == 0 && o.Stop != nil && o.Stop() ||
			o.Executions > 0 && r.Executions+r.Redundant >= o.Executions ||
			e.remembered() > o.MaxStates; stopped {
			r.Coverage = e.coverage(r, true)
			break
		}
		if !e.strategy.advance(e) {
			r.Coverage = e.coverage(r, false)
			break
		}
	}
	r.Steps, r.MaxSteps = e.steps, e.longest
	return r
}

// fails tells Each of the execution, takes a failure into r, and reports whether
// the exploration ends with it.
func (e *engine) fails(r *Result) bool {
	goOn := false
	if each := e.options.Each; each != nil {
		goOn = each(&Execution{e.verdict, e.message, e.depth, e.preempted, e})
	}
	if e.verdict == Passed || goOn {
		return false
	}
	r.Verdict, r.Message = e.verdict, e.message
	r.Schedule, r.Preemptions = e.schedule(), e.preempted
	return true
}

func (e *engine) coverage(r *Result, stopped bool) Coverage {
	o := &e.options
	switch {
	case o.Strategy.draws():
		return Coverage{sampled, r.Executions}
	case stopped:
		return Coverage{partial, r.Executions}
	case e.cut:
		return Coverage{bounded, o.Bound}
	}
	return Coverage{Kind: exhausted}
}
