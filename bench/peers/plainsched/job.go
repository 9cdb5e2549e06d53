package plainsched

import (
	"errors"
	"fmt"
)

// Errors of Job.Init.
var (
	ErrNoScheduler = errors.New("plainsched: entity without a scheduler")
	ErrNoCredits   = errors.New("plainsched: a job costs at least one credit")
	ErrQueueFull   = errors.New("plainsched: entity queue full")
)

// jobState is how far a job has come.
type jobState uint8

const (
	jobNew jobState = iota
	jobInit
	jobArmed
	jobPushed
)

// Job is one submission, which its owner may use again after Cleanup:
//
//	Init ─▶ AddDependency* ─▶ Arm ─▶ Push ─▶ Backend.RunJob ─▶ Backend.FreeJob ─▶ Cleanup
type Job struct {
	ID    uint64 // the owner's name for it
	Owner any    // the owner's own

	state    jobState
	detached bool     // by Stop: pending, without a hardware fence
	priced   bool     // cost is within the limit
	priority Priority // of the entity at arm
	cost     uint32
	karma    int // times that it hung
	entity   *Entity
	sched    *Scheduler
	fences   *jobFences
	parent   *Fence // the hardware fence
	deps     []*Fence
	cursor   int // the next dependency to look at
	submit   Time

	next, prev *Job // in the entity's queue, then in the pending list
	end        work // once killed
}

// Init readies j for e and reserves its place in e's queue, so that Push cannot
// fail. It allocates j's fences. The producer.
func (j *Job) Init(e *Entity, credits uint32) error {
	switch {
	case j.state != jobNew:
		panic(fmt.Sprintf("plainsched: Init of job %d, which was not cleaned up", j.ID))
	case e.sched.Load() == nil:
		return ErrNoScheduler
	case credits == 0:
		return ErrNoCredits
	case e.held.Add(1) > e.capacity:
		e.held.Add(-1)
		return ErrQueueFull
	}
	j.state, j.entity, j.cost = jobInit, e, credits
	j.karma, j.priced, j.detached = 0, false, false
	j.fences = new(jobFences)
	return nil
}

// AddDependency makes j wait for f; of several fences of one context the latest
// counts. Between Init and Arm. The producer.
func (j *Job) AddDependency(f *Fence) {
	if j.state != jobInit {
		panic(fmt.Sprintf("plainsched: AddDependency to job %d outside Init and Arm", j.ID))
	}
	for i, d := range j.deps {
		if d.context == f.context {
			if f.seqno > d.seqno {
				j.deps[i] = f
			}
			return
		}
	}
	j.deps = append(j.deps, f)
}

// Arm publishes j's fences; j must be pushed next. An idle entity with several
// schedulers moves to the least loaded one here. The producer.
func (j *Job) Arm() {
	if j.state != jobInit {
		panic(fmt.Sprintf("plainsched: Arm of job %d, which is not initialised", j.ID))
	}
	e := j.entity
	e.choose()
	s := e.sched.Load()
	if s == nil {
		panic(fmt.Sprintf("plainsched: Arm of job %d: all schedulers of its entity are torn down", j.ID))
	}
	e.seqno++
	f := j.fences
	f.sched, f.entity = s, e
	f.scheduled.job, f.finished.job = f, f
	f.scheduled.Init(e.context, e.seqno)
	f.finished.Init(e.context+1, e.seqno)
	j.sched, j.priority, j.state = s, Priority(e.priority.Load()), jobArmed
}

// Scheduled returns the fence that signals when j was given to the backend.
// From Arm to Push.
func (j *Job) Scheduled() *Fence { return &j.fences.scheduled }

// Finished returns the fence that signals when j is done. From Arm to Push, and
// for the backend until FreeJob.
func (j *Job) Finished() *Fence { return &j.fences.finished }

// Push passes j to the scheduler. The producer, who must not touch j afterwards.
func (j *Job) Push() {
	if j.state != jobArmed {
		panic(fmt.Sprintf("plainsched: Push of job %d, which is not armed", j.ID))
	}
	e, s := j.entity, j.sched
	j.state = jobPushed
	j.submit = s.Clock.Now()
	s.mu.Lock()
	s.score++
	e.fresh = true
	first := e.jobs.head == nil
	e.jobs.append(j)
	if !first {
		s.mu.Unlock()
		return
	}
	if e.stopped {
		s.trace(WarnPushKilled, j.ID, 0)
		s.mu.Unlock()
		return
	}
	if s.queue.join(e) {
		s.score++
	}
	s.queue.rank(e)
	s.queue.insert(e)
	s.mu.Unlock()
	s.wake(&s.run)
}

// Cleanup ends this life of j: the producer's for a job that was not armed, the
// backend's from FreeJob on.
func (j *Job) Cleanup() {
	switch j.state {
	case jobInit:
		j.entity.held.Add(-1)
	case jobPushed:
		if !j.fences.finished.Signaled() {
			panic(fmt.Sprintf("plainsched: Cleanup of job %d before it finished", j.ID))
		}
	default:
		panic(fmt.Sprintf("plainsched: Cleanup of job %d, which is new or armed", j.ID))
	}
	clear(j.deps)
	j.fences, j.parent, j.deps, j.cursor = nil, nil, j.deps[:0], 0
	j.state = jobNew
}
