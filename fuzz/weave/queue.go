//go:build explore

package weave

import (
	"fmt"
	"math/rand/v2"

	"credence/core/spsc"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// queue is a queue of numbers with its two ends.
type queue struct {
	q        spsc.Queue[int]
	produce  []op
	consume  []op
	pushed   int            // the producer's
	reserved int            // the producer's
	popped   int            // the consumer's
	told     xatomic.Uint32 // popped, as the producer may see it
	watched  int            // what somebody else saw of the length
	ticks    [2]tick
}

// op is an operation with its argument.
type op struct{ kind, arg int }

func ops(r *rand.Rand, n, kinds, args int) []op {
	list := make([]op, 1+r.IntN(n))
	for i := range list {
		list[i] = op{r.IntN(kinds), r.IntN(args)}
	}
	return list
}

func drawQueue(r *rand.Rand) *explore.Program {
	x := &queue{produce: ops(r, 10, 5, 4), consume: ops(r, 10, 6, 4)}
	x.q.Init([]int{1, 1, 2, 3, 17, 18}[r.IntN(6)])
	for range r.IntN(40) { // some way round the ring
		x.q.TryPush(0)
		x.q.Pop()
	}
	p := &explore.Program{State: x, Check: x.end, Threads: []explore.Thread{
		task("producer", x.producer), task("consumer", x.consumer),
	}}
	if r.IntN(3) == 0 {
		p.Threads = append(p.Threads, task("watcher", func() { x.watched = x.q.Len() }))
	}
	return p
}

func (x *queue) producer() {
	for _, o := range x.produce {
		x.ticks[0].on()
		// What is popped before the look has left its slot by then, but for a batch.
		free := x.q.Cap() - x.reserved - (x.pushed - int(x.told.Load()))
		switch o.kind {
		case 0, 1:
			ok := x.q.TryPush(x.pushed + 1)
			x.room(ok, free, "TryPush")
			if ok {
				x.pushed++
			}
		case 2:
			ok := x.q.Reserve()
			x.room(ok, free, "Reserve")
			if ok {
				x.reserved++
			}
		case 3:
			if x.reserved == 0 {
				continue
			}
			if x.reserved--; o.arg == 0 {
				x.q.Unreserve()
				continue
			}
			x.pushed++
			x.q.Push(x.pushed)
		case 4:
			vs := make([]int, 1+o.arg)
			for i := range vs {
				vs[i] = x.pushed + 1 + i
			}
			n := x.q.PushBatch(vs)
			x.room(n >= min(len(vs), free), 1, "PushBatch")
			x.pushed += n
		}
	}
}

func (x *queue) room(ok bool, free int, how string) {
	if !ok && free > 0 {
		explore.Failf("%s finds no room, of %d slots %d are free", how, x.q.Cap(), free)
	}
}

func (x *queue) consumer() {
	for _, o := range x.consume {
		x.ticks[1].on()
		switch o.kind {
		case 0, 1:
			if v, ok := x.q.Pop(); ok {
				x.take(v)
			}
		case 2, 3:
			if v, ok := x.q.Peek(); ok {
				x.take(v)
				if v, ok = x.q.Advance(); ok && v != x.popped+1 {
					explore.Failf("Advance returns %d, want %d", v, x.popped+1)
				}
			}
		case 4:
			dst := make([]int, 1+o.arg)
			for _, v := range dst[:x.q.PopBatch(dst)] {
				x.take(v)
			}
		case 5:
			if o.arg < 2 {
				x.q.Empty()
			} else {
				x.q.Await(o.arg - 1)
			}
		}
		x.told.Store(uint32(x.popped))
	}
}

func (x *queue) take(v int) {
	if v != x.popped+1 {
		explore.Failf("item %d comes behind item %d", v, x.popped)
	}
	x.popped++
}

// end takes the rest out: nothing is lost.
func (x *queue) end() error {
	for {
		v, ok := x.q.Pop()
		if !ok {
			break
		}
		if x.popped++; v != x.popped {
			return fmt.Errorf("item %d comes behind item %d", v, x.popped-1)
		}
	}
	if x.popped != x.pushed {
		return fmt.Errorf("%d items of %d came through", x.popped, x.pushed)
	}
	if x.watched < 0 || x.watched > x.q.Cap()+x.q.Cap()/8+1 {
		return fmt.Errorf("somebody saw a length of %d", x.watched)
	}
	return nil
}
