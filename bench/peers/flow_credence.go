package main

import (
	"fmt"
	"sync/atomic"

	"credence/core/fence"
	"credence/core/sched"
	"credence/core/xatomic"
)

// credenceFlow is a producer of jobs for one entity, and the backend that they
// go to, which ends each within RunJob.
type credenceFlow struct {
	circulation
	sched  *sched.Scheduler
	entity sched.Entity
	jobs   []sched.Job
}

func newCredenceFlow(f flow, e sched.Executor, habits sched.Upstream) *credenceFlow {
	x := &credenceFlow{circulation: newCirculation(f), jobs: make([]sched.Job, f.jobs)}
	x.sched = newCredence(x, e, habits)
	initCredenceEntity(&x.entity, x.sched, flowCapacity)
	return x
}

// produce pushes n jobs, each as soon as there is one to use.
func (x *credenceFlow) produce(n int) (wrong int) {
	for range n {
		i, id := x.take()
		j := &x.jobs[i]
		if err := j.Init(&x.entity, sched.Need{Credits: 1}); err != nil {
			panic(err)
		}
		j.ID = id
		j.Arm()
		j.Push()
	}
	return 0
}

// RunJob is sched.Backend's.
func (x *credenceFlow) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, fence.Duration) {
	x.runs(j.ID)
	return nil, fence.OK, 0
}

// FreeJob is sched.Backend's.
func (x *credenceFlow) FreeJob(j *sched.Job) fence.Duration {
	id := j.ID
	j.Cleanup()
	x.frees(id)
	return 0
}

// credenceSpinner is an executor whose worker never sleeps: a slot for each of
// the two items that flows need, looked at in turn.
type credenceSpinner struct {
	noControl
	_    xatomic.Pad
	slot [2]struct {
		w atomic.Pointer[sched.Work]
		_ xatomic.Gap
	}
}

// Now is sched.Executor's. Jobs of one entity run in order at any time.
func (x *credenceSpinner) Now() fence.Time { return 0 }

// Queue is sched.Executor's. An item is queued once until it runs, so that its
// slot is free.
func (x *credenceSpinner) Queue(w *sched.Work) {
	switch i := w.Item(); i {
	case sched.ItemRun, sched.ItemFree:
		x.slot[i].w.Store(w)
	default:
		panic(fmt.Sprintf("peers: an item of kind %s", i))
	}
}

// runAll runs what is queued and reports whether there was anything.
func (x *credenceSpinner) runAll() (ran bool) {
	for i := range x.slot {
		if w := x.slot[i].w.Load(); w != nil {
			x.slot[i].w.Store(nil)
			w.Run()
			ran = true
		}
	}
	return ran
}
