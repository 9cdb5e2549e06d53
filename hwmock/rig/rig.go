// Package rig puts schedulers, a device and clients into one virtual time and
// drives them step by step, on the caller's goroutine: what benchmarks measure
// and what fuzzers shake. The core that it runs is the one that runs with
// goroutines; only the Executor differs. The same configuration gives the same
// history, byte for byte. It refuses to judge: it counts.
package rig

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// Config is what a Rig is made of.
type Config struct {
	// Profile has the device's parameters and the topology. Required.
	Profile *profile.Profile
	// Flow is the flow control of every scheduler.
	Flow sched.Flow
	// Policy is the order in which entities are served.
	Policy sched.Policy
	// Compat asks for upstream's habits.
	Compat sched.Compat
	// Capacity is how many jobs an entity holds; 0 means sched.DefaultCapacity.
	Capacity int
	// Completed is called with the time from push to finished fence of each job;
	// it may be nil.
	Completed func(latency fence.Duration)
	// Faults are what goes wrong on the device by itself; nil for nothing.
	Faults *device.Faults
	// Timeout is how long a job may take before the device is asked about it; 0 is
	// the profile's if there are Faults, and for ever otherwise.
	Timeout fence.Duration
	// Stamps is the value of the device's stamps at the start.
	Stamps uint32
	// Observer sees every event of the schedulers; nil for none.
	Observer sched.Observer
	// Tracer is told what a timeline shows; nil for none.
	Tracer Tracer
	// Wake says what it takes a worker that had nothing to do to run this time, 0
	// or more; nil takes the profile's HostWake every time.
	Wake func() fence.Duration
}

// MaxContexts is how many contexts a rig may have.
const MaxContexts = 1 << 16

// Rig is one machine: schedulers over a device, and what submits to them.
type Rig struct {
	config     Config
	events     *des.Engine
	exec       *Executor
	contexts   fence.Contexts
	device     *device.Device
	engines    engineMap
	own        ownLoad
	scheds     []*sched.Scheduler
	admissions []sched.Admission // by scheduler id
	queues     []*Context        // by entity id
	batches    batchPool
	plain      [2]sched.Need // of a batch without dependencies, and of such a render
	clients    []*clientState
	lost       []*Lost
	ids        uint64 // of jobs
	meter      meter
	failure    error
	stopped    bool
	careful    bool // stopped, there is a failure, or the meter has to look after each step
}

// Context is one client context: a user queue of the device and the entity that
// feeds it.
type Context struct {
	rig    *Rig
	entity sched.Entity
	queue  *device.UserQueue
	full   *clientState // waits for room in the entity
	spare  freeList
}

// New returns a rig without contexts or clients, at time 0.
func New(c Config) (*Rig, error) {
	if c.Profile == nil {
		return nil, fmt.Errorf("rig: Config.Profile is nil")
	}
	r := &Rig{config: c, events: des.New()}
	if err := r.engines.init(c.Profile); err != nil {
		return nil, err
	}
	r.meter.init(r, len(c.Profile.Engines))
	r.exec = NewExecutor(r.events, c.Profile.HostWake, r.meter.afterItem)
	r.exec.wake = c.Wake
	r.device = device.New(device.Config{
		Events: r.events, Profile: c.Profile, Contexts: &r.contexts,
		Watcher: &r.meter, Observer: c.Tracer, Freed: r.jobFreed, Faults: c.Faults, Stamps: c.Stamps,
	})
	r.device.Watch(0)
	r.exec.AddSection(r.device.Section())
	r.engines.load = r.device.Load
	// Refuses a flow that cannot be, before the first context asks for one.
	if _, err := c.Flow.Admission(device.Lanes(c.Profile)); err != nil {
		return nil, err
	}
	return r, nil
}

// NewContext adds a user queue with an entity. The profile's topology says
// whether it gets a scheduler of its own or shares one.
func (r *Rig) NewContext(p sched.Priority) (*Context, error) {
	invariant.MightAlloc(r.exec.InSection(), "Rig.NewContext")
	if len(r.queues) == MaxContexts {
		return nil, fmt.Errorf("rig: more than %d contexts", MaxContexts)
	}
	s, err := r.scheduler(len(r.queues))
	if err != nil {
		return nil, err
	}
	c := &Context{rig: r, queue: r.device.NewQueue()}
	err = c.entity.Init([]*sched.Scheduler{s}, sched.EntityConfig{
		ID: uint32(len(r.queues)), Priority: p, Capacity: r.config.Capacity,
	})
	if err != nil {
		return nil, err
	}
	c.queue.SetPriority(uint8(p))
	r.queues = append(r.queues, c)
	return c, nil
}

// scheduler returns the scheduler for the context of this index.
func (r *Rig) scheduler(index int) (*sched.Scheduler, error) {
	if n := r.config.Profile.SharedSchedulers; n > 0 && index >= n {
		return r.scheds[index%n], nil
	}
	a, err := r.config.Flow.Admission(device.Lanes(r.config.Profile))
	if err != nil {
		return nil, err
	}
	s, err := sched.New(sched.Config{
		ID: uint32(len(r.scheds)), Backend: r.backend(), Executor: r.exec,
		Admission: a, Observer: &r.meter, Contexts: &r.contexts,
		Policy: r.config.Policy, Compat: r.config.Compat, Timeout: r.timeout(),
	})
	if err != nil {
		return nil, err
	}
	r.exec.AddWorker()
	r.scheds = append(r.scheds, s)
	r.admissions = append(r.admissions, a)
	if r.config.Tracer != nil {
		r.traceScheduler(s.ID(), a)
	}
	r.meter.addScheduler()
	return s, nil
}

// timeout returns how long a job may take.
func (r *Rig) timeout() fence.Duration {
	if r.config.Timeout == 0 && r.config.Faults != nil {
		return r.config.Profile.Timeout
	}
	return r.config.Timeout
}

// backend returns the device as the flow control needs it. PrepareJob is asked
// of any backend that has it, so only one flow may see that.
func (r *Rig) backend() sched.Backend {
	switch r.config.Flow.Kind {
	case sched.FlowCanRun:
		return device.Asked{Device: r.device}
	case sched.FlowPrepare:
		return device.Preparing{Device: r.device}
	}
	return r.device
}

// Entity returns the context's entity.
func (c *Context) Entity() *sched.Entity { return &c.entity }

// Queue returns the context's user queue.
func (c *Context) Queue() *device.UserQueue { return c.queue }

// Now returns the virtual time.
func (r *Rig) Now() fence.Time { return r.events.Now() }

// Device returns the device.
func (r *Rig) Device() *device.Device { return r.device }

// Schedulers returns the schedulers by id. The caller does not change it.
func (r *Rig) Schedulers() []*sched.Scheduler { return r.scheds }

// Step does one thing that is due by deadline and reports whether there was
// one. Work items come before events, and events in the order of time, class,
// rank and scheduling.
func (r *Rig) Step(deadline fence.Time) bool {
	if r.exec.list.head != nil || r.careful {
		return r.step(deadline)
	}
	r.exec.instant = 0
	return r.events.Step(deadline)
}

// step is Step for all cases.
func (r *Rig) step(deadline fence.Time) bool {
	if r.failure != nil || !r.exec.Step(deadline) {
		return false
	}
	r.meter.afterStep()
	r.careful = r.stopped || r.failure != nil || len(r.meter.unmet) != 0
	return true
}

// RunUntil steps until nothing is due by t, then moves the clock there; or until
// Stop was called. It returns the failure that stopped it before, if any; a stuck
// firmware queue is none.
func (r *Rig) RunUntil(t fence.Time) error {
	r.stopped = false
	x, events := r.exec, r.events
	for more := true; more; {
		if r.careful {
			if r.stopped {
				return r.failure
			}
			more = r.step(t)
		} else if x.list.head != nil {
			x.RunOne()
			r.careful = r.careful || len(r.meter.unmet) != 0
		} else {
			x.instant = 0
			more = events.Step(t)
		}
	}
	if r.failure == nil && t > r.events.Now() {
		r.events.AdvanceTo(t)
	}
	return r.failure
}

// Stop has RunUntil return after the step in which it is called, which may be any:
// observers, Config.Completed and the like may call it.
func (r *Rig) Stop() { r.stopped, r.careful = true, true }

// fail stops the rig.
func (r *Rig) fail(err error) {
	if r.failure == nil {
		r.failure, r.careful = err, true
	}
}
