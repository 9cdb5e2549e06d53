package workload

import "credence/core/fence"

// Group is the clones of one program on one host, and what they share. Groups
// are independent of each other.
type Group struct {
	host    Host
	prog    *Program
	opts    Options
	spans   []spanOf // one a step: drawn from, or slept
	refs    refs
	deps    deps
	shared  []object
	clients []*Client
}

// spanOf is the scaled span of a step, in nanoseconds.
type spanOf struct {
	least  fence.Duration // or the mean of an exponential law
	spread uint64         // number of values, from least up; 0 for such a law
}

// NewGroup returns the clients of p on host. It does not call the host; each
// client starts with its first Resume. All memory that depends on the file is
// allocated here.
func NewGroup(p *Program, host Host, o Options) (*Group, error) {
	if err := o.normalize(); err != nil {
		return nil, err
	}
	g := &Group{
		host: host, prog: p, opts: o,
		spans:  scaleSpans(p, o),
		refs:   refs{host: host},
		shared: make([]object, p.shared),
	}
	for i := range o.Clients {
		g.clients = append(g.clients, newClient(g, i))
	}
	return g, nil
}

// scaleSpans computes the spans of all steps.
func scaleSpans(p *Program, o Options) []spanOf {
	spans := make([]spanOf, len(p.ops))
	for i := range p.ops {
		us, s := p.ops[i].us, &spans[i]
		s.spread = 1
		switch p.ops[i].kind {
		case KindBatch:
			s.least = max(1, scaled(us.Min, o.DurationScale))
			s.spread = uint64(max(s.least, scaled(us.Max, o.DurationScale))-s.least) + 1
		case KindDelay:
			s.least = scaled(us.Min, o.DelayScale)
		case KindPeriod:
			s.least = scaled(us.Min, 1)
		}
		if us.Exponential {
			s.spread = 0
		}
	}
	return spans
}

// Clients returns the clients by ascending index. The caller does not change
// the slice.
func (g *Group) Clients() []*Client { return g.clients }

// Close gives every handle back to the host, after signalling the software
// fences that are not signalled. No client may be resumed afterwards.
func (g *Group) Close() {
	for _, c := range g.clients {
		c.close()
	}
	for i := range g.shared {
		g.shared[i].clear(&g.refs)
	}
}
