package prog

import (
	"fmt"
	"slices"
	"strings"

	"credence/core/sched"
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

// divider ends a program's text; what follows says what happens when it runs.
const divider = "----"

// parser reads a program's text from top to bottom.
type parser struct {
	file string
	line int // from 1
	p    *Program
	// version is that of the text, and recorded that it is a recorded script.
	version  int
	recorded bool
	policy   sched.Policy     // of a recorded script
	jobs     map[string]uint8 // identifiers of a recorded script that are too large
	entities map[string]uint8 // all identifiers of a recorded script
}

// Parse reads the text of a program, up to a line of four dashes. The first line
// names the language's version, as in "# credence-program 2", or the format of
// the recorded scripts, "# drm-sched-vector 1"; the machine comes before the
// operations; # starts a comment. Text of an older version means what it meant
// then; a recorded script keeps its meaning, with entities and large job numbers
// renamed and long times rounded up. A program that says nothing of its machine
// gets one engine, one fair scheduler of one credit, and one entity. The name
// stands in messages only. Errors are of type *SyntaxError.
func Parse(name, text string) (*Program, error) {
	q := &parser{file: name, line: 1, p: &Program{Device: defaultDevice}}
	first, rest, _ := strings.Cut(text, "\n")
	if !q.firstLine(strings.TrimSpace(first)) {
		return nil, &SyntaxError{name, 1, fmt.Sprintf(
			"the first line is not %q; give a program of version 1 to %d, or a recorded script",
			fmt.Sprint(firstLine, Version), Version)}
	}
	for line := range strings.SplitSeq(rest, "\n") {
		q.line++
		if strings.TrimSpace(line) == divider {
			break
		}
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

// firstLine reads what kind of text this is, and reports whether it is known.
func (q *parser) firstLine(line string) bool {
	if policy, ok := recordedPolicy(line); ok {
		q.recordedScript(policy)
		return true
	}
	n, ok := strings.CutPrefix(line, firstLine)
	switch {
	case ok && n == "1":
		q.version = 1
		q.p.Device.Profile = Ideal
	case ok && n == fmt.Sprint(Version):
		q.version = Version
	default:
		return false
	}
	return true
}

// defaultSched returns what a scheduler is unless the text says otherwise.
func (q *parser) defaultSched() Sched {
	s := defaultSched
	if q.version == 1 {
		s.Flow = sched.Flow{Kind: sched.FlowLanes}
	}
	if q.recorded {
		s.Policy = q.policy
	}
	return s
}

// complete adds what a machine cannot be without.
func (q *parser) complete() {
	if len(q.p.Scheds) == 0 {
		q.p.Scheds = []Sched{q.defaultSched()}
	}
	if len(q.p.Entities) == 0 {
		q.p.Entities = []Entity{defaultEntity}
	}
}

// mostMicros is the longest time that may be written.
func (q *parser) mostMicros() int {
	if q.recorded {
		return 1 << 30
	}
	return MaxMicros
}

// operation reads a line that is an operation.
func (q *parser) operation(f *fields) {
	k := slices.IndexFunc(forms[:], func(x form) bool { return x.word == f.word })
	if k < 0 {
		var words []string
		for _, x := range forms {
			words = append(words, x.word)
		}
		f.fail("%q is no operation; there are device, compat, sched, entity, %s",
			f.word, strings.Join(words, ", "))
		return
	}
	if len(q.p.Ops) == MaxOps {
		f.fail("more than %d operations; split the program", MaxOps)
		return
	}
	q.complete()
	o := Op{Kind: Kind(k)}
	f.operation(&o, &forms[k])
	q.p.Ops = append(q.p.Ops, o)
}

// targetNames say what the number of an operation is.
var targetNames = [numTargets]string{aJob: "a job", anExternal: "an external fence",
	anEntity: "an entity", aSched: "a scheduler"}

// operation reads the arguments and pairs that o's form names.
func (f *fields) operation(o *Op, x *form) {
	if x.target != noTarget {
		o.Target = f.target(x.target)
	}
	switch x.number {
	case aDuration:
		o.N = f.duration("the time", f.number("a time", f.q.mostMicros()))
	case aCount:
		o.N = uint32(f.number("a count", MaxSteps))
	}
	switch {
	case x.exit:
		o.Exit = Exit(f.choice("the caller's end", f.arg("the caller's end"), exitNames[:], 0))
	case x.priority:
		o.Priority = sched.Priority(f.choice("the priority", f.arg("a priority"), priorityNames, 0))
	case x.job:
		o.Job = f.job()
	case x.entity:
		o.Entity = f.entity()
	case x.scheds:
		o.Scheds = f.list("scheds")
	case x.from:
		o.From = uint8(f.integer("from", 0, 0, half-1))
	}
	if x.err {
		o.Err = f.errno("err")
	}
}

// target takes the next argument as what an operation is about.
func (f *fields) target(k targetKind) uint8 {
	what := targetNames[k]
	text := f.arg(what)
	switch {
	case f.err != nil:
		return 0
	case k == aJob:
		return f.jobID(what+" after "+f.word, text)
	case k == anEntity:
		return f.entityID(what+" after "+f.word, text)
	}
	return uint8(f.parse(what+" after "+f.word, text, 0, targetLimits[k]-1))
}
