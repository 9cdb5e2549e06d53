//go:build explore

package explore

import "math/bits"

// strategy decides what an execution does where the path ends, and what path the
// next one repeats.
type strategy interface {
	// pick returns one of the threads that can go on, or -1 if it ended the
	// execution.
	pick(e *engine, enabled mask) int
	// choose returns 0 to n-1.
	choose(e *engine, n int) int
	// advance readies the next execution, and reports whether there is one.
	advance(e *engine) bool
}

// search goes through all choices, depth first, and leaves out what its kind
// allows to.
type search struct {
	kind  Strategy
	bound int // on preemptions; < 0: none
}

func (s *search) choose(*engine, int) int { return 0 }

// pick goes on with the thread whose turn it was, if it can: so the first
// execution is the one without preemptions.
func (s *search) pick(e *engine, enabled mask) int {
	if s.kind == Cached && s.seen(e) {
		e.drop()
		return -1
	}
	can := enabled &^ e.sleep
	if can == 0 {
		e.drop()
		return -1
	}
	p := bits.TrailingZeros8(uint8(can))
	going := e.last >= 0 && enabled>>e.last&1 != 0
	if going && can>>e.last&1 != 0 {
		p = e.last
	}
	n := node{
		thread: uint8(p), enabled: enabled, sleep: e.sleep, backtrack: enabled,
		before: uint8(e.preempted),
	}
	switch {
	case s.kind == DPOR:
		n.backtrack = 1 << p
	case going && s.bound >= 0 && e.preempted >= s.bound:
		if enabled&(enabled-1) != 0 {
			e.cut = true
		}
		n.backtrack = 1 << p
	}
	n.done = 1 << p
	e.nodes = append(e.nodes[:e.depth], n)
	e.preempted = min(e.preempted+e.preemption(p, enabled), 255)
	return p
}

// preemption returns 1 if giving the turn to p takes it from one that can go on.
func (e *engine) preemption(p int, enabled mask) int {
	if e.last >= 0 && e.last != p && enabled>>e.last&1 != 0 {
		return 1
	}
	return 0
}

// seen reports whether the state was met before with as many preemptions left,
// and remembers it.
func (s *search) seen(e *engine) bool {
	h := e.key()
	if s.bound >= 0 {
		h = mix(h, uint64(e.last+1))
	}
	used := uint8(e.preempted)
	if was, ok := e.visited[h]; ok && was <= used {
		return true
	}
	e.visited[h] = used
	return false
}

func (s *search) advance(e *engine) bool { return e.back() }

// back takes the last choice that has something left, and the next of it.
func (e *engine) back() bool {
	for d := min(e.depth, len(e.nodes)) - 1; d >= 0; d-- {
		n := &e.nodes[d]
		if n.choice {
			if n.value+1 == n.of {
				continue
			}
			e.rollback(d)
			n.value++
			e.replay = d + 1
			return true
		}
		left := n.backtrack &^ (n.done | n.sleep)
		if left == 0 {
			continue
		}
		e.rollback(d)
		p := bits.TrailingZeros8(uint8(left))
		n.thread = uint8(p)
		n.done |= 1 << p
		e.replay = d + 1
		return true
	}
	return false
}
