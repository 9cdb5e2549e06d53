// Package device is a firmware-scheduled GPU in virtual time, the lower half of
// what a scheduler drives: user queues with three firmware queues each, a
// firmware that picks work up and dispatches it, engines that execute, stamps
// that say how far a queue has come, and an interrupt that brings the news to
// the host. It is cycle-approximate: a handful of constants from a profile, each
// with its source, and no claim of cycle accuracy. It refuses to know about
// scheduling policy: what is submitted is executed.
//
// # The path of a command
//
//	RunJob ─message, doorbell─▶ channel ─wake, pick-up─▶ ring head ─dispatch─▶ engine ─▶ end
//	                                                        ▲ barriers                    │
//	finished fence ◀─host reads stamps ◀─interrupt ◀─event bitmap ◀─stamp written ◀─retire┘
//
// Firmware queues start their entries in ring order: an entry whose engine is
// busy, or a barrier that is not met, holds back what stands behind it. Entries
// of one queue may run on different engines at the same time, but they retire
// in ring order, since one stamp counts them. An engine takes the most important
// waiting command first, then the one that waited longest, and has the next
// one's dispatch overlap the present one's execution. A command that several
// engines can run goes to the one with the least before it, when its turn in the
// ring comes.
//
// # Shapes
//
// On a device of shape firmware each user queue has three firmware queues. On
// one of shape ring there is one queue, Compute, for all user queues that share a
// scheduler: user queue i is on ring i mod profile.SharedSchedulers, and has one
// of its own if that is 0. The kernel's mock scheduler is a ring whose stages
// take no time.
//
// # Limits
//
// Structure and numbers follow the asahi driver's public description of Apple
// AGX: 1,280 ring entries, 127 slots counted by the driver, a buffer of 128
// outstanding commands in the firmware. Admission is the host's business; the
// device only detects its failure. The 129th outstanding command overflows the
// buffer: it is counted, reported once with who did it, and the queue is stuck
// from then on, as the real one is: what it holds may still execute, but nothing
// retires any more. The host sees the end of what had retired before.
//
// A firmware queue is active with one of the device's event slots, its address
// space with one of the VM slots: see Bind. Messages go through channels, one for
// each priority and kind of queue: see channel.
//
// # Invariants
//
// With the build tags of package invariant, after every event of the device:
//
//	S1: slots taken by a firmware queue are its commands that the host has not
//	    seen retired; event and VM slots have one owner each, or are free.
//	W1: commands written are those retired, executing, waiting or taken away;
//	    commands that the firmware knows and that have not retired are counted.
package device

import (
	"fmt"
	"math"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/des"
	"credence/hwmock/profile"
)

// Kind is which of a user queue's firmware queues.
type Kind uint8

// The firmware queues of a user queue.
const (
	Vertex Kind = iota
	Fragment
	Compute
	NumKinds
)

var kindNames = [NumKinds]string{"vertex", "fragment", "compute"}

// String returns the queue's name.
func (k Kind) String() string { return kindNames[k] }

// Priorities is how many levels the firmware knows; 0 is the most important.
const Priorities = 4

// Watcher is told when an engine starts and stops being busy. It is called from
// within the device's events and must not call back into it.
type Watcher interface {
	EngineBusy(engine int, busy bool, now fence.Time)
}

// Device is one GPU. It runs on one goroutine, the one that steps its engine of
// events.
type Device struct {
	events   *des.Engine
	profile  *profile.Profile
	contexts *fence.Contexts
	watcher  Watcher
	watched  uint64 // engines that the watcher is told of
	observer Observer
	freed    func(*Job)
	section  invariant.Section
	start    uint32 // of the stamps
	strict   int    // slots and entries that admission leaves unused
	lanes    [sched.NumLanes]uint32

	engines  []engine
	queues   []*UserQueue
	groups   []*group
	firmware firmware
	host     host
	active   slotTable // event slots
	spaces   slotTable // VM slots
	clock    clock
	faults   *faults    // nil without faults
	emptying int        // groups that are on the way to being empty
	dead     bool       // the firmware crashed, or was given up
	resume   fence.Time // until when the firmware stands still
	overruns []Overrun
}

// Overrun is a submission that the firmware had no room for.
type Overrun struct {
	At          fence.Time
	Queue       int    // of Device.NewQueue
	Kind        Kind   // the firmware queue
	Job         uint64 // sched.Job.ID
	Outstanding int    // commands in the firmware queue with it
	Limit       int    // what the firmware's buffer holds
}

// Error says which job overflowed which queue.
func (o Overrun) Error() string {
	return fmt.Sprintf(
		"job %d brings queue %d.%s to %d outstanding commands, the firmware holds %d",
		o.Job, o.Queue, o.Kind, o.Outstanding, o.Limit)
}

// Config is what a Device is made of.
type Config struct {
	// Events drives the device; Profile has its parameters; Contexts must be
	// shared with the schedulers above. All required.
	Events   *des.Engine
	Profile  *profile.Profile
	Contexts *fence.Contexts
	// Stamps is the value of the stamps at the start, a multiple of 0x100. Stamps
	// have 32 bits and wrap.
	Stamps uint32
	// Faults are what goes wrong by itself; nil for nothing.
	Faults *Faults
	// Watcher may be nil.
	Watcher Watcher
	// Observer sees every event; nil for none.
	Observer Observer
	// Freed is called when neither the scheduler nor a holder of the hardware
	// fence needs a job any more, in whichever context that becomes true; it may
	// be nil.
	Freed func(*Job)
}

// New returns a device. It panics if the profile or the stamps are out of range.
func New(c Config) *Device {
	p := c.Profile
	if p.EventSlots < int(NumKinds) || p.EventSlots > MaxEventSlots || p.VMSlots < 1 ||
		p.Channel < 1 || c.Stamps%stampStep != 0 {
		panic(fmt.Sprintf("device: %d event slots, %d VM slots, channels of %d, stamps from %#x",
			p.EventSlots, p.VMSlots, p.Channel, c.Stamps))
	}
	d := &Device{
		events: c.Events, profile: p, contexts: c.Contexts, watcher: c.Watcher, freed: c.Freed,
		start: c.Stamps, observer: c.Observer, lanes: Lanes(p),
	}
	if p.Shape == profile.ShapeFirmware {
		d.strict = 1
	}
	d.active.init(p.EventSlots)
	d.spaces.init(min(p.VMSlots, MaxContexts))
	d.active.line, d.spaces.line = 1, 2
	if c.Watcher != nil {
		d.watched = math.MaxUint64
	}
	d.firmware.init(d)
	d.host.init(d)
	d.clock.init(d)
	d.engines = make([]engine, len(p.Engines))
	for i := range d.engines {
		d.engines[i].init(d, i)
	}
	if c.Faults != nil {
		d.faults = newFaults(*c.Faults)
		d.faults.timed.start(d, c.Faults.Timed)
	}
	return d
}

// Overruns returns the over-submissions, oldest first: the first of each stuck
// firmware queue.
func (d *Device) Overruns() []Overrun { return d.overruns }

// Watch limits what the watcher is told to the engines of a set, bit i for engine i.
// Requires: there is a watcher.
func (d *Device) Watch(set uint64) { d.watched = set }

// Busy returns how long an engine has executed commands up to now.
func (d *Device) Busy(engine int) fence.Duration {
	return d.engines[engine].busyUntil(d.events.Now())
}

// Idle reports whether an engine executes nothing.
func (d *Device) Idle(engine int) bool { return d.engines[engine].running == nil }

// Lanes returns the limits of a user queue in the order of sched.Need.Lanes:
// what admission lets into an empty queue. On a device of shape firmware that is
// strict, free > need, which leaves one slot of those that the driver counts
// unused; a ring that is never full loses an entry, and the strict test another.
func Lanes(p *profile.Profile) [sched.NumLanes]uint32 {
	strict := 0
	if p.Shape == profile.ShapeFirmware {
		strict = 1
	}
	slots := uint32(min(p.Slots-strict, maxLane))
	ring := uint32(min(p.Ring-1-strict, maxLane))
	return [sched.NumLanes]uint32{slots, slots, slots, ring, ring, ring}
}

// maxLane is what a lane of credit.Lanes holds.
const maxLane = 1<<15 - 1
