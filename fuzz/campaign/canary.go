package campaign

import (
	"time"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// The canary is a bug that is not there: a pause, a kill and a resume that come in
// this order, the pause and the resume of one scheduler, in a program in which
// jobs complete. A campaign reports it to itself like a find, and makes it small. One
// that did not meet it did not search: that random programs reach deep enough,
// and that the minimiser works. Whether the oracle sees real bugs is what the
// planted ones show.
const (
	canaryJobs = 3
	// CanaryMost is how many operations the canary has at most when it is small.
	CanaryMost = 3 + canaryJobs
)

// sings reports whether the canary is in p, whose run gave r.
func sings(p *prog.Program, r *target.Result) bool {
	if r.Finding != nil || r.Completed < canaryJobs {
		return false
	}
	paused, killed := [prog.MaxScheds]bool{}, [prog.MaxScheds]bool{}
	for i := range p.Ops {
		o := &p.Ops[i]
		id := int(o.Target) % len(p.Scheds)
		switch o.Kind {
		case prog.Pause:
			paused[id] = true
		case prog.Kill:
			killed = paused
		case prog.Resume:
			if killed[id] {
				return true
			}
		}
	}
	return false
}

// lookForCanary notes the first program with the canary.
func (x *campaign) lookForCanary(p *prog.Program, r *target.Result) {
	if x.report.Canary != 0 || !sings(p, r) {
		return
	}
	small, _ := prog.Minimise(p, MinimiseRuns, func(q *prog.Program) bool {
		r := x.run(q)
		return sings(q, &r)
	})
	x.report.Canary = max(1, time.Since(x.start))
	x.report.CanaryOps = len(small.Ops)
}
