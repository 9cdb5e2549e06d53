package main

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// The loops below are written out once per contender, as those of the queues
// are, so that none is called through an interface; and as functions with names,
// since the compiler inlines next to nothing into the closures of a large one.

// atomicPair is the anchor of the credit rows. On one goroutine it is nothing
// but an add and its reverse, the least that a shared count can cost: it bounds
// nothing. On two, the taker looks before it adds, which is enough with one
// taker and leaves the word alone while there is no credit.
func atomicPair() creditContender {
	return creditContender{
		impl: "atomic",
		one: func(int) ends {
			c := new(atomic.Int64)
			return ends{a: func(n int) int { return atomicPairs(c, n) }}
		},
		two: func(limit int) ends {
			c, h := new(atomicCount), newHandover(limit)
			c.limit = int64(limit)
			return ends{
				a: func(n int) int { return atomicTakes(c, h, n) },
				b: func(n int) int { return atomicReturns(c, h, n) },
			}
		},
	}
}

func atomicPairs(c *atomic.Int64, n int) (wrong int) {
	for range n {
		if c.Add(1) != 1 {
			wrong++
		}
		c.Add(-1)
	}
	return wrong
}

// An atomicCount bounds what one taker has in flight.
type atomicCount struct {
	used  atomic.Int64
	limit int64
}

func (c *atomicCount) tryTake() bool {
	if c.used.Load() >= c.limit {
		return false
	}
	c.used.Add(1)
	return true
}

func atomicTakes(c *atomicCount, h *handover, n int) (wrong int) {
	taken := h.taken.Load()
	for i := range n {
		if !c.tryTake() {
			h.taken.Store(taken + int64(i))
			for t := 0; !c.tryTake(); t = spin(t) {
			}
		}
		if i&h.mask == h.mask {
			h.taken.Store(taken + int64(i) + 1)
		}
	}
	h.taken.Store(taken + int64(n))
	return 0
}

func atomicReturns(c *atomicCount, h *handover, n int) (wrong int) {
	for n > 0 {
		d := h.wait()
		for range d {
			c.used.Add(-1)
		}
		n -= d
	}
	return -n
}

// weighted is x/sync's semaphore.
func weighted() creditContender {
	return creditContender{
		impl: "weighted",
		one: func(limit int) ends {
			c := semaphore.NewWeighted(int64(limit))
			return ends{a: func(n int) int { return weightedPairs(c, n) }}
		},
		two: func(limit int) ends {
			c, h := semaphore.NewWeighted(int64(limit)), newHandover(limit)
			return ends{
				a: func(n int) int { return weightedTakes(c, h, n) },
				b: func(n int) int { return weightedReturns(c, h, n) },
			}
		},
	}
}

func weightedPairs(c *semaphore.Weighted, n int) (wrong int) {
	for range n {
		if !c.TryAcquire(1) {
			wrong++
			continue
		}
		c.Release(1)
	}
	return wrong
}

func weightedTakes(c *semaphore.Weighted, h *handover, n int) (wrong int) {
	taken := h.taken.Load()
	for i := range n {
		if !c.TryAcquire(1) {
			h.taken.Store(taken + int64(i))
			for t := 0; !c.TryAcquire(1); t = spin(t) {
			}
		}
		if i&h.mask == h.mask {
			h.taken.Store(taken + int64(i) + 1)
		}
	}
	h.taken.Store(taken + int64(n))
	return 0
}

func weightedReturns(c *semaphore.Weighted, h *handover, n int) (wrong int) {
	for n > 0 {
		d := h.wait()
		for range d {
			c.Release(1)
		}
		n -= d
	}
	return -n
}

// chanSemaphore is a buffered channel used as a semaphore: an element in it is
// a credit in flight.
func chanSemaphore() creditContender {
	return creditContender{
		impl: "chan",
		one: func(limit int) ends {
			c := make(chan struct{}, limit)
			return ends{a: func(n int) int { return chanPairs(c, n) }}
		},
		two: func(limit int) ends {
			c, h := make(chan struct{}, limit), newHandover(limit)
			return ends{
				a: func(n int) int { return chanTakes(c, h, n) },
				b: func(n int) int { return chanReturns(c, h, n) },
			}
		},
	}
}

func chanPairs(c chan struct{}, n int) (wrong int) {
	for range n {
		if !tryPush(c, struct{}{}) {
			wrong++
			continue
		}
		<-c
	}
	return wrong
}

func chanTakes(c chan struct{}, h *handover, n int) (wrong int) {
	taken := h.taken.Load()
	for i := range n {
		if !tryPush(c, struct{}{}) {
			h.taken.Store(taken + int64(i))
			for t := 0; !tryPush(c, struct{}{}); t = spin(t) {
			}
		}
		if i&h.mask == h.mask {
			h.taken.Store(taken + int64(i) + 1)
		}
	}
	h.taken.Store(taken + int64(n))
	return 0
}

func chanReturns(c chan struct{}, h *handover, n int) (wrong int) {
	for n > 0 {
		d := h.wait()
		for range d {
			<-c
		}
		n -= d
	}
	return -n
}

// mutexCounter is a count under a lock.
func mutexCounter() creditContender {
	return creditContender{
		impl: "mutex",
		one: func(limit int) ends {
			c := &mutexCount{limit: limit}
			return ends{a: func(n int) int { return mutexPairs(c, n) }}
		},
		two: func(limit int) ends {
			c, h := &mutexCount{limit: limit}, newHandover(limit)
			return ends{
				a: func(n int) int { return mutexTakes(c, h, n) },
				b: func(n int) int { return mutexReturns(c, h, n) },
			}
		},
	}
}

func mutexPairs(c *mutexCount, n int) (wrong int) {
	for range n {
		if !c.tryTake() {
			wrong++
			continue
		}
		c.put()
	}
	return wrong
}

// A mutexCount bounds what is in flight, for any number of takers.
type mutexCount struct {
	mu          sync.Mutex
	used, limit int
}

func (c *mutexCount) tryTake() bool {
	c.mu.Lock()
	ok := c.used < c.limit
	if ok {
		c.used++
	}
	c.mu.Unlock()
	return ok
}

func (c *mutexCount) put() {
	c.mu.Lock()
	c.used--
	c.mu.Unlock()
}

func mutexTakes(c *mutexCount, h *handover, n int) (wrong int) {
	taken := h.taken.Load()
	for i := range n {
		if !c.tryTake() {
			h.taken.Store(taken + int64(i))
			for t := 0; !c.tryTake(); t = spin(t) {
			}
		}
		if i&h.mask == h.mask {
			h.taken.Store(taken + int64(i) + 1)
		}
	}
	h.taken.Store(taken + int64(n))
	return 0
}

func mutexReturns(c *mutexCount, h *handover, n int) (wrong int) {
	for n > 0 {
		d := h.wait()
		for range d {
			c.put()
		}
		n -= d
	}
	return -n
}
