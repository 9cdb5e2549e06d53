package device

import (
	"fmt"

	"credence/core/invariant"
)

// Section returns the token of the signalling section of the device's interrupt
// handler. What that runs, fence callbacks included, must not wait or allocate
// with blocking; see invariant.Section.
func (d *Device) Section() *invariant.Section { return &d.section }

// String names the device, for messages.
func (d *Device) String() string { return fmt.Sprintf("device %s", d.profile.Name) }

// enter opens the interrupt handler's section for the end of j.
func (d *Device) enter(j *Job) {
	if invariant.Enabled {
		d.section.Begin(invariant.Place{Who: d, Call: "interrupt", Job: j.ID})
	}
}

// leave closes it.
func (d *Device) leave() {
	if invariant.Enabled {
		d.section.End()
	}
}
