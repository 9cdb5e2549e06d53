package invariant

import (
	"fmt"
	"strings"
)

// Section is the token of a signalling critical section: whoever is handed one
// may be inside it, and passes it to MightAlloc, MightBlock and ResvLock where
// it is about to do what they are named for. A section is open while somebody
// depends on the holder for a fence to signal: from a job's Arm to its Push the
// producer's, during a work item and each callback of a backend the worker's,
// in an interrupt handler the device's.
//
// It is what the kernel's fence annotations are for lockdep
// (dma_fence_begin_signalling), with the token in the place of the thread, since
// a goroutine has no state of its own. A nil *Section is nobody's, and open
// never. One goroutine at a time uses a Section, the one that is inside it.
// Without the build tags it has no size, and its methods do nothing.
type Section struct{ trail trail }

// Place is where in a section somebody is.
type Place struct {
	Who  fmt.Stringer // whose section, such as a scheduler
	Call string       // the callback or the item, such as "RunJob"
	Job  uint64       // the job that it is about
	None bool         // it is about no job
}

// String returns the place as it stands in reports.
func (p Place) String() string {
	if p.None {
		return fmt.Sprintf("%s, %s", p.Who, p.Call)
	}
	return fmt.Sprintf("%s, %s of job %d", p.Who, p.Call, p.Job)
}

// Begin opens the section at p, within where it was open before.
func (s *Section) Begin(p Place) { s.trail.push(p) }

// End closes what the last Begin opened.
func (s *Section) End() { s.trail.pop() }

// Open reports whether the section is open. Without the build tags: false.
func (s *Section) Open() bool { return s != nil && s.trail.depth() > 0 }

// MightAlloc says that the caller, who may be in s, is about to allocate memory
// in a way that may wait for memory to become free. That may wait for a fence,
// so in an open section it breaks L2. what names the allocation.
func MightAlloc(s *Section, what string) { s.refuse("allocates with blocking", what) }

// MightBlock says that the caller, who may be in s, is about to wait: for a
// fence, for a lock under which somebody waits for one, or for a goroutine. In
// an open section that breaks L2. what names the wait.
func MightBlock(s *Section, what string) { s.refuse("waits", what) }

// ResvLock says that the caller, who may be in s, is about to lock a reservation
// object. Others wait for fences under such locks, so in an open section it
// breaks L2. what names the reservation.
func ResvLock(s *Section, what string) { s.refuse("locks a reservation", what) }

func (s *Section) refuse(deed, what string) {
	if Enabled && s.Open() {
		Fail(L2, "%s inside the signalling critical section: %s; in %s", deed, what, s.trail.text())
	}
}

// text lists places, the innermost first.
func text(places []Place) string {
	var b strings.Builder
	for i := len(places) - 1; i >= 0; i-- {
		b.WriteString(places[i].String())
		if i > 0 {
			b.WriteString(", in ")
		}
	}
	return b.String()
}
