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
// The text reads like the recorded scheduler scripts, whose operations it
// extends:
//
//	# credence-program 1
//	device profile=ideal slots=7 ring=1280 drain=1
//	sched 0 policy=fifo flow=lanes
//	entity 0 prio=normal sched=0 capacity=64
//	submit 1 entity=0 compute=1 dur=5
//	job 3 entity=0 vertex=2 fragment=2 dur=10 barriers=vf deps=1:finished,ext:0
//	push 3
//	advance 5
//	signal 0 err=-5
//
// The package refuses to know what an operation does: it neither executes nor
// judges. An operation that does not apply, such as the push of a job that was
// never made, is as good a program as any; who executes it skips it.
package prog

import (
	"slices"

	"credence/core/sched"
)

// Version is the language's version, which stands in the text's first line.
const Version = 1

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
	MaxMicros   = 16_383 // of a duration
	MaxSteps    = 127    // of one Step, and fences of one Timeline
	MaxErrno    = 127
)

// Program is a machine and what happens to it. A program as Decode and Parse
// return it is canonical: within the limits, and with zeros where a value has
// no meaning.
type Program struct {
	Device   Device
	Scheds   []Sched  // 1 to MaxScheds, by identifier
	Entities []Entity // 1 to MaxEntities, by identifier
	Ops      []Op     // 0 to MaxOps
}

// Equal reports whether p and q are the same program.
func (p *Program) Equal(q *Program) bool {
	return p.Device == q.Device && slices.Equal(p.Scheds, q.Scheds) &&
		slices.Equal(p.Entities, q.Entities) && slices.Equal(p.Ops, q.Ops)
}

// Profile names the device's parameters.
type Profile uint8

// The profiles.
const (
	Ideal   Profile = iota // nothing but the commands takes time
	AppleM1                // the latencies of a real device
	numProfiles
)

var profileNames = [numProfiles]string{"ideal", "apple-m1"}

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

// Sched is one scheduler.
type Sched struct {
	Policy sched.Policy
	// Flow is the flow control. Its limit is 1 to SmallLimit, or FullLimit, and
	// 0 for flows that have none.
	Flow sched.Flow
}

// Numbers of a Sched.
const (
	SmallLimit = 127
	FullLimit  = 1280
)

// Entity is one entity with a user queue on the device.
type Entity struct {
	Sched    uint8 // an identifier
	Priority sched.Priority
	// Capacity is 1 to SmallCapacity, or sched.DefaultCapacity.
	Capacity int
}

// SmallCapacity is the largest capacity below the default.
const SmallCapacity = 8
