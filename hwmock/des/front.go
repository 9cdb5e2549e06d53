package des

// maxWalk is how far an event walks back along the run to its place before it
// goes elsewhere.
const maxWalk = 8

// front holds the events up to the horizon in firing order: a sorted run for
// those that come nearly in order, which is the rule, and a heap for the rest.
// So the cost of an event has a bound, whatever ranks share an instant: a walk
// of maxWalk, or O(log n) amortised.
type front struct {
	run    list
	strays strays
}

// empty tells whether the front holds nothing.
func (f *front) empty() bool { return f.run.tail == nil && f.strays.root == nil }

// earliest returns the event that fires first. Requires: not empty.
func (f *front) earliest() *Event {
	if f.strays.root == nil {
		return f.run.first()
	}
	return f.earlier()
}

// earlier is earliest where there are strays.
func (f *front) earlier() *Event {
	s := f.strays.root
	if f.run.tail == nil || s.before(f.run.first()) {
		return s
	}
	return f.run.first()
}

// put files e. Requires: of the events with the same time, class and rank, e is
// the last scheduled.
func (f *front) put(e *Event) {
	if !f.insert(e) {
		f.strays.push(e)
	}
}

// insert files e in the run, unless its place is in the middle and more than
// maxWalk from the tail: then it reports false and does nothing.
func (f *front) insert(e *Event) bool {
	t := f.run.tail
	if t == nil || !e.overtakes(t) {
		f.run.append(e)
		return true
	}
	if e.overtakes(t.next) {
		f.run.prepend(e)
		return true
	}
	p := t
	for range maxWalk {
		p = p.prev // Not nil: e does not overtake the first.
		if !e.overtakes(p) {
			f.run.insertAfter(p, e)
			return true
		}
	}
	return false
}

// remove takes e out. Requires: e is in the front.
func (f *front) remove(e *Event) {
	if e.where == stray {
		f.strays.remove(e)
	} else {
		f.run.remove(e)
	}
}
