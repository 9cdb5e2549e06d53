package workload

// check verifies what needs the whole file: that the working sets exist, that
// each software fence is signalled at most once, and that no step waits for a
// batch that cannot be done before a later step.
func (p *parser) check() error {
	r := releases{
		start: make([]int, len(p.w.Steps)), done: make([]int, len(p.w.Steps)),
	}
	if err := p.checkReleases(&r); err != nil {
		return err
	}
	for i := range p.w.Steps {
		s := &p.w.Steps[i]
		switch s.Kind {
		case KindBatch:
			for _, d := range s.Deps {
				if d.Kind == DepRead || d.Kind == DepWrite {
					if err := p.checkObjects(s, d); err != nil {
						return err
					}
				}
			}
			r.follow(s)
			if s.Wait && r.done[i] > i {
				return p.stuck(s, s, r.done[i])
			}
		case KindSync:
			if r.done[s.Target] > i {
				return p.stuck(s, &p.w.Steps[s.Target], r.done[s.Target])
			}
		}
	}
	return nil
}

// releases has, by step, the later step before which a batch cannot start or a
// batch or software fence cannot be done: the a step of a software fence, the
// first T step of a batch without an end, and what follows from these; 0 if
// there is none.
type releases struct{ start, done []int }

// checkReleases fills in r for software fences, which without an a step the end
// of the iteration signals, and for batches without an end.
func (p *parser) checkReleases(r *releases) error {
	signalled := make([]int, len(p.w.Steps))
	for i := range p.w.Steps {
		s := &p.w.Steps[i]
		switch s.Kind {
		case KindSoftFence:
			r.done[i] = len(p.w.Steps)
		case KindSignal:
			if at := signalled[s.Target]; at != 0 {
				return p.errorAt(s.Line, "the software fence of line %d is signalled by line %d "+
					"already; create another with f", p.w.Steps[s.Target].Line, p.w.Steps[at].Line)
			}
			signalled[s.Target], r.done[s.Target] = i, i
		case KindTerminate:
			if r.done[s.Target] == 0 {
				r.done[s.Target] = i
			}
		}
	}
	return nil
}

// follow fills in r for batch s, whose dependencies have theirs.
func (r *releases) follow(s *Step) {
	start := &r.start[s.Index]
	for _, d := range s.Deps {
		switch d.Kind {
		case DepData, DepFence:
			*start = max(*start, r.done[d.Target])
		case DepSubmit:
			*start = max(*start, r.start[d.Target])
		}
	}
	r.done[s.Index] = max(r.done[s.Index], *start)
}

// stuck reports that step s waits for batch b, which waits for step at.
func (p *parser) stuck(s, b *Step, at int) error {
	cannot := "cannot run until the end of the file, where software fences without an a step " +
		"are signalled"
	if at < len(p.w.Steps) {
		cannot = "cannot run until " + quote(p.w.Steps[at].String()) + " signals a software fence"
		if p.w.Steps[at].Kind == KindTerminate {
			cannot = "is not done until " + quote(p.w.Steps[at].String()) +
				" ends a batch of duration *"
		}
	}
	return p.errorAt(s.Line, "the client would wait forever, since the batch of line %d %s; "+
		"wait after that", b.Line, cannot)
}

// checkObjects verifies that the working set of d has the objects it names.
func (p *parser) checkObjects(s *Step, d Dep) error {
	at, ok := p.sets[d.Set]
	if !ok {
		return p.errorAt(s.Line, "there is no working set %d; declare it, such as w.%d.4k",
			d.Set, d.Set)
	}
	set := &p.w.Steps[at]
	if n := set.Set.Objects(); d.Last >= n {
		return p.errorAt(s.Line, "there is no object %d in working set %d; line %d declares %s, "+
			"counted from 0", d.Last, d.Set, set.Line, count(n, "object"))
	}
	return nil
}
