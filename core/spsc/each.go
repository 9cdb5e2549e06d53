package spsc

// Each calls yield for every item that is published and not popped, oldest
// first, until it returns false. It changes nothing. Consumer only.
func (q *Queue[T]) Each(yield func(T) bool) {
	slots := q.cons.slots
	// Takes the pushed slots, as in drained.
	for at, end := q.cons.at, q.tail.load(); at != end && yield(slots[at].Get()); {
		if at++; at == uint32(len(slots)) {
			at = 0
		}
	}
}
