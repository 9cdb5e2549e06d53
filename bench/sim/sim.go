// Package sim runs workloads on one simulated machine and measures them: what
// `schedbench sim` and the scenario benchmarks stand on. Every figure is exact:
// virtual time, integers, the same for the same Config. It refuses to measure
// host time, to compare and to judge.
package sim

import (
	"context"
	"errors"
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// Limits of a run.
const (
	// MinTime and MaxTime bound the virtual time.
	MinTime = fence.Microsecond
	MaxTime = 3600 * fence.Second
	// MaxExact is up to how many jobs percentiles are exact: one latency of 8 bytes
	// is kept of each. Of more a histogram is kept, and they are within a thousandth.
	MaxExact = 1 << 23
	// MaxJobs is how many jobs may complete.
	MaxJobs = 1 << 30
	// MaxPlaces is how many queued jobs all entities together may have room for.
	// Each place takes 9 bytes, whether it is used or not.
	MaxPlaces = 1 << 25
	// MaxStepsPerInstant is how many events and work items may fall into one
	// instant before the run is given up: where nothing takes time, a loop that
	// virtual time cannot end would have no other end.
	MaxStepsPerInstant = 1 << 24
)

// Config says what runs, on what, for how long.
type Config struct {
	// Profile is the device. Required.
	Profile *profile.Profile
	// Flow and Policy are those of every scheduler.
	Flow   sched.Flow
	Policy sched.Policy
	// Capacity is how many jobs an entity holds, 1 to sched.MaxCapacity; 0 means
	// sched.DefaultCapacity. A client that finds its entity full waits.
	Capacity int
	// Time is the virtual time to simulate, MinTime to MaxTime.
	Time fence.Duration
	// Loads run side by side from time 0. At least one.
	Loads []Load
	// Faults are what goes wrong on the device; nil for nothing. With them a job may
	// take Timeout, or what the profile says if that is 0.
	Faults  *device.Faults
	Timeout fence.Duration
	// Progress is told the virtual time now and then; it may be nil.
	Progress func(now fence.Time)
	// Observer sees every event of the schedulers; nil for none.
	Observer sched.Observer
	// Tracer is told what a timeline shows; nil for none. It hears of up to one event
	// behind the end of the run.
	Tracer rig.Tracer
}

// Load is a program and how its clients run it.
type Load struct {
	Program *workload.Program
	Options workload.Options
}

// Errors of Run.
var (
	// ErrTooManyJobs says that more jobs than MaxJobs completed.
	ErrTooManyJobs = errors.New("too many jobs completed")
	// ErrNoSuchJob says that a job was not pushed.
	ErrNoSuchJob = errors.New("there is no job")
	// ErrStandstill says that virtual time did not go on.
	ErrStandstill = errors.New("virtual time stands still")
)

// Capabilities returns what workloads may ask of a device, to compile them for.
func Capabilities(p *profile.Profile) (workload.Capabilities, error) {
	r, err := rig.New(rig.Config{Profile: p, Flow: sched.Flow{Kind: sched.FlowLanes}})
	if err != nil {
		return workload.Capabilities{}, err
	}
	return r.Capabilities(), nil
}

// Check refuses a Config that Run would refuse before it simulates anything.
func (c *Config) Check() error {
	switch {
	case c.Profile == nil:
		return errors.New("sim: Config.Profile is nil")
	case c.Time < MinTime || c.Time > MaxTime:
		return fmt.Errorf("sim: %d ns of virtual time; permitted: %d to %d", c.Time, MinTime, MaxTime)
	case c.Capacity < 0 || c.Capacity > sched.MaxCapacity:
		return fmt.Errorf("sim: capacity %d; permitted: 1 to %d", c.Capacity, sched.MaxCapacity)
	case len(c.Loads) == 0:
		return errors.New("sim: Config.Loads is empty")
	}
	return c.checkRoom()
}

// checkRoom bounds the memory of the entities' queues before it is asked for.
func (c *Config) checkRoom() error {
	capacity := c.Capacity
	if capacity == 0 {
		capacity = sched.DefaultCapacity
	}
	queues := 0
	for _, l := range c.Loads {
		queues += max(1, l.Options.Clients) * len(l.Program.Contexts())
	}
	if queues > rig.MaxContexts {
		return fmt.Errorf("the clients have %d contexts together, and a device has %d at most; "+
			"use fewer clients", queues, rig.MaxContexts)
	}
	if places := queues * capacity; places > MaxPlaces {
		return fmt.Errorf("%d contexts with room for %d jobs each need room for %d jobs, and "+
			"%d is the most; lower the capacity or the number of clients",
			queues, capacity, places, MaxPlaces)
	}
	return nil
}

// Run simulates c and returns what was measured. It ends early when all clients
// have finished their repeats and all work is done. A cancelled ctx ends it with
// ctx.Err(). Everything happens on the caller's goroutine.
func Run(ctx context.Context, c Config) (*Result, error) {
	x, err := start(c)
	if err != nil {
		return nil, err
	}
	if err := x.simulate(ctx); err != nil {
		return nil, err
	}
	return x.result()
}

// run is one simulation.
type run struct {
	config  Config
	rig     *rig.Rig
	groups  []*workload.Group
	latency latencies
}

// start builds the machine and its clients, at time 0.
func start(c Config) (*run, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	x := &run{config: c}
	var err error
	x.rig, err = rig.New(rig.Config{
		Profile: c.Profile, Flow: c.Flow, Policy: c.Policy, Capacity: c.Capacity,
		Completed: x.latency.add, Observer: c.Observer, Tracer: c.Tracer, Faults: c.Faults,
		Timeout: c.Timeout,
	})
	if err != nil {
		return nil, err
	}
	for _, l := range c.Loads {
		g, err := x.rig.AddClients(l.Program, l.Options)
		if err != nil {
			return nil, err
		}
		x.groups = append(x.groups, g)
	}
	return x, nil
}

// stepsPerLook is how many steps pass between two looks at what may end a run
// before its time; a step takes less than a microsecond of the host.
const stepsPerLook = 1 << 14

func (x *run) simulate(ctx context.Context) error {
	end := fence.Time(0).Add(x.config.Time)
	since, instant := 0, fence.Time(-1) // the first look that saw this instant
	for n := 0; x.rig.Step(end); n++ {
		if n%stepsPerLook != 0 {
			continue
		}
		if now := x.rig.Now(); now != instant {
			since, instant = n, now
		}
		if err := x.look(ctx, n-since); err != nil {
			return err
		}
	}
	if x.latency.lost {
		return x.tooManyJobs()
	}
	if x.finished() {
		return x.rig.RunUntil(x.rig.Now())
	}
	return x.rig.RunUntil(end)
}

// look returns why the run must not go on, if so. The instant has lasted for so
// many steps.
func (x *run) look(ctx context.Context, steps int) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case x.latency.lost:
		return x.tooManyJobs()
	case steps > MaxStepsPerInstant:
		return fmt.Errorf("%w at %d ns, after %d steps of the simulation; use fewer clients, or "+
			"a device on which a submission takes time", ErrStandstill, int64(x.rig.Now()), steps)
	}
	if x.config.Progress != nil {
		x.config.Progress(x.rig.Now())
	}
	return nil
}

func (x *run) tooManyJobs() error {
	return fmt.Errorf("%w, more than %d by %d ns of virtual time; shorten the time or lengthen "+
		"the batches", ErrTooManyJobs, MaxJobs, int64(x.rig.Now()))
}

// finished reports whether every client has done what it was asked for.
func (x *run) finished() bool {
	for _, g := range x.groups {
		for _, c := range g.Clients() {
			if !c.Finished() {
				return false
			}
		}
	}
	return true
}
