package workload

// A batch with a submit fence (s-K) starts together with another, its leader.
// Where the context balances its load, i915 then chooses an engine other than
// the leader's, and bonds (b) say further which may follow a leader on a certain
// engine. So the leader's engine is chosen first: its batch is pinned, that is,
// the host chooses when it is submitted.

// followers has, for each engine of a leader, what a context's bonds leave to
// those that start with it; 0 where no bond says anything.
type followers []EngineSet

// readBonds collects the b steps, which hold for the whole file.
func (c *compiler) readBonds() error {
	c.bonds = map[int]followers{}
	for i := range c.w.Steps {
		s := &c.w.Steps[i]
		if s.Kind != KindBond {
			continue
		}
		m := c.maps[s.Context]
		if m == nil || !m.balance {
			return c.errorf(s, "bonds of context %d need load balancing; put steps such as "+
				"M.%d.VCS and B.%d before it", s.Context, s.Context, s.Context)
		}
		master, err := c.one(s, s.Engine)
		if err != nil {
			return err
		}
		if c.bonds[s.Context] == nil {
			c.bonds[s.Context] = make(followers, len(c.p.device.Engines))
		}
		for _, e := range s.Engines {
			set, err := c.one(s, e)
			if err != nil {
				return err
			}
			if set&m.engines == 0 {
				return c.errorf(s, "engine %v is not in the engine map of context %d, line %d, which "+
					"has %s; name one of those", e, s.Context, m.step.Line,
					c.p.device.names(m.engines))
			}
			c.bonds[s.Context][master.Lowest()] |= set
		}
	}
	return nil
}

// one returns the single engine that a step means by e.
func (c *compiler) one(s *Step, e Engine) (EngineSet, error) {
	set := c.p.device.find(e)
	switch {
	case set == 0:
		return 0, c.errorf(s, "%s", c.p.device.missing(e))
	case set.Count() > 1:
		return 0, c.errorf(s, "%v means %s, and a bond is between single engines; name one", e,
			c.p.device.names(set))
	}
	return set, nil
}

// compileStarts fills in what batch s starts with, and narrows its engines to
// what the leader's leave.
func (c *compiler) compileStarts(s *Step, o *op) error {
	for _, d := range s.Deps {
		if d.Kind == DepSubmit {
			o.starts = append(o.starts, c.number[d.Target])
			o.leader = c.number[d.Target]
		}
	}
	if len(o.starts) == 0 || o.engines.Count() == 1 {
		return nil
	}
	if len(o.starts) > 1 {
		return c.errorf(s, "a batch of a context with load balancing starts with one other at most, "+
			"which its engine depends on; leave one s dependency, or name the engine")
	}
	leader := &c.p.ops[c.step[o.leader]]
	left, err := c.left(s, leader.engines, o.engines)
	if err != nil {
		return err
	}
	if leader.engines.Count() == 1 {
		o.engines = left[leader.engines.Lowest()]
		return nil
	}
	o.follow, leader.pin, c.p.pinned = left, true, true
	return nil
}

// left returns, for each engine of leader, those of engines on which batch s may
// run then.
func (c *compiler) left(s *Step, leader, engines EngineSet) (followers, error) {
	left := make(followers, len(c.p.device.Engines))
	for i := range left {
		if !leader.Has(i) {
			continue
		}
		left[i] = engines &^ (1 << uint(i))
		if b := c.bonds[s.Context]; b != nil && b[i] != 0 {
			left[i] &= b[i]
		}
		if left[i] == 0 {
			return nil, c.errorf(s, "no engine is left for the batch when the one that it starts "+
				"with runs on %s; add a bond such as b.%d.ENGINE.%s, or widen the engine map",
				c.p.device.name(i), s.Context, c.p.device.name(i))
		}
	}
	return left, nil
}
