// Package study compares the flow controls: every one of them over every
// workload, on every device on which it can run, from one user queue to many. It
// asks what each costs and gains, and where one number for several limits admits
// too much or too little. Every figure is an exact integer of virtual time; the
// same Config gives the same report, byte for byte, whether it was simulated at
// once or in parts that were merged. It refuses to measure host time, and to
// print a figure twice where the flows cannot differ.
package study

import (
	"fmt"
	"slices"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// Limits of a study.
const (
	// MaxQueues is the most user queues that may be asked for.
	MaxQueues = 4096
	// MaxShards is into how many parts a study may be cut.
	MaxShards = 4096
)

// Config is what a study is of. It is written into its shards, and two that
// differ cannot be merged.
type Config struct {
	// Devices are names or paths of profiles.
	Devices []string
	// Works are paths of workload files and captures, and names of generators.
	Works []string
	// Queues are how many user queues there are to be, ascending.
	Queues []int
	// Policy is the order in which entities are served.
	Policy sched.Policy
	// Time is the virtual time of each run.
	Time fence.Duration
	// Seed is that of the random durations.
	Seed uint64
}

// Check refuses a Config that cannot be.
func (c *Config) Check() error {
	switch {
	case len(c.Devices) == 0 || len(c.Works) == 0 || len(c.Queues) == 0:
		return fmt.Errorf("%d devices, %d workloads and %d numbers of queues; give one of each "+
			"at least", len(c.Devices), len(c.Works), len(c.Queues))
	case c.Time < sim.MinTime || c.Time > sim.MaxTime:
		return fmt.Errorf("%d ns of virtual time; permitted: %d to %d", c.Time, sim.MinTime,
			sim.MaxTime)
	}
	for i, q := range c.Queues {
		if q < 1 || q > MaxQueues || i > 0 && q <= c.Queues[i-1] {
			return fmt.Errorf("%v user queues; give 1 to %d, ascending", c.Queues, MaxQueues)
		}
	}
	return nil
}

// flowKinds are the flows that are compared. What they are compared with is
// lanes: it knows every limit.
var flowKinds = []sched.FlowKind{
	sched.FlowCount, sched.FlowCreditsJob, sched.FlowCreditsMax, sched.FlowCreditsSum,
	sched.FlowLanes, sched.FlowCanRun, sched.FlowPrepare,
}

// Flows returns the flows that a study compares on a device, with the limits
// that its drivers would give them: the slots of one firmware queue, and for
// credits-job the entries of a ring.
func Flows(p *profile.Profile) []sched.Flow {
	slots := device.Lanes(p)[sched.VertexSlots]
	flows := make([]sched.Flow, len(flowKinds))
	for i, k := range flowKinds {
		flows[i] = sched.Flow{Kind: k}
		switch {
		case k == sched.FlowCreditsJob:
			flows[i].Limit = uint32(p.Ring)
		case k < sched.FlowLanes:
			flows[i].Limit = slots
		}
	}
	return flows
}

// Row is what one flow did. All shares are in parts per million.
type Row struct {
	Flow         string
	Jobs, Failed uint64
	// BusyPPM is the utilisation: the time in which an engine executed, by virtual
	// time, as a mean of the engines that the workload keeps busy under any flow.
	// IdlePPM is the time in which such an engine executed nothing although flow
	// control held back a job for it.
	BusyPPM, IdlePPM int64
	// The percentiles of the time from push to finished fence, of all jobs that
	// completed.
	P50, P90, P99, P999, Max fence.Duration
	// Overruns counts firmware queues that got more commands than the firmware
	// holds, RingFull jobs that failed since a ring had no room for them.
	Overruns, RingFull uint64
	// Stalls counts jobs that flow control held back.
	Stalls uint64
	// WakeUps of workers, Spurious of them without a job run or freed, InVain the
	// RUN items that ran no job.
	WakeUps, Spurious, InVain uint64
	// JainPPM is Jain's index of the jobs done by the clients of one load, that of
	// the load that is served least evenly; 1,000,000 is even.
	JainPPM int64
	// Wait is the longest time that a job at the head of its queue was not run,
	// those that still wait at the end included.
	Wait fence.Duration
	// History is the hash of all events.
	History uint64
}

// Cell is one comparison: a workload on a device, by so many user queues.
type Cell struct {
	Device, Work string
	// Clients submit to Queues user queues together.
	Clients, Queues int
	Time            fence.Duration // virtual, that passed at most
	Rows            []Row          // by flow
}

// CannotDiffer reports whether no flow held back a job, so that they all did the
// same: there is nothing to compare.
func (c *Cell) CannotDiffer() bool {
	return !slices.ContainsFunc(c.Rows, func(r Row) bool {
		return r.Stalls != 0 || !r.same(&c.Rows[0])
	})
}

// same reports whether two flows did the same, in every event and figure.
func (r *Row) same(x *Row) bool {
	a, b := *r, *x
	a.Flow, b.Flow = "", ""
	return a == b
}

// Skip is a workload that a device cannot run, and why.
type Skip struct{ Device, Work, Why string }

// Report is a study, or a part of one.
type Report struct {
	Config Config
	Skips  []Skip
	// Devices describes those of Config.Devices.
	Devices []Device
	Cells   []Cell // of a part: those of its own, in the order of the whole
}

// Device is what a report says of a device.
type Device struct {
	Name  string
	Lanes [sched.NumLanes]uint32 // the limits of a user queue
	// Buffer is how many commands the firmware holds, Shared how many schedulers
	// user queues share; 0 is one each.
	Buffer, Shared int
	Flows          []string
	Firmware       bool // three firmware queues a user queue, not one ring
}

// perQueue reports whether the device has one scheduler for each user queue.
func (d *Device) perQueue() bool { return d.Shared == 0 }

func describe(p *profile.Profile) Device {
	d := Device{
		Name: p.Name, Lanes: device.Lanes(p), Buffer: p.Buffer, Shared: p.SharedSchedulers,
		Firmware: p.Shape == profile.ShapeFirmware,
	}
	for _, f := range Flows(p) {
		d.Flows = append(d.Flows, f.String())
	}
	return d
}
