// Package prog is the language of fuzzing: a program is one machine and a list
// of operations on it, the same thing as bytes for a fuzzer, as values for the
// code that executes it, and as text for a reader.
//
// Decoding is total: any bytes are a program. It is local: the bytes are
// records of a fixed size, none of which says anything about another, so one
// changed byte changes at most one operation, or else the machine alone.
// Values that make things happen are given many byte values, so that random
// bytes are busy programs. Decoding what was encoded gives the same program.
//
// The text is that of the recorded scheduler scripts, extended: each of them is
// a program too (Parse).
//
//	# credence-program 2
//	device profile=engine slots=127 ring=1280
//	sched 0 policy=fifo credits=4 timeout=500 timedout=cancelall
//	entity 0 prio=normal scheds=0
//	submit 1 entity=0 dur=5
//	job 3 entity=0 credits=2 dur=10 deps=1:finished,ext:0
//	push 3
//	advance 5
//	signal 0 err=-5
//	kill 0
//
// Text is what is kept: its first line carries the version, and Parse reads
// every version there has been. Bytes are what engines work with in between.
//
// The package refuses to know what an operation does: it neither executes nor
// judges. An operation that does not apply, such as the push of a job that was
// never made, is as good a program as any; who executes it skips it.
package prog

import (
	"slices"

	"credence/core/fence"
	"credence/core/sched"
)

// Version is the language's version, which stands in the text's first line.
const Version = 2

// Limits of a program. Identifiers run from 0 to one below their limit.
const (
	MaxScheds   = 4
	MaxEntities = 8
	MaxOps      = 256
	MaxJobs     = 128    // identifiers; an ended job's is used again
	MaxExternal = 16     // fences, each on a context of its own
	MaxTimeline = 16     // fences, all on one context
	MaxDeps     = 4      // of a job
	MaxCommands = 15     // of a job, in each of the firmware queues
	MaxCredits  = 128    // of a job
	FineMicros  = 16_383 // a duration above is a multiple of CoarseStep
	CoarseStep  = 16
	MaxMicros   = 131_056 // of a duration
	MaxSteps    = 127     // of one Step, HwDone or Timeline
	MaxErrno    = 127
	MaxRetryErr = 31 // of a job that is run again
	MaxHangs    = 3  // of a Sched's HangLimit
)

// Program is a machine and what happens to it. A program as Decode and Parse
// return it is canonical: within the limits, and with zeros where a value has
// no meaning.
type Program struct {
	Device   Device
	Compat   sched.Upstream
	Scheds   []Sched  // 1 to MaxScheds, by identifier
	Entities []Entity // 1 to MaxEntities, by identifier
	Ops      []Op     // 0 to MaxOps
}

// Equal reports whether p and q are the same program.
func (p *Program) Equal(q *Program) bool {
	return p.Device == q.Device && p.Compat == q.Compat && slices.Equal(p.Scheds, q.Scheds) &&
		slices.Equal(p.Entities, q.Entities) && slices.Equal(p.Ops, q.Ops)
}

// Clone returns a copy of p that shares no memory with it.
func (p *Program) Clone() *Program {
	q := *p
	q.Scheds, q.Entities = slices.Clone(p.Scheds), slices.Clone(p.Entities)
	q.Ops = slices.Clone(p.Ops)
	return &q
}

// Profile names the device below the schedulers.
type Profile uint8

// The profiles.
const (
	// Engine is one in-order engine per scheduler, as the recorded scripts have
	// it: a job is its duration. Everything can go wrong there, hangs included.
	Engine Profile = iota
	// Ideal is the firmware-scheduled device with nothing but the commands taking
	// time, and AppleM1 with the latencies of a real one.
	Ideal
	AppleM1
	numProfiles
)

var profileNames = [numProfiles]string{"engine", "ideal", "apple-m1"}

// String returns the name that the profile has everywhere.
func (p Profile) String() string { return profileNames[p] }

// Device is the device under the schedulers.
type Device struct {
	Profile Profile
	// Slots is how many commands the driver counts per firmware queue, MinSlots
	// to MaxSlots; the firmware holds one more. The real number is MaxSlots, and
	// small ones are met by short programs.
	Slots int
	// Ring is how many entries a firmware queue has: MinRing to SmallRing, or
	// FullRing as the real ones.
	Ring int
	// Undrained leaves the work items that an operation caused for Step and
	// Advance. Otherwise all of them run before the next operation.
	Undrained bool
}

// Numbers of a Device.
const (
	MinSlots  = 2
	MaxSlots  = 127
	MinRing   = 3
	SmallRing = 129
	FullRing  = 1280
)

// Verdict is what the backend does about a job that timed out.
type Verdict uint8

// The verdicts.
const (
	// Default is what the scheduler says, and there the first of the others.
	Default   Verdict = iota
	KillIt            // the job ends with ETIMEDOUT and is the backend's
	NoHang            // it is alive
	NoDevice          // the device is gone; the job is the backend's
	CancelAll         // stop, everything off the engine, start with ETIME
	Resubmit          // stop, karma, everything off the engine, resubmit, start
	numVerdicts
)

var verdictNames = [numVerdicts]string{"", "kill", "nohang", "enodev", "cancelall", "resubmit"}

// String returns the verdict's word in the text.
func (v Verdict) String() string { return verdictNames[v] }

// Sched is one scheduler.
type Sched struct {
	Policy sched.Policy
	// Flow is the flow control. Its limit is 1 to SmallLimit, or FullLimit, and
	// 0 for flows that have none.
	Flow sched.Flow
	// Micros is the timeout, 0 for never.
	Micros    uint32
	HangLimit uint8
	Verdict   Verdict // not Default
}

// Numbers of a Sched.
const (
	SmallLimit = 127
	FullLimit  = 1280
)

// SchedList is one to four schedulers, of which an entity chooses; who executes
// it takes the identifiers modulo the number of schedulers.
type SchedList struct {
	More uint8 // how many besides the first
	IDs  [MaxScheds]uint8
}

// List returns the identifiers.
func (l *SchedList) List() []uint8 { return l.IDs[:1+l.More] }

// Entity is one entity, with a user queue if the device has such.
type Entity struct {
	Scheds   SchedList
	Priority sched.Priority
	// Capacity is 1 to SmallCapacity, sched.DefaultCapacity, or LargeCapacity.
	Capacity int
	Guilty   bool // karma can mark it
}

// SmallCapacity is the largest capacity below the default, and LargeCapacity the
// only one above, which no recorded script fills.
const (
	SmallCapacity = 8
	LargeCapacity = MaxOps
)

// The machine of a program that says nothing of it.
var (
	defaultDevice = Device{Slots: MaxSlots, Ring: FullRing}
	defaultSched  = Sched{
		Policy: sched.Fair, Flow: sched.Flow{Kind: sched.FlowCredits, Limit: 1}, Verdict: KillIt,
	}
	defaultEntity = Entity{Priority: sched.Normal, Capacity: sched.DefaultCapacity}
)

// micros returns a duration of the language as one of virtual time.
func micros(us uint32) fence.Duration { return fence.Duration(us) * fence.Microsecond }
