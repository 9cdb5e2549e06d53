package sched

import "credence/core/fence"

// Backend is the driver below the scheduler. The token's holder calls it, one
// call at a time. From a job's Arm until its finished fence signals, its calls
// are in the signalling critical section: they must not allocate with blocking,
// wait for a fence, or take a lock under which anybody waits for one. Each call
// reaches the token of the section it is in through its job's Section, to pass
// to invariant.MightAlloc, MightBlock and ResvLock. FreeJob is in it too: the
// worker that is kept waiting there does not run the jobs that others wait for.
//
// Where a callback returns a Duration, it is how long the call kept the worker
// busy, for executors whose time is virtual.
type Backend interface {
	// RunJob gives j to the hardware and returns the fence that signals when the
	// hardware is done, with one reference that becomes the scheduler's. A nil
	// fence says that j is done already, with err. If j's finished fence carries
	// an error, the backend may skip the work and return nil.
	RunJob(j *Job) (hw *fence.Fence, err fence.Errno, busy Duration)
	// FreeJob takes j back after its finished fence has signalled. It calls
	// j.Cleanup and may then reuse j's memory.
	FreeJob(j *Job) (busy Duration)
}

// PrepareBackend is a Backend whose jobs may have to wait for fences that are
// known only when the job is next.
type PrepareBackend interface {
	// PrepareJob returns a fence that j must wait for, with one reference that
	// becomes the scheduler's, or nil. It is asked when the dependencies are
	// exhausted and again after each fence that it returned, and never for a
	// killed job.
	PrepareJob(j *Job) *fence.Fence
}

// CanRunBackend is a Backend that can tell whether it has room, for Predicate.
type CanRunBackend interface {
	// CanRun reports whether RunJob would find room for j now. What makes it say
	// yes after it said no must be followed by a completion of this scheduler.
	CanRun(j *Job) bool
}

// TimeoutBackend is a Backend that can tell what to do about a hung job.
type TimeoutBackend interface {
	// TimedOutJob is called for the oldest pending job when the timeout expired
	// or Fault was called. j is in the handler's hands: on no list until the
	// verdict, or r.Stop, puts it back.
	TimedOutJob(j *Job, r *Recovery) (Verdict, Duration)
}

// CancelBackend is a Backend whose scheduler can be torn down with jobs
// pending.
type CancelBackend interface {
	// CancelJob makes j's hardware fence signal with an error, unless it has.
	CancelJob(j *Job)
}

// Verdict is what became of a timed-out job.
type Verdict uint8

// The verdicts.
const (
	// VerdictReset: the hardware was reset. Unless Recovery.Stop put it back, the
	// job is the backend's, which cleans it up itself.
	VerdictReset Verdict = iota
	// VerdictNoHang: the job is alive; it goes back to the head of the list. Not
	// together with Recovery.Stop.
	VerdictNoHang
	// VerdictNoDevice: the device is gone, and the timeout does not run again.
	// The job is the backend's.
	VerdictNoDevice
	numVerdicts
)
