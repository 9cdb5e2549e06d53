package workload

import "strings"

// parseBatch reads ctx.engine.duration.deps.wait.
func parseBatch(p *parser, s *Step, f []string) (err error) {
	if err = p.context(s, f[0]); err != nil {
		return err
	}
	if s.Engine, err = p.engine(f[1], true); err != nil {
		return err
	}
	if s.Span, err = p.span(f[2]); err != nil {
		return err
	}
	if err = p.deps(s, f[3]); err != nil {
		return err
	}
	if f[4] != "0" && f[4] != "1" {
		return p.errorf("%s does not say whether to wait; write 1 to wait until the batch "+
			"is done, else 0", quote(f[4]))
	}
	s.Wait = f[4] == "1"
	return nil
}

// span reads N, N-M, ~N or *.
func (p *parser) span(field string) (Span, error) {
	if field == "*" {
		return Span{Infinite: true}, nil
	}
	if digits, ok := strings.CutPrefix(field, "~"); ok {
		return p.exponential(digits)
	}
	const what = "duration in microseconds"
	lo, hi, isRange := strings.Cut(field, "-")
	least, err := p.number(what, lo, 1, MaxMicroseconds)
	if err != nil || !isRange {
		return Span{Min: least, Max: least}, err
	}
	most, err := p.number(what, hi, 1, MaxMicroseconds)
	if err == nil && most <= least {
		err = p.errorf("the duration %s does not grow; write the smaller figure first, "+
			"or a single one", quote(field))
	}
	return Span{Min: least, Max: most}, err
}

// exponential reads the mean of an exponential law.
func (p *parser) exponential(digits string) (Span, error) {
	mean, err := p.number("mean in microseconds", digits, 1, MaxMicroseconds)
	return Span{Min: mean, Max: mean, Exponential: true}, err
}

// deps reads 0, or dependencies between slashes.
func (p *parser) deps(s *Step, field string) error {
	if field == "0" {
		return nil
	}
	for text := range strings.SplitSeq(field, "/") {
		if len(s.Deps) == MaxDeps {
			return p.errorf("more than %d dependencies of a batch; use ranges of objects", MaxDeps)
		}
		d, err := p.dep(s, text)
		if err != nil {
			return err
		}
		s.Deps = append(s.Deps, d)
	}
	return nil
}

// dep reads one dependency: -K, f-K, s-K, rW-O, rW-O-O, wW-O, wW-O-O.
func (p *parser) dep(s *Step, text string) (d Dep, err error) {
	if text == "" {
		return d, p.errorf("a dependency is missing; write 0 for none, " +
			"or for example -1/-2 for the two steps before")
	}
	switch text[0] {
	case '-':
		d.Kind = DepData
		d.Target, err = p.back(s, text)
	case 'f':
		d.Kind = DepFence
		d.Target, err = p.back(s, text[1:])
	case 's':
		d.Kind = DepSubmit
		d.Target, err = p.back(s, text[1:])
	case 'r':
		d.Kind = DepRead
		return d, p.objectsOf(&d, text[1:])
	case 'w':
		d.Kind = DepWrite
		return d, p.objectsOf(&d, text[1:])
	default:
		return d, p.errorf("%s is no dependency; write 0 for none, -1 for data of the step "+
			"before, f-1 for its fence, or r1-0 and w1-0 for objects of working set 1", quote(text))
	}
	if err != nil {
		return d, err
	}
	return d, p.want(d.Target, d.Kind == DepFence)
}

// objectsOf reads W-O or W-O-O.
func (p *parser) objectsOf(d *Dep, text string) error {
	set, objects, ok := strings.Cut(text, "-")
	if !ok {
		return p.errorf("%s names no object; write the set and the object, such as r1-0, "+
			"or r1-0-9 for a range", quote(text))
	}
	first, last, isRange := strings.Cut(objects, "-")
	if !isRange {
		last = first
	}
	n, err := p.number("working set", set, 0, MaxWorkingSets-1)
	if err != nil {
		return err
	}
	from, err := p.number("object", first, 0, MaxObjects-1)
	if err != nil {
		return err
	}
	to, err := p.number("object", last, from, MaxObjects-1)
	if err != nil {
		return err
	}
	if p.references += int(to - from + 1); p.references > MaxReferences {
		return p.errorf("the batches name more than %d objects; use smaller ranges", MaxReferences)
	}
	d.Set, d.First, d.Last = int(n), int(from), int(to)
	return nil
}
