package oracle

import (
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/device"
)

// Config is what a Checker watches.
type Config struct {
	// Scheds are the schedulers, Flows their flow controls, and Policies the
	// orders in which they serve.
	Scheds   []*sched.Scheduler
	Flows    []sched.Flow
	Policies []sched.Policy
	// Entities are all entities by identifier, and Queues the user queue of each.
	Entities []*sched.Entity
	Queues   []*device.UserQueue
	// Capacity is what each entity was configured with.
	Capacity []int
	Device   *device.Device
	// Lanes are the limits of FlowLanes. Buffer is what the firmware holds per
	// queue, and Ring the length of a queue's ring.
	Lanes        [sched.NumLanes]uint32
	Buffer, Ring int
	// Watched says that each job's finished fence has Callbacks callbacks that call
	// Finished. Without, signals take the way of a fence that nobody watches.
	Watched bool
	// Jobs is how many jobs there may be.
	Jobs int
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
	flow     sched.Flow
	policy   sched.Policy
	used     uint64 // credits in flight
	lanes    lanes  // the same, per lane
	running  []*Job // given to the backend and not freed, oldest first
	entities []int

	pushes, deps, runs, completions uint64
	runItems, freeItems             uint64
}

// entity is what the checker knows of an entity and its user queue.
type entity struct {
	sched    int
	priority sched.Priority
	capacity int
	member   bool   // pushed to, and not torn down
	reserved int    // initialised and not pushed
	queue    []*Job // pushed and not run
	seqno    uint64 // of the last job armed
	onDevice lanes  // what the jobs in flight have there
}

// New returns a checker of machines like c.
func New(c Config) *Checker {
	k := &Checker{
		config: c, jobs: make([]Job, 0, c.Jobs),
		scheds:   make([]scheduler, len(c.Scheds)),
		entities: make([]entity, len(c.Entities)),
	}
	for i := range k.scheds {
		k.scheds[i].flow, k.scheds[i].policy = c.Flows[i], c.Policies[i]
	}
	for i, e := range c.Entities {
		s := int(e.Scheduler().ID())
		k.entities[i] = entity{sched: s, priority: e.Priority(), capacity: c.Capacity[i]}
		k.scheds[s].entities = append(k.scheds[s].entities, i)
	}
	return k
}

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
	if most := s.pushes + 2*s.deps + s.runs + s.completions; s.runItems > most {
		fail(invariant.L3, "%s: %d run items for %d pushes, %d dependencies, %d runs, %d completions",
			w.Scheduler(), s.runItems, s.pushes, s.deps, s.runs, s.completions)
	}
	if s.freeItems > s.completions {
		fail(invariant.L3, "%s: %d free items for %d completions",
			w.Scheduler(), s.freeItems, s.completions)
	}
}
