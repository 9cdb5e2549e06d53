package workload

import "strings"

// parseWorkingSet reads w.id.size[/size]..., or W.
func parseWorkingSet(p *parser, s *Step, f []string) error {
	id, err := p.number("working set", f[1], 0, MaxWorkingSets-1)
	if err != nil {
		return err
	}
	s.Set = Set{ID: int(id), Shared: f[0] == "W"}
	if at, ok := p.sets[s.Set.ID]; ok {
		return p.errorf("working set %d is declared in line %d already; take another number",
			id, p.w.Steps[at].Line)
	}
	p.sets[s.Set.ID] = s.Index
	for text := range strings.SplitSeq(f[2], "/") {
		size, err := p.size(text)
		if err != nil {
			return err
		}
		s.Set.Sizes = append(s.Set.Sizes, size)
		if p.objects += size.Count; p.objects > MaxObjects {
			return p.errorf("more than %d objects in working sets; declare fewer", MaxObjects)
		}
	}
	return nil
}

// size reads [<n>n]<bytes>[k|m|g][-max].
func (p *parser) size(text string) (z Size, err error) {
	z.Count = 1
	if n, rest, ok := strings.Cut(text, "n"); ok {
		c, err := p.number("number of objects", n, 1, MaxObjects)
		if err != nil {
			return z, err
		}
		z.Count, text = int(c), rest
	}
	lo, hi, isRange := strings.Cut(text, "-")
	if z.Min, err = p.bytes(lo); err != nil {
		return z, err
	}
	if z.Max = z.Min; !isRange {
		return z, nil
	}
	if z.Max, err = p.bytes(hi); err != nil {
		return z, err
	}
	if z.Max < z.Min {
		return z, p.errorf("the size %s falls; write the smaller figure first", quote(text))
	}
	return z, nil
}

// bytes reads a number of bytes with an optional unit.
func (p *parser) bytes(text string) (int64, error) {
	digits, unit := text, int64(1)
	if text != "" {
		switch text[len(text)-1] {
		case 'k', 'K':
			unit = 1 << 10
		case 'm', 'M':
			unit = 1 << 20
		case 'g', 'G':
			unit = 1 << 30
		}
	}
	if unit > 1 {
		digits = text[:len(text)-1]
	}
	n, err := p.number("size", digits, 1, MaxObjectBytes/unit)
	if err != nil {
		return 0, p.errorf("%s is no size; write bytes, or a figure with k, m or g, such as "+
			"4k or 10n8m, up to %dg", quote(text), int64(MaxObjectBytes>>30))
	}
	return n * unit, nil
}
