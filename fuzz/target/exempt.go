package target

import "credence/fuzz/oracle"

// Exemption is a reason for which something is not checked, or need not hold.
type Exemption uint8

// The exemptions, all there are. Each is counted wherever it is used.
const (
	// ExemptCanRun: the model does not have the answers of the device (flow
	// canrun); the program runs without it.
	ExemptCanRun Exemption = iota
	// ExemptStuck: a job in a firmware queue that overflowed, or waiting for one,
	// never finishes.
	ExemptStuck
	// ExemptReset and ExemptNoDevice: a job was left to the driver by a verdict,
	// and is not freed by the scheduler.
	ExemptReset
	ExemptNoDevice
	// ExemptLeft: a job was still in its entity when its scheduler was torn down,
	// and ended with the entity, if that was torn down later.
	ExemptLeft
	numExemptions
)

var exemptionNames = [numExemptions]string{"canrun", "stuck", "reset", "nodevice", "left"}

// String returns the exemption's name.
func (e Exemption) String() string { return exemptionNames[e] }

// Exemptions counts how often each was used.
type Exemptions [numExemptions]int

// Add adds the counts of another run.
func (x *Exemptions) Add(y *Exemptions) {
	for i := range x {
		x[i] += y[i]
	}
}

func (x *Exemptions) add(e oracle.Ends) {
	x[ExemptStuck] += e.Stuck
	x[ExemptReset] += e.Reset
	x[ExemptNoDevice] += e.NoDevice
	x[ExemptLeft] += e.Left
}
