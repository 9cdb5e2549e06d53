package device

// line is the entries that wait for an engine: by priority, then by arrival.
type line struct {
	head, tail [Priorities]*entry
	length     int
}

func (l *line) push(e *entry) {
	if l.tail[e.rank] == nil {
		l.head[e.rank] = e
	} else {
		l.tail[e.rank].next = e
	}
	l.tail[e.rank] = e
	l.length++
}

func (l *line) pop() *entry {
	if l.length == 0 {
		return nil
	}
	for p := range l.head {
		e := l.head[p]
		if e == nil {
			continue
		}
		if l.head[p] = e.next; e.next == nil {
			l.tail[p] = nil
		}
		e.next = nil
		l.length--
		return e
	}
	return nil
}

// remove takes e out and reports whether it was in.
func (l *line) remove(e *entry) bool {
	var before *entry
	for x := l.head[e.rank]; x != nil; before, x = x, x.next {
		if x != e {
			continue
		}
		if before == nil {
			l.head[e.rank] = e.next
		} else {
			before.next = e.next
		}
		if l.tail[e.rank] == e {
			l.tail[e.rank] = before
		}
		e.next = nil
		l.length--
		return true
	}
	return false
}
