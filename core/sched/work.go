package sched

import "credence/core/xatomic"

// Item is a kind of work that a scheduler's worker does.
type Item uint8

// The items.
const (
	// ItemRun selects one job and gives it to the backend.
	ItemRun Item = iota
	// ItemFree frees the jobs at the head of the pending list that are done.
	ItemFree
	// ItemTimeout asks the backend about the oldest pending job.
	ItemTimeout
	// ItemKill ends one job of a killed entity, or has it wait for a fence.
	ItemKill
	// ItemHint passes on by when somebody wants jobs that the backend has.
	ItemHint
	numItems
)

var itemNames = [numItems]string{"run", "free", "timeout", "kill", "hint"}

// String returns the item's name.
func (i Item) String() string { return itemNames[i] }

// Executor runs the work items of one or more schedulers: a goroutine each, a
// list in virtual time, or the threads of an explorer.
type Executor interface {
	// Now returns the time. Any context.
	Now() Time
	// Queue puts w behind the work that waits for its scheduler's worker. It is
	// called once for each time that w goes from not queued to queued, from any
	// context, and never blocks. Items of one scheduler run one at a time.
	Queue(w *Work)
	// Cancel takes w off again and reports whether it did; if not, w runs, and
	// does nothing. The token's holder.
	Cancel(w *Work) bool
	// SetTimer has w.Kick called at the given time, in place of an earlier call
	// for w; fence.Never only drops that one. The token's holder.
	SetTimer(w *Work, at Time)
	// Wait blocks the caller, who holds no token, until done reports true, which
	// it looks at before anything else, after each Wake of s, and at the
	// deadline. It returns what done said last. Not from interrupt context.
	Wait(s *Scheduler, done func() bool, deadline Time) bool
	// Wake has those who wait for s look again. The token's holder.
	Wake(s *Scheduler)
}

// Work is one item of one scheduler. It is queued at most once: queuing what is
// queued already does nothing, and an item queued while it runs runs again.
type Work struct {
	queued xatomic.Uint32 // 1 from Queue until the item starts
	item   Item
	sched  *Scheduler
	job    *Job // of ItemKill
	// Next is for the executor's list, while the item is queued.
	Next *Work
}

// Item returns what kind of work w is.
func (w *Work) Item() Item { return w.item }

// Scheduler returns whose work w is.
func (w *Work) Scheduler() *Scheduler { return w.sched }

// Run does the work and returns how long it keeps the worker busy. The
// executor calls it, once for each Queue.
func (w *Work) Run() Duration {
	// Ordered before everything that the item looks at: whoever changes
	// something after that look finds the item not queued, and queues it.
	w.queued.Store(0)
	s := w.sched
	s.token.Lock()
	s.enterItem(w.item)
	var busy Duration
	switch w.item {
	case ItemRun:
		if s.paused.Load() == 0 {
			busy = s.runItem()
		}
	case ItemFree:
		if s.paused.Load() == 0 {
			busy = s.freeItem()
		}
	case ItemTimeout:
		busy = s.timeoutItem()
	case ItemKill:
		busy = w.job.killItem()
	case ItemHint:
		s.hintItem()
	}
	s.leave()
	s.token.Unlock()
	return busy
}

// Kick queues w unless it is queued. Executors call it when a timer expires.
func (w *Work) Kick() { w.sched.kick(w) }

// kick queues w unless it is queued. Any context. What the caller changed
// before is seen by the item: either this call queues it, or it is queued
// already and has not looked yet.
func (s *Scheduler) kick(w *Work) {
	if w.queued.Load() == 0 && w.queued.CompareAndSwap(0, 1) {
		s.exec.Queue(w)
	}
}

// wake queues a run or free item unless the scheduler is stopped. Whoever
// starts it again queues both.
func (s *Scheduler) wake(w *Work) {
	if s.paused.Load() == 0 {
		s.kick(w)
	}
}

// drop takes an item off the executor's list.
func (s *Scheduler) drop(w *Work) {
	if w.queued.Load() != 0 && s.exec.Cancel(w) {
		w.queued.Store(0)
	}
}
