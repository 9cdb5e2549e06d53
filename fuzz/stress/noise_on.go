//go:build explore

package stress

import (
	"math/rand/v2"
	"runtime"
	"time"
	"unsafe"

	"credence/core/xatomic"
)

// Noisy reports whether this program was built so that atomic operations of the
// core yield at random.
const Noisy = true

// SetNoise has one of so many operations on shared memory yield first, from now
// on; 0 for none. No other goroutine may be operating.
//
// The tag explore puts a hook before each atomic operation of the core. The
// explorer's decides who goes on; this one lets the machine decide, but takes the
// processor from whoever comes to such a place at random, so that the few
// nanoseconds between a look and what follows from it become as long as a turn of
// everybody else (the idea of O. Edelstein et al., "Multithreaded Java program test
// generation", IBM Systems Journal 41(1), 2002). When that happens is not drawn
// from a seed: a source that all goroutines share would order them, and the
// race detector would believe it.
func SetNoise(one int) {
	if one == 0 {
		xatomic.Install(nil)
		return
	}
	xatomic.Install(noise{one})
}

// noise is the hook.
type noise struct{ one int }

// longTurns is how long a short delay is at most, in turns of an empty loop.
const longTurns = 400

func (n noise) disturb() {
	switch k := rand.IntN(2 * n.one); k {
	case 0:
		runtime.Gosched()
	case 1:
		for range rand.IntN(longTurns) {
		}
	}
}

// Word does the operation, and waits for one that blocks.
func (n noise) Word(w *xatomic.Word, op xatomic.Op, a, b uint64) uint64 {
	n.disturb()
	for try := 0; ; try++ {
		r := xatomic.Apply(w, op, a, b)
		if r != 0 || !op.Blocks() {
			return r
		}
		if try < awakeTries {
			runtime.Gosched()
		} else {
			// Asleep in the end, so that a process in which nobody can go on is seen
			// to do nothing.
			time.Sleep(leastSleep << min(try-awakeTries, longerSleeps))
		}
	}
}

// How often a lock or a token is asked for awake, how long it is waited for then, and
// how often that is doubled.
const (
	awakeTries   = 64
	leastSleep   = 50 * time.Microsecond
	longerSleeps = 8
)

// Ref does the operation.
func (n noise) Ref(r *xatomic.Ref, op xatomic.Op, a, b unsafe.Pointer) (unsafe.Pointer, bool) {
	n.disturb()
	return xatomic.ApplyRef(r, op, a, b)
}

// Var comes before a plain access, which the race detector judges.
func (n noise) Var(*xatomic.Location, bool) { n.disturb() }

// Yield yields.
func (n noise) Yield() { runtime.Gosched() }
