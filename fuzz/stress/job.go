package stress

import (
	"sync"
	"sync/atomic"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/prog"
)

// job is the memory of a job, which lives again and again: its producer's until
// the push, the scheduler's until it is freed, and then at home.
type job struct {
	sched.Job
	home   *home
	spec   prog.Job
	entity *entity
	number uint64 // among the pushes of its entity
	pushed atomic.Bool
	deps   []dep

	// The token's holder's.
	runs  int
	asked bool // PrepareJob has named its external fence
}

// home is where the jobs of one producer come back to.
type home struct {
	*Bout
	jobs  chan *job
	ended atomic.Int64 // lives
}

func newHome(b *Bout, producer, jobs int) *home {
	h := &home{Bout: b, jobs: make(chan *job, jobs)}
	for i := range jobs {
		j := &job{home: h}
		j.Owner, j.ID = j, uint64(producer)<<32|uint64(i)
		h.jobs <- j
	}
	return h
}

// get returns a job that is at home, or nil.
func (h *home) get() *job {
	select {
	case j := <-h.jobs:
		j.runs, j.asked = 0, false
		return j
	default:
		return nil
	}
}

// abort ends a life before the push.
func (j *job) abort() {
	j.Cleanup()
	j.release()
	j.home.jobs <- j
}

// end ends a life after the push. Whoever the job belongs to calls it, once.
func (j *job) end() {
	h := j.home
	if !j.pushed.CompareAndSwap(true, false) {
		h.Fail("I4", "job %#x ended, and was not pushed since it last did", j.ID)
		return
	}
	if !j.Finished().Signaled() {
		h.Fail("I4", "job %#x freed before it finished", j.ID)
		return
	}
	j.Cleanup()
	j.release()
	h.ended.Add(1)
	h.jobs <- j
}

func (j *job) release() {
	for i, d := range j.deps {
		d.fence.Put()
		j.deps[i] = dep{}
	}
	j.deps = j.deps[:0]
}

// dep is a fence that a job waits for, with a reference.
type dep struct {
	fence     *fence.Fence
	scheduled *fence.Fence // of the same job; nil for an external fence
	entity    *entity
	sched     *sched.Scheduler
}

// depend has j wait for what d says, whose reference is passed on, and keeps one
// of its own. As in the core, the latest fence of a context counts.
func (j *job) depend(d dep) {
	j.AddDependency(d.fence.Get())
	for i, old := range j.deps {
		if old.fence.Context() == d.fence.Context() {
			if d.fence.IsLater(old.fence) {
				j.deps[i], d = d, old
			}
			d.fence.Put()
			return
		}
	}
	j.deps = append(j.deps, d)
}

// met reports whether a job of e that runs on s may run as far as d goes.
func (d *dep) met(e *entity, s *sched.Scheduler) bool {
	switch {
	case d.scheduled == nil:
		return d.fence.Signaled()
	case d.entity == e:
		return true // jobs of one entity run in order
	case d.sched == s && d.scheduled.Signaled():
		return true // its hardware takes jobs in order
	}
	return d.fence.Signaled()
}

// exchange holds a dependency that others may take.
type exchange struct {
	lock sync.Mutex
	dep  dep // with a reference, or without a fence
}

// get returns what is there, with a reference for the caller.
func (x *exchange) get() (d dep, ok bool) {
	x.lock.Lock()
	defer x.lock.Unlock()
	if x.dep.fence == nil {
		return dep{}, false
	}
	x.dep.fence.Get()
	return x.dep, true
}

// put replaces what is there by d, whose reference is passed on.
func (x *exchange) put(d dep) {
	x.lock.Lock()
	old := x.dep
	x.dep = d
	x.lock.Unlock()
	if old.fence != nil {
		old.fence.Put()
	}
}
