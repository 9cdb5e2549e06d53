package sim

import (
	"fmt"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// maxNotes is how many things of one kind are described one by one.
const maxNotes = 4

// notes describes what limits the meaning of the figures. It is the last thing
// that is asked of the machine: it looks whether anything is left to happen.
func (x *run) notes() []string {
	c := x.rig.Counts()
	list := append(overruns(x.rig.Device().Overruns()), lost(x.rig.Lost(), &c)...)
	if c.Warnings > 0 {
		list = append(list, fmt.Sprintf("%d jobs cost more than the flow's limit, were cut to it, "+
			"and ran alone", c.Warnings))
	}
	return append(list, x.deadlock()...)
}

// overruns describes which queues overflowed and what that means.
func overruns(all []device.Overrun) []string {
	if len(all) == 0 {
		return nil
	}
	list := each(all, "queues over-ran", func(o device.Overrun) string {
		return fmt.Sprintf("over-run at %d ns: %v", int64(o.At), o)
	})
	return append(list, "a queue that over-ran is stuck: its jobs never complete, and the figures "+
		"cover only what completed; -flow lanes admits no more than fits")
}

// lost describes which clients stopped because a batch failed, and why it did.
func lost(all []*rig.Lost, c *rig.Counts) []string {
	if c.Failed == 0 {
		return nil
	}
	list := each(all, "clients stopped", func(l *rig.Lost) string {
		return fmt.Sprintf("at %d ns: %v", int64(l.At), l)
	})
	if c.RingFull > 0 {
		list = append(list, fmt.Sprintf("%d jobs failed, %d of them since a ring had no room; "+
			"-flow lanes waits for room", c.Failed, c.RingFull))
	} else {
		list = append(list, fmt.Sprintf("%d jobs failed", c.Failed))
	}
	return list
}

// deadlock describes the clients that wait although nothing will ever happen.
func (x *run) deadlock() []string {
	if x.finished() || x.rig.Step(fence.Never) {
		return nil
	}
	stopped := map[int]bool{}
	for _, l := range x.rig.Lost() {
		stopped[l.Client] = true
	}
	var waiting []*workload.Client
	for _, g := range x.groups {
		for _, c := range g.Clients() {
			if !c.Finished() && !stopped[c.Index()] {
				waiting = append(waiting, c)
			}
		}
	}
	return each(waiting, "clients wait for ever", func(c *workload.Client) string {
		return fmt.Sprintf("client %d waits for ever: %s", c.Index(), c.Blocked())
	})
}

// each describes the first few of all, and counts the rest.
func each[T any](all []T, what string, describe func(T) string) []string {
	var list []string
	for i, x := range all {
		if i == maxNotes {
			return append(list, fmt.Sprintf("%d more %s", len(all)-i, what))
		}
		list = append(list, describe(x))
	}
	return list
}
