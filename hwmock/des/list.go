package des

// list is a doubly linked list of events, closed forward (the last one's next
// is the first) and open backward (the first one's prev is nil). The tail alone
// stands for it, so a slot is one word, and appending touches the newest event
// of the slot, never the oldest, whose cache line has gone cold.
type list struct{ tail *Event }

// first returns the first event. Requires: not empty.
func (l *list) first() *Event { return l.tail.next }

// atMost reports whether the list has n events or fewer. Requires: not empty.
func (l *list) atMost(n int) bool {
	for e := l.tail.next; e != l.tail; e = e.next {
		if n--; n < 1 {
			return false
		}
	}
	return true
}

// append adds e at the end.
func (l *list) append(e *Event) {
	if t := l.tail; t == nil {
		e.next, e.prev = e, nil
	} else {
		e.next, e.prev, t.next = t.next, t, e
	}
	l.tail = e
}

// remove takes e out. Requires: e is in this list.
func (l *list) remove(e *Event) {
	next, prev := e.next, e.prev
	switch {
	case next == e:
		l.tail = nil
	case prev == nil:
		l.tail.next, next.prev = next, nil
	case e == l.tail:
		l.tail, prev.next = prev, next
	default:
		prev.next, next.prev = next, prev
	}
	e.next, e.prev = nil, nil
}

// detach empties the list and returns its first event; the others follow by
// next, up to nil. Requires: not empty.
func (l *list) detach() *Event {
	t := l.tail
	e := t.next
	l.tail, t.next = nil, nil
	return e
}
