package spsc

// consumer is the private state of the popping end.
type consumer[T any] struct {
	slots ring[T] // shared with the producer; fixed by Init
	at    uint32  // next slot to pop
	seen  uint32  // the tail as last read: up to it, pops need no look
	quota uint32  // pops left until the withheld slots, batch-quota of them, go back
	batch uint32  // slots that go back at a time; fixed by Init
}

// Empty reports whether there is nothing to pop. It looks at the tail only when
// what it saw there last is used up. It never blocks or allocates. Consumer
// only.
func (q *Queue[T]) Empty() bool {
	return q.cons.at == q.cons.seen && q.drainedAside()
}

// Queued returns the number of items that are published and not popped, exactly.
// It never blocks or allocates. Consumer only.
func (q *Queue[T]) Queued() int {
	c := &q.cons
	c.seen = q.tail.load() // takes the pushed slots, as in drained
	return c.slots.distance(c.at, c.seen)
}

// Peek returns the oldest item and leaves it there; ok is false if the queue is
// empty. It never blocks or allocates. Consumer only.
func (q *Queue[T]) Peek() (v T, ok bool) {
	c := &q.cons
	if c.at == c.seen && q.drained() {
		return v, false
	}
	return c.slots[c.at].Get(), true
}

// Pop removes and returns the oldest item; ok is false if the queue is empty.
// The slot is cleared before it can go back to the producer, so a queue keeps
// nothing reachable that has left it. It never blocks or allocates. Consumer
// only.
func (q *Queue[T]) Pop() (v T, ok bool) {
	c := &q.cons
	if c.at == c.seen && q.drained() {
		return v, false
	}
	var zero T
	slots, at := c.slots, c.at
	v = slots[at].Get()
	slots[at].Set(zero)
	if at++; at == uint32(len(slots)) {
		at = 0
	}
	c.at = at
	if c.quota--; c.quota == 0 {
		q.giveBack()
	}
	return v, true
}

// Advance removes the oldest item and returns the one after it, which stays; ok is
// false if there is none. It is Pop and Peek in one, for a consumer that works on
// the oldest item in place, and panics unless its last look found one. It never
// blocks or allocates. Consumer only.
func (q *Queue[T]) Advance() (next T, ok bool) {
	c := &q.cons
	if c.at == c.seen {
		panic("spsc: Advance without an item")
	}
	var zero T
	slots, at := c.slots, c.at
	slots[at].Set(zero)
	if at++; at == uint32(len(slots)) {
		at = 0
	}
	c.at = at
	if c.quota--; c.quota == 0 {
		q.giveBack()
	}
	if at == c.seen && q.drained() {
		return next, false
	}
	return slots[at].Get(), true
}

// PopBatch removes the oldest items into dst, in order, and returns their
// number: fewer than len(dst) only if there were no more. Slots are cleared as
// in Pop and go back with one store at most. It never blocks or allocates.
// Consumer only.
func (q *Queue[T]) PopBatch(dst []T) int {
	c := &q.cons
	n := c.slots.distance(c.at, c.seen)
	if n < len(dst) {
		n = q.Queued()
	}
	n = min(n, len(dst))
	c.at = c.slots.drain(c.at, dst[:n])
	held := c.batch - c.quota + uint32(n)
	if held >= c.batch || n < len(dst) && held > 0 {
		q.giveBack()
	} else {
		c.quota -= uint32(n)
	}
	return n
}

// drained looks for items beyond those seen and reports whether there are none,
// in which case the withheld slots go back. Inlined in Pop and Peek, which
// thereby need no stack frame.
func (q *Queue[T]) drained() bool {
	c := &q.cons
	// Takes the pushed slots: writing their items happens before the store that
	// this load of the tail sees, and the consumer reads them after it.
	c.seen = q.tail.load()
	if c.seen != c.at {
		return false
	}
	if c.quota != c.batch {
		q.giveBack()
	}
	return true
}

// drainedAside is drained out of line, so that Empty stays small.
//
//go:noinline
func (q *Queue[T]) drainedAside() bool { return q.drained() }

// giveBack returns the withheld slots and starts the next batch.
func (q *Queue[T]) giveBack() {
	// Passes the slots to the producer: clearing them happens before this
	// store, and the producer fills them after a load that sees it.
	q.head.publish(q.cons.at)
	q.cons.quota = q.cons.batch
}
