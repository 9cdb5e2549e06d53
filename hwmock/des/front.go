package des

// maxWalk is how far an event walks back along the run to its place before it
// goes elsewhere.
const maxWalk = 8

// front holds the events up to the horizon in firing order: a sorted run for
// those that come nearly in order, which is the rule, and a heap for the rest.
// So the cost of an event has a bound, whatever ranks share an instant: a walk
// of maxWalk, or O(log n) amortised.
//
// The run is a ring of events around root, which is before all of them in time.
type front struct {
	root   Event
	simple bool // root is linked, and there are no strays
	strays strays
}

// linked tells whether root is linked, which the zero front's is not.
func (f *front) linked() bool { return f.root.next != nil }

func (f *front) link() { f.root.next, f.root.prev, f.root.at = &f.root, &f.root, -1 }

// bare tells whether the run holds nothing.
func (f *front) bare() bool { return f.root.next == &f.root || f.root.next == nil }

// empty tells whether the front holds nothing.
func (f *front) empty() bool { return f.bare() && f.strays.root == nil }

// earliest returns the event that fires first. Requires: not empty.
func (f *front) earliest() *Event {
	s := f.strays.root
	if s == nil || !f.bare() && !s.before(f.root.next) {
		return f.root.next
	}
	return s
}

// put files e. Requires: of the events with the same time, class and rank, e is
// the last scheduled.
func (f *front) put(e *Event) {
	if !f.insert(e) {
		f.push(e)
	}
}

// insert files e in the run, unless its place is in the middle and more than
// maxWalk from the end: then it reports false and does nothing.
func (f *front) insert(e *Event) bool {
	p := f.root.prev
	for n := maxWalk; e.overtakes(p); n-- {
		if n == 0 {
			return f.prepend(e)
		}
		p = p.prev
	}
	p.link(e)
	return true
}

// prepend files e at the beginning of the run if it belongs there.
func (f *front) prepend(e *Event) bool {
	if !e.overtakes(f.root.next) {
		return false
	}
	f.root.link(e)
	return true
}

// push files e among the strays.
func (f *front) push(e *Event) {
	f.strays.push(e)
	f.simple = false
}

// link puts f behind e in the run.
func (e *Event) link(f *Event) {
	n := e.next
	_ = n.prev // The one nil check, so that one write barrier serves the four.
	f.next, f.prev, e.next, n.prev = n, e, f, f
}

// remove takes e out. Requires: e is in the front.
func (f *front) remove(e *Event) {
	if e.where == stray {
		f.strays.remove(e)
		f.simple = f.strays.root == nil
		return
	}
	n, p := e.next, e.prev
	p.next, n.prev = n, p
	e.next, e.prev = nil, nil
}

// fill moves all of l, which is in firing order, to the run. Requires: that is
// empty, l is not.
func (f *front) fill(l *list) {
	t := l.tail
	first := t.next
	f.root.next, first.prev, t.next, f.root.prev = first, &f.root, &f.root, t
	l.tail = nil
}

// detach empties the run and returns its first event; the others follow by next,
// up to nil. Requires: not empty.
func (f *front) detach() *Event {
	first, last := f.root.next, f.root.prev
	last.next = nil
	f.root.next, f.root.prev = &f.root, &f.root
	return first
}
