package sched

import (
	"credence/core/fence"
	"credence/core/xatomic"
)

// hint is by when somebody wants a job's finished fence: the earliest of what
// was asked for. It is passed on to the hardware fence, when the job is given to
// the backend or by the item that a later hint queues: only the token's holder
// may touch the parent, which Recovery takes away and replaces.
type hint struct {
	at   xatomic.Int64 // the time plus one; 0: nobody asked. Any context lowers it.
	told int64         // the token's holder's: what the parent was told
}

// reset begins a new life.
func (h *hint) reset() {
	if h.at.Load() != 0 {
		h.at.Store(0)
		h.told = 0
	}
}

// lower notes that somebody wants it by the given time, and reports whether that
// is earlier than what was asked for before.
func (h *hint) lower(at Time) bool {
	x := int64(min(max(at, 0), fence.Never-1)) + 1
	for {
		old := h.at.Load()
		if old != 0 && old <= x {
			return false
		}
		if h.at.CompareAndSwap(old, x) {
			return true
		}
	}
}

// SetDeadline takes a hint by when the finished fence is wanted; the scheduled
// one takes none. The earliest of several counts. Any context.
func (jf *jobFence) SetDeadline(f *fence.Fence, at Time) {
	if f == &jf.Finished && jf.hint.lower(at) && jf.sched.ready.Load() != 0 {
		// The item sees the hint, or the job is not with the backend yet and the
		// RunJob that gives it there does.
		jf.sched.kick(&jf.sched.hints)
	}
}

// forward tells the hardware fence what it has not been told. The token's
// holder.
func (jf *jobFence) forward() {
	if jf.hint.at.Load() != 0 {
		jf.tell()
	}
}

func (jf *jobFence) tell() {
	at := jf.hint.at.Load()
	if at == jf.hint.told || jf.parent == nil {
		return
	}
	jf.hint.told = at
	jf.parent.SetDeadline(Time(at - 1))
}

// hintItem passes on the hints for jobs that the backend has.
func (s *Scheduler) hintItem() {
	for j := s.pending.head; j != nil; j = j.next {
		j.fences.forward()
	}
}

// wanted returns by when the fence is wanted, Never if nobody said. Any context.
func (h *hint) wanted() Time {
	if at := h.at.Load(); at != 0 {
		return Time(at - 1)
	}
	return fence.Never
}
