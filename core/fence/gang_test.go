package fence_test

import (
	"runtime"
	"sync/atomic"
)

// raceRounds is how many short rounds a concurrent test plays.
const raceRounds = 20_000

// gang runs the same round on several goroutines again and again. They wait for
// a round awake, so that as many as there are processors start together, and
// members change goroutines, so that each of them is among those.
type gang struct {
	members []func(round int)
	round   atomic.Int64 // the one that may be played
	left    atomic.Int64 // members who are not through it
}

const gangStopped = -1

func newGang(members ...func(round int)) *gang {
	g := &gang{members: members}
	for i := range members[1:] {
		go func() {
			for next := int64(1); g.await(next); next++ {
				g.turn(i+1, int(next-1))
				g.left.Add(-1)
			}
		}()
	}
	return g
}

func (g *gang) await(round int64) bool {
	for spins := 0; ; spins++ {
		switch g.round.Load() {
		case round:
			return true
		case gangStopped:
			return false
		}
		if spins%256 == 255 {
			runtime.Gosched()
		}
	}
}

func (g *gang) turn(goroutine, round int) {
	g.members[(goroutine+round)%len(g.members)](round)
}

// play has all members play a round, one of them on the caller's goroutine, and
// waits until all are through it. Rounds come in order, from 0.
func (g *gang) play(round int) {
	g.left.Store(int64(len(g.members) - 1))
	g.round.Store(int64(round + 1))
	g.turn(0, round)
	for g.left.Load() > 0 {
		runtime.Gosched()
	}
}

func (g *gang) stop() { g.round.Store(gangStopped) }

// stagger wastes a little time that differs from round to round, so that the
// members of a gang meet at different steps.
func stagger(n int) {
	for range n % 1021 {
		spun.Load()
	}
}

var spun atomic.Uint32
