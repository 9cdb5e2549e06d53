package fence_test

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// raceRounds is how many short rounds a concurrent test plays.
const raceRounds = 20_000

// gate is a number that only grows, to wait for.
type gate struct {
	n    atomic.Int64
	mu   sync.Mutex
	wake sync.Cond
}

func newGate() *gate {
	g := new(gate)
	g.wake.L = &g.mu
	return g
}

func (g *gate) raise(n int64) {
	g.mu.Lock()
	g.n.Store(n)
	g.mu.Unlock()
	g.wake.Broadcast()
}

// await returns when the gate is at n or above. It waits awake for a while, so
// that several start together, and asleep then, lest it keeps the processor
// from those for whom it waits.
func (g *gate) await(n int64) {
	for spins := range 1024 {
		if g.n.Load() >= n {
			return
		}
		if spins%128 == 127 {
			runtime.Gosched()
		}
	}
	g.mu.Lock()
	for g.n.Load() < n {
		g.wake.Wait()
	}
	g.mu.Unlock()
}

// gang runs the same round on several goroutines again and again. Members
// change goroutines, so that each of them is among the first.
type gang struct {
	members []func(round int)
	start   *gate        // the round that may be played, from 1
	here    atomic.Int64 // members who began the round
	left    atomic.Int64 // members who are not through it
	over    *gate        // the round that all are through
	stopped bool         // written before start is raised
}

func newGang(members ...func(round int)) *gang {
	g := &gang{members: members, start: newGate(), over: newGate()}
	for i := range members {
		if i == 0 {
			continue // the caller's goroutine
		}
		go func() {
			for round := 0; ; round++ {
				g.start.await(int64(round + 1))
				if g.stopped {
					return
				}
				g.turn(i, round)
			}
		}()
	}
	return g
}

func (g *gang) turn(goroutine, round int) {
	// The first one to come waits a little for a second, so that two begin at
	// the same time if there are processors for two.
	if g.here.Add(1) == 1 {
		for spins := 0; spins < 512 && g.here.Load() == 1; spins++ {
		}
	}
	g.members[(goroutine+round)%len(g.members)](round)
	if g.left.Add(-1) == 0 {
		g.over.raise(int64(round + 1))
	}
}

// play has all members play a round, one of them on the caller's goroutine, and
// waits until all are through it. Rounds come in order, from 0.
func (g *gang) play(round int) {
	g.here.Store(0)
	g.left.Store(int64(len(g.members)))
	g.start.raise(int64(round + 1))
	g.turn(0, round)
	g.over.await(int64(round + 1))
}

func (g *gang) stop() {
	g.stopped = true
	g.start.raise(1 << 62)
}

// stagger wastes a little time that differs from round to round, so that the
// members of a gang meet at different steps.
func stagger(n int) {
	for range n % 127 {
		spun.Load()
	}
}

var spun atomic.Uint32
