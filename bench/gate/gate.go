// Package gate judges whether one set of benchmark results is worse than
// another, and says so in a way that a program can act on.
//
// Three kinds of figures are judged in three ways (Kind): exact ones, where any
// change counts; instructions, which repeat to the digit and have a small limit;
// and host time, where a change must be significant, larger than the limit and
// larger than what the same code differs by from itself (the noise floor, learnt
// from the very run). Statistics are golang.org/x/perf's, without parameters;
// Holm's correction holds the family-wise rate of false alarms at Alpha.
//
// The package refuses to pass what it could not judge: a file that is cut short,
// too few samples, two machines, or nothing to compare end in an error or in an
// inconclusive verdict, and neither is a pass. A geometric mean is shown and
// never judged: it hides what it averages.
package gate

import "fmt"

// Problem is an input that cannot be judged: where, what is wrong, and what to do.
type Problem struct {
	File   string
	Line   int // from 1; 0 if it is the file as a whole
	What   string
	Remedy string
}

func (p *Problem) Error() string {
	place := p.File
	if p.Line > 0 {
		place = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s: %s; %s", place, p.What, p.Remedy)
}

// Kind is how a figure is judged.
type Kind int

// The kinds.
const (
	// Exact figures are declared so (Unit X assume=exact): any change counts.
	Exact Kind = iota
	// Instructions are counted, as a slope: units that begin with "instr".
	Instructions
	// Host figures are all others: time, memory, rates, as this machine gave them.
	Host
	numKinds
)

var kindNames = [numKinds]string{"exact", "instructions", "host"}

func (k Kind) String() string { return kindNames[k] }

// Outcome is what is said of one row.
type Outcome int

// The outcomes, worst first.
const (
	Regressed Outcome = iota
	Inconclusive
	Accepted // a change that the committed baseline has, with a reason
	Improved
	Same
	numOutcomes
)

var outcomeNames = [numOutcomes]string{"REGRESSED", "inconclusive", "accepted", "improved", "same"}

func (o Outcome) String() string { return outcomeNames[o] }
