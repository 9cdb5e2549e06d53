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
// Lines that are empty or begin with # are notes. Keys may stand in any order;
// engine is the only one that may stand more than once.
package profile

import (
	"fmt"

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

// String returns the mark as a word.
func (m Mark) String() string {
	switch m {
	case Sourced:
		return "sourced"
	case Derived:
		return "derived"
	default:
		return "assumed"
	}
}

// Queue is which firmware queue of a user queue an engine takes its commands
// from.
type Queue uint8

// The firmware queues.
const (
	Vertex Queue = iota
	Fragment
	Compute
	numQueues
)

var queueNames = [numQueues]string{"vertex", "fragment", "compute"}

// String returns the queue's name.
func (q Queue) String() string { return queueNames[q] }

// Class is what kind of work an engine does, by the names that workloads use.
type Class uint8

// The classes.
const (
	RCS  Class = iota // render
	BCS               // copy
	VCS               // video decode and encode
	VECS              // video enhance
	CCS               // compute
	numClasses
)

var classNames = [numClasses]string{"RCS", "BCS", "VCS", "VECS", "CCS"}

// String returns the class's name.
func (c Class) String() string { return classNames[c] }

// Engine is one engine of the device.
type Engine struct {
	Name     string // unique, as reports print it
	Class    Class
	Instance int // from 1
	Queue    Queue
}

// Profile is the parameters of one device. It does not change after Parse.
type Profile struct {
	Name string

	// Slots is what the driver counts per firmware queue, Buffer how many
	// outstanding commands the firmware holds, Ring how many entries a ring has.
	Slots, Buffer, Ring int

	// Latencies, in the order in which a submission meets them.
	SubmitCost   fence.Duration // of the submitting call
	HostWake     fence.Duration // until a worker that had nothing to do runs
	RunCost      fence.Duration // that run_job keeps the worker busy
	Doorbell     fence.Duration // until the message is at the firmware
	FirmwareWake fence.Duration // more, if the firmware was powered off
	PickUp       fence.Duration // of one message, one at a time
	Dispatch     fence.Duration // from the ring's head to the engine
	Retire       fence.Duration // from the end of execution to the stamp
	IRQ          fence.Duration // until the host's handler runs
	IdleOff      fence.Duration // without work until the firmware powers off

	// VertexShare is how much of a render's time is vertex work, ppm.
	VertexShare int
	// SharedSchedulers is how many schedulers all user queues share; 0 gives each
	// user queue its own.
	SharedSchedulers int
	// Engines are the device's engines.
	Engines []Engine

	values []Value
}

// Value is one line of a profile.
type Value struct {
	Key, Text string // as in the file, such as "doorbell" and "500 ns"
	Mark      Mark
	Source    string
	Doc       string // what the key means
	Line      int
}

// Values returns the profile's lines in the order of its file. The caller does
// not change them.
func (p *Profile) Values() []Value { return p.values }

// Error says what is wrong with a profile, and where.
type Error struct {
	File string
	Line int
	Msg  string
}

// Error returns file:line: message.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }
