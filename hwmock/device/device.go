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
//	RunJob ─doorbell─▶ message ─wake, pick-up─▶ ring head ─dispatch─▶ engine ─▶ end
//	                                                 ▲ barriers                  │
//	finished fence ◀─host reads stamp ◀─interrupt ◀─ stamp written ◀──retire─────┘
//
// Firmware queues start their entries in ring order: an entry whose engine is
// busy, or a barrier that is not met, holds back what stands behind it. Entries
// of one queue may run on different engines at the same time, but they retire
// in ring order, since one stamp counts them. An engine takes the most important
// waiting command first, then the one that waited longest, runs one at a time
// to its end, and has the next one's dispatch overlap the present one's
// execution. A command that several engines can run goes to the one with the
// least before it, when its turn in the ring comes.
//
// Structure and numbers follow the asahi driver's public description of Apple
// AGX: 1,280 ring entries, 127 slots counted by the driver, a buffer of 128
// outstanding commands in the firmware. Admission is the host's business; the
// device only detects its failure. The 129th outstanding command overflows the
// buffer: it is counted, reported once with who did it, and the queue is stuck
// from then on, as the real one is: what it holds may still execute, but nothing
// retires any more. The host sees the end of what had retired before.
package device

import (
	"fmt"

	"credence/core/fence"
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
	freed    func(*Job)
	engines  []engine
	queues   []*UserQueue
	firmware firmware
	overruns []Overrun
	free     *entry // ring entries ready for reuse
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
	// Watcher may be nil.
	Watcher Watcher
	// Freed is called when neither the scheduler nor a holder of the hardware
	// fence needs a job any more, in whichever context that becomes true; it may
	// be nil.
	Freed func(*Job)
}

// New returns a device.
func New(c Config) *Device {
	d := &Device{
		events: c.Events, profile: c.Profile, contexts: c.Contexts,
		watcher: c.Watcher, freed: c.Freed,
	}
	d.firmware.init(d)
	d.engines = make([]engine, len(c.Profile.Engines))
	for i := range d.engines {
		d.engines[i].init(d, i)
	}
	return d
}

// Overruns returns the over-submissions, oldest first: the first of each stuck
// firmware queue.
func (d *Device) Overruns() []Overrun { return d.overruns }

// Busy returns how long an engine has executed commands up to now.
func (d *Device) Busy(engine int) fence.Duration {
	return d.engines[engine].busyUntil(d.events.Now())
}

// Idle reports whether an engine executes nothing.
func (d *Device) Idle(engine int) bool { return d.engines[engine].running == nil }

// Lanes returns the limits of a user queue in the order of sched.Need.Lanes:
// what a strict admission lets into an empty queue. free > need leaves one slot
// of those that the driver counts unused; a ring that is never full loses an
// entry, and the strict test another.
func Lanes(p *profile.Profile) [sched.NumLanes]uint32 {
	slots, ring := uint32(p.Slots-1), uint32(p.Ring-2)
	return [sched.NumLanes]uint32{slots, slots, slots, ring, ring, ring}
}
