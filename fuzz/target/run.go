package target

import (
	"fmt"
	"hash/fnv"
	"io"
	"runtime"
	"strings"

	"credence/core/invariant"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
)

// Result is what a program did.
type Result struct {
	// Finding is what is wrong, or nil.
	Finding *Finding
	// Completed is how many jobs finished, Steps how many work items and events
	// that took, and Executed how many operations did something.
	Completed, Steps, Executed int
	// Compared is how often the model was compared.
	Compared int
	// History is a hash of all events of the schedulers.
	History uint64
	// Exempt counts what was not held against the core.
	Exempt Exemptions
	// Pairs are the operations that did something, each with the state that it met.
	Pairs Pairs
}

// Finding is a broken rule or a panic.
type Finding struct {
	// Invariant is the rule: a number, a word of package oracle or lockstep,
	// "panic", or "history" for two runs that differ.
	Invariant string
	// Operation is the word of the operation in which it broke, or "heal", and At
	// its index.
	Operation string
	At        int
	// Class is the same for every occurrence of one bug: invariant, operation,
	// and, if the core was at work, a hash of its functions on the stack.
	Class string
	// Message has the values.
	Message string
	// Program is what was run, up to the operation that failed.
	Program *prog.Program
	// History is what happened up to then, in the words of the recorded scripts;
	// Explain fills it in.
	History string
}

// Explain runs the program again and fills in what happens.
func (f *Finding) Explain() {
	if f.Program != nil && f.History == "" {
		var b strings.Builder
		run(f.Program, asWritten, &b)
		f.History = b.String()
	}
}

// String returns everything, with what to do; the program stands last.
func (f *Finding) String() string {
	s := fmt.Sprintf("%s\n%s\n%s", f.Class, f.Message, f.History)
	if f.Program != nil {
		s += "to reproduce: save what follows as fuzz/testdata/NAME.txt, and run " +
			"go test ./fuzz/target -run TestReplay/NAME\n" + f.Program.String()
	}
	return s
}

// Run executes a program: its operations, then what heals it, with every check
// after each of them and the model in lockstep. It catches panics, and depends on
// nothing but p. Of one program in DeepEvery, by its content, it compares the
// histories of other runs too (Deep).
func Run(p *prog.Program) Result {
	r := run(p, asWritten, nil)
	if r.Finding == nil && r.History%DeepEvery == 0 {
		r.Finding = Deep(p, r.History)
	}
	return r
}

// Trace is Run without Deep, and writes what happens to w, as the recorded
// scheduler scripts have it: a line of what follows from each event, with its
// time in microseconds, and after each operation its number and the time.
func Trace(p *prog.Program, w io.Writer) Result { return run(p, asWritten, w) }

func run(p *prog.Program, v variant, w io.Writer) (r Result) {
	var m *machine
	at := 0
	defer func() {
		if x := recover(); x != nil {
			r.Finding = newFinding(x, p, at)
		}
		if m != nil {
			m.result(&r)
		}
	}()
	m = newMachine(p, v, w)
	lines := m.traceMachine()
	for ; at < len(p.Ops); at++ {
		state := m.state()
		if m.execute(&p.Ops[at]) {
			m.executed++
			m.pairs.reach(p.Ops[at].Kind, state)
		}
		m.traceOp(lines+at, len(m.scheds))
	}
	m.heal()
	m.end()
	return r
}

func (m *machine) result(r *Result) {
	r.Completed, r.Steps, r.Executed = m.completed, m.steps, m.executed
	r.Compared, r.History, r.Exempt = m.lock.Compared(), uint64(m.history), m.exempt
	r.Pairs = m.pairs
}

// newFinding describes the panic v in operation at of p, or after the last. It
// is called while the stack of the panic stands.
func newFinding(v any, p *prog.Program, at int) *Finding {
	f := &Finding{Invariant: "panic", Operation: "heal", At: at}
	detail := ""
	switch v := v.(type) {
	case *oracle.Violation:
		f.Invariant, detail = v.Rule, v.Detail
	case *invariant.Violation:
		f.Invariant, detail = v.ID.String(), v.Detail
	default:
		detail = fmt.Sprint(v)
	}
	f.Program = p.Clone()
	if at < len(p.Ops) {
		f.Operation = p.Ops[at].Kind.String()
		f.Program.Ops = f.Program.Ops[:at+1]
	}
	f.Message = fmt.Sprintf("%s\nin operation %d of %d", detail, at, len(p.Ops))
	f.Class = f.Invariant + "/" + f.Operation
	if h := coreFrames(); h != 0 {
		f.Class += fmt.Sprintf("/%08x", h)
	}
	return f
}

// topFrames is how many of the core's functions go into a class.
const topFrames = 3

// coreFrames returns a hash of the topmost functions of core and device on the
// stack, or 0 if there are none.
func coreFrames() uint32 {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	h := fnv.New32a()
	n := 0
	for more := true; more && n < topFrames; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, "credence/core/") ||
			strings.HasPrefix(f.Function, "credence/hwmock/") {
			h.Write([]byte(f.Function))
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return h.Sum32()
}
