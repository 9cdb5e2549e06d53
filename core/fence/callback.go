package fence

import (
	"credence/core/invariant"
	"credence/core/xatomic"
)

// Handler is what a Callback calls.
type Handler interface {
	// FenceSignaled runs once for each arming whose fence is signalled, in the
	// signaller's context, so it must not block, lock or allocate. f stays
	// valid during the call. From cb.Done on, or from its return, the callback
	// may be armed again by its owner.
	FenceSignaled(f *Fence, cb *Callback)
}

// Callback is a node that its owner embeds, arms on one fence at a time, and
// may arm again, on the same fence or another, once it is done. Its state word
// counts armings, so that a late look never takes one arming for another.
//
// For a node in a fence's slot the fence's word says all: the signal, or the
// Disarm that takes the slot back before it, whichever changes the word first,
// has the node. One in the list has a state of its own, since the signaller takes
// the list whole:
//
//	ready ── signaller claims ─▶ claimed ── Done, or the handler returns ─▶ ready, next arming
//	  └── Disarm ─▶ detached ── armed again on that fence ─▶ ready
//	                    └── the fence signals ─▶ ready, next arming
//
// A node that was disarmed behind a newer one stays linked, as detached, until
// its fence signals; it can be armed again on that fence, but on no other.
//
// The owner (one goroutine at a time) calls Init, Arm and Disarm; anybody may
// signal. The list is Treiber's stack (R. K. Treiber, "Systems programming:
// coping with parallelism", IBM RJ 5118, 1986), taken whole by the signaller.
type Callback struct {
	_       xatomic.NoCopy
	state   xatomic.Uint32 // arming<<2 | ready, claimed or detached
	arming  uint32         // the owner's: one above the arming under which it is linked
	inSlot  bool           // the owner's: it is linked as the first, not in the list
	on      *Fence         // the owner's: where it is linked
	handler Handler
	next    xatomic.Var[*Callback] // the owner writes it before linking
	rev     xatomic.Var[*Callback] // the signaller's: the list in the order of arming
}

const (
	cbReady    = 0
	cbClaimed  = 1
	cbDetached = 2
	cbMask     = 3
	cbNext     = 4 // adds one arming
)

// closed is the head of the list of a fence whose callbacks were taken.
var closed Callback

// Outcome says what Arm did.
type Outcome uint8

// The outcomes of Arm.
const (
	// Armed: the handler will run, or has run.
	Armed Outcome = iota
	// AlreadySignaled: the fence is signalled, and the handler will not run.
	AlreadySignaled
	// Busy: the callback is still linked to another fence that has not
	// signalled, or its handler runs at this moment.
	Busy
	numOutcomes
)

// Init sets the handler. Requires: cb is linked nowhere.
func (cb *Callback) Init(h Handler) {
	if s := cb.state.Load(); s&cbMask != cbReady || cb.linked(s) {
		panic("fence: Init of a callback that is linked or runs")
	}
	cb.handler = h
}

// Arm asks f to call cb's handler when f signals. Callbacks of a fence run in
// the order in which they were armed; one armed again after Disarm keeps its
// first place if it is still linked. It never blocks or allocates. Requires:
// the caller owns cb, cb is not armed already, and the caller keeps a reference
// to f until it knows that the handler has run, or Disarm was in time.
func (f *Fence) Arm(cb *Callback) Outcome {
	f.touch("Arm")
	s := cb.state.Load()
	if s&cbMask != cbReady || cb.linked(s) {
		return f.rearm(cb, s)
	}
	word, sig := &f.base.word, f.sig
	w := word.Load()
	if w&(sig|sig<<reserved|sig<<listed) != 0 || !word.CompareAndSwap(w, w|sig<<reserved) {
		return f.link(cb, s)
	}
	cb.arming, cb.inSlot = s>>2+1, true
	cb.on = f
	f.slot.Set(cb)
	// Passes the node to the signaller.
	if w |= sig << reserved; word.CompareAndSwap(w, w|sig<<first) {
		return Armed
	}
	return f.announce(cb)
}

// rearm is Arm for a callback that is linked, whose state is s.
func (f *Fence) rearm(cb *Callback, s uint32) Outcome {
	switch {
	case cb.running(s):
		return Busy
	case s&cbMask != cbDetached:
		panic("fence: Arm of an armed callback")
	case cb.on != f:
		return Busy
	// Gives the linked node back to the signaller, who may hold it already.
	case cb.state.CompareAndSwap(s, s&^cbMask):
		return Armed
	}
	return AlreadySignaled
}

// announce tells the signaller of cb in the slot, which the caller has filled.
func (f *Fence) announce(cb *Callback) Outcome {
	for {
		w := f.base.word.Load()
		if w&f.sig != 0 {
			// Reserved it stays, and empty: the fence has signalled.
			cb.arming, cb.on = 0, nil
			return AlreadySignaled
		}
		// Passes the node to the signaller.
		if f.base.word.CompareAndSwap(w, w|f.sig<<first) {
			return Armed
		}
	}
}

// empty takes back the slot, which the caller has filled. It reports false if f
// is signalled: then the signaller has it.
func (f *Fence) empty() bool {
	for {
		w := f.base.word.Load()
		if w&f.sig != 0 {
			return false
		}
		if f.base.word.CompareAndSwap(w, w&^(f.sig<<reserved|f.sig<<first)) {
			return true
		}
	}
}

// link puts cb in the list.
func (f *Fence) link(cb *Callback, s uint32) Outcome {
	if !f.watch() {
		return AlreadySignaled
	}
	cb.arming, cb.on, cb.inSlot = s>>2+1, f, false
	for {
		head := f.list.Load()
		if head == &closed {
			cb.arming, cb.on = 0, nil
			return AlreadySignaled
		}
		cb.next.Set(head)
		// Passes the node to the signaller.
		if f.list.CompareAndSwap(head, cb) {
			return Armed
		}
	}
}

// watch makes the signal look at the list. It reports false if f is signalled.
func (f *Fence) watch() bool {
	for {
		w := f.base.word.Load()
		switch {
		case w&f.sig != 0:
			return false
		case w&(f.sig<<listed) != 0:
			return true
		}
		// Ordered before the signal's swap of the same word, so the signal
		// sees it and closes the list.
		if f.base.word.CompareAndSwap(w, w|f.sig<<listed) {
			return true
		}
	}
}

// linked reports whether the node, whose state is s, was armed and not yet run.
func (cb *Callback) linked(s uint32) bool { return cb.arming == s>>2+1 }

// Disarm takes cb back and reports whether it was in time: then the handler
// does not run for this arming. Otherwise the handler has run, or is running;
// Running tells. Requires: the caller owns cb.
func (cb *Callback) Disarm() bool {
	s := cb.state.Load()
	if s&cbMask != cbReady || !cb.linked(s) {
		return false
	}
	if cb.inSlot {
		if !cb.on.empty() {
			return false
		}
	} else {
		if !cb.state.CompareAndSwap(s, s|cbDetached) {
			return false
		}
		// Newest on the list the node can be unlinked. While it is the head its next
		// does not change, since only the owner writes that.
		if !cb.on.list.CompareAndSwap(cb, cb.next.Get()) {
			return true
		}
	}
	cb.on = nil
	cb.state.Store(s + cbNext)
	return true
}

// Running reports whether the handler runs at this moment, or is about to. After
// a Disarm that came too late the owner waits until it reports false before it
// lets go of what the handler uses. Requires: the caller owns cb.
func (cb *Callback) Running() bool { return cb.running(cb.state.Load()) }

func (cb *Callback) running(s uint32) bool {
	switch s & cbMask {
	case cbClaimed:
		return true
	case cbDetached:
		return false
	}
	return cb.inSlot && cb.linked(s) && cb.on.base.word.Load()&cb.on.sig != 0
}

// Done tells, from within the handler, that the handler will not touch cb
// again, so that the owner may arm it at once. At most once a run. The signaller
// still compares cb's state when the handler returns: the owner may arm cb, but
// not clear it or give its memory another use.
func (cb *Callback) Done() {
	s := cb.state.Load()
	if !cb.linked(s) || invariant.Enabled && !cb.running(s) {
		panic("fence: Done outside a run of the handler")
	}
	// Gives the node back to its owner.
	cb.state.Store(s&^cbMask + cbNext)
}

// runFirst runs the callback in the slot, which the signal's swap of the word
// took.
func (f *Fence) runFirst() {
	cb := f.slot.Get()
	s := cb.state.Load()
	cb.handler.FenceSignaled(f, cb)
	// Gives the node back, unless the handler did: then its state moved on.
	if cb.state.Load() == s {
		cb.state.Store(s + cbNext)
	}
}

// runList takes the list and runs it in the order of arming.
func (f *Fence) runList() {
	// Takes every node that was linked; those who come later see it closed.
	head := f.list.Swap(&closed)
	var oldest *Callback
	for cb := head; cb != nil; cb = cb.next.Get() {
		cb.rev.Set(oldest)
		oldest = cb
	}
	for cb := oldest; cb != nil; {
		// A node that is done may be linked elsewhere at once.
		next := cb.rev.Get()
		cb.run(f)
		cb = next
	}
}

// run claims a node that the signaller took, or gives a detached one back.
func (cb *Callback) run(f *Fence) {
	for {
		s := cb.state.Load()
		if s&cbMask == cbDetached {
			// Gives the node back to its owner, unless it arms it right now.
			if cb.state.CompareAndSwap(s, s&^cbMask+cbNext) {
				return
			}
			continue
		}
		if !cb.state.CompareAndSwap(s, s|cbClaimed) {
			continue // the owner detaches it right now
		}
		cb.handler.FenceSignaled(f, cb)
		// Gives the node back, unless the handler did: then its state moved on.
		if cb.state.Load() == s|cbClaimed {
			cb.state.Store(s + cbNext)
		}
		return
	}
}
