package sched

import (
	"errors"
	"fmt"

	"credence/core/fence"
	"credence/core/spsc"
	"credence/core/xatomic"
)

// DefaultCapacity is how many jobs an entity holds if its config says nothing.
const DefaultCapacity = 64

// MaxCapacity is how many jobs an entity can be made to hold.
const MaxCapacity = spsc.MaxCapacity

// EntityConfig is what an Entity is made of.
type EntityConfig struct {
	// ID names the entity in events.
	ID uint32
	// Priority is Kernel to Low; the zero value is Kernel.
	Priority Priority
	// Capacity is how many jobs may be initialised or queued at once, 1 to
	// MaxCapacity; 0 means DefaultCapacity. Each costs 9 bytes.
	Capacity int
	// Guilty lets Recovery.IncreaseKarma mark the entity: its later jobs reach
	// the backend with ECANCELED.
	Guilty bool
}

// entityState is where the token's holder has an entity.
type entityState uint8

const (
	entityIdle    entityState = iota // in no order
	entityReady                      // its head may be selected
	entityBlocked                    // its head waits for a fence
)

// The bits of Entity.mark.
const (
	// listed: the entity is in the run queue or its message is in the inbox. A
	// producer sets it after its push, the token's holder clears it and then
	// looks at the queue again: one of the two sees the other.
	listed = 1 << iota
	// member: the entity was pushed to since it last left its scheduler, and
	// counts in its score.
	member
	// stopped: the entity was killed, and joins no run queue again.
	stopped
)

// Entity is a stream of jobs that run in the order of their push: a context of
// a client, or one firmware-scheduled user queue. Its fields are grouped by the
// role that writes them; the queue has the producer's first and the token's
// holder's last, and theirs stand beside it.
type Entity struct {
	_         xatomic.NoCopy
	id        uint32
	canGuilty bool
	context   fence.Context // of the scheduled fences; finished ones have the next

	_        xatomic.Gap
	mark     xatomic.Uint32 // listed, member, stopped
	priority xatomic.Uint32 // what SetPriority last said
	guilty   xatomic.Uint32 // 1: its jobs are to be skipped
	fresh    xatomic.Uint32 // 1: pushed to since the last flush
	// returned are pairs whose last reference went, from any context; the
	// producer takes them all at once.
	returned  xatomic.Pointer[jobFence]
	inboxNext xatomic.Var[*Entity]

	_    xatomic.Gap
	prod struct { // the producer's
		seqno  uint64       // of the last armed job
		pairs  *jobFence    // ready for reuse
		scheds []*Scheduler // to choose from at the next arm; nil: stay
	}
	// sched is where the entity is; the producer writes it in arm, when the
	// entity is in no run queue and none of its jobs is unfinished.
	sched xatomic.Pointer[Scheduler]

	queue spsc.Queue[*Job]

	head      *Job // the token's holder's, with all below: the oldest queued job
	inboxPrev *Entity
	last      *fence.Fence // finished of the last job popped, until that is freed
	lastOwned bool         // last is a reference: the backend keeps the job
	waits     *fence.Fence // what the head waits for, while blocked; a reference
	since     Time         // when it began to, if Config.Times says so
	place     place        // in the run queue
	share     share
	wake      fence.Callback
	state     entityState
}

// Errors of Entity.Init and Job.Init.
var (
	// ErrNoScheduler says that an entity has no scheduler to run on.
	ErrNoScheduler = errors.New("sched: entity without a scheduler")
)

// Init readies e to feed one of scheds: the first for now; with several, each
// arm that finds e idle chooses the one with the least load. It allocates the
// queue. Requires: e is zero.
func (e *Entity) Init(scheds []*Scheduler, c EntityConfig) error {
	if len(scheds) == 0 || scheds[0] == nil {
		return ErrNoScheduler
	}
	if c.Priority >= NumPriorities {
		return fmt.Errorf("sched: entity %d: priority %d; permitted: 0 to %d",
			c.ID, c.Priority, NumPriorities-1)
	}
	if c.Capacity == 0 {
		c.Capacity = DefaultCapacity
	}
	if c.Capacity < 1 || c.Capacity > MaxCapacity {
		return fmt.Errorf("sched: entity %d: capacity %d; permitted: 1 to %d",
			c.ID, c.Capacity, MaxCapacity)
	}
	scheds[0].mightAlloc("Entity.Init")
	e.id, e.canGuilty = c.ID, c.Guilty
	e.sched.Store(scheds[0])
	if len(scheds) > 1 {
		e.prod.scheds = append(e.prod.scheds, scheds...)
	}
	e.priority.Store(uint32(c.Priority))
	e.place.priority = c.Priority
	e.fresh.Store(1)
	e.context = scheds[0].contexts.Next(2)
	e.queue.Init(c.Capacity)
	e.wake.Init((*entityWake)(e))
	return nil
}

// ID returns what the entity was configured with.
func (e *Entity) ID() uint32 { return e.id }

// Priority returns what SetPriority last said. Any context.
func (e *Entity) Priority() Priority { return Priority(e.priority.Load()) }

// SetPriority changes the entity's importance from its next place in the run
// queue on; see Upstream's StickyPriority. What was pushed before joins with
// the priority of before, so it waits for the worker's item.
func (e *Entity) SetPriority(p Priority) {
	s := e.lock()
	if s == nil {
		return
	}
	s.fold()
	s.rq.fixHead()
	e.priority.Store(uint32(min(p, NumPriorities-1)))
	s.token.Unlock()
}

// ModifySchedulers replaces the schedulers that the next arms choose from. The
// producer.
func (e *Entity) ModifySchedulers(scheds []*Scheduler) {
	if len(scheds) == 0 {
		panic(fmt.Sprintf("sched: ModifySchedulers of entity %d to none", e.id))
	}
	e.sched.Load().mightAlloc("Entity.ModifySchedulers")
	e.prod.scheds = append(e.prod.scheds[:0:0], scheds...)
}

// Scheduler returns the scheduler that the entity feeds, nil if all that it
// could choose from were torn down. Any context.
func (e *Entity) Scheduler() *Scheduler { return e.sched.Load() }

// Killed reports whether the entity was killed, or stopped by the teardown of its
// scheduler: what is pushed to it does not run. Any context.
func (e *Entity) Killed() bool { return e.mark.Load()&stopped != 0 }

// Queued returns how many jobs are pushed and not yet given to the backend, and
// up to an eighth of the capacity more while the worker is busy with them. Any
// context.
func (e *Entity) Queued() int { return e.queue.Len() }

// choose moves an idle entity to the least loaded of its schedulers, of which it
// has several. The producer, in arm. It waits for the token of the scheduler that is left.
func (e *Entity) choose() {
	m := e.mark.Load()
	// Jobs of one entity must not overlap on two schedulers: not listed means
	// that the last job was popped, and what it waits for then is its end. A
	// killed entity stays where its jobs end.
	if m&(listed|stopped) != 0 {
		return
	}
	best, now := leastLoaded(e.prod.scheds), e.sched.Load()
	if now == nil {
		e.move(best)
	} else if best != now || e.rebands(best) {
		now.mightBlock("Job.Arm, to leave a scheduler")
		now.token.Lock()
		// Looked at again under the token: not listed may have been the moment in
		// which the worker let the entity go, before it saw the last push.
		stays := e.mark.Load()&(listed|stopped) != 0 || e.last != nil && !e.last.Signaled()
		if !stays {
			now.fold()
			now.expel(e)
			e.setLast(nil)
			e.move(best)
		}
		now.token.Unlock()
		if stays {
			return
		}
	}
	if len(e.prod.scheds) == 1 {
		e.prod.scheds = nil
	}
}

// setLast notes whose end the entity's next scheduler, or its killed jobs, would
// have to wait for. It is no reference: who frees a job, or passes it to the
// backend, sees to it. The token's holder.
func (e *Entity) setLast(f *fence.Fence) {
	if e.lastOwned {
		e.putLast()
	}
	e.last = f
}

func (e *Entity) putLast() {
	e.last.Put()
	e.lastOwned = false
}

// keepLast takes a reference to last if that is j's, which the scheduler lets go
// of unfinished or unfreed. The token's holder.
func (e *Entity) keepLast(j *Job) {
	if e.sched.Load() == j.sched && e.last == &j.fences.Finished && !e.lastOwned {
		e.last.Get()
		e.lastOwned = true
	}
}

// move puts e, which is a member nowhere, to s, which may be nil. The holder of
// the token of the scheduler that e was on, so that a control operation finds e
// where its token says.
func (e *Entity) move(s *Scheduler) {
	e.sched.Store(s)
	e.place.priority = e.Priority()
}

// lock takes the token of e's scheduler and returns it, or nil if there is none.
// It blocks while the worker runs an item.
func (e *Entity) lock() *Scheduler {
	for {
		s := e.sched.Load()
		if s == nil {
			return nil
		}
		s.mightBlock("Entity.Kill, Fini or SetPriority")
		s.token.Lock()
		if e.sched.Load() == s {
			return s
		}
		s.token.Unlock() // moved meanwhile
	}
}

// rebands reports whether e has to move within s to take up its priority.
func (e *Entity) rebands(s *Scheduler) bool {
	return s.upstream(StickyPriority) && e.place.priority != e.Priority()
}

func leastLoaded(scheds []*Scheduler) (best *Scheduler) {
	var least int64
	for _, s := range scheds {
		if s.ready.Load() == 0 {
			continue
		}
		if n := s.score.Load(); best == nil || n < least {
			best, least = s, n
		}
	}
	return best
}

// expel ends e's membership. The token's holder.
func (s *Scheduler) expel(e *Entity) {
	if e.mark.Load()&member == 0 {
		return
	}
	s.rq.expel(e)
	e.mark.And(^uint32(member | listed))
	s.score.Add(-1)
}

// entityWake is Entity as the handler of its dependency callback.
type entityWake Entity

// FenceSignaled tells the worker that the head no longer waits. Interrupt
// context.
func (w *entityWake) FenceSignaled(_ *fence.Fence, cb *fence.Callback) {
	e := (*Entity)(w)
	s := e.sched.Load()
	// The worker may block the entity on the next fence as soon as it has the
	// message, so the callback must be free by then.
	cb.Done()
	s.inbox.push(e)
	s.wake(&s.run)
}
