// Package oracle judges a scheduler from outside: it is told what a program
// does, watches the events, and compares both with the numbered invariants
// (core/invariant), with state of its own that shares no code with the core. It
// is simple, slow and sequential. It refuses to drive anything, and to know why
// something is wrong: it says which rule broke, and with which values.
//
// Beside the numbered rules it holds the two promises of the submission path
// that have no number: "order", that under FIFO and RR nobody runs before
// somebody of more importance, or under FIFO with an older job, and that nobody
// is passed because he does not fit; and "init", that a job is refused exactly
// when it may be. Of the device it holds, as "time", that nothing is done sooner
// than its engines and barriers allow.
package oracle

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/device"
)

// Rules without a number.
const (
	Order = "order"
	Init  = "init"
	Time  = "time"
)

// Violation is what a check panics with. Rule is the same for every occurrence
// of one bug; Detail carries the values.
type Violation struct{ Rule, Detail string }

// Error returns the rule and the detail.
func (v *Violation) Error() string { return v.Rule + ": " + v.Detail }

func fail(id invariant.ID, format string, args ...any) { failRule(id.String(), format, args...) }

func failRule(rule, format string, args ...any) {
	panic(&Violation{rule, fmt.Sprintf(format, args...)})
}

// state is how far a job has come.
type state uint8

const (
	initialised state = iota
	armed
	queued
	running
	done
	freed   // by the scheduler
	gone    // and no longer used by the backend
	aborted // never pushed
	numStates
)

var stateNames = [numStates]string{
	"initialised", "armed", "queued", "running", "done", "freed", "gone", "aborted",
}

func (s state) String() string { return stateNames[s] }

// Job is one life of a job. Checker.Init makes it; its maker fills in the
// exported fields and the dependencies.
type Job struct {
	// ID goes into sched.Job.ID.
	ID uint64
	// Device says that the job's commands reach the device.
	Device bool
	// Least is how long the engines need for the job at least, its barriers
	// included.
	Least Least
	// After is the job for whose last commands the first ones of this one wait by
	// a barrier, or nil.
	After *Job

	entity   int
	sched    int // where it was pushed
	need     lanes
	cost     uint32 // under a scalar flow
	deps     []Dep
	state    state
	seqno    uint64 // in its entity
	submit   fence.Time
	began    fence.Time // when it was given to the backend
	least    fence.Time // when it can be done
	ran      bool       // its scheduled fence signalled
	returned bool       // the backend's RunJob has returned
	hardware *fence.Fence
	err      fence.Errno // the backend's; of finished from then on
	carried  fence.Errno // an error that finished had when the backend ran it
	told     int         // times that Finished was told of it
	sole     bool        // nobody but the job held its fences when it was freed
	killed   bool        // it was queued when its entity was killed
	detached bool        // a stop took it off the hardware, and nothing has put it back
	before   *Job        // of a killed one: what has to end first
	left     bool        // it was killed after its scheduler was torn down
	owner    owner
	named    []*External // that the backend had it wait for

	scheduled, finished *fence.Fence // from Arm on
	context             fence.Context
	fenceSeqno          uint64
}

// owner says to whom a timeout left a job.
type owner uint8

const (
	theScheduler owner = iota
	byReset
	byNoDevice
)

// Least are times that the engines need at least: for all commands of a job; for
// the first ones and those that barriers put behind them; and for the last ones.
type Least struct{ All, First, Last fence.Duration }

func (j *Job) String() string { return fmt.Sprintf("job %d of entity %d", j.ID, j.entity) }

// lanes are the figures of sched.Need.Lanes.
type lanes [sched.NumLanes]uint32

func lanesOf(n sched.Need) (l lanes) {
	for i := range l {
		l[i] = n.Lanes.Lane(i)
	}
	return l
}

// slots and ring are what l says of a firmware queue.
func (l *lanes) slots(k device.Kind) uint32 { return l[k] }
func (l *lanes) ring(k device.Kind) uint32  { return l[sched.QueueKinds+int(k)] }

func (l *lanes) add(x lanes) {
	for i := range l {
		l[i] += x[i]
	}
}

func (l *lanes) sub(x lanes) {
	for i := range l {
		l[i] -= x[i]
	}
}
