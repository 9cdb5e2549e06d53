package main

import (
	"fmt"

	"credence/core/fence"
	"credence/core/xatomic"
)

// world is what the threads meet at: fence f, to which each of them has a
// reference that it drops, fence g, and a few callbacks. Each callback belongs
// to one thread.
type world struct {
	f, g   *fence.Fence
	again  func() // readies f for another life
	told   int    // how often the owner was
	won    int    // signals of f that say they did it
	a      [3]callback
	broken error
}

type callback struct {
	fence.Callback
	w                    *world
	early, in            bool
	runs, armed, disarms int
}

func newWorld(s *scenario) *world {
	w := new(world)
	refs := len(s.threads)
	if s.pair {
		p := new(fence.Pair)
		p.Init(1, 1, w, refs)
		w.f, w.g = &p.Scheduled, &p.Finished
		w.again = func() { p.Init(1, 2, w, 1) }
	} else {
		f, g := new(fence.Single), new(fence.Single)
		f.Init(1, 1, w)
		for range refs - 1 {
			f.Get()
		}
		g.Init(2, 1, nil)
		w.f, w.g = &f.Fence, &g.Fence
		w.again = func() { f.Init(1, 2, w) }
	}
	for i := range w.a {
		w.a[i].w, w.a[i].early = w, s.early
		w.a[i].Init(&w.a[i])
	}
	return w
}

func (w *world) FenceReleased(*fence.Base) { w.told++ }

func (w *world) fail(format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf(format, args...)
	}
}

func (c *callback) FenceSignaled(f *fence.Fence, cb *fence.Callback) {
	if c.in || !c.Running() {
		c.w.fail("a handler runs twice at a time, or unseen")
	}
	if !f.Signaled() || f.Refs() == 0 {
		c.w.fail("in the handler: signalled %t, %d references", f.Signaled(), f.Refs())
	}
	c.in = true
	c.runs++
	xatomic.Step()
	c.in = false
	if c.early {
		cb.Done()
		xatomic.Step()
	}
}

func (c *callback) arm(f *fence.Fence) fence.Outcome {
	o := f.Arm(&c.Callback)
	if o == fence.Armed {
		c.armed++
	}
	return o
}

func (c *callback) disarm() bool {
	ok := c.Disarm()
	if ok {
		c.disarms++
	}
	return ok
}

// settled reports whether c, armed and not disarmed in time, was given back.
func (c *callback) settled() bool { return !c.disarm() && !c.Running() }

func (w *world) signalPut(e fence.Errno) {
	if w.f.SignalPut(e) {
		w.won++
	}
}

// judge looks at the world when all threads have ended and f was signalled.
func (w *world) judge() error {
	if w.won != 1 || !w.f.Signaled() {
		w.fail("%d signals say they did it, signalled %t", w.won, w.f.Signaled())
	}
	w.g.Signal()
	if w.told != 1 || w.f.Refs() != 0 {
		w.fail("the owner was told %d times, %d references", w.told, w.f.Refs())
	}
	w.count()
	// Everybody was given back: another life takes them all.
	w.again()
	for i := range w.a {
		if o := w.a[i].arm(w.f); o != fence.Armed {
			w.fail("callback %d is kept: outcome %d of Arm", i, o)
		}
	}
	w.f.Signal()
	w.count()
	return w.broken
}

func (w *world) count() {
	for i := range w.a {
		c := &w.a[i]
		if c.runs != c.armed-c.disarms || c.Running() {
			w.fail("callback %d ran %d times, armed %d times, disarmed in time %d times, running %t",
				i, c.runs, c.armed, c.disarms, c.Running())
		}
	}
}
