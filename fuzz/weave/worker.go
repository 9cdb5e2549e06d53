//go:build explore

package weave

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// worker is a scheduler with its executor, a thread that parks, and its backend:
// hardware that ends jobs when an interrupt thread comes by.
type worker struct {
	s       *sched.Scheduler
	m       *machine
	queue   xatomic.Pointer[sched.Work]
	queued  [maxItems]xatomic.Pointer[sched.Work]
	idle    xatomic.Uint32
	park    xatomic.Parker
	waiting xatomic.Uint32 // how many wait
	waiter  xatomic.Parker
	now     xatomic.Int64
}

// maxItems is how many items may be queued at once.
const maxItems = 5 + 2*maxJobs

// Executor.

// Now goes on with each run of a job.
func (w *worker) Now() sched.Time { return sched.Time(w.now.Load()) }

// Queue passes an item to the worker. One that it has already is a failure.
func (w *worker) Queue(k *sched.Work) {
	for i := range w.queued {
		if w.queued[i].Load() == k {
			explore.Failf("a %s item is queued twice", k.Item())
		}
	}
	for i := range w.queued {
		if w.queued[i].CompareAndSwap(nil, k) {
			break
		}
	}
	for {
		h := w.queue.Load()
		k.Next = h
		if w.queue.CompareAndSwap(h, k) {
			break
		}
	}
	if w.idle.Load() == 1 && w.idle.CompareAndSwap(1, 0) {
		w.park.Unpark()
	}
}

// Cancel leaves the item where it is.
func (w *worker) Cancel(*sched.Work) bool { return false }

// SetTimer does nothing: what times out is for Fault to say.
func (w *worker) SetTimer(*sched.Work, sched.Time) {}

// Wait parks until done says yes.
func (w *worker) Wait(_ *sched.Scheduler, done func() bool, _ sched.Time) bool {
	for {
		w.waiting.Store(1)
		if done() {
			return true
		}
		w.waiter.Park()
	}
}

// Wake has the waiter look again.
func (w *worker) Wake(*sched.Scheduler) {
	if w.waiting.Load() == 1 && w.waiting.CompareAndSwap(1, 0) {
		w.waiter.Unpark()
	}
}

// loop is the worker's thread: it runs items, announces that it is idle, looks
// again, and parks.
func (w *worker) loop() {
	for {
		w.runAll(w.take())
		if w.queue.Load() != nil {
			continue
		}
		w.idle.Store(1)
		if w.queue.Load() == nil || !w.idle.CompareAndSwap(1, 0) {
			w.park.Park()
		}
	}
}

// runAll runs a list of items.
func (w *worker) runAll(k *sched.Work) {
	for k != nil {
		next := k.Next
		k.Next = nil
		for i := range w.queued {
			if w.queued[i].Load() == k {
				w.queued[i].Store(nil)
				break
			}
		}
		k.Run()
		k = next
	}
}

// take returns the items queued since, oldest first.
func (w *worker) take() (first *sched.Work) {
	for k := w.queue.Swap(nil); k != nil; {
		next := k.Next
		k.Next = first
		first, k = k, next
	}
	return first
}

// Backend.

// How a job ends.
const (
	byInterrupt = iota
	byInterruptToo
	late      // by an interrupt when all else is over
	atOnce    // without a fence
	withFence // with one that has signalled
	withError // without a fence, and failed
	numEnds
)

// RunJob gives the job to the hardware, or ends it at once.
func (w *worker) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	j := sj.Owner.(*job)
	w.check(j)
	w.now.Add(1000)
	run := min(j.runs, 1)
	j.runs++
	switch {
	case sj.Finished().Err() != fence.OK && !j.anyway, j.ends == atOnce:
		return nil, fence.OK, 0
	case j.ends == withError:
		return nil, fence.EIO, 0
	}
	hw := &j.hw[run]
	hw.Init(100+fence.Context(run), j.ID, nil)
	if j.ends == withFence {
		hw.Signal()
		return &hw.Fence, fence.OK, 0
	}
	hw.Get() // the hardware's
	for {
		s := j.state.Load()
		if j.state.CompareAndSwap(s, s|given<<run) {
			return &hw.Fence, fence.OK, 0
		}
	}
}

// check holds that the job may run now, and is the next of its client.
func (w *worker) check(j *job) {
	if j.runs > 0 {
		return // given again
	}
	for i := range j.deps {
		if !j.deps[i].met(w.m, w.s) {
			explore.Failf("job %d runs before what it depends on", j.ID)
		}
	}
	j.on.Store(w.s)
	c := j.owner
	if c.ran != nil && c.ran.ID >= j.ID {
		explore.Failf("job %d of client %d runs behind job %d", j.ID, c.ID(), c.ran.ID)
	}
	c.ran = j
	if c.Scheduler() != w.s {
		explore.Failf("job %d runs where its client is not", j.ID)
	}
}

// FreeJob ends the job's life.
func (w *worker) FreeJob(sj *sched.Job) sched.Duration {
	j := sj.Owner.(*job)
	if !sj.Finished().Signaled() {
		explore.Failf("job %d is freed before it is finished", j.ID)
	}
	if j.freed++; j.freed > 1 {
		explore.Failf("job %d is freed twice", j.ID)
	}
	sj.Cleanup()
	return 0
}

// CancelJob ends a job at teardown.
func (w *worker) CancelJob(sj *sched.Job) { sj.Owner.(*job).complete(fence.ECANCELED) }

// TimedOutJob says that the job is alive, gives it up, or resets and goes on with
// all that are left.
func (w *worker) TimedOutJob(sj *sched.Job, r *sched.Recovery) (sched.Verdict, sched.Duration) {
	j := sj.Owner.(*job)
	switch w.m.verdict {
	case 0:
		return sched.VerdictNoHang, 0
	case 1:
		r.Stop(sj)
		w.m.reset()
		r.Start(fence.ETIME)
		return sched.VerdictReset, 0
	}
	if j.runs > 1 {
		return sched.VerdictNoHang, 0
	}
	r.Stop(sj)
	r.IncreaseKarma(sj)
	w.resubmittable()
	r.Resubmit()
	r.Start(fence.OK)
	return sched.VerdictReset, 0
}

// resubmittable ends what the hardware has of this scheduler's jobs, before they
// are given to it again.
func (w *worker) resubmittable() {
	w.s.Pending(func(sj *sched.Job) bool {
		sj.Owner.(*job).complete(fence.ECANCELED)
		return true
	})
}
