package sched

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/xatomic"
)

// Usage says what a fence of a reservation stands for, from the one that
// everybody waits for to the one that nobody does unless asked to.
type Usage uint8

// The usages. Whoever waits for one waits for those above it too.
const (
	UsageKernel   Usage = iota // moves the memory itself: everybody waits
	UsageWrite                 // writes: readers and writers wait
	UsageRead                  // reads: writers wait
	UsageBookkeep              // no implicit access: only who frees or moves waits
	numUsages
)

// WaitUsage returns what an access has to wait for: a write for readers and
// writers, a read for writers.
func WaitUsage(write bool) Usage {
	if write {
		return UsageRead
	}
	return UsageWrite
}

// Resv is a reservation object: the fences of those who use one piece of memory,
// each with its usage, under a lock that is held while jobs on that memory are
// submitted. Its semantics are those of Linux's dma_resv, written from its
// documentation. The zero value is ready and holds no fence. All methods but
// Lock require the lock.
type Resv struct {
	_    xatomic.NoCopy
	lock xatomic.Mutex
	held bool // the holder's, to notice use without the lock
	uses []resvUse
	room int // additions that Reserve made room for
}

type resvUse struct {
	fence *fence.Fence // a reference
	usage Usage
}

// Lock takes the reservation's lock. It blocks. in is the signalling section
// that the caller may be in, nil for none: others wait for fences under this
// lock, so whoever must signal one must not take it. Between a job's Arm and
// Push it may be held, not taken.
func (r *Resv) Lock(in *invariant.Section) {
	invariant.ResvLock(in, "Resv.Lock")
	r.lock.Lock()
	r.held = true
}

// Unlock gives the lock back.
func (r *Resv) Unlock() {
	r.check("Unlock")
	r.held = false
	r.lock.Unlock()
}

func (r *Resv) check(call string) {
	if !r.held {
		panic("sched: Resv." + call + " without the lock")
	}
}

// Reserve makes room for n Adds, which then cannot fail or allocate. in is as in
// Lock. It drops fences that have signalled. It may allocate.
func (r *Resv) Reserve(n int, in *invariant.Section) {
	r.check("Reserve")
	invariant.MightAlloc(in, "Resv.Reserve")
	r.prune()
	r.room = max(r.room, n)
	if free := cap(r.uses) - len(r.uses); free < r.room {
		uses := make([]resvUse, len(r.uses), len(r.uses)+2*r.room)
		copy(uses, r.uses)
		r.uses = uses
	}
}

// prune drops the fences that have signalled.
func (r *Resv) prune() {
	kept := r.uses[:0]
	for _, x := range r.uses {
		if x.fence.Signaled() {
			x.fence.Put()
		} else {
			kept = append(kept, x)
		}
	}
	clear(r.uses[len(kept):])
	r.uses = kept
}

// Add notes that f stands for this usage, and takes a reference of its own to f.
// It takes the place of an earlier fence of its context whose usage is not more
// important. It panics without room by Reserve. It neither blocks nor allocates,
// so between a job's Arm and Push it may stand.
func (r *Resv) Add(f *fence.Fence, u Usage) {
	r.check("Add")
	if u >= numUsages {
		panic(fmt.Sprintf("sched: Resv.Add with usage %d; permitted: 0 to %d", u, numUsages-1))
	}
	if r.room == 0 {
		panic("sched: Resv.Add without room by Reserve")
	}
	r.room--
	for i, x := range r.uses {
		sameLine := x.fence.Context() == f.Context() && x.usage >= u && !x.fence.IsLater(f)
		if sameLine || x.fence.Signaled() {
			r.uses[i] = resvUse{f.Get(), u}
			x.fence.Put()
			return
		}
	}
	r.uses = append(r.uses, resvUse{f.Get(), u})
}

// Each calls yield for each fence that a wait for u waits for, in the order of
// their places, until it returns false. Whoever keeps one takes a reference.
func (r *Resv) Each(u Usage, yield func(*fence.Fence) bool) {
	r.check("Each")
	for _, x := range r.uses {
		if x.usage <= u && !yield(x.fence) {
			return
		}
	}
}

// Signaled reports whether everything that a wait for u waits for has signalled.
func (r *Resv) Signaled(u Usage) bool {
	all := true
	r.Each(u, func(f *fence.Fence) bool {
		all = f.Signaled()
		return all
	})
	return all
}

// Release drops every fence: the end of the memory.
func (r *Resv) Release() {
	r.check("Release")
	for _, x := range r.uses {
		x.fence.Put()
	}
	clear(r.uses)
	r.uses, r.room = r.uses[:0], 0
}
