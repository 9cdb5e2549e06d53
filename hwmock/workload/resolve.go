package workload

// engineMap is what M and B steps say of a context.
type engineMap struct {
	step    *Step // the M step
	engines EngineSet
	balance bool
}

// readMaps collects the M and B steps. They hold for the whole file, wherever
// they stand, but B stands after its M.
func (c *compiler) readMaps() error {
	c.maps = map[int]*engineMap{}
	for i := range c.w.Steps {
		s := &c.w.Steps[i]
		m := c.maps[s.Context]
		switch s.Kind {
		case KindMap:
			set, err := c.mapped(s)
			if err != nil {
				return err
			}
			if m != nil && m.engines != set {
				return c.errorf(s, "context %d has another engine map in line %d, and a map holds "+
					"for the whole file; use another context", s.Context, m.step.Line)
			}
			if m == nil {
				c.maps[s.Context] = &engineMap{step: s, engines: set}
			}
		case KindBalance:
			if m == nil {
				return c.errorf(s, "load balancing of context %d needs an engine map; put a step "+
					"such as M.%d.VCS before it", s.Context, s.Context)
			}
			m.balance = true
		}
	}
	return nil
}

// mapped returns the engines of an M step.
func (c *compiler) mapped(s *Step) (EngineSet, error) {
	var set EngineSet
	for _, e := range s.Engines {
		found := c.p.device.find(e)
		if found == 0 {
			return 0, c.errorf(s, "%s", c.p.device.missing(e))
		}
		set |= found
	}
	return set, nil
}

// resolve returns the engines that may run batch s.
func (c *compiler) resolve(s *Step) (EngineSet, error) {
	device := &c.p.device
	all := ^EngineSet(0)
	if s.Engine.Class != DefaultClass {
		if all = device.find(s.Engine); all == 0 {
			return 0, c.errorf(s, "%s", device.missing(s.Engine))
		}
	}
	m := c.maps[s.Context]
	if m == nil {
		if s.Engine.Class == DefaultClass {
			return device.main(), nil
		}
		return all & -all, nil
	}
	set := all & m.engines
	if set == 0 && m.balance && s.Engine.Instance == AnyInstance {
		set = m.engines
	}
	switch {
	case set == 0:
		return 0, c.errorf(s, "engine %v is not in the engine map of context %d, line %d, which "+
			"has %s; name one of those", s.Engine, s.Context, m.step.Line, device.names(m.engines))
	case set.Count() > 1 && !m.balance:
		return 0, c.errorf(s, "%v means %s of context %d's engine map; add B.%d after line %d to "+
			"balance between them, or name one", s.Engine, device.names(set), s.Context, s.Context,
			m.step.Line)
	}
	return set, nil
}
