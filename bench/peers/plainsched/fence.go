package plainsched

import (
	"sync"
	"sync/atomic"

	"credence/core/fence"
)

// Time, Duration and Errno are the core's, so that both speak of the same.
type (
	Time     = fence.Time
	Duration = fence.Duration
	Errno    = fence.Errno
)

// Watcher is told that a fence has signalled, in the signaller's goroutine.
type Watcher interface{ FenceSignaled(f *Fence) }

// Fence signals once, with an error or without. It is ready after Init.
type Fence struct {
	mu       sync.Mutex
	signaled bool
	err      Errno
	first    Watcher   // almost always the only one
	more     []Watcher // those after it
	done     chan struct{}

	// Fixed by Init.
	context, seqno uint64
	job            *jobFences // whose it is; nil for a hardware or an external fence
}

// lastContext is the timeline handed out last.
var lastContext atomic.Uint64

// NewContexts reserves n consecutive timelines and returns the first. Any
// goroutine.
func NewContexts(n int) uint64 { return lastContext.Add(uint64(n)) - uint64(n) + 1 }

// Init readies f for one life. Requires: nobody else holds f.
func (f *Fence) Init(context, seqno uint64) {
	f.signaled, f.err, f.done = false, fence.OK, nil
	f.context, f.seqno = context, seqno
}

// Signaled reports whether f has signalled.
func (f *Fence) Signaled() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.signaled
}

// Err returns the error that f carries, or will carry as far as is known.
func (f *Fence) Err() Errno {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// SetError sets the error that f will carry. It panics if f has signalled.
func (f *Fence) SetError(err Errno) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.signaled {
		panic("plainsched: SetError after the signal")
	}
	f.err = err
}

// Done returns a channel that is closed when f signals.
func (f *Fence) Done() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done == nil {
		f.done = make(chan struct{})
		if f.signaled {
			close(f.done)
		}
	}
	return f.done
}

// Signal signals f, with err unless that is OK, and calls its watchers in the
// order in which they came. It reports whether this call was the one.
func (f *Fence) Signal(err Errno) bool {
	f.mu.Lock()
	if f.signaled {
		f.mu.Unlock()
		return false
	}
	f.signaled = true
	if err != fence.OK {
		f.err = err
	}
	first, more, done := f.first, f.more, f.done
	f.first, f.more = nil, nil
	f.mu.Unlock()
	if done != nil {
		close(done)
	}
	if first != nil {
		first.FenceSignaled(f)
	}
	for _, w := range more {
		w.FenceSignaled(f)
	}
	return true
}

// Watch has w told when f signals. It reports false if f has signalled.
func (f *Fence) Watch(w Watcher) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.signaled:
		return false
	case f.first == nil:
		f.first = w
	default:
		f.more = append(f.more, w)
	}
	return true
}

// Unwatch takes a Watch back and reports whether it was in time.
func (f *Fence) Unwatch(w Watcher) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == w {
		f.first = nil
		if len(f.more) > 0 {
			f.first, f.more = f.more[0], f.more[1:]
		}
		return true
	}
	for i, x := range f.more {
		if x == w {
			f.more = append(f.more[:i], f.more[i+1:]...)
			return true
		}
	}
	return false
}

// jobFences are the fences of one life of a job.
type jobFences struct {
	scheduled Fence // the job was given to the backend
	finished  Fence // it is done
	sched     *Scheduler
	entity    *Entity
}
