package workload

import (
	"strconv"
	"strings"
)

// parsers read the fields of a step, whose number is right; one entry a kind.
var parsers = [numKinds]func(p *parser, s *Step, f []string) error{
	KindBatch:      parseBatch,
	KindDelay:      parseDelay,
	KindPeriod:     parseSpan,
	KindSync:       parseTarget,
	KindThrottle:   parseThrottle,
	KindQueueDepth: parseQueueDepth,
	KindSoftFence:  parseNothing,
	KindSignal:     parseTarget,
	KindTerminate:  parseTarget,
	KindMap:        parseMap,
	KindBalance:    parseBalance,
	KindBond:       parseBond,
	KindPriority:   parsePriority,
	KindPreempt:    parsePreempt,
	KindSlices:     parseSlices,
	KindWorkingSet: parseWorkingSet,
	KindVM:         parseVM,
	KindAssign:     parseAssign,
}

// number reads an integer of lo..hi; what names it in messages.
func (p *parser) number(what, s string, lo, hi int64) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || s[0] == '+' || n < lo || n > hi {
		return 0, p.errorf("%s is no %s; write a whole number from %d to %d",
			quote(s), what, lo, hi)
	}
	return n, nil
}

// context reads the number of a context.
func (p *parser) context(s *Step, field string) error {
	n, err := p.number("context", field, 0, MaxContexts-1)
	s.Context = int(n)
	return err
}

// back reads a distance -K to an earlier step and returns that step's index.
func (p *parser) back(s *Step, field string) (int, error) {
	digits, negative := strings.CutPrefix(field, "-")
	k, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || !negative || k == 0 {
		return 0, p.errorf("%s is no earlier step; write -1 for the step before, "+
			"-2 for the one before that", quote(field))
	}
	if int(k) > s.Index {
		return 0, p.errorf("%s points before the first step, as only %s before this one; "+
			"count every step, comments not", quote(field), precede(s.Index))
	}
	return s.Index - int(k), nil
}

func precede(n int) string {
	if n == 1 {
		return "1 stands"
	}
	return strconv.Itoa(n) + " stand"
}

// want checks that step at is a batch, or a software fence where fence allows
// it.
func (p *parser) want(at int, fence bool) error {
	t := &p.w.Steps[at]
	switch {
	case t.Kind == KindBatch, fence && t.Kind == KindSoftFence:
		return nil
	case fence:
		return p.errorf("the step named, %s of line %d, is neither batch nor software fence; "+
			"count every step, comments not", quote(t.String()), t.Line)
	}
	return p.errorf("the step named, %s of line %d, is no batch; "+
		"count every step, comments not", quote(t.String()), t.Line)
}

func parseNothing(*parser, *Step, []string) error { return nil }

func parseDelay(p *parser, s *Step, f []string) (err error) {
	digits, ok := strings.CutPrefix(f[1], "~")
	if !ok {
		return parseSpan(p, s, f)
	}
	s.Span, err = p.exponential(digits)
	s.Value = s.Span.Min
	return err
}

func parseSpan(p *parser, s *Step, f []string) (err error) {
	s.Value, err = p.number("number of microseconds", f[1], 1, MaxMicroseconds)
	return err
}

func parseThrottle(p *parser, s *Step, f []string) (err error) {
	s.Value, err = p.number("number of steps", f[1], 0, MaxThrottle)
	return err
}

func parseQueueDepth(p *parser, s *Step, f []string) (err error) {
	s.Value, err = p.number("number of batches", f[1], 0, MaxQueueDepth)
	return err
}

// parseTarget reads s.-K, a.-K and T.-K.
func parseTarget(p *parser, s *Step, f []string) (err error) {
	if s.Target, err = p.back(s, f[1]); err != nil {
		return err
	}
	t := &p.w.Steps[s.Target]
	switch {
	case s.Kind == KindSignal && t.Kind != KindSoftFence:
		return p.errorf("the step to signal, %s of line %d, is no software fence; "+
			"name an f step", quote(t.String()), t.Line)
	case s.Kind == KindSignal:
		return nil
	case s.Kind == KindTerminate && !(t.Kind == KindBatch && t.Span.Infinite):
		return p.errorf("the step to end, %s of line %d, is no batch of duration *; "+
			"name one that is", quote(t.String()), t.Line)
	}
	return p.want(s.Target, false)
}

func parseMap(p *parser, s *Step, f []string) (err error) {
	if err = p.context(s, f[1]); err != nil {
		return err
	}
	s.Engines, err = p.engines(f[2])
	return err
}

func parseBalance(p *parser, s *Step, f []string) error { return p.context(s, f[1]) }

func parseBond(p *parser, s *Step, f []string) (err error) {
	if err = p.context(s, f[1]); err != nil {
		return err
	}
	if s.Engines, err = p.engines(f[2]); err != nil {
		return err
	}
	s.Engine, err = p.engine(f[3], false)
	return err
}

func parsePriority(p *parser, s *Step, f []string) (err error) {
	if err = p.context(s, f[1]); err != nil {
		return err
	}
	s.Value, err = p.number("priority", f[2], -maxPriority, maxPriority)
	return err
}

func parsePreempt(p *parser, s *Step, f []string) (err error) {
	if err = p.context(s, f[1]); err != nil {
		return err
	}
	s.Value, err = p.number("number of microseconds", f[2], 0, MaxMicroseconds)
	return err
}

func parseSlices(p *parser, s *Step, f []string) (err error) {
	if err = p.context(s, f[1]); err != nil {
		return err
	}
	s.Value, err = p.number("slice mask", f[2], -1, maxMask)
	return err
}

func parseVM(p *parser, s *Step, f []string) (err error) {
	if s.Value, err = p.number("address space", f[1], 1, MaxVMs); err != nil {
		return err
	}
	if at, ok := p.vms[s.Value]; ok {
		return p.errorf("address space %d is created in line %d already; take another number",
			s.Value, p.w.Steps[at].Line)
	}
	p.vms[s.Value] = s.Index
	return nil
}

func parseAssign(p *parser, s *Step, f []string) (err error) {
	if s.Value, err = p.number("address space", f[1], 1, MaxVMs); err != nil {
		return err
	}
	if _, ok := p.vms[s.Value]; !ok {
		return p.errorf("there is no address space %d yet; create it above, with V.%d",
			s.Value, s.Value)
	}
	return p.context(s, f[2])
}

// engine reads one engine; DEFAULT is allowed for batches only.
func (p *parser) engine(s string, isBatch bool) (Engine, error) {
	e, ok := parseEngine(s)
	if !ok {
		return e, p.errorf("%s is no engine; write DEFAULT, RCS, BCS, VCS, VECS or CCS, "+
			"with an instance from 1 where one is meant, such as VCS2", quote(s))
	}
	if e.Class == DefaultClass && !isBatch {
		return e, p.errorf("DEFAULT names no engine here; write a class or an engine, such as VCS")
	}
	return e, nil
}

// engines reads a list of engines.
func (p *parser) engines(field string) ([]Engine, error) {
	var list []Engine
	for s := range strings.SplitSeq(field, "|") {
		e, err := p.engine(s, false)
		if err != nil {
			return nil, err
		}
		if list = append(list, e); len(list) > MaxEngines {
			return nil, p.errorf("more than %d engines in a list; name each once", MaxEngines)
		}
	}
	return list, nil
}
