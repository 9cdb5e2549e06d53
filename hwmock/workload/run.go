package workload

import "strconv"

// advance executes the present step as far as it goes, and tells whether the
// client may go on.
func (c *Client) advance() bool {
	if c.phase >= phaseDrain {
		return c.drain()
	}
	if c.step == len(c.prog.ops) {
		c.endIteration()
		return true
	}
	if !c.execute(&c.prog.ops[c.step]) {
		return false
	}
	c.step++
	c.phase = phaseStart
	return true
}

// execute runs one step. False says that the client is blocked, and that the
// step goes on where its phase says.
func (c *Client) execute(o *op) bool {
	switch o.kind {
	case KindBatch:
		return c.runBatch(o)
	case KindDelay:
		if c.phase == phaseStart {
			c.until = c.host.Now().Add(c.draw())
			c.phase = phaseSleep
		}
		return c.sleep(c.until)
	case KindPeriod:
		return c.runPeriod()
	case KindSync:
		return c.await(c.objects[o.target].writer)
	case KindThrottle:
		c.throttle = o.count
	case KindQueueDepth:
		c.depth = o.count
	case KindSoftFence:
		c.fences[o.target] = c.group.refs.take(c.host.NewSoftFence(), c.step, noOrder)
	case KindSignal:
		c.signal(int(o.target))
	case KindTerminate:
		if r := c.objects[o.target].writer; !c.group.refs.done(r) {
			c.host.End(r.handle)
		}
	case KindSlices:
		if o.context != noBatch {
			c.slices[o.context] = o.slices
		}
	case KindPriority:
		if o.context != noBatch {
			c.levels[o.context] = o.level
		}
	}
	return true
}

// runPeriod sleeps until the period since the start of the iteration is over,
// or counts that it was over already.
func (c *Client) runPeriod() bool {
	if c.phase == phaseStart {
		now := c.host.Now()
		c.metrics.sample(now.Sub(c.start))
		c.until = c.start.Add(c.group.spans[c.step].least)
		c.phase = phaseSleep
		if now > c.until {
			c.metrics.Missed++
		}
	}
	return c.sleep(c.until)
}

// endIteration starts the next iteration, or ends the run.
func (c *Client) endIteration() {
	c.endFences()
	now := c.host.Now()
	if !c.prog.period {
		c.metrics.sample(now.Sub(c.start))
	}
	c.metrics.iterated(now)
	c.iteration++
	c.start = now
	c.step = 0
	if c.iteration == c.group.opts.Repeats {
		c.phase = phaseDrain
	}
}

// drain waits for the last batch of every step.
func (c *Client) drain() bool {
	for ; c.step < c.prog.batches; c.step++ {
		if !c.await(c.objects[c.step].writer) {
			return false
		}
	}
	c.phase = phaseOver
	return false
}

// signal signals software fence i, unless it is signalled.
func (c *Client) signal(i int) {
	r := c.fences[i]
	if r == nil || r.handle == NoHandle {
		return
	}
	c.host.SignalSoftFence(r.handle)
	c.group.refs.drop(r)
	c.fences[i] = nil
}

// endFences signals what software fences are left at the end of an iteration.
func (c *Client) endFences() {
	for i := range c.fences {
		c.signal(i)
	}
}

// Blocked describes what the client waits for, with the lines of the file, for
// reports about a client that never goes on; "" if it waits for nothing.
func (c *Client) Blocked() string {
	switch c.asked {
	case askWake:
		return c.place() + ": sleeps"
	case askRoom:
		return c.place() + ": waits for room in the context's queue"
	case askDone:
		return c.place() + ": waits for the batch of line " +
			strconv.Itoa(c.prog.Line(int(c.awaited.step)))
	}
	return ""
}

// place names the file and the line of the present step.
func (c *Client) place() string {
	if c.phase >= phaseDrain {
		return c.prog.name + ": after the last iteration"
	}
	return c.prog.name + ":" + strconv.Itoa(c.prog.Line(c.step))
}
