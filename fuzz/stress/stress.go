// Package stress shakes the scheduler core on real goroutines and accounts for
// everything at the end: programs of package prog over core/live, with a
// goroutine for each producer, each controller and each interrupt line, and small
// storms over one part of the core each. It is meant for the race detector, and
// for a build in which every atomic operation may yield (see Noise).
//
// A bout is one seed of one part. What it draws comes from the seed, how its
// goroutines meet does not: a bout that found something may have to be played a
// few times before it does so again. A bout ends in one of four ways: it is quiet; it
// calls Fail, which is a finding; it brings the process down, by a panic of the core
// or a report of the race detector; or it never ends. The last two end the
// process, so bouts are played in a process of their own (Serve), which package
// ring starts, reads and replaces.
//
// It refuses to explore: which interleavings are met is luck, with the odds
// improved. What can be decided by exhaustion is package explore's.
package stress

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
)

// Part is one thing to shake.
type Part struct {
	Name string
	Doc  string // one line
	// Run plays a bout. It returns when all that it started has ended.
	Run func(b *Bout)
}

// Parts returns the parts of this package.
func Parts() []Part {
	return []Part{
		{"program", "programs of the fuzzer's language on core/live, everything at once", runProgram},
		{"spsc", "the job queue: one producer, one consumer, every way to push and to pop", runQueue},
		{"credit", "one holder that takes, goroutines that return: Counter and Lanes", runCredit},
		{"fence", "add, remove and re-arm callbacks against signals, errors and references", runFence},
		{"work", "who queues a work item: pushes, completions, hints and timers at once", runWork},
		{"park", "a worker that parks against those who bring it work", runPark},
		{"kill", "kill against push, worker, stop and start", runKill},
		{"teardown", "the end of a scheduler against completions of its pending jobs", runTeardown},
	}
}

// Bout is one seed of one part while it is played.
type Bout struct {
	Seed uint64
	find atomic.Pointer[failure]
	did  atomic.Int64 // operations that were done
}

// failure is what a bout found.
type failure struct{ invariant, message string }

// Rand returns the source of one goroutine of the bout, by its number.
func (b *Bout) Rand(goroutine int) *rand.Rand {
	return rand.New(rand.NewPCG(b.Seed, uint64(goroutine)))
}

// Fail notes that an invariant, named by its number, is broken. The first one
// counts. Any goroutine.
func (b *Bout) Fail(invariant, format string, args ...any) {
	if b.find.Load() == nil {
		b.find.CompareAndSwap(nil, &failure{invariant, fmt.Sprintf(format, args...)})
	}
}

// Did counts n operations: of a program those that applied, elsewhere what is
// done again and again. Any goroutine.
func (b *Bout) Did(n int) { b.did.Add(int64(n)) }

// Failed reports whether something is broken: then the bout may come to its end,
// and what it has not done is nobody's fault.
func (b *Bout) Failed() bool { return b.find.Load() != nil }
