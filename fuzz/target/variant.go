package target

import (
	"credence/core/credit"
	"credence/core/sched"
	"credence/fuzz/prog"
)

// variant is an equivalent way to configure a machine of engines: the same
// program must have the same history.
type variant uint8

const (
	asWritten variant = iota
	// asLanes has lanes, all of the limit N, in place of credits of N.
	asLanes
	// asSum splits a job's credits over the slots of three queues, whose sum
	// counts.
	asSum
	// asFIFO and asRR serve in another order, where there is nobody to choose
	// from.
	asFIFO
	asRR
	numVariants
)

var variantNames = [numVariants]string{"as written", "with lanes", "with a split cost", "under fifo",
	"under rr"}

func (v variant) String() string { return variantNames[v] }

// applies reports whether v is equivalent for p.
func (v variant) applies(p *prog.Program) bool {
	if p.Device.Profile != prog.Engine {
		return false
	}
	switch v {
	case asLanes, asSum:
		for _, s := range p.Scheds {
			if s.Flow.Kind != sched.FlowCredits || s.Flow != p.Scheds[0].Flow {
				return false
			}
		}
		return !oversize(p, p.Scheds[0].Flow.Limit)
	case asFIFO, asRR:
		return apart(p)
	}
	return true
}

// oversize reports whether a job of p costs more than the limit. It is cut to
// it as a scalar, and refused as a vector.
func oversize(p *prog.Program, limit uint32) bool {
	for i := range p.Ops {
		if uint32(p.Ops[i].Job.Credits) > limit {
			return true
		}
	}
	return false
}

// apart reports whether no two entities ever share a scheduler, and none has a
// choice.
func apart(p *prog.Program) bool {
	taken := make([]bool, len(p.Scheds))
	for i := range p.Entities {
		id := int(p.Entities[i].Scheds.IDs[0]) % len(taken)
		if p.Entities[i].Scheds.More > 0 || taken[id] {
			return false
		}
		taken[id] = true
	}
	for i := range p.Ops {
		switch p.Ops[i].Kind {
		case prog.ModSched, prog.Revive:
			return false
		}
	}
	return true
}

// scheduler returns what c is in this variant.
func (v variant) scheduler(c prog.Sched) prog.Sched {
	switch v {
	case asLanes:
		c.Flow = sched.Flow{Kind: sched.FlowLanes}
	case asSum:
		c.Flow.Kind = sched.FlowCreditsSum
	case asFIFO:
		c.Policy = sched.FIFO
	case asRR:
		c.Policy = sched.RR
	}
	return c
}

// need returns what a job takes of an engine: its credits, in each lane or split
// over the slots of three queues.
func (v variant) need(j *prog.Job) sched.Need {
	c := uint32(j.Credits)
	lanes := [sched.NumLanes]uint32{c, c, c, c, c, c}
	if v == asSum {
		lanes = [sched.NumLanes]uint32{c / 3, c / 2, c - c/3 - c/2}
	}
	vec, err := credit.Pack(lanes[:]...)
	if err != nil {
		panic(err) // MaxCredits is far below what a lane holds.
	}
	return sched.Need{Credits: c, Lanes: vec}
}
