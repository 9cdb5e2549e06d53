package spsc

// producer is the private state of the pushing end. Counting free slots with and
// without reservations makes Reserve and Push one decrement each, and both small
// enough to be inlined.
type producer[T any] struct {
	slots ring[T] // shared with the consumer; fixed by Init
	at    uint32  // next slot to fill, as the tail word says
	free  int32   // slots not in use, as far as seen
	room  int32   // the same plus the reserved ones
}

// Reserve takes a slot for a later Push and reports whether there was one. It
// succeeds whenever reservations and queued items together are below the
// capacity. It never blocks or allocates. Producer only.
func (q *Queue[T]) Reserve() bool {
	if q.prod.free <= 0 && !q.lookAside() {
		return false
	}
	q.prod.free--
	return true
}

// Unreserve gives back a slot that Reserve took, for an item that will not be
// pushed. It panics without a reservation. It never blocks or allocates.
// Producer only.
func (q *Queue[T]) Unreserve() {
	if q.prod.free >= q.prod.room {
		panic("spsc: Unreserve without a reservation")
	}
	q.prod.free++
}

// Push appends v, in a slot that Reserve took: it cannot fail, and panics
// without a reservation. It never blocks or allocates. Producer only.
func (q *Queue[T]) Push(v T) {
	if q.prod.free >= q.prod.room {
		panic("spsc: Push without a reservation")
	}
	q.prod.room--
	t := q.prod.at
	q.prod.slots[t].Set(v)
	if t++; t == uint32(len(q.prod.slots)) {
		t = 0
	}
	q.prod.at = t
	// Passes the slot to the consumer: writing the item happens before this
	// store, and the consumer reads the slot after a load that sees it.
	q.tail.publish(t)
}

// TryPush is Reserve and Push in one: it appends v and reports whether there was
// a slot. Reservations stay what they are. It never blocks or allocates.
// Producer only.
func (q *Queue[T]) TryPush(v T) bool {
	p := &q.prod
	if p.free <= 0 && !q.look() {
		return false
	}
	p.free--
	p.room--
	t := p.at
	p.slots[t].Set(v)
	if t++; t == uint32(len(p.slots)) {
		t = 0
	}
	p.at = t
	q.tail.publish(t) // passes the slot to the consumer, as in Push
	return true
}

// PushBatch appends as many of vs as there are slots for, in order, and returns
// their number, 0 to len(vs). They become visible together, by one store.
// Reservations stay what they are. It never blocks or allocates. Producer only.
func (q *Queue[T]) PushBatch(vs []T) int {
	p := &q.prod
	if len(vs) > int(p.free) {
		q.lookAside()
		vs = vs[:min(len(vs), max(0, int(p.free)))]
	}
	if len(vs) == 0 {
		return 0
	}
	t := p.slots.fill(p.at, vs)
	p.at = t
	p.free -= int32(len(vs))
	p.room -= int32(len(vs))
	q.tail.publish(t) // passes all the slots to the consumer, as in Push
	return len(vs)
}

// look takes over the slots that the consumer has returned and reports whether
// there is a free one. Inlined in TryPush, which thereby needs no stack frame.
func (q *Queue[T]) look() bool {
	p := &q.prod
	// Takes the returned slots: clearing them happens before the store that
	// this load of head sees, and the producer fills them after it.
	room := int32(q.head.load() - p.at - 1)
	if room < 0 {
		room += int32(len(p.slots))
	}
	p.free += room - p.room
	p.room = room
	return p.free > 0
}

// lookAside is look out of line, so that its callers stay small.
//
//go:noinline
func (q *Queue[T]) lookAside() bool { return q.look() }
