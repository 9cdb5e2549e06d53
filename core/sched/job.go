package sched

import (
	"errors"
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/xatomic"
)

// Errors of Job.Init.
var (
	// ErrQueueFull says that the entity holds as many jobs as its capacity; the
	// caller waits until one of them runs.
	ErrQueueFull = errors.New("sched: entity queue full")
	// ErrNoCredits says that a job costs nothing, which would make it invisible
	// to flow control.
	ErrNoCredits = errors.New("sched: a job costs at least one credit")
)

// jobState is how far a job has come; the role that holds the job writes it.
type jobState uint8

const (
	jobNew jobState = iota
	jobInit
	jobArmed
	jobPushed
)

// Job is one submission. Its owner embeds it or keeps it beside its own data,
// and may reuse it after Cleanup, by Init and not by overwriting it, since the
// completion may still take a last look at its callback:
//
//	Init ─▶ AddDependency* ─▶ Arm ─▶ Push ─▶ Backend.RunJob ─▶ Backend.FreeJob ─▶ Cleanup
//
// From Init to Push it is the producer's, from Push to FreeJob the scheduler's:
// the producer does not touch it after Push, which may return after the job was
// freed. From Arm on its fences are published, and it must be pushed.
//
// Its fields are in the order in which a job's way touches them, so that those of
// the way without dependencies lie on two cache lines: both go from the producer
// to the worker and back.
type Job struct {
	_ xatomic.NoCopy
	// ID names the job in events. The owner sets it before Push.
	ID uint64
	// Owner is the owner's own: what a backend finds its data by.
	Owner any

	cost       uint32 // of need under the scheduler's flow; 0 until first asked
	state      jobState
	priority   Priority // of the entity at arm
	watching   bool     // watcher's handler is that of the hardware fence
	detached   bool     // by Stop: pending, without a hardware fence
	section    invariant.Section
	life       life
	entity     *Entity
	sched      *Scheduler
	fences     *jobFence
	submit     Time
	next, prev *Job // in the pending list
	need       Need
	cursor     int32          // the next dependency to look at
	karma      int32          // times that it hung
	deps       []*fence.Fence // a reference each, until Cleanup

	// watcher is on the hardware fence; once killed, on what the end waits for. It
	// is done, unless that is still linked to a fence that it was taken off.
	watcher *fence.Callback
	done    fence.Callback
	began   Time         // when scheduled signalled, or the job before it ended
	ended   Time         // when finished signalled
	after   *fence.Fence // once killed: the job before it; a reference
	work    Work         // once killed
}

// jobFence is the fences of a job, which outlive it as long as somebody holds a
// reference. While the job is the sole holder it keeps them for its next life;
// otherwise they go back to the entity.
type jobFence struct {
	fence.Pair
	sched  *Scheduler
	entity *Entity
	parent *fence.Fence           // the hardware fence; written before scheduled signals
	hint   hint                   // by when finished is wanted
	next   xatomic.Var[*jobFence] // in the entity's list of returned pairs
}

// FenceReleased takes the pair back. Interrupt context.
func (jf *jobFence) FenceReleased(*fence.Base) {
	jf.dropParent()
	e := jf.entity
	for {
		h := e.returned.Load()
		jf.next.Set(h)
		// Passes the pair to the entity's producer.
		if e.returned.CompareAndSwap(h, jf) {
			return
		}
	}
}

func (jf *jobFence) dropParent() {
	if p := jf.parent; p != nil {
		jf.parent = nil
		p.Put()
	}
}

// takePair returns a pair for a new job: one that came back, or a new one.
func (e *Entity) takePair() *jobFence {
	if e.prod.pairs == nil && e.returned.Load() != nil {
		// Takes over every pair that was passed back.
		e.prod.pairs = e.returned.Swap(nil)
	}
	jf := e.prod.pairs
	if jf == nil {
		return new(jobFence)
	}
	e.prod.pairs = jf.next.Get()
	jf.next.Set(nil)
	return jf
}

// Init readies j for e and reserves its place in e's queue, so that the push
// cannot fail. It returns ErrNoScheduler, ErrNoCredits, ErrQueueFull, or what
// the scheduler's Admission says of a need that can never be met; then j is
// untouched. It allocates only in a job's first life, or if others still hold
// its last fences. The producer.
func (j *Job) Init(e *Entity, need Need) error {
	if j.state != jobNew {
		panic(fmt.Sprintf("sched: Init of job %d, which was not cleaned up", j.ID))
	}
	s := e.sched.Load()
	switch {
	case s == nil:
		return ErrNoScheduler
	case need.Credits == 0:
		return ErrNoCredits
	}
	if s.scalar == nil {
		if err := s.admission.Check(need); err != nil {
			return err
		}
	}
	s.mightAlloc("Job.Init")
	if !e.queue.Reserve() {
		return ErrQueueFull
	}
	j.entity, j.need, j.cost, j.karma = e, need, 0, 0
	if j.fences == nil {
		j.fences = e.takePair()
	}
	if !j.watching {
		j.watching = true
		j.handle()
	}
	j.begin()
	j.state = jobInit
	return nil
}

// handle has the handler called when what j watches next signals.
func (j *Job) handle() {
	if j.watcher == nil {
		j.watcher = &j.done
	}
	j.watcher.Init(j.handler())
}

// handler returns that of the hardware fence, or, once killed, that of the end.
func (j *Job) handler() fence.Handler {
	if j.watching {
		return (*jobDone)(j)
	}
	return (*jobKill)(j)
}

// arm watches f, and reports false if it has signalled. A callback that was
// disarmed can still be linked to its old fence, behind others'; then a new one
// takes its place, the only allocation, which takes a reset.
func (j *Job) arm(f *fence.Fence) bool {
	for {
		switch f.Arm(j.watcher) {
		case fence.Armed:
			return true
		case fence.AlreadySignaled:
			return false
		}
		j.watcher = new(fence.Callback)
		j.watcher.Init(j.handler())
	}
}

// AddDependency makes j wait for f, and takes over the caller's reference to f
// in every case. Of several fences of one context the latest counts. nil means
// nothing to wait for. It may allocate, hence only between Init and Arm. The
// producer.
func (j *Job) AddDependency(f *fence.Fence) {
	if j.state != jobInit {
		panic(fmt.Sprintf("sched: AddDependency to job %d outside Init and Arm", j.ID))
	}
	if f == nil {
		return
	}
	j.entity.sched.Load().mightAlloc("Job.AddDependency")
	for i, d := range j.deps {
		if d.Context() != f.Context() {
			continue
		}
		if f.IsLater(d) {
			j.deps[i], f = f, d
		}
		f.Put()
		return
	}
	j.deps = append(j.deps, f)
}

// Arm gives j its sequence number and publishes its fences: from here until
// finished signals is the signalling critical section, and j must be pushed
// next. An entity with several schedulers moves to the least loaded one here,
// if it has no job that is not finished; leaving the other one, it waits for
// that one's worker. The producer.
func (j *Job) Arm() {
	if j.state != jobInit {
		panic(fmt.Sprintf("sched: Arm of job %d, which is not initialised", j.ID))
	}
	e := j.entity
	if e.prod.scheds != nil {
		e.choose()
	}
	s := e.sched.Load()
	if s == nil {
		panic(fmt.Sprintf("sched: Arm of job %d: all schedulers of entity %d are torn down", j.ID, e.id))
	}
	j.sched, j.priority = s, e.Priority()
	j.fences.sched, j.fences.entity = s, e
	if s.scalar != nil {
		j.cost = s.scalar.price(j.need)
	}
	j.fences.hint.reset()
	e.prod.seqno++
	// One reference is the job's, one the completion's.
	j.fences.Init(e.context, e.prod.seqno, j.fences, 2)
	j.state = jobArmed
	j.arms()
}

// Scheduled returns the fence that signals when j was given to the backend.
// Whoever keeps it takes a reference. From Arm to Push.
func (j *Job) Scheduled() *fence.Fence {
	j.touch("Scheduled")
	return &j.fences.Scheduled
}

// Finished returns the fence that signals when j is done. Whoever keeps it
// takes a reference. From Arm to Push, and for the backend until FreeJob.
func (j *Job) Finished() *fence.Fence {
	j.touch("Finished")
	return &j.fences.Finished
}

// Push passes j to the scheduler. It cannot fail, never blocks, and does not
// allocate. Requires: armed, and pushed in the order of arming. The producer,
// who must not touch j afterwards.
func (j *Job) Push() {
	if j.state != jobArmed {
		panic(fmt.Sprintf("sched: Push of job %d, which is not armed", j.ID))
	}
	e, s := j.entity, j.sched
	j.pushes()
	j.state = jobPushed
	j.submit = s.exec.Now()
	if s.observer != nil {
		s.observe(EventQueue, j, fence.OK, NoWarning)
	}
	s.score.Add(1)
	if e.fresh.Load() == 0 {
		e.fresh.Store(1)
	}
	id := j.ID
	e.queue.Push(j)
	// The push is ordered before this look at the mark, and the token's holder
	// clears listed before it looks at the queue again: if it let the entity go
	// without seeing the job, this sees it not listed.
	if e.mark.Load()&(listed|stopped) != listed {
		s.announce(e, id)
	}
}

// announce tells the worker of an entity that has jobs again.
func (s *Scheduler) announce(e *Entity, id uint64) {
	for {
		m := e.mark.Load()
		switch {
		case m&stopped != 0:
			if e.queue.Len() == 1 {
				s.warn(WarnPushKilled, id, e)
			}
			return
		case m&listed != 0:
			return
		case !e.mark.CompareAndSwap(m, m|listed|member):
			continue
		}
		if m&member == 0 {
			s.score.Add(1)
		}
		s.inbox.push(e)
		s.wake(&s.run)
		return
	}
}

// Cleanup ends this life of j: it drops its dependencies and its hold on its
// fences. The producer, for a job that was initialised but not armed, or the
// backend from FreeJob. After it j may be initialised again.
func (j *Job) Cleanup() {
	switch j.state {
	case jobInit:
		j.entity.queue.Unreserve()
	case jobPushed:
		if !j.fences.Finished.Signaled() {
			panic(fmt.Sprintf("sched: Cleanup of job %d before it finished", j.ID))
		}
		if j.fences.Sole() {
			j.fences.dropParent()
			j.fences.Retire()
		} else {
			j.fences.Finished.Put()
			j.fences = nil
		}
	default:
		panic(fmt.Sprintf("sched: Cleanup of job %d, which is new or armed", j.ID))
	}
	if len(j.deps) != 0 {
		j.dropDependencies()
	}
	j.state = jobNew
	j.end()
}

func (j *Job) dropDependencies() {
	for i, d := range j.deps {
		d.Put()
		j.deps[i] = nil
	}
	j.deps, j.cursor = j.deps[:0], 0
}

// Entity returns the entity that j was initialised for.
func (j *Job) Entity() *Entity {
	j.touch("Entity")
	return j.entity
}

// Need returns what j was initialised with.
func (j *Job) Need() Need {
	j.touch("Need")
	return j.need
}

// Submitted returns when j was pushed.
func (j *Job) Submitted() Time {
	j.touch("Submitted")
	return j.submit
}

// DependenciesMet reports whether nothing that j depends on would hold it back
// now. The worker, between items, for a job that is queued.
func (j *Job) DependenciesMet() bool {
	j.touch("DependenciesMet")
	for _, d := range j.deps[j.cursor:] {
		if f := j.sched.waitFor(j.entity, d); f != nil && !f.Signaled() {
			return false
		}
	}
	return true
}
