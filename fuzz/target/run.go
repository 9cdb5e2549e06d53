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
	// Failure is what is wrong, or nil.
	Failure *Failure
	// Completed is how many jobs finished, and Steps how many work items and
	// events that took. History is a hash of all events of the schedulers.
	Completed, Steps int
	History          uint64
}

// Failure is a broken rule or a panic.
type Failure struct {
	// Class is the same for every occurrence of one bug: the rule, or "panic";
	// the operation; and, if the core was at work, a hash of its functions on
	// the stack.
	Class string
	// Detail has the values, and Program what was run, up to the operation that
	// failed.
	Detail  string
	Program string
}

// String returns everything, with what to do; the program stands last.
func (f *Failure) String() string {
	s := f.Class + "\n" + f.Detail + "\n"
	if f.Program != "" {
		s += "to reproduce: save what follows as fuzz/testdata/NAME.txt, and run " +
			"go test ./fuzz/target -run TestReplay/NAME\n" + f.Program
	}
	return s
}

// Run executes a program: its operations, then what heals it, with every check
// after each of them. It catches panics, and depends on nothing but p.
func Run(p *prog.Program) Result { return run(p, nil) }

// Trace is Run, and writes what happens to w, as the recorded scheduler scripts
// have it: a line of what follows from each event, with its time in
// microseconds, and after each operation its number and the time.
func Trace(p *prog.Program, w io.Writer) Result { return run(p, w) }

func run(p *prog.Program, w io.Writer) (r Result) {
	var m *machine
	at := 0
	defer func() {
		if v := recover(); v != nil {
			r.Failure = newFailure(v, p, at)
		}
		if m != nil {
			r.Completed, r.Steps, r.History = m.completed, m.steps, uint64(m.history)
		}
	}()
	m = newMachine(p)
	m.trace = w
	for ; at < len(p.Ops); at++ {
		m.execute(&p.Ops[at])
		m.traceOp(at)
	}
	m.heal()
	m.check.End()
	return r
}

// newFailure describes the panic v in operation at of p, or after the last. It
// is called while the stack of the panic stands.
func newFailure(v any, p *prog.Program, at int) *Failure {
	rule, detail := "panic", ""
	switch v := v.(type) {
	case *oracle.Violation:
		rule, detail = v.Rule, v.Detail
	case *invariant.Violation:
		rule, detail = v.ID.String(), v.Detail
	default:
		detail = fmt.Sprint(v)
	}
	op := "heal"
	ran := *p
	if at < len(p.Ops) {
		op = p.Ops[at].Kind.String()
		ran.Ops = p.Ops[:at+1]
	}
	f := &Failure{
		Class:   rule + "/" + op,
		Detail:  fmt.Sprintf("%s\nin operation %d of %d", detail, at, len(p.Ops)),
		Program: ran.String(),
	}
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
