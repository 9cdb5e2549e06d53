package sim

import (
	"fmt"
	"strings"

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
	list = append(list, x.faults()...)
	if x.latency.many != nil {
		list = append(list, fmt.Sprintf("more than %d jobs completed: percentiles of their latencies "+
			"are those of a histogram, within a thousandth; the longest is exact", MaxExact))
	}
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

// faults describes what went wrong on the device: how often each kind did, and the
// first of them.
func (x *run) faults() []string {
	d := x.rig.Device()
	all := d.Faulted()
	if len(all) == 0 {
		return nil
	}
	var counts []string
	for k := range device.NumFaults {
		if n := d.FaultCount(k); n != 0 {
			counts = append(counts, fmt.Sprintf("%s %d", k, n))
		}
	}
	list := append([]string{"faults: " + strings.Join(counts, ", ")},
		each(all, "faults", func(f device.Fault) string { return "fault at " + f.String() })...)
	if d.Dead() {
		list = append(list, "the device was given up: jobs fail with ENODEV from then on")
	}
	return list
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
