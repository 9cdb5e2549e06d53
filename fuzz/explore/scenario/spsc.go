//go:build explore

package scenario

import (
	"fmt"

	"credence/core/spsc"
	"credence/fuzz/explore"
)

// pipe is a queue, and what came out of it.
type pipe struct {
	q   spsc.Queue[*item]
	all []item
	in  []*item
	out []*item
	n   int // taken out
}

type item struct{ number, check int }

func newPipe(capacity, items int) *pipe {
	p := &pipe{all: make([]item, items), in: make([]*item, items), out: make([]*item, items)}
	for i := range p.all {
		p.in[i] = &p.all[i]
	}
	p.q.Init(capacity)
	return p
}

// make readies the items from i up to j; the consumer reads what it writes.
func (p *pipe) make(i, j int) []*item {
	for ; i < j; i++ {
		p.all[i] = item{i, ^i}
	}
	return p.in[:j]
}

func (p *pipe) take(v *item) {
	if v.number != p.n || v.check != ^p.n {
		explore.Failf("item %d came as %v", p.n, *v)
	}
	p.out[p.n] = v
	p.n++
}

// inOrder wants everything out, and the queue empty.
func (p *pipe) inOrder() error {
	if p.n != len(p.all) || !p.q.Empty() || p.q.Len() != 0 {
		return fmt.Errorf("%d of %d items came out, %d are queued", p.n, len(p.all), p.q.Len())
	}
	return nil
}

func (p *pipe) producer(run func()) explore.Thread {
	return explore.Thread{Name: "producer", Run: run, Polls: true}
}

func (p *pipe) consumer(run func()) explore.Thread {
	return explore.Thread{Name: "consumer", Run: run, Polls: true}
}

func (p *pipe) pushAll() {
	for i := range p.all {
		p.make(i, i+1)
		explore.Await(func() bool { return p.q.TryPush(p.in[i]) })
	}
}

func (p *pipe) popAll() {
	for p.n < len(p.all) {
		explore.Await(func() bool {
			v, ok := p.q.Pop()
			if ok {
				p.take(v)
			}
			return ok
		})
	}
}

func (p *pipe) program(threads ...explore.Thread) *explore.Program {
	return &explore.Program{State: p, Threads: threads, Check: p.inOrder}
}

// passes is a scenario of two threads that pass items on.
func passes(name, doc string, capacity, items int, make func(*pipe) []explore.Thread) Scenario {
	return Scenario{
		Name: "spsc/" + name, Doc: doc,
		Holds: "each item comes out once, in order, with what was written before its push",
		New: func() *explore.Program {
			p := newPipe(capacity, items)
			return p.program(make(p)...)
		},
	}
}

func queues() []Scenario {
	return []Scenario{
		passes("wrap", "three items through two slots, both ends polling", 1, 3,
			func(p *pipe) []explore.Thread {
				return []explore.Thread{p.producer(p.pushAll), p.consumer(p.popAll)}
			}),
		passes("twice round", "six items through three slots", 2, 6,
			func(p *pipe) []explore.Thread {
				return []explore.Thread{p.producer(p.pushAll), p.consumer(p.popAll)}
			}),
		passes("batch", "two batches of two through four slots", 3, 4,
			func(p *pipe) []explore.Thread {
				return []explore.Thread{p.producer(p.pushBatches), p.consumer(p.popBatches)}
			}),
		passes("reserve", "reservations are answered by what the consumer returned", 2, 4,
			func(p *pipe) []explore.Thread {
				return []explore.Thread{p.producer(p.pushReserved), p.consumer(p.popAll)}
			}),
		passes("peek", "an item that was peeked at is the one popped", 1, 3,
			func(p *pipe) []explore.Thread {
				return []explore.Thread{p.producer(p.pushAll), p.consumer(p.peekAndPop)}
			}),
		passes("length", "a third thread asks for the length", 2, 3,
			func(p *pipe) []explore.Thread {
				return []explore.Thread{p.producer(p.pushAll), p.consumer(p.popAll),
					{Name: "observer", Run: p.observe}}
			}),
	}
}

func (p *pipe) pushBatches() {
	for done := 0; done < len(p.all); {
		vs := p.make(done, min(done+2, len(p.all)))[done:]
		explore.Await(func() bool {
			n := p.q.PushBatch(vs)
			done += n
			return n > 0
		})
	}
}

func (p *pipe) popBatches() {
	for p.n < len(p.all) {
		explore.Await(func() bool {
			var dst [2]*item
			n := p.q.PopBatch(dst[:])
			for _, v := range dst[:n] {
				p.take(v)
			}
			return n > 0
		})
	}
}

func (p *pipe) pushReserved() {
	for i := range p.all {
		explore.Await(p.q.Reserve)
		p.make(i, i+1)
		p.q.Push(p.in[i])
	}
}

func (p *pipe) peekAndPop() {
	for p.n < len(p.all) {
		explore.Await(func() bool { return !p.q.Empty() })
		v, ok := p.q.Peek()
		if w, ok2 := p.q.Pop(); !ok || !ok2 || v != w {
			explore.Failf("peeked at %v, popped %v", v, w)
		}
		p.take(v)
	}
}

func (p *pipe) observe() {
	for range 2 {
		if n := p.q.Len(); n < 0 || n > p.q.Cap() {
			explore.Failf("length %d of %d", n, p.q.Cap())
		}
	}
}
