package workload

// check verifies what needs the whole file: that the working sets exist, that
// each software fence is signalled at most once, and that no step waits for a
// batch that cannot run before a later step.
func (p *parser) check() error {
	// release[i] is the step before which step i cannot be done: for a software
	// fence the one that signals it, for a batch the latest of what it names.
	release := make([]int, len(p.w.Steps))
	if err := p.checkSignals(release); err != nil {
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
				} else if d.Kind != DepSubmit {
					release[i] = max(release[i], release[d.Target])
				}
			}
			if s.Wait && release[i] > i {
				return p.stuck(s, s, release[i])
			}
		case KindSync:
			if release[s.Target] > i {
				return p.stuck(s, &p.w.Steps[s.Target], release[s.Target])
			}
		}
	}
	return nil
}

// checkSignals fills in release for software fences: without an a step, the
// end of the iteration signals them.
func (p *parser) checkSignals(release []int) error {
	signalled := make([]int, len(p.w.Steps))
	for i := range p.w.Steps {
		s := &p.w.Steps[i]
		switch s.Kind {
		case KindSoftFence:
			release[i] = len(p.w.Steps)
		case KindSignal:
			if at := signalled[s.Target]; at != 0 {
				return p.errorAt(s.Line, "the software fence of line %d is signalled by line %d "+
					"already; create another with f", p.w.Steps[s.Target].Line, p.w.Steps[at].Line)
			}
			signalled[s.Target], release[s.Target] = i, i
		}
	}
	return nil
}

// stuck reports that step s waits for batch b, which waits for step at.
func (p *parser) stuck(s, b *Step, at int) error {
	until := "the end of the file, where software fences without an a step are signalled"
	if at < len(p.w.Steps) {
		until = quote(p.w.Steps[at].String()) + " signals a software fence"
	}
	return p.errorAt(s.Line, "the client would wait forever, since the batch of line %d "+
		"cannot run until %s; wait after that", b.Line, until)
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
