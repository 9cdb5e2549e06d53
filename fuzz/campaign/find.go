package campaign

import (
	"time"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// Own is the name of this package among the engines.
const Own = "own"

// Crash is what stands in the place of the invariant if the process ended.
const Crash = "crash"

// History is what stands in the place of the invariant if two runs differ.
const History = "history"

// Find is a finding, small and confirmed.
type Find struct {
	*target.Finding
	// Target is what Data was run on; the finding's program, if it is one, is what
	// Data says.
	Target string
	Data   []byte
	// Engine found it.
	Engine string
	// Stable: it came again each time, with the same class.
	Stable bool
	After  time.Duration // from the beginning of the campaign
	File   string        // where it was stored, if it was
}

// Ops returns how many operations the program has, or of what is no program how
// many bytes.
func (f *Find) Ops() int {
	if f.Program != nil {
		return len(f.Program.Ops)
	}
	return len(f.Data)
}

// found handles a finding: it is counted if its class is known, and otherwise
// confirmed, made small and reported.
func (x *campaign) found(l *lane, in input, f *target.Finding) {
	if x.classes[f.Class] {
		x.report.Again++
		return
	}
	x.classes[f.Class] = true
	find := &Find{
		Finding: f, Target: l.Name, Data: in.encode(), Engine: Own, Stable: true,
		After: time.Since(x.start),
	}
	run := l.run
	if f.Invariant == History {
		run = l.replay // Such runs are compared now and then.
	}
	for range confirmations {
		g := x.guarded(l, in, run).Finding
		find.Stable = find.Stable && g != nil && g.Class == f.Class
	}
	if find.Stable {
		x.minimise(l, in, find, run)
	}
	if f.Invariant == target.Canary {
		x.report.Canary, x.report.CanaryOps = find.After, find.Ops()
	}
	find.Explain()
	x.report.Finds = append(x.report.Finds, find)
	if x.Found != nil {
		x.Found(find)
	}
}

// minimise makes a find small.
func (x *campaign) minimise(l *lane, in input, find *Find, run func(input) outcome) {
	class := find.Class
	fails := func(in input) bool {
		g := x.guarded(l, in, run).Finding
		if g == nil || g.Class != class {
			return false
		}
		find.Finding, find.Data = g, in.encode()
		return true
	}
	if in.program == nil {
		MinimiseBytes(in.data, MinimiseRuns, func(b []byte) bool { return fails(input{data: b}) })
		return
	}
	// What comes after the operation that failed has no part in it.
	if p := find.Program; p != nil && len(p.Ops) < len(in.program.Ops) && fails(input{program: p}) {
		in.program = p
	}
	prog.Minimise(in.program, MinimiseRuns, func(p *prog.Program) bool {
		return fails(input{program: p})
	})
}

// lookForCanary notes the first program with the canary that was not given.
func (x *campaign) lookForCanary(l *lane, in input, o *outcome) {
	if !x.searching || x.report.Canary != 0 || in.program == nil || !target.Sings(in.program, &o.Result) {
		return
	}
	small, _ := prog.Minimise(in.program, MinimiseRuns, func(q *prog.Program) bool {
		o := x.run(l, input{program: q})
		return target.Sings(q, &o.Result)
	})
	x.report.Canary = max(1, time.Since(x.start))
	x.report.CanaryOps = len(small.Ops)
}
