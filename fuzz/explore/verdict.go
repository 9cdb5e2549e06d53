package explore

import "fmt"

// Verdict is how an execution ended.
type Verdict uint8

// The verdicts.
const (
	// Passed: all threads came to their end, and the program's check agrees.
	Passed Verdict = iota
	// LostWakeup: a thread sleeps, and nobody is left to wake it: a deadlock.
	LostWakeup
	// Livelock: all threads that can go on do, for ever, and none gets anywhere.
	Livelock
	// BusyLoop: a thread goes round without sleeping while nobody else changes
	// what it looks at, and was not declared to poll.
	BusyLoop
	// Assertion: a check failed, or the code under test panicked.
	Assertion
	// DataRace: two accesses to a Var, one of them a write, are in no order.
	DataRace
	// StepLimit: an execution was cut off before it ended.
	StepLimit
	numVerdicts
)

var verdictNames = [numVerdicts]string{
	"pass", "lost-wakeup", "livelock", "busy-loop", "assertion", "data-race", "step-limit",
}

// String returns the verdict's name as it stands in reports.
func (v Verdict) String() string { return verdictNames[v] }

// ParseVerdict returns the verdict of a name.
func ParseVerdict(s string) (Verdict, error) {
	for i, n := range verdictNames {
		if n == s {
			return Verdict(i), nil
		}
	}
	return 0, fmt.Errorf("verdict %q; there are %v", s, verdictNames)
}

// MarshalText returns the name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the name.
func (v *Verdict) UnmarshalText(text []byte) (err error) {
	*v, err = ParseVerdict(string(text))
	return err
}

// Coverage says of what part of the interleavings a result speaks.
type Coverage struct {
	// Kind is "exhausted", "bounded", "sampled" or, if the exploration was
	// stopped before its end, "partial".
	Kind string
	// N is the bound on preemptions, or the number of executions drawn or played.
	N int `json:",omitempty"`
}

// String returns the coverage as it stands behind "pass-".
func (c Coverage) String() string {
	if c.Kind == exhausted {
		return c.Kind
	}
	return fmt.Sprintf("%s(%d)", c.Kind, c.N)
}

// Complete reports whether everything that was asked for was played.
func (c Coverage) Complete() bool { return c.Kind != partial }

const (
	exhausted = "exhausted"
	bounded   = "bounded"
	sampled   = "sampled"
	partial   = "partial"
)

// Strategy is a way to choose among interleavings.
type Strategy uint8

// The strategies.
const (
	// DPOR plays one order of each class of equivalent ones, and few more.
	DPOR Strategy = iota
	// SleepSets plays all orders but those whose class was played already.
	SleepSets
	// Full plays every order.
	Full
	// Cached plays every order up to a state that was seen before.
	Cached
	// States plays every order up to a state of memory and stacks that was met
	// before, and leaves out what SleepSets does.
	States
	// RandomWalk draws the thread that goes on, each time anew.
	RandomWalk
	// PCT draws an order of priority and a few moments at which it changes.
	PCT
	numStrategies
)

var strategyNames = [numStrategies]string{"dpor", "sleep", "full", "cached", "states", "random", "pct"}

// String returns the strategy's name as it stands on command lines.
func (s Strategy) String() string { return strategyNames[s] }

// ParseStrategy returns the strategy of a name.
func ParseStrategy(s string) (Strategy, error) {
	for i, n := range strategyNames {
		if n == s {
			return Strategy(i), nil
		}
	}
	return 0, fmt.Errorf("strategy %q; there are %v", s, strategyNames)
}

// Result is what an exploration found.
type Result struct {
	Program  string
	Verdict  Verdict
	Message  string   `json:",omitempty"` // of a failure
	Coverage Coverage // of what a pass speaks
	Strategy string
	// Executions were played to an end, Redundant ones were given up because
	// their class or state had been played; Steps are the operations of both.
	Executions, Redundant int
	Steps                 int64
	MaxSteps              int // of one execution
	// Preemptions of the failing execution, and the string that replays it.
	Preemptions int    `json:",omitempty"`
	Schedule    string `json:",omitempty"`
	Trace       *Trace `json:",omitempty"`
}

// String returns the verdict with its coverage, such as "pass-exhausted", or with
// its message.
func (r *Result) String() string {
	if r.Verdict == Passed {
		return fmt.Sprintf("%v-%v", r.Verdict, r.Coverage)
	}
	return fmt.Sprintf("%v: %s", r.Verdict, r.Message)
}
