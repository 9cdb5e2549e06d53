package prog

import (
	"fmt"
	"slices"
	"strings"
)

// SyntaxError is what is wrong with a program's text.
type SyntaxError struct {
	File string
	Line int    // from 1
	Msg  string // what is wrong; what to do
}

// Error returns "file:line: what is wrong; what to do".
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

// parser reads a program's text from top to bottom.
type parser struct {
	file string
	line int // from 1
	p    *Program
}

// Parse reads the text of a program. The first line names the language's
// version, as in "# credence-program 1"; the machine comes before the
// operations; # starts a comment. A program that says nothing of its machine
// gets an ideal device with the real numbers, one scheduler, fair and of lanes,
// and one entity. The name stands in messages only. Errors are of type *SyntaxError.
func Parse(name, text string) (*Program, error) {
	q := &parser{file: name, line: 1, p: &Program{Device: defaultDevice}}
	first, rest, _ := strings.Cut(text, "\n")
	if want := fmt.Sprint(firstLine, Version); strings.TrimSpace(first) != want {
		return nil, &SyntaxError{name, 1,
			fmt.Sprintf("the first line is not %q; give a program of this version", want)}
	}
	for line := range strings.SplitSeq(rest, "\n") {
		q.line++
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		f := q.split(words)
		if !q.machine(f) {
			q.operation(f)
		}
		if err := f.finish(); err != nil {
			return nil, err
		}
	}
	q.complete()
	return q.p, nil
}

// operation reads a line that is an operation.
func (q *parser) operation(f *fields) {
	k := slices.Index(kindNames[:], f.word)
	if k < 0 {
		f.fail("%q is no operation; there are device, sched, entity, %s",
			f.word, strings.Join(kindNames[:], ", "))
		return
	}
	if len(q.p.Ops) == MaxOps {
		f.fail("more than %d operations; split the program", MaxOps)
		return
	}
	o := Op{Kind: Kind(k)}
	switch o.Kind {
	case Submit, MakeJob:
		o.Target, o.Job = uint8(f.main(MaxJobs-1)), f.job()
	case Push, Abort, Drop:
		o.Target = uint8(f.main(MaxJobs - 1))
	case Signal:
		o.Target, o.Err = uint8(f.main(MaxExternal-1)), f.errno("err")
	case Advance:
		o.N = uint16(f.main(MaxMicros))
	case Step, Timeline:
		o.N = uint16(f.main(MaxSteps))
	}
	q.p.Ops = append(q.p.Ops, o)
}
