package linear

import (
	"fmt"
	"math/rand/v2"

	"github.com/anishathalye/porcupine"

	"credence/core/spsc"
	"credence/fuzz/stress"
)

const (
	queueHistories = 20 // of a bout
	queueSteps     = 25 // of each end in one
	queueBatch     = 5
)

// queueCall is an operation of a queue.
type queueCall uint8

const (
	tryPush queueCall = iota
	reserve
	unreserve
	push
	pushBatch
	pop
	peek
	advance
	popBatch
	empty
	queued
	await
	// The calls that look at the other end at one moment and take effect at another
	// are two operations of a history: the effect, and this.
	pushBatchLook
	advanceLook
	popBatchLook
)

var queueNames = [...]string{"TryPush", "Reserve", "Unreserve", "Push", "PushBatch", "Pop", "Peek",
	"Advance", "PopBatch", "Empty", "Queued", "Await",
	"PushBatch's look", "Advance's look", "PopBatch's look"}

// queueIn is a call, of n items where it is of many. For a look, before is how many
// items the caller had pushed or popped before the call.
type queueIn struct {
	call      queueCall
	n, before int
}

func (i queueIn) String() string {
	if i.n > 0 {
		return fmt.Sprintf("%s(%d)", queueNames[i.call], i.n)
	}
	return queueNames[i.call]
}

// queueOut is an answer: how many items, or 1 for true, and the first one's
// number. Items are numbered in the order of their push.
type queueOut struct {
	n     int
	first int
}

// queueState is a queue of numbered items.
type queueState struct{ pushed, popped, reserved int }

func (s queueState) used() int { return s.pushed - s.popped + s.reserved }

// queueModel is a queue that guarantees capacity, and may have room for less than
// a batch more.
func queueModel(capacity int) porcupine.Model {
	most := capacity + max(1, (capacity-1)/8) - 1
	return model(queueState{}, func(s queueState, in queueIn, out queueOut) (bool, queueState) {
		return s.step(capacity, most, in, out)
	})
}

func (s queueState) step(capacity, most int, in queueIn, out queueOut) (bool, queueState) {
	// What there is room for if n are asked for: that many, or as many as there was
	// room for beside what was used.
	enters := func(n, used int) bool {
		return out.n == n && used+n <= most ||
			out.n < n && used+out.n >= capacity && used+out.n <= most
	}
	there := s.pushed - s.popped
	// What is there to be seen: the oldest, unless there is none.
	sees := out.n == min(1, there) && (out.n == 0 || out.first == s.popped)
	ok := true
	switch in.call {
	case tryPush:
		ok = enters(1, s.used())
		s.pushed += out.n
	case reserve:
		ok = enters(1, s.used())
		s.reserved += out.n
	case unreserve:
		s.reserved--
	case push:
		s.reserved--
		s.pushed++
	case pushBatch:
		s.pushed += out.n
	case pushBatchLook:
		ok = enters(in.n, in.before-s.popped+s.reserved)
	case pop:
		ok = sees
		s.popped += out.n
	case peek:
		ok = sees
	case advance:
		ok = there > 0
		s.popped++
	case advanceLook:
		next := in.before + 1
		ok = out.n == one(s.pushed > next) && (out.n == 0 || out.first == next)
	case popBatch:
		ok = out.n <= there && (out.n == 0 || out.first == s.popped)
		s.popped += out.n
	case popBatchLook:
		ok = out.n == min(in.n, s.pushed-in.before)
	case empty:
		ok = (out.n == 1) == (there == 0)
	case queued:
		ok = out.n == there
	case await:
		// It looks several times, and may give up while somebody pushes.
		ok = out.n == 0 || there > 0
	}
	return ok, s
}

// runQueue records both ends of a queue.
func runQueue(b *stress.Bout) {
	r := b.Rand(0)
	capacity := 1 + r.IntN(4)
	if r.IntN(4) == 0 {
		capacity = 1 + r.IntN(40) // batches of up to four slots
	}
	m := queueModel(capacity)
	p := &pusher{client: &client{id: 0}, r: b.Rand(1)}
	c := &popper{client: &client{id: 1}, r: b.Rand(2)}
	crew := stress.NewCrew(p.play, c.play)
	defer crew.Dismiss()
	for i := 0; i < queueHistories && !b.Failed(); i++ {
		q := spsc.New[int](capacity)
		p.q, c.q, p.next, p.reserved, c.at, c.popped = q, q, 0, 0, false, 0
		crew.Play(i)
		judge(b, "I4", m, []*client{p.client, c.client})
	}
}

// pusher is the producer.
type pusher struct {
	*client
	r              *rand.Rand
	q              *spsc.Queue[int]
	next, reserved int
}

// item n is n+1 in the queue, where 0 is a slot without one.
func item(n int) int { return n + 1 }

func (p *pusher) play(int) {
	for range queueSteps {
		stress.Dawdle(p.r)
		switch k := p.r.IntN(5); {
		case k == 0:
			p.count(tryPush, 0, func() int { return one(p.q.TryPush(item(p.next))) })
		case k == 1:
			p.do(queueIn{call: reserve}, func() any {
				n := one(p.q.Reserve())
				p.reserved += n
				return queueOut{n: n}
			})
		case k == 2 && p.reserved > 0:
			p.reserved--
			p.do(queueIn{call: unreserve}, func() any { p.q.Unreserve(); return queueOut{} })
		case k == 3 && p.reserved > 0:
			p.reserved--
			p.count(push, 0, func() int { p.q.Push(item(p.next)); return 1 })
		default:
			n := 1 + p.r.IntN(queueBatch)
			batch := make([]int, n)
			for i := range batch {
				batch[i] = item(p.next + i)
			}
			before := p.next
			p.count(pushBatch, n, func() int { return p.q.PushBatch(batch) })
			p.look(queueIn{pushBatchLook, n, before})
		}
	}
}

func (p *pusher) count(call queueCall, n int, f func() int) {
	p.do(queueIn{call: call, n: n}, func() any {
		took := f()
		p.next += took
		return queueOut{n: took}
	})
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// popper is the consumer.
type popper struct {
	*client
	r  *rand.Rand
	q  *spsc.Queue[int]
	at bool // its last look found an item
	// popped is how many items it has taken.
	popped int
}

func (c *popper) play(int) {
	for range queueSteps {
		stress.Dawdle(c.r)
		switch k := c.r.IntN(7); {
		case k == 0:
			c.see(pop, c.q.Pop)
			c.popped += one(c.at)
			c.at = false
		case k == 1:
			c.see(peek, c.q.Peek)
		case k <= 3 && c.at:
			before := c.popped
			c.popped++
			c.see(advance, c.q.Advance)
			c.look(queueIn{advanceLook, 0, before})
		case k == 4:
			n := 1 + c.r.IntN(queueBatch)
			dst := make([]int, n)
			before := c.popped
			c.do(queueIn{call: popBatch, n: n}, func() any {
				took := c.q.PopBatch(dst)
				c.popped += took
				return some(dst[:took])
			})
			c.look(queueIn{popBatchLook, n, before})
			c.at = false
		case k == 5:
			c.do(queueIn{call: empty}, func() any { return queueOut{n: one(c.q.Empty())} })
		case k == 6:
			c.do(queueIn{call: queued}, func() any { return queueOut{n: c.q.Queued()} })
		default:
			c.do(queueIn{call: await}, func() any { return queueOut{n: one(c.q.Await(2))} })
		}
	}
}

// see records a call that shows an item or none.
func (c *popper) see(call queueCall, f func() (int, bool)) {
	c.do(queueIn{call: call}, func() any {
		v, ok := f()
		if c.at = ok; !ok {
			return queueOut{}
		}
		return queueOut{n: 1, first: v - 1}
	})
}

// some is what was popped: numbers without a gap, or nothing that a model takes.
func some(vs []int) queueOut {
	if len(vs) == 0 {
		return queueOut{}
	}
	for i, v := range vs {
		if v != vs[0]+i {
			return queueOut{len(vs), -1}
		}
	}
	return queueOut{len(vs), vs[0] - 1}
}
