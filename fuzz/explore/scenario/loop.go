//go:build explore

package scenario

import (
	"fmt"
	"slices"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/spsc"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// asked is where the loop of 2023 asks the driver's predicate.
type asked uint8

const (
	// asPosted: after the wait, as the patch had it; a no goes round again.
	asPosted asked = iota
	// insideWait: in the wait's condition.
	insideWait
	// thenSleep: before the announcement that the thread sleeps, and not after.
	thenSleep
)

// loop is the scheduler's thread as the kernel of 2023 had it, over the queue,
// the credits, the fences and the parker of the core: wait until there is a job
// and a slot, ask the driver, run. A completion frees the driver's resource,
// signals the hardware fence, and the fence's callback returns the slot and wakes.
type loop struct {
	q     spsc.Queue[*kjob]
	jobs  []*kjob
	slots credit.Counter
	used  xatomic.Int64 // the driver's resource
	room  int64
	armed xatomic.Uint32 // 1: the thread is about to sleep
	wq    xatomic.Parker
	where asked
	late  bool // completions signal before they free
	quiet bool // the resource comes back from elsewhere, without a fence of this scheduler
	done  xatomic.Uint32
}

type kjob struct {
	l     *loop
	hw    fence.Single
	cb    fence.Callback
	given xatomic.Uint32
}

// FenceSignaled is the job's completion in the scheduler: the slot, then the
// wake-up.
func (j *kjob) FenceSignaled(_ *fence.Fence, cb *fence.Callback) { j.l.complete() }

func (l *loop) complete() {
	l.slots.Return(1)
	l.wake()
}

func newLoop(jobs int, slots uint32, room int64, where asked) *loop {
	l := &loop{wq: xatomic.NewParker(), room: room, where: where}
	l.q.Init(jobs)
	must(l.slots.Init(slots))
	for range jobs {
		j := &kjob{l: l}
		j.hw.Init(1, uint64(len(l.jobs)+1), nil)
		j.cb.Init(j)
		l.jobs = append(l.jobs, j)
	}
	return l
}

func (l *loop) wake() {
	if l.armed.Load() == 1 && l.armed.CompareAndSwap(1, 0) {
		l.wq.Unpark()
	}
}

func (l *loop) canRun() bool { return l.used.Load() < l.room }

// ready is the condition of the wait.
func (l *loop) ready() bool {
	return !l.q.Empty() && l.slots.Fits(1) && (l.where != insideWait || l.canRun())
}

// wait is wait_event: look, announce, look again, sleep.
func (l *loop) wait() {
	for !l.ready() {
		l.armed.Store(1)
		if l.ready() {
			l.armed.Store(0)
			return
		}
		l.wq.Park()
	}
}

// run is the thread.
func (l *loop) run() {
	for n := 0; n < len(l.jobs); {
		l.wait()
		if l.where != insideWait && !l.canRun() {
			if l.where == thenSleep {
				l.armed.Store(1)
				l.wq.Park()
			}
			continue
		}
		j, _ := l.q.Pop()
		l.slots.Take(1)
		if l.used.Add(1) > l.room {
			explore.Failf("more than %d in the hardware", l.room)
		}
		n++
		j.given.Store(1)
		if j.hw.Arm(&j.cb) != fence.Armed {
			l.complete()
		}
	}
}

func (l *loop) submit() {
	for _, j := range l.jobs {
		l.q.TryPush(j)
		l.wake()
	}
}

// irq completes all jobs in order.
func (l *loop) irq() {
	for _, j := range l.jobs {
		explore.Await(func() bool { return j.given.Load() == 1 })
		switch {
		case l.quiet:
			j.hw.Signal()
		case l.late:
			j.hw.Signal()
			l.used.Add(-1)
		default:
			l.used.Add(-1)
			j.hw.Signal()
		}
	}
	l.done.Store(1)
}

// elsewhere gives the resource back from another scheduler, whose fences wake
// nobody here.
func (l *loop) elsewhere() {
	for _, j := range l.jobs {
		explore.Await(j.hw.Signaled)
		l.used.Add(-1)
	}
}

func (l *loop) end() error {
	if n := l.slots.InFlight(); n != 0 {
		return fmt.Errorf("%d slots in flight", n)
	}
	return nil
}

func (l *loop) program(polls bool) *explore.Program {
	p := &explore.Program{State: l, Check: l.end, Threads: []explore.Thread{
		{Name: "submitter", Run: l.submit},
		{Name: "kthread", Run: l.run, Polls: polls},
		{Name: "irq", Run: l.irq, Role: explore.Interrupt, Polls: true},
	}}
	if l.quiet {
		p.Threads = append(p.Threads, explore.Thread{Name: "other", Run: l.elsewhere, Polls: true})
	}
	return p
}

const loopHolds = "the thread neither sleeps while a job could run nor goes round while none can; " +
	"the hardware is never given more than it has room for"

// loops are the readings of the argument of 2023, in its own loop, in the core that
// there is now, and beside both.
func loops() []Scenario { return slices.Concat(loopsOf2023(), arguments(), today()) }

// loopsOf2023: the limit on jobs is above what the driver has room for, so that the
// predicate decides.
func loopsOf2023() []Scenario {
	make := func(name, doc string, expect explore.Verdict, o explore.Options, polls bool, l func() *loop) Scenario {
		return Scenario{Name: "2023/" + name, Doc: doc, Holds: loopHolds, Expect: expect, Options: o,
			New: func() *explore.Program { return l().program(polls) }}
	}
	var all explore.Options
	return []Scenario{
		make("as posted", "the predicate is asked after the wait: it goes round while the answer is no",
			explore.BusyLoop, all, false, func() *loop { return newLoop(2, 2, 1, asPosted) }),
		make("as posted, spinning allowed", "the same, asked only whether it ever sleeps for ever",
			explore.Passed, bounded3, true, func() *loop { return newLoop(2, 2, 1, asPosted) }),
		make("inside", "the predicate is part of the wait's condition; 1 in the hardware",
			explore.Passed, bounded3, false, func() *loop { return newLoop(2, 2, 1, insideWait) }),
		make("inside, 2 in the hardware", "the same with room for two of three jobs",
			explore.Passed, bounded3, false, func() *loop { return newLoop(3, 3, 2, insideWait) }),
		make("test then sleep", "the predicate is asked, and then the thread sleeps without another look",
			explore.LostWakeup, all, false, func() *loop { return newLoop(2, 2, 1, thenSleep) }),
		make("signal before free", "inside the condition, but the resource comes back too late",
			explore.LostWakeup, all, false, func() *loop {
				l := newLoop(2, 2, 1, insideWait)
				l.late = true
				return l
			}),
		make("resource of another", "inside the condition, but the resource comes back without a fence here",
			explore.LostWakeup, all, false, func() *loop {
				l := newLoop(2, 2, 1, insideWait)
				l.quiet = true
				return l
			}),
		make("limit", "no predicate: the limit on jobs does the same",
			explore.Passed, bounded3, false, func() *loop { return newLoop(2, 1, 1, insideWait) }),
	}
}
