package workload

// runBatch submits the batch of o and does the waiting around it.
func (c *Client) runBatch(o *op) bool {
	again := c.phase == phaseSend
	if c.phase == phaseStart {
		if c.throttle > 0 && !c.await(c.objects[c.throttledBy()].writer) {
			return false
		}
		c.batch.Endless, c.batch.Duration = o.endless, 0
		if !o.endless {
			c.batch.Duration = c.draw()
		}
		c.phase = phaseSend
	}
	if c.phase == phaseSend {
		if !c.send(o, again) {
			return false
		}
		c.phase = phaseWait
	}
	if c.phase == phaseWait {
		if o.wait && !c.await(c.objects[o.result].writer) {
			return false
		}
		c.phase = phaseDepth
	}
	return c.limitDepth(o)
}

// throttledBy returns the number of the batch that the present one waits for
// under t: of the step so many steps back, or of the nearest batch before that,
// the steps being a circle. Its last submission is meant, which may be of the
// iteration before.
func (c *Client) throttledBy() int32 {
	at := c.step - int(c.throttle)
	if at < 0 {
		at += len(c.prog.ops)
	}
	return c.prog.ops[at].before
}

// send submits the batch with the dependencies of this moment, again if it was
// refused before.
func (c *Client) send(o *op, again bool) bool {
	c.gather(o)
	b := &c.batch
	b.Engines = o.engines
	if o.follow != nil {
		b.Engines = o.follow[c.engines[o.leader]]
	}
	b.Deps, b.Starts = c.group.deps.list, c.group.deps.starts
	if !again {
		b.Context, b.Pin, b.Preempt = int(o.context), o.pin, o.preempt
		b.Priority, b.Slices = c.levels[o.context], c.slices[o.context]
		b.Step, b.Iteration = c.step, c.iteration
	}
	h, ok := c.host.Submit(c, b)
	if !ok {
		c.asked = askRoom
		return false
	}
	if o.pin {
		c.engines[o.result] = uint8(b.Engines.Lowest())
	}
	c.record(o, h)
	c.metrics.Batches++
	return true
}

// gather fills the group's lists with what o depends on and starts with.
func (c *Client) gather(o *op) {
	d, p := &c.group.deps, &c.group.refs
	d.begin()
	if o.alone && len(c.objects[o.result].readers) == 0 {
		return
	}
	for _, n := range o.starts {
		d.start(p, c.objects[n].writer)
	}
	own := &c.objects[o.result]
	if o.order == noOrder {
		d.add(p, own.writer)
	}
	d.addReaders(p, own)
	for i := range o.uses {
		u := &o.uses[i]
		switch u.kind {
		case useFence:
			d.add(p, c.fences[u.first])
			continue
		case useDone:
			d.add(p, c.objects[u.first].writer)
			continue
		}
		list := c.used(u)
		for j := range list {
			d.add(p, list[j].writer)
			if u.kind == useWrite {
				d.addReaders(p, &list[j])
			}
		}
	}
}

// used returns the objects that u names.
func (c *Client) used(u *use) []object {
	if u.shared {
		return c.group.shared[u.first : u.last+1]
	}
	return c.objects[u.first : u.last+1]
}

// record notes what the accepted batch h of o reads and writes.
func (c *Client) record(o *op, h Handle) {
	p := &c.group.refs
	order := o.order
	if order != noOrder {
		order += int32((c.index - c.group.opts.FirstIndex) * c.prog.lines)
	}
	r := p.take(h, c.step, order)
	c.objects[o.result].wrote(p, r)
	for i := range o.uses {
		u := &o.uses[i]
		if u.kind != useRead && u.kind != useWrite {
			continue
		}
		list := c.used(u)
		for j := range list {
			if u.kind == useWrite {
				list[j].wrote(p, r)
			} else {
				list[j].read(p, r)
			}
		}
	}
	if c.queues != nil {
		c.queues[o.engines.Lowest()].push(r)
	} else {
		p.drop(r)
	}
}

// limitDepth waits until no more than c.depth batches are left on the engine of
// o, the lowest where several may run it. While no depth is set, only as many
// are remembered as a q step can ask about.
func (c *Client) limitDepth(o *op) bool {
	if c.queues == nil {
		return true
	}
	q := &c.queues[o.engines.Lowest()]
	for c.depth > 0 && q.len > int(c.depth) {
		if !c.await(q.at(0)) {
			return false
		}
		c.group.refs.drop(q.pop())
	}
	for q.len > c.prog.depth {
		c.group.refs.drop(q.pop())
	}
	return true
}
