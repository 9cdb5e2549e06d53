// Package profile holds the parameters of a device: limits, latencies, engines
// and topology, as readable files in which every value says where it comes
// from. It refuses a value without a mark, and a profile with a value missing.
//
// A file is lines of
//
//	key = value unit   # mark: source
//
// where the mark is S for a value read in the source that is named, D for one
// derived from such values, and A for an assumption, to be treated as a knob.
// Lines that are empty or begin with # are notes; the first sentence of those at
// the top is what the profile is about. Keys may stand in any order; engine is
// the only one that may stand more than once.
//
// Engines map what workloads name to what the device has:
//
//	workload   firmware queues         engines
//	RCS n      vertex, then fragment   two: one a queue
//	BCS n      compute                 one
//	VCS n      compute                 one: VCS1 and VCS2 run side by side
//	VECS n     compute                 one
//	CCS n      compute                 one
//	any        ring                    one: a device of shape ring has no other
//
// A render's time is split between its vertex and its fragment engine by
// vertex_share. On a ring it is one command. The built-in profiles of shape
// firmware have two VCS and one of every other class.
package profile

import (
	"fmt"
	"slices"

	"credence/core/fence"
)

// Mark says how far a value can be trusted.
type Mark byte

// The marks.
const (
	Sourced Mark = 'S' // read in the source that is named
	Derived Mark = 'D' // computed from sourced values
	Assumed Mark = 'A' // nobody measured it
)

// String returns the mark as a word, such as "sourced".
func (m Mark) String() string {
	switch m {
	case Sourced:
		return "sourced"
	case Derived:
		return "derived"
	case Assumed:
		return "assumed"
	}
	return fmt.Sprintf("mark(%d)", byte(m))
}

// Profile is the parameters of one device. It does not change after Parse.
type Profile struct {
	Name  string
	About string // the first sentence of the notes at the top; may be empty
	Shape Shape

	// Slots is what the driver counts per firmware queue, Buffer how many
	// outstanding commands the firmware holds, Ring how many entries a ring has.
	Slots, Buffer, Ring int
	// EventSlots and VMSlots are how many firmware queues and how many address
	// spaces can be active at a time.
	EventSlots, VMSlots int
	// Channel is how many messages each of the work channels holds.
	Channel int
	// Notify says when the firmware tells the host of completions.
	Notify Notify

	// Latencies, in the order in which a submission meets them.
	SubmitCost   fence.Duration // of the submitting call
	VMRebind     fence.Duration // more, if the address space lost its slot
	HostWake     fence.Duration // until a worker that had nothing to do runs
	RunCost      fence.Duration // that run_job keeps the worker busy
	ChannelPoll  fence.Duration // that it sleeps at a time while a channel is full
	Doorbell     fence.Duration // until the message is at the firmware
	FirmwareWake fence.Duration // more, if the firmware was powered off
	PickUp       fence.Duration // of one message, one at a time
	Dispatch     fence.Duration // from the ring's head to the engine
	Retire       fence.Duration // from the end of execution to the stamp
	IRQ          fence.Duration // until the host's handler runs
	IdleOff      fence.Duration // without work until the firmware powers off

	// VertexShare is how much of a render's time is vertex work, ppm.
	VertexShare int
	// Contention is what each further busy engine costs the busy ones, ppm of
	// one engine's work: of n busy engines each runs at 1/(1 + (n-1)*Contention).
	Contention int
	// PStates are the clock rates in kHz, ascending. What workloads call a
	// duration holds at the last one.
	PStates []int
	// PStateSample is how often the clock follows the load; 0 holds the last
	// state. PStateTarget is the share of time, ppm, that it tries to have the
	// busiest engine work.
	PStateSample fence.Duration
	PStateTarget int
	// TimeSlice is how long a command of a queue in Preempt executes while another
	// waits; 0 lets commands run to their end. Preempt has bit q for Queue q.
	// SwitchCost is what a switch takes the engine.
	TimeSlice  fence.Duration
	Preempt    uint8
	SwitchCost fence.Duration

	// Timeout is how long a job may take before the driver asks the device; 0 is
	// for ever. Resets says that the driver then resets the hardware, which takes
	// Reset, rather than give the device up. Halt is how long the firmware stands
	// still after a fault, RecoverChannel how long a channel does after an error.
	Timeout, Reset, Halt, RecoverChannel fence.Duration
	Resets                               bool

	// SharedSchedulers is how many schedulers all user queues share; 0 gives each
	// user queue its own.
	SharedSchedulers int
	// Engines are the device's engines, in the order of the file.
	Engines []Engine

	values []Value
}

// Value is one line of a profile.
type Value struct {
	Key    string // such as "doorbell"
	Value  string // as in the file, such as "500"; all of an engine
	Unit   string // such as "ns"; empty for counts, engines and topology
	Mark   Mark
	Source string // what the mark rests on
	Doc    string // what the key means
	Line   int    // from 1
}

// String returns the value as a line of a profile, which Parse reads back.
func (v Value) String() string {
	unit := v.Unit
	if unit != "" {
		unit = " " + unit
	}
	return fmt.Sprintf("%s = %s%s  # %c: %s", v.Key, v.Value, unit, v.Mark, v.Source)
}

// Values returns the profile's lines in the order of its file, as the file has
// them. It allocates.
func (p *Profile) Values() []Value { return slices.Clone(p.values) }

// Error says what is wrong with a profile, and where.
type Error struct {
	File string
	Line int // from 1
	Msg  string
}

// Error returns file:line: message.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }
