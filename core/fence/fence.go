// Package fence holds one-shot fences: something that will be signalled exactly
// once, with an error fixed by then, and that runs callbacks in the signaller's
// context. It refuses what the scheduler must not depend on: a fence cannot be
// reset while somebody holds it, signalling never blocks, locks or allocates,
// and there is no wait by predicate.
//
// The semantics are those of Linux's dma_fence, written from its documented
// contract. A Pair is what a scheduler hands out for a job: a fence for "given
// to the hardware" and one for "done", which live and die together.
//
// # The word
//
// One atomic word, in the Base, holds everything that several goroutines
// decide on: references, and per fence whether it is signalled and whether it
// is watched, and the error. A signal is one compare-and-swap of that word, and
// it can drop the signaller's reference in the same step. Callbacks are looked at
// only if the word says that there are any, in two places:
//
//   - The first callback has a slot: most fences have no other. Arm reserves it
//     with one compare-and-swap of the word, fills it, and announces it with
//     another, both provided that the fence is not signalled. A signal looks
//     into it if it was announced.
//   - All later ones make a list. Arm first sets listed, provided that the fence
//     is not signalled, and then links its node, so no node is ever linked to a
//     fence whose signal saw no list. A signal that sees listed closes the list
//     with a swap and runs what it got; a node that comes later finds it closed,
//     and Arm refuses it.
package fence

import (
	"fmt"

	"credence/core/invariant"
	"credence/core/xatomic"
)

// Layout of the word.
const (
	refBits  = 24
	oneRef   = 1
	refMask  = 1<<refBits - 1
	sigBit   = 1 << refBits // of the first fence; the second's is four higher
	errShift = 32
	errBits  = 12
	errMask  = (1<<errBits - 1) << errShift

	// The bits of a fence, from its signalled one on.
	reserved = 1 // the slot is taken
	first    = 2 // the slot is filled
	listed   = 3 // there is a list
	second   = 4 // the next fence's signalled

	// MaxRefs is how many references a Base can carry.
	MaxRefs = refMask - 1
)

// Context names a timeline: fences of one context signal in seqno order.
type Context uint64

// Contexts hands out timelines. The zero value is ready. Whatever compares
// fences must draw from one Contexts.
type Contexts struct{ last xatomic.Uint64 }

// Next reserves n consecutive contexts and returns the first. Any goroutine.
func (c *Contexts) Next(n int) Context {
	return Context(c.last.Add(uint64(n)) - uint64(n) + 1)
}

// Owner is told when the last reference to its fences is gone and may then
// reuse their memory. It is called in the context of whoever dropped the
// reference, interrupt context included: it must not block, lock or allocate.
type Owner interface{ FenceReleased(b *Base) }

// Base is what the fences of one Owner share.
type Base struct {
	_     xatomic.NoCopy
	word  xatomic.Uint64
	life  life // of no size in production
	owner Owner
}

// Fence is one fence. It lives inside a Single or a Pair; everybody else holds
// a pointer and a reference.
type Fence struct {
	_     xatomic.NoCopy
	base  *Base
	list  xatomic.Pointer[Callback] // newest first; &closed once a signal took it
	slot  xatomic.Var[*Callback]    // who reserved it fills it, who signals reads it
	sig   uint64                    // this fence's first bit
	errs  uint64                    // errMask, or 0 for a fence that carries no error
	ctx   Context
	seqno uint64
}

// Single is a fence on its own: a hardware or an external fence.
type Single struct {
	Fence
	base Base
}

// Init readies f for one life, with one reference, the caller's. owner may be
// nil. Requires: nobody else holds f.
func (f *Single) Init(ctx Context, seqno uint64, owner Owner) {
	if f.Fence.base != &f.base {
		f.Fence.fix(&f.base, sigBit, errMask)
	}
	f.Fence.renew(ctx, seqno)
	f.base.renew(owner, 1)
}

// Pair is the two fences of one job: Scheduled signals when the job was given
// to the hardware, Finished when it is done. They share references and the
// word; only Finished carries an error.
type Pair struct {
	Scheduled, Finished Fence
	base                Base
}

// Init readies p for one life, with refs references, all the caller's to pass
// on. Finished lives on the context after Scheduled's. Requires: nobody else
// holds p; 1 ≤ refs ≤ MaxRefs.
func (p *Pair) Init(ctx Context, seqno uint64, owner Owner, refs int) {
	if uint(refs-1) >= MaxRefs {
		panic(fmt.Sprintf("fence: Init with %d references, outside 1 to %d", refs, MaxRefs))
	}
	if p.Finished.base != &p.base {
		p.Scheduled.fix(&p.base, sigBit, 0)
		p.Finished.fix(&p.base, sigBit<<second, errMask)
	}
	p.Scheduled.renew(ctx, seqno)
	p.Finished.renew(ctx+1, seqno)
	p.base.renew(owner, refs)
}

// Sole reports whether the caller, who holds a reference, holds the only one.
func (p *Pair) Sole() bool { return p.base.word.Load()&refMask == 1 }

// renew begins a life.
func (b *Base) renew(owner Owner, refs int) {
	if w := b.word.Load(); w>>first&^w&(sigBit|sigBit<<second) != 0 {
		panic("fence: Init of a fence that somebody watches")
	}
	b.owner = owner
	b.life.begin()
	b.word.Store(uint64(refs))
}

// fix sets what is the same in every life. A TryGet of an earlier life may
// read it at any moment, so it is written before the first one only.
func (f *Fence) fix(b *Base, sig, errs uint64) { f.base, f.sig, f.errs = b, sig, errs }

// renew sets what is new in each life.
func (f *Fence) renew(ctx Context, seqno uint64) {
	f.ctx, f.seqno = ctx, seqno
	if f.list.Load() != nil {
		f.reopen()
	}
}

// reopen empties the list of a fence that a signal closed.
func (f *Fence) reopen() {
	if f.list.Load() != &closed {
		panic("fence: Init of a fence that somebody watches")
	}
	f.list.Store(nil)
}

// Context returns the fence's timeline.
func (f *Fence) Context() Context { return f.ctx }

// Seqno returns the fence's place on its timeline.
func (f *Fence) Seqno() uint64 { return f.seqno }

// Owner returns what Init was given.
func (f *Fence) Owner() Owner {
	f.touch("Owner")
	return f.base.owner
}

// IsLater reports whether f signals after g by the order of their timeline.
// Requires: both are of one context.
func (f *Fence) IsLater(g *Fence) bool { return int64(f.seqno-g.seqno) > 0 }

// Signaled reports whether f is signalled. A caller who sees true also sees
// everything that the signaller wrote before.
func (f *Fence) Signaled() bool {
	f.touch("Signaled")
	return f.base.word.Load()&f.sig != 0
}

// Err returns the error that f carries: final once f is signalled, what has
// been set so far before.
func (f *Fence) Err() Errno {
	f.touch("Err")
	return Errno(f.base.word.Load() & f.errs >> errShift)
}

// SetError fixes the error that f will carry, replacing an earlier one. It
// panics if f is signalled: somebody may have read the error already.
// Interrupt context: yes.
func (f *Fence) SetError(e Errno) {
	f.touch("SetError")
	for {
		w := f.base.word.Load()
		if w&f.sig != 0 {
			panic("fence: SetError after the signal")
		}
		if f.base.word.CompareAndSwap(w, w&^f.errs|e.bits()&f.errs) {
			return
		}
	}
}

// Signal signals f and runs its callbacks, in the order in which they were
// armed, before it returns. It reports whether this call was the one that
// signalled. Without a watcher it is one compare-and-swap. It never blocks,
// locks or allocates; interrupt context: yes. Requires: the caller holds a
// reference.
func (f *Fence) Signal() bool {
	// The common case, an unwatched fence, on a path of its own.
	f.touch("Signal")
	b := f.base
	w := b.word.Load()
	if w&f.decided() == 0 && b.word.CompareAndSwap(w, w|f.sig) {
		return true
	}
	return f.signal(OK, 0)
}

// SignalError is Signal with an error, which replaces one set earlier if it is
// not OK.
func (f *Fence) SignalError(e Errno) bool { return f.signal(e, 0) }

// SignalPut is SignalError and Put in one: without a watcher they are one step,
// after which the caller's reference, and perhaps the fence, is gone. If f was
// signalled before it only drops the reference.
func (f *Fence) SignalPut(e Errno) bool {
	f.touch("SignalPut")
	b := f.base
	w := b.word.Load()
	if e == OK && w&f.decided() == 0 && w&refMask > oneRef &&
		b.word.CompareAndSwap(w, w|f.sig-oneRef) {
		return true
	}
	return f.signal(e, oneRef)
}

// decided is the bits that make a signal more than a swap.
func (f *Fence) decided() uint64 { return f.sig * (1 | 1<<first | 1<<listed) }

func (f *Fence) signal(e Errno, drop uint64) bool {
	f.touch("Signal")
	b, sig := f.base, f.sig
	for {
		w := b.word.Load()
		if w&sig != 0 {
			break
		}
		n := w | sig
		if e != OK {
			n = n&^f.errs | e.bits()&f.errs
		}
		watched := w & (sig<<first | sig<<listed)
		if watched == 0 {
			n -= drop
		}
		// Publishes the error and whatever the signaller wrote to all who see
		// the fence signalled.
		if !b.word.CompareAndSwap(w, n) {
			continue
		}
		if watched == 0 {
			if drop != 0 && (n+1)&refMask <= 1 {
				f.released()
			}
			return true
		}
		// The reference is kept while callbacks run: they are handed the fence.
		if watched&(sig<<first) != 0 {
			f.runFirst()
		}
		if watched&(sig<<listed) != 0 {
			f.runList()
		}
		if drop != 0 {
			f.Put()
		}
		return true
	}
	if drop != 0 {
		f.Put()
	}
	return false
}

// Get takes a further reference and returns f. Requires: the caller holds one.
func (f *Fence) Get() *Fence {
	f.touch("Get")
	if (f.base.word.Add(oneRef)-2)&refMask > MaxRefs-2 {
		f.badGet()
	}
	return f
}

// badGet is for a Get that found too few references, or left too many.
func (f *Fence) badGet() {
	if f.base.word.Load()&refMask > MaxRefs {
		tooMany()
	}
	invariant.Fail(invariant.I5, "fence: Get on a released fence %d:%d", f.ctx, f.seqno)
}

// TryGet takes a reference unless the last one is gone, and reports whether it
// did. It is for those who reach a fence through memory that outlives it.
func (f *Fence) TryGet() bool {
	for {
		w := f.base.word.Load()
		switch w & refMask {
		case 0:
			return false
		case MaxRefs:
			tooMany()
		}
		if f.base.word.CompareAndSwap(w, w+oneRef) {
			return true
		}
	}
}

func tooMany() { panic(fmt.Sprintf("fence: more than %d references", MaxRefs)) }

// Put drops a reference; the last one hands the memory back to the Owner.
// Interrupt context: yes.
func (f *Fence) Put() {
	// Ordered behind all that the caller did with the fence: who drops the last
	// reference, and reuses the memory, comes after everybody else.
	if (f.base.word.Add(^uint64(0))+1)&refMask <= 1 {
		f.released()
	}
}

// Refs returns how many references there are: for tests and dumps.
func (f *Fence) Refs() int { return int(f.base.word.Load() & refMask) }

// released is for the drop of the last reference, or of one that nobody had.
func (f *Fence) released() {
	b := f.base
	switch {
	case b.word.Load()&refMask != 0:
		panic("fence: Put without a reference")
	case invariant.Enabled:
		b.life.release(b.tell)
	case b.owner != nil:
		b.owner.FenceReleased(b)
	}
}
