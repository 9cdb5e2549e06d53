package rig

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/des"
)

// MaxItemsPerInstant bounds the work items that follow each other without an
// event in between: more is a scheduler that keeps itself busy with nothing.
const MaxItemsPerInstant = 1 << 22

// Executor runs the work items of any number of schedulers in virtual time, on
// the caller's goroutine: one list, first in, first out, as the recorded vectors
// have it, and all work before the clock moves. Each scheduler has a worker,
// which a callback may keep busy for a while, and which, once it found nothing
// to do, takes WakeUp to begin again; its items wait for it meanwhile, in order.
type Executor struct {
	events  *des.Engine
	wakeUp  fence.Duration
	wake    func() fence.Duration // in place of wakeUp, if not nil
	after   func(*sched.Work)
	workers []*worker // by Scheduler.ID
	list    workList  // of workers that are awake
	instant int       // items since the last event
	woken   bool      // somebody who waits is to look again

	running  *sched.Scheduler     // whose item runs
	sections []*invariant.Section // of others on this goroutine

	wakeUps, spurious, items uint64
}

// worker is one scheduler's thread.
type worker struct {
	exec   *Executor
	busy   bool // until resume fires
	inItem bool
	idled  bool // ran and freed nothing since it was woken
	listed int  // items of it in the executor's list
	held   workList
	resume des.Event
	timer  timer
}

// timer queues a scheduler's timeout item.
type timer struct {
	event des.Event
	work  *sched.Work
}

// Fire is the expiry.
func (t *timer) Fire(fence.Time, *des.Event) { t.work.Kick() }

// workList is a first-in-first-out list of items, linked by Work.Next.
type workList struct{ head, tail *sched.Work }

func (l *workList) push(w *sched.Work) {
	w.Next = nil
	if l.tail == nil {
		l.head = w
	} else {
		l.tail.Next = w
	}
	l.tail = w
}

func (l *workList) pop() *sched.Work {
	w := l.head
	if l.head = w.Next; l.head == nil {
		l.tail = nil
	}
	w.Next = nil
	return w
}

// remove takes w out and reports whether it was in.
func (l *workList) remove(w *sched.Work) bool {
	var before *sched.Work
	for x := l.head; x != nil; before, x = x, x.Next {
		if x != w {
			continue
		}
		if before == nil {
			l.head = w.Next
		} else {
			before.Next = w.Next
		}
		if l.tail == w {
			l.tail = before
		}
		w.Next = nil
		return true
	}
	return false
}

// NewExecutor returns an executor whose workers take wakeUp to wake up. after,
// which may be nil, is called after each item.
func NewExecutor(events *des.Engine, wakeUp fence.Duration, after func(*sched.Work)) *Executor {
	return &Executor{events: events, wakeUp: wakeUp, after: after}
}

// AddWorker adds a worker; the first is for scheduler 0, and so on.
func (x *Executor) AddWorker() {
	w := &worker{exec: x}
	w.resume.Init(w)
	w.timer.event.Init(&w.timer)
	x.workers = append(x.workers, w)
}

// Now returns the virtual time.
func (x *Executor) Now() fence.Time { return x.events.Now() }

// Queue puts w behind the work of its scheduler's worker.
func (x *Executor) Queue(w *sched.Work) {
	k := x.workers[w.Scheduler().ID()]
	switch {
	case k.busy && k.listed == 0:
		// Otherwise it goes behind what is listed, which RunOne will hold.
		k.held.push(w)
	case k.listed == 0 && !k.inItem:
		x.wakeUps++
		if k.idled {
			x.spurious++
		}
		k.idled = true
		if d := x.wakeCost(); d > 0 {
			k.held.push(w)
			k.sleep(d)
			return
		}
		fallthrough
	default:
		k.listed++
		x.list.push(w)
	}
}

// wakeCost returns what it takes a worker to wake up this time.
func (x *Executor) wakeCost() fence.Duration {
	if x.wake != nil {
		return x.wake()
	}
	return x.wakeUp
}

// Cancel takes w off again.
func (x *Executor) Cancel(w *sched.Work) bool {
	k := x.workers[w.Scheduler().ID()]
	if x.list.remove(w) {
		k.listed--
		return true
	}
	return k.held.remove(w)
}

// SetTimer has w queued at the given time. A scheduler has one timer.
func (x *Executor) SetTimer(w *sched.Work, at fence.Time) {
	t := &x.workers[w.Scheduler().ID()].timer
	t.work = w
	x.events.Cancel(&t.event)
	if at != fence.Never {
		x.events.Schedule(&t.event, at, des.ClassTimer, 0)
	}
}

// Wait steps until done reports true, or the deadline. It looks again after
// each step in which Wake was called.
func (x *Executor) Wait(_ *sched.Scheduler, done func() bool, deadline fence.Time) bool {
	invariant.MightBlock(x.InSection(), "rig.Executor.Wait")
	for !done() {
		for x.woken = false; !x.woken; {
			if x.Step(deadline) {
				continue
			}
			if deadline != fence.Never && deadline > x.Now() {
				x.events.AdvanceTo(deadline)
			}
			return done()
		}
	}
	return true
}

// Wake has those who wait look again.
func (x *Executor) Wake(*sched.Scheduler) { x.woken = true }

// sleep keeps the worker from its items for d.
func (k *worker) sleep(d fence.Duration) {
	k.busy = true
	k.exec.events.Schedule(&k.resume, k.exec.Now().Add(d), des.ClassTimer, 0)
}

// Fire lets the worker go on.
func (k *worker) Fire(fence.Time, *des.Event) {
	k.busy = false
	for k.held.head != nil {
		k.listed++
		k.exec.list.push(k.held.pop())
	}
}

// RunOne runs the oldest item that its worker has time for, and reports whether
// there was one.
func (x *Executor) RunOne() bool {
	for x.list.head != nil {
		w := x.list.pop()
		k := x.workers[w.Scheduler().ID()]
		k.listed--
		if k.busy {
			k.held.push(w)
			continue
		}
		x.run(k, w)
		return true
	}
	x.instant = 0
	return false
}

func (x *Executor) run(k *worker, w *sched.Work) {
	if x.instant++; x.instant > MaxItemsPerInstant {
		panic(fmt.Sprintf("rig: %d work items at %d ns, the last one %s of %s: it feeds itself",
			x.instant, x.Now(), w.Item(), w.Scheduler()))
	}
	x.items++
	k.inItem = true
	x.running = w.Scheduler()
	busy := w.Run()
	x.running = nil
	k.inItem = false
	if busy > 0 {
		k.sleep(busy)
	}
	if x.after != nil {
		x.after(w)
	}
}

// Step does one thing: the next work item if there is one, otherwise the next
// event that is due by deadline. It reports false if there was neither.
func (x *Executor) Step(deadline fence.Time) bool {
	return x.RunOne() || x.events.Step(deadline)
}

// WakeUps returns how often an item found its worker with nothing to do.
func (x *Executor) WakeUps() uint64 { return x.wakeUps }

// Spurious returns how many wake-ups were followed by the next one of the same
// worker without a job that it ran or freed in between.
func (x *Executor) Spurious() uint64 { return x.spurious }

// useful notes that a scheduler's worker ran or freed a job.
func (x *Executor) useful(sched uint32) { x.workers[sched].idled = false }

// Items returns how many work items were run.
func (x *Executor) Items() uint64 { return x.items }
