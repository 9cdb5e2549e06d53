//go:build explore

package weave

import (
	"fmt"
	"math/rand/v2"

	"credence/core/credit"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// credits is a counter or lanes, a holder who takes, and two who return.
type credits struct {
	counter credit.Counter
	lanes   credit.Lanes
	vec     bool
	limit   uint32
	amounts []uint32 // of each taking, in order
	taken   [16]xatomic.Uint32
	used    xatomic.Int64 // taken and not about to be returned
}

const creditLanes = 4

func drawCredit(r *rand.Rand) *explore.Program {
	x := &credits{limit: 1 + r.Uint32N(4), vec: r.IntN(2) == 0}
	must(x.counter.Init(x.limit))
	must(x.lanes.Init(x.limit, x.limit, x.limit, x.limit))
	for range 2 + r.IntN(6) {
		x.amounts = append(x.amounts, 1+r.Uint32N(x.limit))
	}
	return &explore.Program{State: x, Check: x.end, Threads: []explore.Thread{
		task("holder", x.holder),
		daemon("even", true, func() { x.returner(0) }), daemon("odd", true, func() { x.returner(1) }),
	}}
}

// pack is n in each lane.
func (x *credits) pack(n uint32) credit.Vec {
	v, err := credit.Pack(n, n, n, n)
	must(err)
	return v
}

// holder takes every amount, and looks again until it has got it.
func (x *credits) holder() {
	for i, n := range x.amounts {
		explore.Await(func() bool {
			if x.vec {
				return x.lanes.TryTake(x.pack(n))
			}
			return x.counter.TryTake(n)
		})
		if used := x.used.Add(int64(n)); used > int64(x.limit) {
			explore.Failf("%d of %d are taken", used, x.limit)
		}
		x.taken[i].Store(1)
	}
}

// returner returns every second amount.
func (x *credits) returner(first int) {
	for i := first; i < len(x.amounts); i += 2 {
		explore.Await(func() bool { return x.taken[i].Load() == 1 })
		n := x.amounts[i]
		x.used.Add(-int64(n))
		if x.vec {
			x.lanes.Return(x.pack(n))
		} else {
			x.counter.Return(n)
		}
	}
}

func (x *credits) end() error {
	n, v := x.counter.InFlight(), x.lanes.InFlight()
	for i := range creditLanes {
		n += v.Lane(i)
	}
	if n != 0 || !x.counter.Fits(x.limit) || !x.lanes.Fits(x.pack(x.limit)) {
		return fmt.Errorf("all is returned, and %d are in flight", n)
	}
	return nil
}
