package vector

import (
	"cmp"
	"slices"

	"credence/core/fence"
	"credence/core/sched"
)

// Executor is the virtual machine of the recorded scripts as a sched.Executor:
// one clock, one list of work, timers, and engines that complete jobs. It is for
// one goroutine. The zero value is ready; the fields are set before use.
type Executor struct {
	// Engines are those of the schedulers, by identifier.
	Engines []Completer
	// Before, if not nil, is called with each item before it runs, and After
	// after it ran; Expired before an item is queued because its timer expired.
	Before, After, Expired func(*sched.Work)

	now    fence.Time
	work   []*sched.Work
	timers []timer // in the order of arming
	woken  bool    // a job was run, or a scheduler torn down, in this step
}

// Completer is an engine with a job at its head.
type Completer interface {
	// Due returns when the head is done, fence.Never if it never is.
	Due() fence.Time
	// CompleteHead takes the head off and signals that it is done, with err.
	CompleteHead(err fence.Errno)
}

type timer struct {
	w  *sched.Work
	at fence.Time
}

// Now returns the virtual time.
func (x *Executor) Now() fence.Time { return x.now }

// Queue puts w at the end of the list.
func (x *Executor) Queue(w *sched.Work) { x.work = append(x.work, w) }

// Cancel takes w off again.
func (x *Executor) Cancel(w *sched.Work) bool {
	i := slices.Index(x.work, w)
	if i >= 0 {
		x.work = slices.Delete(x.work, i, i+1)
	}
	return i >= 0
}

// SetTimer has w queued at the given time.
func (x *Executor) SetTimer(w *sched.Work, at fence.Time) {
	x.timers = slices.DeleteFunc(x.timers, func(t timer) bool { return t.w == w })
	if at != fence.Never {
		x.timers = append(x.timers, timer{w, at})
	}
}

// Wake has those who wait look again.
func (x *Executor) Wake(*sched.Scheduler) { x.woken = true }

// Wait steps until done reports true, or the deadline. It looks again after each
// step in which Wake was called.
func (x *Executor) Wait(_ *sched.Scheduler, done func() bool, deadline fence.Time) bool {
	for !done() {
		for x.woken = false; !x.woken; {
			if x.Step(deadline) {
				continue
			}
			if deadline != fence.Never {
				x.AdvanceTo(deadline)
			}
			return done()
		}
	}
	return true
}

// Idle reports whether no item is queued.
func (x *Executor) Idle() bool { return len(x.work) == 0 }

// RunOne runs the oldest item and reports whether there was one.
func (x *Executor) RunOne() bool {
	if len(x.work) == 0 {
		return false
	}
	w := x.work[0]
	x.work = slices.Delete(x.work, 0, 1)
	if x.Before != nil {
		x.Before(w)
	}
	w.Run()
	if x.After != nil {
		x.After(w)
	}
	return true
}

// Step does one thing that is due by deadline, work before time and completions
// before timers, and reports whether there was one.
func (x *Executor) Step(deadline fence.Time) bool {
	if x.RunOne() {
		return true
	}
	t := fence.Never
	for _, e := range x.Engines {
		t = min(t, e.Due())
	}
	for _, tm := range x.timers {
		t = min(t, tm.at)
	}
	if t == fence.Never || t > deadline {
		return false
	}
	x.now = max(x.now, t)
	if !x.complete() {
		x.expire()
	}
	return true
}

// complete completes the head of each engine that is due.
func (x *Executor) complete() (any bool) {
	for _, e := range x.Engines {
		if e.Due() <= x.now {
			any = true
			e.CompleteHead(fence.OK)
		}
	}
	return any
}

func (x *Executor) expire() {
	expired := slices.Clone(x.timers)
	slices.SortStableFunc(expired, func(a, b timer) int { return cmp.Compare(a.at, b.at) })
	for _, t := range expired {
		if t.at > x.now {
			return
		}
		x.SetTimer(t.w, fence.Never)
		if x.Expired != nil {
			x.Expired(t.w)
		}
		t.w.Kick()
	}
}

// Drain runs items until none is queued; the clock does not move.
func (x *Executor) Drain() {
	for x.RunOne() {
	}
}

// AdvanceTo moves the clock to t unless it is past that.
func (x *Executor) AdvanceTo(t fence.Time) { x.now = max(x.now, t) }

// Advance does everything that is due within d and moves the clock there.
func (x *Executor) Advance(d fence.Duration) {
	deadline := x.now.Add(d)
	for x.Step(deadline) {
	}
	x.AdvanceTo(deadline)
}
