package main

import (
	"fmt"

	"credence/core/credit"
)

// credenceCounter is the project's counter.
func credenceCounter() creditContender {
	return creditContender{
		impl: "credence-counter",
		one: func(limit int) ends {
			c := newCounter(limit)
			return ends{a: func(n int) int { return counterPairs(c, n) }}
		},
		two: func(limit int) ends {
			c, h := newCounter(limit), newHandover(limit)
			return ends{
				a: func(n int) int { return counterTakes(c, h, n) },
				b: func(n int) int { return counterReturns(c, h, n) },
			}
		},
	}
}

// newCounter returns a counter of limit credits. Requires: 0 < limit < 2^32.
func newCounter(limit int) *credit.Counter {
	c := new(credit.Counter)
	if err := c.Init(uint32(limit)); err != nil {
		panic("peers: " + err.Error())
	}
	return c
}

func counterPairs(c *credit.Counter, n int) (wrong int) {
	for range n {
		if !c.TryTake(1) {
			wrong++
			continue
		}
		c.Return(1)
	}
	return wrong
}

func counterTakes(c *credit.Counter, h *handover, n int) (wrong int) {
	taken := h.taken.Load()
	for i := range n {
		if !c.TryTake(1) {
			h.taken.Store(taken + int64(i))
			for t := 0; !c.TryTake(1); t = spin(t) {
			}
		}
		if i&h.mask == h.mask {
			h.taken.Store(taken + int64(i) + 1)
		}
	}
	h.taken.Store(taken + int64(n))
	return 0
}

func counterReturns(c *credit.Counter, h *handover, n int) (wrong int) {
	for n > 0 {
		d := h.wait()
		for range d {
			c.Return(1)
		}
		n -= d
	}
	return -n
}

// credenceLanes is the project's credits of several limits, here lanes of them
// with the same limit, of which every cost takes one each. Three lanes are one
// word, six are two.
func credenceLanes(lanes int) creditContender {
	return creditContender{
		impl: fmt.Sprintf("credence-lanes%d", lanes),
		one: func(limit int) ends {
			c, v := newLanes(lanes, limit)
			return ends{a: func(n int) int { return lanesPairs(c, v, n) }}
		},
		two: func(limit int) ends {
			c, v := newLanes(lanes, limit)
			h := newHandover(limit)
			return ends{
				a: func(n int) int { return lanesTake(c, v, h, n) },
				b: func(n int) int { return lanesReturn(c, v, h, n) },
			}
		},
	}
}

// newLanes returns lanes of limit credits and the cost of one in each.
// Requires: 0 < lanes <= credit.MaxLanes, 0 < limit <= credit.MaxLane.
func newLanes(lanes, limit int) (*credit.Lanes, credit.Vec) {
	limits, costs := make([]uint32, lanes), make([]uint32, lanes)
	for i := range lanes {
		limits[i], costs[i] = uint32(limit), 1
	}
	c := new(credit.Lanes)
	if err := c.Init(limits...); err != nil {
		panic("peers: " + err.Error())
	}
	v, err := credit.Pack(costs...)
	if err != nil {
		panic("peers: " + err.Error())
	}
	return c, v
}

func lanesPairs(c *credit.Lanes, v credit.Vec, n int) (wrong int) {
	for range n {
		if !c.TryTake(v) {
			wrong++
			continue
		}
		c.Return(v)
	}
	return wrong
}

func lanesTake(c *credit.Lanes, v credit.Vec, h *handover, n int) (wrong int) {
	taken := h.taken.Load()
	for i := range n {
		if !c.TryTake(v) {
			h.taken.Store(taken + int64(i))
			for t := 0; !c.TryTake(v); t = spin(t) {
			}
		}
		if i&h.mask == h.mask {
			h.taken.Store(taken + int64(i) + 1)
		}
	}
	h.taken.Store(taken + int64(n))
	return 0
}

func lanesReturn(c *credit.Lanes, v credit.Vec, h *handover, n int) (wrong int) {
	for n > 0 {
		d := h.wait()
		for range d {
			c.Return(v)
		}
		n -= d
	}
	return -n
}
