package live

import (
	"time"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// SetTimer has k queued at the given time. A timer that fires as it is replaced
// queues k all the same; the scheduler sees that its time has not come.
func (w *Worker) SetTimer(k *sched.Work, at fence.Time) {
	switch {
	case at == fence.Never:
		if w.timer != nil {
			w.timer.Stop()
		}
	case w.timer == nil:
		w.timer = time.AfterFunc(w.until(at), k.Kick)
	default:
		w.timer.Reset(w.until(at))
	}
}

func (w *Worker) until(at fence.Time) time.Duration { return time.Duration(at.Sub(w.Now())) }

// Wait blocks until done reports true, or the deadline.
func (w *Worker) Wait(_ *sched.Scheduler, done func() bool, deadline fence.Time) bool {
	invariant.MightBlock(w.InSection(), "live.Worker.Wait")
	var expired <-chan time.Time
	if deadline != fence.Never {
		t := time.NewTimer(w.until(deadline))
		defer t.Stop()
		expired = t.C
	}
	for {
		// Before the look: a Wake that comes after it closes this channel.
		again := w.nextWake()
		if done() {
			return true
		}
		select {
		case <-again:
		case <-expired:
			return done()
		}
	}
}

func (w *Worker) nextWake() <-chan struct{} {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.again == nil {
		w.again = make(chan struct{})
	}
	return w.again
}

// Wake has those who wait look again.
func (w *Worker) Wake(*sched.Scheduler) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.again != nil {
		close(w.again)
		w.again = nil
	}
}

// WaitFence blocks until f is signalled, or for d; it reports whether f is
// signalled. d < 0 waits for ever. The caller holds a reference to f, and no
// token: not from a backend or a callback.
func WaitFence(f *fence.Fence, d time.Duration) bool {
	if d != 0 {
		invariant.MightBlock(callersSection(), "live.WaitFence")
	}
	if f.Signaled() {
		return true
	}
	n := &fenceWaiter{signaled: make(chan struct{})}
	n.callback.Init(n)
	if f.Arm(&n.callback) != fence.Armed {
		return true
	}
	var expired <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		expired = t.C
	}
	select {
	case <-n.signaled:
		return true
	case <-expired:
		// Too late to take it back means that it is signalled.
		return !n.callback.Disarm()
	}
}

type fenceWaiter struct {
	callback fence.Callback
	signaled chan struct{}
}

// FenceSignaled lets the waiter go. Interrupt context.
func (n *fenceWaiter) FenceSignaled(*fence.Fence, *fence.Callback) { close(n.signaled) }
