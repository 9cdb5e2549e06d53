package des

// strays is a pairing heap, threaded through the events themselves, of the
// events that would have to walk far to reach their place in the front's run
// (Fredman, Sedgewick, Sleator & Tarjan, "The pairing heap: a new form of
// self-adjusting heap", Algorithmica 1986). Pushing is O(1), removal O(log n)
// amortised. It is empty unless thousands of events of mixed ranks share one
// instant, or the horizon ran ahead of the clock.
type strays struct {
	root  *Event
	melds uint64 // Comparisons made so far: the bound is shown by counting.
}

// push adds e.
func (s *strays) push(e *Event) {
	e.where = stray
	e.next, e.prev, e.child = nil, nil, nil
	if s.root == nil {
		s.root = e
	} else {
		s.root = s.meld(s.root, e)
	}
}

// remove takes e out. Requires: e is in the heap.
func (s *strays) remove(e *Event) {
	rest := s.mergeChildren(e)
	switch {
	case e == s.root:
		s.root = rest
	default:
		s.cut(e)
		if rest != nil {
			s.root = s.meld(s.root, rest)
		}
	}
	e.next, e.prev, e.child = nil, nil, nil
}

// cut takes the subtree of e, not the root, away from its parent. The prev of
// a first child is its parent, that of any other its elder sibling.
func (s *strays) cut(e *Event) {
	if e.prev.child == e {
		e.prev.child = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	}
}

// meld joins two heaps, given by their roots, and returns the root.
func (s *strays) meld(a, b *Event) *Event {
	s.melds++
	if b.before(a) {
		a, b = b, a
	}
	b.prev, b.next = a, a.child
	if a.child != nil {
		a.child.prev = b
	}
	a.child = b
	return a
}

// mergeChildren makes one heap of the children of e and returns its root, nil
// if there are none: pairs from the left, then the pairs from the right, which
// is what the amortised bound rests on.
func (s *strays) mergeChildren(e *Event) *Event {
	var pairs *Event // Chained by next, rightmost first.
	for c := e.child; c != nil; {
		a, b := c, c.next
		if b == nil {
			c = nil
		} else {
			c = b.next
			a = s.meld(a, b)
		}
		a.next, pairs = pairs, a
	}
	e.child = nil
	if pairs == nil {
		return nil
	}
	root, rest := pairs, pairs.next
	for rest != nil {
		p := rest
		rest = p.next
		root = s.meld(root, p)
	}
	root.next, root.prev = nil, nil
	return root
}
