package stress

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"credence/core/spsc"
)

const (
	queueItems = 500 // that pass through the queue in a bout
	queueBatch = 20  // at most at a time
)

// item has plain fields, so that the race detector sees whether the queue orders
// the producer's writes before the consumer's reads.
type item struct{ number, check uint64 }

const itemMark = 0x9e3779b97f4a7c15

// queueBout is one queue between two goroutines. Either of the two counts may be
// kept beside it: each lets one end know what the queue must answer, and orders
// what the other end did before, which hides mistakes of the queue from the race
// detector. So each bout keeps both, one, or none.
type queueBout struct {
	*Bout
	q        *spsc.Queue[*item]
	capacity int

	countPushed, countPopped bool
	pushed, popped           atomic.Uint64
}

func runQueue(b *Bout) {
	r := b.Rand(0)
	x := &queueBout{Bout: b, countPushed: r.IntN(3) == 0, countPopped: r.IntN(3) == 0}
	// Small ones mostly: they are full, empty and at their wrap all the time.
	if x.capacity = 1 + r.IntN(4); r.IntN(3) == 0 {
		x.capacity = 1 + r.IntN(70)
	}
	x.q = spsc.New[*item](x.capacity)
	var ends sync.WaitGroup
	ends.Go(func() { x.produce(b.Rand(1)) })
	ends.Go(func() { x.consume(b.Rand(2)) })
	ends.Wait()
	b.Did(2 * queueItems)
	if n := x.q.Queued(); n != 0 && !b.Failed() {
		b.Fail("I4", "spsc: %d items left at the end", n)
	}
}

// produce pushes the items in all the ways there are.
func (x *queueBout) produce(r *rand.Rand) {
	batch := make([]*item, 0, queueBatch)
	for n := uint64(0); n < queueItems && !x.Failed(); {
		took := 0
		popped := x.popped.Load()
		switch r.IntN(4) {
		case 0:
			if x.q.TryPush(newItem(n)) {
				took = 1
			}
		case 1, 2:
			if x.q.Reserve() {
				if r.IntN(8) == 0 {
					x.q.Unreserve()
					continue
				}
				Dawdle(r)
				x.q.Push(newItem(n))
				took = 1
			}
		case 3:
			batch = batch[:0]
			for i := range min(uint64(1+r.IntN(queueBatch)), queueItems-n) {
				batch = append(batch, newItem(n+i))
			}
			took = x.q.PushBatch(batch)
		}
		if took == 0 {
			if x.countPopped && n-popped < uint64(x.capacity) {
				x.Fail("L1", "spsc: full with %d of %d outstanding", n-popped, x.capacity)
			}
			runtime.Gosched()
		}
		n += uint64(took)
		if x.countPushed {
			x.pushed.Store(n)
		}
	}
}

func newItem(n uint64) *item { return &item{n, n * itemMark} }

// consume pops them, and says what came that should not have.
func (x *queueBout) consume(r *rand.Rand) {
	c := &consumer{queueBout: x, r: r, dst: make([]*item, queueBatch)}
	for c.n < queueItems && !x.Failed() {
		pushed := x.pushed.Load() // stays 0 unless it is counted
		before := c.n
		if empty := c.step(); empty && c.n < pushed {
			x.Fail("L1", "spsc: empty after %d items, with %d pushed before the look", c.n, pushed)
		}
		if x.countPopped {
			x.popped.Store(c.n)
		}
		if c.n == before {
			runtime.Gosched()
		}
	}
	if v, ok := x.q.Pop(); ok && !x.Failed() {
		x.Fail("I4", "spsc: item %d came on top", v.number)
	}
}

// consumer is the popping end.
type consumer struct {
	*queueBout
	r   *rand.Rand
	dst []*item
	n   uint64 // the next item's number
}

// step takes some items in one of the ways there are, and reports whether it was
// told that there are no more.
func (c *consumer) step() (empty bool) {
	q := c.q
	switch c.r.IntN(6) {
	case 0, 1:
		v, ok := q.Pop()
		return !c.got(v, ok)
	case 2:
		v, ok := q.Peek()
		for ok && c.n < queueItems && !c.Failed() { // as the scheduler does
			Dawdle(c.r)
			c.got(v, true)
			if v, ok = q.Advance(); ok && c.r.IntN(4) == 0 {
				return false
			}
		}
		return !ok
	case 3:
		want := 1 + c.r.IntN(queueBatch)
		n := q.PopBatch(c.dst[:want])
		for _, v := range c.dst[:n] {
			c.got(v, true)
		}
		return n < want
	case 4:
		if !q.Await(1 + c.r.IntN(8)) {
			return true
		}
		v, ok := q.Pop()
		if !c.got(v, ok) {
			c.Fail("I4", "spsc: Await saw an item, and Pop none")
		}
	case 5:
		if q.Empty() {
			return true
		}
		want := c.n
		for v := range q.Each {
			if v == nil || v.number != want {
				c.Fail("I4", "spsc: Each shows %v in the place of item %d", v, want)
				return false
			}
			want++
		}
	}
	return false
}

// got judges an item, and reports whether it is one.
func (c *consumer) got(v *item, ok bool) bool {
	if !ok {
		return false
	}
	if v == nil || v.number != c.n || v.check != c.n*itemMark {
		c.Fail("I4", "spsc: %+v came in the place of item %d", v, c.n)
	}
	c.n++
	return true
}
