package oracle

import (
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/device"
)

// Config is what a Checker watches.
type Config struct {
	// Device is the firmware's device, nil if there is none. Lanes are the limits
	// of FlowLanes; Buffer is what the firmware holds per queue, and Ring the
	// length of a queue's ring.
	Device       *device.Device
	Lanes        [sched.NumLanes]uint32
	Buffer, Ring int
	// Watched says that each job's finished fence has Callbacks callbacks that call
	// Finished. Without, signals take the way of a fence that nobody watches.
	Watched bool
	// Jobs is how many jobs there may be.
	Jobs int
	// Compat is what the schedulers have of upstream's habits.
	Compat sched.Upstream
}

// Checker is the sched.Observer of the schedulers that it judges. It is for one
// goroutine, on which everything that it watches runs.
type Checker struct {
	config    Config
	scheds    []scheduler
	entities  []entity
	jobs      []Job // by ID-1; never moved
	externals []*External
	overruns  int // seen so far
}

// scheduler is what the checker knows of a scheduler.
type scheduler struct {
	core     *sched.Scheduler
	flow     sched.Flow
	policy   sched.Policy
	used     uint64 // credits in flight
	lanes    lanes  // the same, per lane
	pending  []*Job // given to the backend and neither freed nor left to it, oldest first
	entities []int  // that feed it
	stopped  bool   // between Stop and Start
	starting bool   // credits are taken again, one job after the other
	down     bool
	kicked   bool // nothing that upstream takes no notice of has happened
	// deviceGone: the backend said so of the oldest job, and none has ended since.
	deviceGone bool
	vague      bool // the priority of some entity is one or another

	pushes, deps, runs, completions uint64
	controls                        uint64
	runItems, freeItems             uint64
}

// entity is what the checker knows of an entity and its user queue.
type entity struct {
	core     *sched.Entity
	user     *device.UserQueue // nil if there is none
	sched    int
	priority sched.Priority
	capacity int
	member   bool // pushed to, and not killed
	killed   bool
	halted   bool // its scheduler was torn down, and has stopped it
	gone     bool
	reserved int    // initialised and not pushed
	queue    []*Job // pushed and not run
	last     *Job   // given to the backend
	seqno    uint64 // of the last job armed
	onDevice lanes  // what the jobs in flight have there
}

// New returns a checker of a machine without schedulers.
func New(c Config) *Checker { return &Checker{config: c, jobs: make([]Job, 0, c.Jobs)} }

// AddScheduler adds a scheduler; identifiers count from 0.
func (c *Checker) AddScheduler(s *sched.Scheduler, f sched.Flow, p sched.Policy) {
	c.scheds = append(c.scheds, scheduler{core: s, flow: f, policy: p, kicked: true})
}

// AddEntity adds an entity, with its user queue if it has one; identifiers count
// from 0.
func (c *Checker) AddEntity(e *sched.Entity, q *device.UserQueue, capacity int) {
	s := int(e.Scheduler().ID())
	c.scheds[s].entities = append(c.scheds[s].entities, len(c.entities))
	c.entities = append(c.entities, entity{
		core: e, user: q, sched: s, priority: e.Priority(), capacity: capacity,
	})
}

// SchedulerOf returns the scheduler of a job that was pushed.
func (c *Checker) SchedulerOf(j *Job) int { return j.sched }

// job returns the life of a job by its ID.
func (c *Checker) job(id uint64) *Job {
	if id == 0 || id > uint64(len(c.jobs)) {
		fail(invariant.I4, "an event of job %d, of %d", id, len(c.jobs))
	}
	return &c.jobs[id-1]
}

// Item is told of each work item after it ran.
func (c *Checker) Item(w *sched.Work) {
	s := &c.scheds[w.Scheduler().ID()]
	switch w.Item() {
	case sched.ItemRun:
		s.runItems++
	case sched.ItemFree:
		s.freeItems++
	}
	// Each push, fence and completion queues an item at most once, and so does
	// each job that is run, or found to wait for a fence.
	controls := s.controls
	if c.config.Compat&sched.RunBlindly != 0 {
		controls *= 2 // the item that frees nothing queues one to run nothing
	}
	if most := 2*(s.pushes+s.deps+s.runs+s.completions) + 2 + controls; s.runItems > most {
		fail(invariant.L3, "%s: %d run items for %d pushes, %d dependencies, %d runs, %d completions",
			w.Scheduler(), s.runItems, s.pushes, s.deps, s.runs, s.completions)
	}
	// One that frees one job at a time may come once more for each.
	if s.freeItems > 2*s.completions+s.controls {
		fail(invariant.L3, "%s: %d free items for %d completions",
			w.Scheduler(), s.freeItems, s.completions)
	}
}
