// Package live runs schedulers for real: a goroutine each, the machine's
// monotonic clock, timers and blocking waits. It is the one core package that
// may start goroutines and read the clock. It refuses to spin: a worker without
// work parks, and is woken by whoever brings some.
//
// # Wake-ups
//
// Waking a parked goroutine costs the waker microseconds, so a worker that is
// awake is never signalled: it announces that it is about to park, looks for
// work again, and only then parks. Whoever queues work looks at the
// announcement after the work can be seen. Of the two looks at least one sees
// the other side, and who takes the announcement back does the waking.
package live

import (
	"fmt"
	"time"

	"credence/core/fence"
	"credence/core/sched"
	"credence/core/xatomic"
)

// epoch is when the clock of all workers was 0.
var epoch = time.Now()

// Worker is a sched.Executor: the goroutine of one scheduler. Pass it as that
// scheduler's Config.Executor, and Close it after the scheduler's Fini.
type Worker struct {
	_     xatomic.NoCopy
	owner xatomic.Pointer[sched.Scheduler]
	park  xatomic.Parker
	timer *time.Timer   // the token's holder's
	ended chan struct{} // closed when the goroutine has returned

	_     xatomic.Pad
	queue xatomic.Pointer[sched.Work] // newest first; any goroutine adds, the worker takes all
	idle  xatomic.Uint32              // 1 from the announcement until somebody takes it back
	stop  xatomic.Uint32              // 1 once closed
	wakes xatomic.Uint64              // times that the worker had to be woken
	_     xatomic.Pad

	lock  xatomic.Mutex // of again
	again chan struct{} // closed by the next Wake; nil if nobody waits
}

// Start returns a worker whose goroutine waits for work. It allocates.
func Start() *Worker {
	w := &Worker{park: xatomic.NewParker(), ended: make(chan struct{})}
	go w.loop()
	return w
}

// Now returns the time since the start of the process. Any context.
func (w *Worker) Now() fence.Time { return fence.Time(time.Since(epoch)) }

// Wakes returns how often the worker was parked and had to be woken, each one a
// channel operation. Any context.
func (w *Worker) Wakes() uint64 { return w.wakes.Load() }

// Queue puts k behind the worker's work. Any context; it does not block or
// allocate, and touches no channel unless the worker sleeps.
func (w *Worker) Queue(k *sched.Work) {
	// Of two first calls at once one sets the owner, and both find it.
	if s := k.Scheduler(); w.owner.Load() != s && !w.owner.CompareAndSwap(nil, s) && w.owner.Load() != s {
		panic(fmt.Sprintf("live: a Worker serves one scheduler, not %s and %s", w.owner.Load(), s))
	}
	for {
		h := w.queue.Load()
		k.Next = h
		// Passes the item to the worker.
		if w.queue.CompareAndSwap(h, k) {
			break
		}
	}
	w.wake()
}

// wake wakes the worker if it has announced that it parks. What the caller
// wrote before is seen by the worker, here or in its own look.
func (w *Worker) wake() {
	if w.idle.Load() == 1 && w.idle.CompareAndSwap(1, 0) {
		w.wakes.Add(1)
		w.park.Unpark()
	}
}

// Cancel leaves the item where it is: the worker finds its scheduler stopped.
func (w *Worker) Cancel(*sched.Work) bool { return false }

func (w *Worker) loop() {
	defer close(w.ended)
	w.enlist()
	defer w.discharge()
	for {
		k := w.take()
		for k != nil {
			// The item may be queued again as soon as it runs.
			next := k.Next
			k.Next = nil
			k.Run()
			k = next
		}
		if w.queue.Load() == nil && !w.rest() {
			return
		}
	}
}

// take returns the items queued since, oldest first.
func (w *Worker) take() *sched.Work {
	var first *sched.Work
	// Takes over every item that was passed.
	for k := w.queue.Swap(nil); k != nil; {
		next := k.Next
		k.Next = first
		first, k = k, next
	}
	return first
}

// rest parks until there is work. It reports false if the worker was closed
// and there is none.
func (w *Worker) rest() bool {
	w.idle.Store(1)
	// Ordered after the announcement: work queued before is seen here, work
	// queued later finds the announcement.
	if w.queue.Load() == nil && w.stop.Load() == 0 || !w.idle.CompareAndSwap(1, 0) {
		// Nothing there, or somebody took the announcement back and left a token.
		w.park.Park()
	}
	return w.queue.Load() != nil || w.stop.Load() == 0
}

// Close ends the goroutine once its work is done, and waits for it. Requires:
// the scheduler was torn down, and nothing queues work any more.
func (w *Worker) Close() {
	w.stop.Store(1)
	w.wake()
	<-w.ended
	if w.timer != nil {
		w.timer.Stop()
	}
}
