package plainsched

import "sync"

// Workqueue runs the work items of one or more schedulers, one at a time and in
// the order in which they were queued. Run is its worker; a caller that brings
// its own calls RunOne. The zero value is not ready; use NewWorkqueue.
type Workqueue struct {
	mu         sync.Mutex
	head, tail *work
	asleep     bool // the worker waits for wake
	polls      bool // the worker's: it does so without sleeping
	closed     bool
	wakes      uint64
	wake       chan struct{} // of one place: a send never blocks
}

// work is an item: queued at most once, and queued again if it is wanted again
// while it runs.
type work struct {
	run    func()
	queued bool // guarded by Workqueue.mu
	next   *work
}

// NewWorkqueue returns a queue without a worker.
func NewWorkqueue() *Workqueue { return &Workqueue{wake: make(chan struct{}, 1)} }

// add queues w unless it is queued.
func (q *Workqueue) add(w *work) {
	q.mu.Lock()
	if w.queued {
		q.mu.Unlock()
		return
	}
	w.queued = true
	if q.head == nil {
		q.head = w
	} else {
		q.tail.next = w
	}
	q.tail = w
	q.unlockAndWake()
}

// unlockAndWake releases mu and wakes the worker if it sleeps.
func (q *Workqueue) unlockAndWake() {
	sleeper := q.asleep
	if sleeper {
		q.asleep = false
		q.wakes++
	}
	q.mu.Unlock()
	if sleeper {
		q.wake <- struct{}{}
	}
}

// cancel takes w off the queue.
func (q *Workqueue) cancel(w *work) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !w.queued {
		return
	}
	var prev *work
	for x := q.head; x != w; x = x.next {
		prev = x
	}
	if prev == nil {
		q.head = w.next
	} else {
		prev.next = w.next
	}
	if q.tail == w {
		q.tail = prev
	}
	w.queued, w.next = false, nil
}

// RunOne runs the oldest item and reports whether there was one. One goroutine
// at a time.
func (q *Workqueue) RunOne() bool {
	q.mu.Lock()
	w := q.take()
	q.mu.Unlock()
	if w == nil {
		return false
	}
	w.run()
	return true
}

// Poll is RunOne for a worker that spins while there is nothing to do: until an
// item comes it looks at the channel, and leaves the lock alone.
func (q *Workqueue) Poll() bool {
	if q.polls {
		select {
		case <-q.wake:
			q.polls = false
		default:
			return false
		}
	}
	q.mu.Lock()
	w := q.take()
	if w == nil {
		q.asleep, q.polls = true, true
	}
	q.mu.Unlock()
	if w == nil {
		return false
	}
	w.run()
	return true
}

// take takes the oldest item off, or returns nil. Requires: q.mu.
func (q *Workqueue) take() *work {
	w := q.head
	if w != nil {
		q.head = w.next
		w.queued, w.next = false, nil
	}
	return w
}

// Run runs items until the queue is closed and empty, and sleeps in between.
func (q *Workqueue) Run() {
	for {
		q.mu.Lock()
		w := q.take()
		if w == nil {
			if q.closed {
				q.mu.Unlock()
				return
			}
			q.asleep = true
			q.mu.Unlock()
			<-q.wake
			continue
		}
		q.mu.Unlock()
		w.run()
	}
}

// Close has Run return once nothing is queued.
func (q *Workqueue) Close() {
	q.mu.Lock()
	q.closed = true
	q.unlockAndWake()
}

// Wakes returns how often the worker slept and was woken. Any goroutine.
func (q *Workqueue) Wakes() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.wakes
}
