// Package sched is the submission path of a GPU job scheduler: entities with
// job queues, a run queue, dependencies on fences, flow control, and the work
// items that move jobs to a backend and back. Its semantics are those of
// Linux's DRM GPU scheduler, written from its observed behaviour.
//
// It refuses to own the world: it starts no goroutine, reads no clock, draws no
// random number and lets a job wait for nothing but fences and its scheduler's
// flow control. An Executor runs it, a Backend is driven by it, an Observer may
// watch it.
//
// # Roles
//
// Three roles touch a scheduler at the same time, and each word has one of them
// as its writer:
//
//   - A producer per entity: Job.Init, AddDependency, Arm, Push. Not two at once
//     for one entity.
//   - The holder of the scheduler's token: it owns the run queue, the pending
//     list, the credits taken and the read ends of the queues. The worker holds
//     it while it runs a work item; control operations (kill, flush, stop,
//     teardown, a change of scheduler) hold it in between.
//   - Completions, from any goroutine, "interrupt context": they never block,
//     lock or allocate, and neither does a push.
//
// What crosses roles crosses through the entity's queue (spsc.Queue), the inbox
// (an intrusive list that the token's holder takes whole, in order of arrival),
// or an atomic word.
package sched

import (
	"errors"
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/xatomic"
)

// Time and Duration are nanoseconds on the Executor's clock.
type (
	Time     = fence.Time
	Duration = fence.Duration
)

// Config is what a Scheduler is made of.
type Config struct {
	// ID names the scheduler in events.
	ID uint32
	// Backend, Executor: required.
	Backend  Backend
	Executor Executor
	// Admission is the flow control; required. It serves this scheduler alone.
	Admission Admission
	// Policy is the order in which entities are served; the zero value is Fair.
	Policy Policy
	// Timeout is how long the oldest job may take before the backend is asked
	// what to do about it; 0 is for ever. A finite one needs a TimeoutBackend.
	Timeout Duration
	// HangLimit is how often a job may hang before Recovery.Resubmit gives its
	// entity up.
	HangLimit int
	// Compat asks for upstream's habits.
	Compat Compat
	// Observer sees what happens; nil costs one predictable branch an event.
	Observer Observer
	// Times has the scheduler note when jobs begin to wait for something, for
	// Dump: a look at the clock for each wait. An Observer implies it.
	Times bool
	// Contexts hands out fence contexts. All schedulers and devices whose fences
	// meet must share one; nil makes one for this scheduler alone.
	Contexts *fence.Contexts
}

// Scheduler feeds one hardware queue or ring from any number of entities.
type Scheduler struct {
	_         xatomic.NoCopy
	id        uint32
	compat    Upstream
	hangLimit int
	timeout   Duration
	backend   Backend
	prepare   PrepareBackend // nil if the backend is none
	timedOut  TimeoutBackend
	cancel    CancelBackend
	exec      Executor
	admission Admission
	scalar    *Scalar // the admission, if it is one: called directly
	observer  Observer
	contexts  *fence.Contexts

	// token is held by the worker during an item, and by control operations.
	token   xatomic.Mutex
	section invariant.Section // the token's holder's; of no size in production
	// The token's holder's.
	rq        runQueue
	pending   jobList // given to the backend and not freed, in order of run
	dying     jobList // killed and not ended, in order of the kills
	stalled   *Job    // the job that flow control held back at the last selection
	held      *Job    // the job that waits for a fence of PrepareJob, if no other does
	armed     bool    // the timeout runs
	fault     bool    // the backend is to be asked whether it runs or not
	deadline  Time    // of the timeout
	freeBad   bool    // the handler's job was found done by Stop
	average   average // of run times
	run, free Work
	expire    Work
	hints     Work
	times     bool // note when jobs begin to wait
	stamps    bool // note when they begin and end to run: for times, and for Fair

	stalledJob *Job // for times: what flow control held back last
	stalledAt  Time // and since when

	_        xatomic.Pad
	paused   xatomic.Uint32 // 1 while stopped: run and free items are not queued
	ready    xatomic.Uint32 // 1 until torn down
	score    xatomic.Int64  // members, and jobs pushed and not done
	flushers xatomic.Uint32 // callers that wait in Flush or Destroy
	inbox    inbox          // producers and completions write, the token's holder takes
	_        xatomic.Pad
}

// New returns a scheduler. It fails if a required part is missing.
func New(c Config) (*Scheduler, error) {
	switch {
	case c.Backend == nil:
		return nil, errors.New("sched: Config.Backend is nil")
	case c.Executor == nil:
		return nil, errors.New("sched: Config.Executor is nil")
	case c.Admission == nil:
		return nil, errors.New("sched: Config.Admission is nil; use a Flow's, such as lanes")
	case c.Policy >= numPolicies:
		return nil, fmt.Errorf("sched: Config.Policy %d; permitted: 0 to %d", c.Policy, numPolicies-1)
	case c.Timeout < 0:
		return nil, fmt.Errorf("sched: Config.Timeout %d ns; permitted: 0, for ever, and more", c.Timeout)
	}
	if c.Contexts == nil {
		c.Contexts = new(fence.Contexts)
	}
	s := &Scheduler{
		id: c.ID, backend: c.Backend, exec: c.Executor, compat: c.Compat.Upstream,
		admission: c.Admission, observer: c.Observer, contexts: c.Contexts,
		timeout: c.Timeout, hangLimit: c.HangLimit,
	}
	s.prepare, _ = c.Backend.(PrepareBackend)
	s.timedOut, _ = c.Backend.(TimeoutBackend)
	s.cancel, _ = c.Backend.(CancelBackend)
	if s.timeout != 0 && s.timedOut == nil {
		return nil, fmt.Errorf("sched: Config.Timeout needs a backend with TimedOutJob, %T has none",
			c.Backend)
	}
	s.scalar, _ = c.Admission.(*Scalar)
	if a, ok := c.Admission.(binder); ok {
		if err := a.bind(c.Backend); err != nil {
			return nil, err
		}
	}
	s.times = c.Times || c.Observer != nil
	s.stamps = s.times || c.Policy == Fair
	s.rq.init(s, c.Policy)
	s.run = Work{sched: s, item: ItemRun}
	s.free = Work{sched: s, item: ItemFree}
	s.expire = Work{sched: s, item: ItemTimeout}
	s.hints = Work{sched: s, item: ItemHint}
	s.ready.Store(1)
	return s, nil
}

// ID returns what the scheduler was configured with.
func (s *Scheduler) ID() uint32 { return s.id }

// Admission returns the flow control.
func (s *Scheduler) Admission() Admission { return s.admission }

// Score returns the load that several schedulers are balanced by: entities that
// have been pushed to, and jobs pushed and not done. Any context.
func (s *Scheduler) Score() int64 { return s.score.Load() }

// Stalled returns the job that is next in order and was held back by flow
// control when the worker last looked, a fence of PrepareJob included, or nil.
// The worker or an executor that runs it, between items.
func (s *Scheduler) Stalled() *Job {
	if s.stalled == nil {
		return s.held
	}
	return s.stalled
}

// Pending calls yield for each job that was given to the backend and not freed,
// oldest first, until it returns false. The backend while it holds the
// scheduler stopped, or the executor between items.
func (s *Scheduler) Pending(yield func(*Job) bool) {
	for j := s.pending.head; j != nil && yield(j); j = j.next {
	}
}

// String names the scheduler, for messages.
func (s *Scheduler) String() string { return fmt.Sprintf("sched %d", s.id) }
