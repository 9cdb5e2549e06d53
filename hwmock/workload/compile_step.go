package workload

import "credence/core/fence"

// compile fills in the op of one step. Steps that only describe the file leave
// nothing to do at run time but still take their turn.
func (c *compiler) compile(s *Step) error {
	o := &c.p.ops[s.Index]
	o.kind, o.line = s.Kind, int32(s.Line)
	switch s.Kind {
	case KindBatch:
		return c.compileBatch(s, o)
	case KindDelay, KindPeriod:
		o.us = Span{Min: s.Value, Max: s.Value, Exponential: s.Span.Exponential}
		c.p.period = c.p.period || s.Kind == KindPeriod
	case KindSync, KindSignal, KindTerminate:
		o.target = c.number[s.Target]
	case KindThrottle:
		o.count = int32(s.Value)
	case KindQueueDepth:
		o.count = int32(s.Value)
		c.p.depth = max(c.p.depth, int(s.Value))
	case KindSoftFence:
		o.target = c.number[s.Index]
	case KindPriority:
		o.level, o.context = levelOf(s.Value), c.context(s)
	case KindSlices:
		o.slices, o.context = c.mask(s.Value), c.context(s)
	case KindPreempt:
		// As in gem_wsim, the steps that follow in the file have it, whatever
		// iteration they are of.
		c.every[s.Context] = fence.Duration(s.Value) * fence.Microsecond
	}
	return nil
}

// context returns the index of the context of a step that is no batch.
func (c *compiler) context(s *Step) int32 {
	if q, ok := c.queue[s.Context]; ok {
		return int32(q)
	}
	return noBatch
}

// mask returns a slice mask as the host gets it: 0 stands for all slices, however
// they were named.
func (c *compiler) mask(value int64) uint32 {
	if value == allSlices || value == 1<<c.p.device.Slices-1 {
		return 0
	}
	return uint32(value)
}

func (c *compiler) compileBatch(s *Step, o *op) (err error) {
	if o.engines, err = c.resolve(s); err != nil {
		return err
	}
	if err := c.compileStarts(s, o); err != nil {
		return err
	}
	queue := c.queue[s.Context]
	c.p.contexts[queue].Engines |= o.engines
	o.context = int32(queue)
	o.result = c.number[s.Index]
	o.order = c.order(o)
	o.wait = s.Wait
	o.us, o.endless = s.Span, s.Span.Infinite
	o.preempt = defaultPreempt
	if every, ok := c.every[s.Context]; ok {
		o.preempt = every
	}
	for _, d := range s.Deps {
		if d.Kind != DepSubmit {
			o.uses = append(o.uses, c.use(d))
		}
	}
	o.alone = len(o.uses)+len(o.starts) == 0 && o.order != noOrder
	return nil
}

// order numbers the timeline of a batch.
func (c *compiler) order(o *op) int32 {
	if o.engines.Count() > 1 {
		return noOrder
	}
	key := orderKey{o.context, o.engines}
	n, ok := c.orders[key]
	if !ok {
		n = int32(c.p.lines)
		c.p.lines++
		c.orders[key] = n
	}
	return n
}

// use compiles one dependency. A batch writes a result of its own, which data
// dependencies read: so its next submission waits for those readers, as the
// buffers of gem_wsim's batches have it.
func (c *compiler) use(d Dep) use {
	switch d.Kind {
	case DepData:
		n := c.number[d.Target]
		return use{kind: useRead, first: n, last: n}
	case DepFence:
		if n := c.number[d.Target]; c.w.Steps[d.Target].Kind == KindSoftFence {
			return use{kind: useFence, first: n}
		} else {
			return use{kind: useDone, first: n}
		}
	}
	u := c.base[d.Set]
	u.kind = useRead
	if d.Kind == DepWrite {
		u.kind = useWrite
	}
	u.first, u.last = u.first+int32(d.First), u.first+int32(d.Last)
	return u
}
