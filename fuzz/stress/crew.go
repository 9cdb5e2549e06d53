package stress

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// meetTurns is how long those who begin a round wait for each other awake.
const meetTurns = 512

// Crew plays short rounds with its members, each on a goroutine: the members of a
// round begin at the same time, as far as there are processors for them.
type Crew struct {
	members []func(round int)
	start   []chan int // a round's number; closed at the end
	here    atomic.Int32
	over    sync.WaitGroup // of a round
	ended   sync.WaitGroup // of the goroutines
}

// NewCrew starts a goroutine for each member; it ends with Dismiss.
func NewCrew(members ...func(round int)) *Crew {
	c := &Crew{members: members}
	for _, m := range members {
		start := make(chan int)
		c.start = append(c.start, start)
		c.ended.Go(func() {
			for round := range start {
				c.meet()
				m(round)
				c.over.Done()
			}
		})
	}
	return c
}

// meet waits a little for the others of the round.
func (c *Crew) meet() {
	c.here.Add(1)
	for turn := 0; turn < meetTurns && int(c.here.Load()) < len(c.members); turn++ {
		if turn%64 == 63 {
			runtime.Gosched()
		}
	}
}

// Play plays a round, and returns when all are through it.
func (c *Crew) Play(round int) {
	c.here.Store(0)
	c.over.Add(len(c.members))
	for i := range c.start {
		// The order changes, so that each of them is the last at times.
		c.start[(i+round)%len(c.start)] <- round
	}
	c.over.Wait()
}

// Dismiss ends the goroutines, and waits for them.
func (c *Crew) Dismiss() {
	for _, start := range c.start {
		close(start)
	}
	c.ended.Wait()
}

// Dawdle wastes a little time, so that those who began together meet at
// different steps.
func Dawdle(r *rand.Rand) {
	switch n := r.IntN(16); {
	case n == 0:
		runtime.Gosched()
	case n < 10:
		for range r.IntN(200) {
		}
	}
}
