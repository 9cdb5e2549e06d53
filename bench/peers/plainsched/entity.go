package plainsched

import (
	"fmt"
	"sync/atomic"

	"credence/core/fence"
)

// DefaultCapacity is how many jobs an entity holds if its config says nothing.
const DefaultCapacity = 64

// EntityConfig is what an Entity is made of.
type EntityConfig struct {
	Priority Priority
	Capacity int  // how many jobs may be initialised or queued; 0: DefaultCapacity
	Guilty   bool // IncreaseKarma may mark it
}

// Entity is a stream of jobs that run in the order of their push.
type Entity struct {
	capacity  int32
	held      atomic.Int32 // jobs initialised or queued
	canGuilty bool
	context   uint64
	priority  atomic.Uint32             // what SetPriority last said
	sched     atomic.Pointer[Scheduler] // changes in arm, under the old one's locks

	// The producer's.
	seqno  uint64
	scheds []*Scheduler // to choose from at the next arm; nil: stay

	// Guarded by mu of sched.
	jobs    jobList
	last    *Fence // finished of the last job popped
	waits   *Fence // what the oldest job waits for, while blocked
	place   place
	stopped bool
	fresh   bool // pushed to since the last flush
	guilty  bool
}

// Init readies e to feed one of scheds: the first for now; with several, each
// arm that finds e idle chooses the one with the least load. Requires: e is
// zero.
func (e *Entity) Init(scheds []*Scheduler, c EntityConfig) error {
	if len(scheds) == 0 || scheds[0] == nil {
		return ErrNoScheduler
	}
	if c.Priority >= NumPriorities || c.Capacity < 0 {
		return fmt.Errorf("plainsched: entity of priority %d and capacity %d; "+
			"permitted: 0 to %d, 0 and more", c.Priority, c.Capacity, NumPriorities-1)
	}
	if c.Capacity == 0 {
		c.Capacity = DefaultCapacity
	}
	e.capacity, e.canGuilty, e.fresh = int32(c.Capacity), c.Guilty, true
	e.sched.Store(scheds[0])
	if len(scheds) > 1 {
		e.scheds = append(e.scheds, scheds...)
	}
	e.priority.Store(uint32(c.Priority))
	e.place.priority, e.place.index = c.Priority, -1
	e.context = NewContexts(2)
	return nil
}

// SetPriority changes the entity's importance, from the next arm on that
// chooses a scheduler.
func (e *Entity) SetPriority(p Priority) { e.priority.Store(uint32(min(p, NumPriorities-1))) }

// ModifySchedulers replaces the schedulers that the next arms choose from. The
// producer.
func (e *Entity) ModifySchedulers(scheds []*Scheduler) {
	e.scheds = append([]*Scheduler(nil), scheds...)
}

// choose moves an idle entity to the least loaded of its schedulers. The
// producer, in arm.
func (e *Entity) choose() {
	if e.scheds == nil {
		return
	}
	now := e.sched.Load()
	if now != nil && e.settled(now) {
		return
	}
	best := leastLoaded(e.scheds)
	switch {
	case now == nil:
		e.move(best)
	case best != now || e.place.priority != Priority(e.priority.Load()):
		now.work.Lock()
		now.mu.Lock()
		now.expel(e)
		e.move(best)
		now.mu.Unlock()
		now.work.Unlock()
	}
	if len(e.scheds) == 1 {
		e.scheds = nil
	}
}

// settled reports whether e has to stay with s: its jobs must not overlap on
// two schedulers, and once killed they end where they are.
func (e *Entity) settled(s *Scheduler) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.stopped || e.jobs.head != nil || e.last != nil && !e.last.Signaled()
}

// move puts e, which is a member nowhere, to s, which may be nil.
func (e *Entity) move(s *Scheduler) {
	e.place.priority = Priority(e.priority.Load())
	e.sched.Store(s)
}

func leastLoaded(scheds []*Scheduler) (best *Scheduler) {
	var least int64
	for _, s := range scheds {
		if n, ok := s.load(); ok && (best == nil || n < least) {
			best, least = s, n
		}
	}
	return best
}

// expel ends e's membership. Requires: s.mu.
func (s *Scheduler) expel(e *Entity) {
	if s.queue.expel(e) {
		s.score--
	}
}

// lock takes the work lock of e's scheduler and returns that, or nil.
func (e *Entity) lock() *Scheduler {
	for {
		s := e.sched.Load()
		if s == nil {
			return nil
		}
		s.work.Lock()
		if e.sched.Load() == s {
			return s
		}
		s.work.Unlock() // moved meanwhile
	}
}

// idle reports whether nothing of e is queued that would still run.
func (e *Entity) idle(s *Scheduler) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.jobs.head == nil || e.stopped
}

// Exit says how the caller of Flush comes to an end.
type Exit struct {
	Exiting bool // it waits no longer than the timeout
	Killed  bool // nobody wants the queued jobs any more
}

// Flush waits until all jobs were given to the backend: up to timeout if the
// caller is exiting, for ever otherwise. It returns what is left of the
// timeout, at least a microsecond, or 0. If the caller was killed, and it is the
// first flush since the last push, the entity is killed.
func (e *Entity) Flush(timeout Duration, x Exit) Duration {
	s := e.sched.Load()
	if s == nil {
		return 0
	}
	start, deadline := s.Clock.Now(), fence.Never
	if x.Exiting {
		deadline = start.Add(timeout)
	}
	done := timeout > 0 && s.wait(e, deadline)
	s.mu.Lock()
	fresh := e.fresh
	e.fresh = false
	s.mu.Unlock()
	if fresh && x.Exiting && x.Killed {
		e.Kill()
	}
	if !done {
		return 0
	}
	return max(timeout-s.Clock.Now().Sub(start), fence.Microsecond)
}

// Destroy is Flush of a caller that lives, up to deadline, and Fini.
func (e *Entity) Destroy(deadline Time) {
	if s := e.sched.Load(); s != nil {
		s.wait(e, deadline)
	}
	e.Fini()
}

// wait blocks until e is idle or the deadline has come, and reports whether it
// is idle.
func (s *Scheduler) wait(e *Entity, deadline Time) bool {
	for {
		// Before the look: a change that comes after it closes this channel.
		changed := s.nextChange()
		if e.idle(s) {
			return true
		}
		if !s.Clock.Wait(changed, deadline) {
			return e.idle(s)
		}
	}
}

func (s *Scheduler) nextChange() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// notify has those who wait look again. Requires: s.mu.
func (s *Scheduler) notify() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}
