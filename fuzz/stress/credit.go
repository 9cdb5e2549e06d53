package stress

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"credence/core/credit"
)

const (
	creditTakes = 1000 // of a bout
	creditLimit = 12   // most of one lane
	returners   = 2
)

// purse is what is shaken: what the two accounts have in common. v is a cost in
// lanes, of which a Counter uses the first.
type purse interface {
	tryTake(v credit.Vec) bool
	giveBack(v credit.Vec)
	inFlight() credit.Vec
}

type counter struct{ credit.Counter }

func (c *counter) tryTake(v credit.Vec) bool { return c.TryTake(v.Lane(0)) }
func (c *counter) giveBack(v credit.Vec)     { c.Return(v.Lane(0)) }
func (c *counter) inFlight() credit.Vec      { return pack(c.InFlight()) }

type lanes struct{ credit.Lanes }

func (l *lanes) tryTake(v credit.Vec) bool { return l.TryTake(v) }
func (l *lanes) giveBack(v credit.Vec)     { l.Return(v) }
func (l *lanes) inFlight() credit.Vec      { return l.InFlight() }

// pack is for amounts that fit.
func pack(amounts ...uint32) credit.Vec {
	v, err := credit.Pack(amounts...)
	if err != nil {
		panic(err)
	}
	return v
}

// runCredit has one holder take and some goroutines return, with a count of its
// own that is never above what the account's may be: it falls before a return, and
// rises after a take.
func runCredit(b *Bout) {
	r := b.Rand(0)
	width := 1
	limits := make([]uint32, 1+r.IntN(credit.MaxLanes))
	for i := range limits {
		limits[i] = 1 + uint32(r.IntN(creditLimit))
	}
	var p purse
	if r.IntN(2) == 0 {
		c := new(counter)
		if err := c.Init(limits[0]); err != nil {
			panic(err)
		}
		p = c
	} else {
		l := new(lanes)
		if err := l.Init(limits...); err != nil {
			panic(err)
		}
		p, width = l, len(limits)
	}
	x := &creditBout{Bout: b, purse: p, limits: limits[:width], taken: make([]atomic.Int64, width)}
	x.run()
	b.Did(2 * creditTakes)
	if v := p.inFlight(); v != (credit.Vec{}) && !b.Failed() {
		b.Fail("I1", "credit: %v of %v in flight with everything returned", v, x.limits)
	}
}

type creditBout struct {
	*Bout
	purse
	limits []uint32
	taken  []atomic.Int64
	// busy is how many returns are yet to come.
	busy atomic.Int64
}

func (x *creditBout) run() {
	out := make(chan credit.Vec, creditLimit*len(x.limits)) // more than can be in flight
	var all sync.WaitGroup
	for i := range returners {
		all.Go(func() {
			r := x.Rand(2 + i)
			for v := range out {
				Dawdle(r)
				for k := range x.taken {
					x.taken[k].Add(-int64(v.Lane(k)))
				}
				x.giveBack(v)
				x.busy.Add(-1)
			}
		})
	}
	x.hold(out, x.Rand(1))
	close(out)
	all.Wait()
}

// hold takes, and looks whether what is out is within the limits.
func (x *creditBout) hold(out chan<- credit.Vec, r *rand.Rand) {
	for range creditTakes {
		v := x.draw(r)
		for {
			quiet := x.busy.Load() == 0 // then everything is back
			if x.tryTake(v) {
				break
			}
			if quiet {
				x.Fail("L1", "credit: no room for %v of %v with everything returned", v, x.limits)
			}
			if x.Failed() {
				return
			}
			runtime.Gosched()
		}
		for k := range x.taken {
			if n := x.taken[k].Add(int64(v.Lane(k))); n > int64(x.limits[k]) {
				x.Fail("I1", "credit: %d of %d in flight in lane %d", n, x.limits[k], k)
			}
		}
		x.busy.Add(1)
		out <- v
	}
}

// draw makes a cost that fits in the limits.
func (x *creditBout) draw(r *rand.Rand) credit.Vec {
	amounts := make([]uint32, len(x.limits))
	for i, limit := range x.limits {
		amounts[i] = uint32(r.IntN(int(limit) + 1))
	}
	// To take nothing is no use of an account.
	amounts[r.IntN(len(amounts))] = 1
	return pack(amounts...)
}
