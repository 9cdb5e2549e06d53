package model

import "credence/core/fence"

// Fence is a one-shot event with an error, a place on a timeline, and callbacks
// that run in the order of arming.
type Fence struct {
	context, seqno int
	signaled       bool
	err            fence.Errno
	at             fence.Time // of the signal
	waiters        []*waiter

	// job is the job whose scheduled or finished fence this is, or nil.
	job       *Job
	scheduled bool
}

type waiter struct{ wake func() }

// NewFence returns a fence of nobody's, on a timeline of its own.
func (m *Model) NewFence() *Fence { return m.NewTimeline(1)[0] }

// NewTimeline returns n fences of one timeline, in order.
func (m *Model) NewTimeline(n int) []*Fence {
	context := m.newContext()
	list := make([]*Fence, n)
	for i := range list {
		list[i] = &Fence{context: context, seqno: i + 1}
	}
	return list
}

// Signaled reports whether f is signalled.
func (f *Fence) Signaled() bool { return f.signaled }

// Err returns the error that f carries.
func (f *Fence) Err() fence.Errno { return f.err }

// Job returns the job whose fence f is, or nil.
func (f *Fence) Job() *Job { return f.job }

// Signal signals f, once, and runs its callbacks. An error replaces one that was
// set before.
func (m *Model) Signal(f *Fence, err fence.Errno) {
	if f.signaled {
		return
	}
	if err != fence.OK {
		f.err = err
	}
	f.signaled, f.at = true, m.now
	list := f.waiters
	f.waiters = nil
	for _, w := range list {
		w.wake()
	}
}

// wait arms a callback, or returns nil if f is signalled.
func (f *Fence) wait(wake func()) *waiter {
	if f.signaled {
		return nil
	}
	w := &waiter{wake}
	f.waiters = append(f.waiters, w)
	return w
}

// forget takes a callback off and reports whether it was still to run.
func (f *Fence) forget(w *waiter) bool {
	for i, x := range f.waiters {
		if x == w {
			f.waiters = append(f.waiters[:i:i], f.waiters[i+1:]...)
			return true
		}
	}
	return false
}
