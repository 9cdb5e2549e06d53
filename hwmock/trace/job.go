package trace

import (
	"fmt"

	"credence/core/fence"
)

// NotRecorded stands for an instant that the trace does not have.
const NotRecorded fence.Time = -1

// NoCPU stands for a processor that the trace does not name.
const NoCPU = -1

// FenceID names a fence: its context and sequence number, or, where the kernel
// printed a hashed pointer, pointerContext and that. A pointer names a fence
// while it has not signalled; after that it may be another's.
type FenceID struct{ Context, Seqno uint64 }

const pointerContext = ^uint64(0)

// IsPointer reports whether the fence is known by a hashed pointer.
func (f FenceID) IsPointer() bool { return f.Context == pointerContext }

// String returns context:seqno, or the pointer.
func (f FenceID) String() string {
	if f.IsPointer() {
		return fmt.Sprintf("%016x", f.Seqno)
	}
	return fmt.Sprintf("%d:%d", f.Context, f.Seqno)
}

// Job is one job of a trace. Instants are those of the trace's own clock.
type Job struct {
	Dev  string // device, "" if not recorded
	Ring string
	ID   uint64  // the kernel's number, 0 if it has none
	Done FenceID // the finished fence

	Comm   string // thread that submitted it, "" if not recorded
	PID    int32  // of that thread, 0 if not recorded
	CPU    int16  // on which it was submitted, or NoCPU
	RunCPU int16  // on which it was given to the hardware, or NoCPU

	NumIBs uint32 // command buffers, 0 if not recorded
	Client uint64 // of the file, 0 if not recorded

	Submit fence.Time // the submitting call, or NotRecorded
	Run    fence.Time // given to the hardware, or NotRecorded
	End    fence.Time // finished fence signalled, or NotRecorded

	Deps []FenceID // waited for, in the order of the trace
	Line int       // of the first event, or of the table
}

// Complete reports whether all three instants were recorded and are in order.
func (j *Job) Complete() bool {
	return j.Submit >= 0 && j.Submit <= j.Run && j.Run <= j.End
}

// arrival is what jobs are ordered by.
func (j *Job) arrival() fence.Time {
	for _, t := range [...]fence.Time{j.Submit, j.Run, j.End} {
		if t != NotRecorded {
			return t
		}
	}
	return NotRecorded
}

// newJob returns a job of which nothing is known.
func newJob(line int) Job {
	return Job{
		CPU: NoCPU, RunCPU: NoCPU, Submit: NotRecorded, Run: NotRecorded, End: NotRecorded, Line: line,
	}
}
