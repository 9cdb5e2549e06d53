package campaign

import (
	"math/bits"

	"credence/core/sched"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// niche is what sort of run a program gave. The corpus keeps the first program
// of each niche, so that mutations start from all sorts of runs, the rare ones
// as often as the common ones (J.-B. Mouret, J. Clune, "Illuminating search
// spaces by mapping elites", 2015).
type niche struct {
	profile   prog.Profile
	undrained bool
	policy    sched.Policy
	flow      sched.FlowKind
	timeout   bool
	scheds    uint8
	exempt    uint8 // a bit for each exemption that was used
	completed uint8 // jobs, as a power of two
	steps     uint8 // the same
	last      prog.Kind
}

func nicheOf(p *prog.Program, r *target.Result) niche {
	s := &p.Scheds[0]
	n := niche{
		profile: p.Device.Profile, undrained: p.Device.Undrained,
		policy: s.Policy, flow: s.Flow.Kind, timeout: s.Micros != 0, scheds: uint8(len(p.Scheds)),
		completed: uint8(bits.Len(uint(r.Completed))), steps: uint8(bits.Len(uint(r.Steps))),
	}
	for i, count := range r.Exempt {
		if count > 0 {
			n.exempt |= 1 << i
		}
	}
	if len(p.Ops) > 0 {
		n.last = p.Ops[len(p.Ops)-1].Kind
	}
	return n
}

// class is what sort of bytes an input is, as far as nothing is known of it but
// the bytes: its length as a power of two, how many different ones there are, also
// so, and the last.
type class struct{ length, different, last uint8 }

func classOf(data []byte) (c class) {
	seen := [256]bool{}
	n := 0
	for _, b := range data {
		if !seen[b] {
			seen[b] = true
			n++
		}
		c.last = b
	}
	c.length, c.different = uint8(bits.Len(uint(len(data)))), uint8(bits.Len(uint(n)))
	return c
}
