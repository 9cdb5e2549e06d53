//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package fence

import (
	"credence/core/invariant"
	"credence/core/xatomic"
)

// life is number<<2 and one of the states.
type life struct{ word xatomic.Uint32 }

const (
	lifeNone      = 0 // poisoned, or never begun
	lifeOn        = 1
	lifeReleasing = 2 // the owner is being told, and may look
	lifeMask      = 3
)

var live xatomic.Int64

// Live returns how many fences live, of any owner: initialised, and not
// released or retired. A Pair counts as one. Without the build tags of package
// invariant: 0.
func Live() int64 { return live.Load() }

func (l *life) number() uint32 { return l.word.Load() >> 2 }

func (l *life) begin() {
	w := l.word.Load()
	if w&lifeMask != lifeOn {
		live.Add(1)
	}
	l.word.Store((w>>2+1)<<2 | lifeOn)
}

// release poisons the life around tell, which tells the owner.
func (l *life) release(tell func()) {
	w := l.word.Load()
	if w&lifeMask != lifeOn {
		invariant.Fail(invariant.I5, "fence: released in life %d, which is over", w>>2)
	}
	live.Add(-1)
	l.word.Store(w&^lifeMask | lifeReleasing)
	tell()
	// Unless the owner has begun the next life already.
	l.word.CompareAndSwap(w&^lifeMask|lifeReleasing, w&^lifeMask)
}

func (l *life) retire() {
	w := l.word.Load()
	if w&lifeMask != lifeOn {
		invariant.Fail(invariant.I5, "fence: retired in life %d, which is over", w>>2)
	}
	live.Add(-1)
	l.word.Store(w &^ lifeMask)
}

// touch breaks I5 if f's life is over.
func (f *Fence) touch(call string) {
	if w := f.base.life.word.Load(); w&lifeMask == lifeNone {
		invariant.Fail(invariant.I5, "fence: %s of fence %d:%d after its last reference was "+
			"dropped, at the end of life %d", call, f.ctx, f.seqno, w>>2)
	}
}
