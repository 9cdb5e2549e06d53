package target

import (
	"os"

	"credence/fuzz/prog"
)

// CanaryEnv is the environment variable that has the canary reported as a
// finding, in every engine, if it is 1.
const CanaryEnv = "CREDENCE_CANARY"

// Canary is what stands in the place of the invariant in the canary's finding.
const Canary = "canary"

// canaryJobs is how many jobs complete in a program with the canary.
const canaryJobs = 3

// CanaryMost is how many operations the canary has at most when it is small: a
// job can be made and pushed in two.
const CanaryMost = 3 + 2*canaryJobs

var canaryOn = os.Getenv(CanaryEnv) == "1"

// Sings reports whether the canary is in p, whose run gave r. The canary is a bug
// that is not there: a pause, a kill and a resume that come in this order, the
// pause and the resume of one scheduler, in a program in which jobs complete. A
// campaign that did not meet it did not search: that random programs reach deep
// enough, and that finds are noticed, brought home and made small. Whether the
// oracle sees real bugs is what the planted ones show.
func Sings(p *prog.Program, r *Result) bool {
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

// Judge is Run for a campaign: with CanaryEnv the canary is a finding.
func Judge(p *prog.Program) Result {
	r := Run(p)
	if canaryOn && Sings(p, &r) {
		r.Finding = &Finding{
			Invariant: Canary, Operation: prog.Resume.String(), At: len(p.Ops), Program: p,
			Class:   Canary + "/" + prog.Resume.String(),
			Message: "not a bug: a pause, a kill and a resume, which every campaign must meet",
		}
	}
	return r
}

// Replay is Judge, and compares the histories of other runs always.
func Replay(p *prog.Program) Result {
	r := Judge(p)
	if r.Finding == nil {
		r.Finding = Deep(p, r.History)
	}
	return r
}
