package rig

import (
	"credence/core/fence"
	"credence/hwmock/workload"
)

// Submission is a job that somebody other than a workload's client brings, such
// as one that was recorded.
type Submission struct {
	Context *Context
	// Engines are the engines that may run it, bits of Capabilities; not empty.
	Engines workload.EngineSet
	// Duration is for how long it keeps its engine busy, 1 ns or more.
	Duration fence.Duration
	// Deps are submissions that must be done before it starts: different ones,
	// not released, and not Done.
	Deps []workload.Handle
}

// Submit makes a job of s and pushes it at this instant: whatever the submitting
// call takes has passed. It returns the number by which the scheduler's events
// name the job, from 1 in the order of submission, and a handle, which the caller
// gives back with Release. The error is that of sched.Job.Init, such as
// sched.ErrQueueFull, or that of a job that the device cannot take; then nothing
// was submitted.
func (r *Rig) Submit(s *Submission) (job uint64, h workload.Handle, err error) {
	wb := workload.Batch{Engines: s.Engines, Duration: s.Duration, Deps: s.Deps}
	b, err := r.newBatch(s.Context, &wb, 0)
	if err != nil {
		return 0, workload.NoHandle, err
	}
	b.depend(s.Deps)
	r.own.take(b, wb.Engines)
	b.arm(r.Now())
	job, h = b.job.ID, b.handle()
	b.job.Push()
	return job, h, nil
}

// Done reports whether a submission is done. Its handle was not released.
func (r *Rig) Done(h workload.Handle) bool { return r.batches.find(h).done }

// Release says that the caller will name a submission no more; it may still be
// queued or running.
func (r *Rig) Release(h workload.Handle) { (*host)(r).Release(h) }
