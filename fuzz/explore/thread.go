//go:build explore

package explore

import (
	"fmt"
	"runtime/debug"
	"unsafe"

	"credence/core/invariant"
	"credence/core/xatomic"
)

// mask is a set of threads.
type mask uint8

// thread is one thread of the program, as the engine sees it.
type thread struct {
	Thread
	e     *engine
	index int
	bit   mask
	stack coroutine
	user
	raised []func() // interrupts that are pending
	inside bool     // one of them runs

	// The operation that it does next.
	op     xatomic.Op
	word   *xatomic.Word // nil: of a pointer
	ref    *xatomic.Ref
	a, b   uint64
	pa, pb unsafe.Pointer
	loc    uint32
	retry  bool // it has failed, and the word has changed since

	waits   []uint32 // what it sleeps on
	spurned int      // times that it was woken without a token
	rounds  rounds   // whether it goes round in circles
	order   order    // where its events stand in the order that they force
	known   clock    // what it knows of accesses to Vars, its own included
	silent  bool     // its next access is one that nobody can know of: the first after it published
	history uint64   // hash of all that it has seen
	at      int32    // where it is, of e.futures; -1: nowhere
	local   uint64   // of its stack and the operation that it does next; 0: not known exactly
}

// unwind is what a thread's stack is cleared with when its execution is over.
type unwind struct{}

// life is one execution of the thread's code, from the coroutine's start.
func (t *thread) life() {
	defer t.ended()
	t.call(t.Run)
	for len(t.raised) > 0 {
		t.interrupt()
	}
}

// ended is the last that a thread does, and the first after a panic.
func (t *thread) ended() {
	e := t.e
	e.alive &^= t.bit
	switch r := recover().(type) {
	case nil, unwind:
	case failure:
		e.finish(Assertion, string(r))
	case *invariant.Violation:
		e.finish(Assertion, r.Error())
	default:
		if !e.over {
			e.finish(Assertion, fmt.Sprintf("panic: %v", r))
			e.panicStack = debug.Stack()
		}
	}
}

// interrupt runs the oldest pending interrupt.
func (t *thread) interrupt() {
	f := t.raised[0]
	t.raised = t.raised[1:]
	t.inside = true
	t.call(f)
	t.inside = false
}

// disturbed decides whether a pending interrupt comes now.
func (t *thread) disturbed() {
	for !t.inside && len(t.raised) > 0 && t.e.decide(2) == 1 {
		t.interrupt()
	}
}

// changes reports whether t's next operation would change its word as it is now.
func (t *thread) changes() bool {
	if t.word != nil {
		next, _ := xatomic.Effect(t.op, peek(t.word), t.a, t.b)
		return next != peek(t.word)
	}
	next, _, _ := xatomic.EffectRef(t.op, peekRef(t.ref), t.pa, t.pb)
	return next != peekRef(t.ref)
}

// writes reports whether t's next operation is one whose order with reads of the
// same word matters: it changes the word, or what a reader learns by reading it.
func (t *thread) writes() bool { return t.changes() || t.publishes() }

// publishes reports whether t's next operation, on a word that it leaves as it
// was, changes what its readers learn of plain memory.
func (t *thread) publishes() bool {
	l := &t.e.locs[t.loc]
	switch t.op {
	case xatomic.OpStore:
		return l.known != t.known
	case xatomic.OpSwap, xatomic.OpAdd, xatomic.OpAdd32, xatomic.OpAnd, xatomic.OpOr:
		return !t.known.within(&l.known)
	case xatomic.OpCompareAndSwap:
		return t.succeeds() && !t.known.within(&l.known)
	}
	return false
}

// succeeds reports whether t's next operation, a CompareAndSwap, finds what it
// wants.
func (t *thread) succeeds() bool {
	if t.word != nil {
		return peek(t.word) == t.a
	}
	return peekRef(t.ref) == t.pa
}
