package sched

import (
	"fmt"
	"strconv"
	"strings"
)

// FlowKind names a way to decide how many jobs are in flight.
type FlowKind uint8

// The kinds of flow control. The device below has three queues with a limit
// each; what a flow can say of them is what sets the flows apart.
const (
	// FlowCredits: a job costs Need.Credits of one limit. It says whatever the
	// driver makes of the number.
	FlowCredits FlowKind = iota
	// FlowCount: at most N jobs, whatever they are. It cannot see that a job is
	// several commands, so it over-admits unless N is the limit divided by the
	// largest job.
	FlowCount
	// FlowCreditsJob: one credit a job of the ring's length, as today's asahi
	// driver has it. It leaves the slots to somebody else.
	FlowCreditsJob
	// FlowCreditsMax: a job costs what it needs of the queue that it needs most
	// of. It never over-admits slots, and under-admits when jobs lean on
	// different queues. It does not see ring entries.
	FlowCreditsMax
	// FlowCreditsSum: a job costs what it needs of all queues together. It never
	// over-admits slots, and under-admits by up to a factor of three.
	FlowCreditsSum
	// FlowLanes: a job takes what it needs of each queue, slots and ring
	// entries. It is exact.
	FlowLanes
	// FlowCanRun: the backend's predicate is asked whether there is room. It is
	// as exact as the predicate, and as sound: see Predicate.
	FlowCanRun
	// FlowPrepare: the backend names a fence to wait for if there is no room. It
	// is exact, and costs a wait for each fence that frees too little.
	FlowPrepare
	numFlowKinds
)

// flows names the kinds and the limit that a flow has unless told otherwise; 0
// means that it must be told.
var flows = [numFlowKinds]struct {
	name  string
	limit uint32
	cost  func(Need) uint32
}{
	FlowCredits:    {"credits", 0, nil},
	FlowCount:      {"count", 0, func(Need) uint32 { return 1 }},
	FlowCreditsJob: {"credits-job", 1280, func(Need) uint32 { return 1 }},
	FlowCreditsMax: {"credits-max", 126, maxSlots},
	FlowCreditsSum: {"credits-sum", 126, sumSlots},
	FlowLanes:      {name: "lanes"},
	FlowCanRun:     {name: "canrun"},
	FlowPrepare:    {name: "prepare"},
}

// limited reports whether a flow of this kind has a limit of its own.
func (k FlowKind) limited() bool { return k < FlowLanes }

func maxSlots(n Need) uint32 {
	m := uint32(1)
	for i := range QueueKinds {
		m = max(m, n.Lanes.Lane(i))
	}
	return m
}

func sumSlots(n Need) uint32 {
	var m uint32
	for i := range QueueKinds {
		m += n.Lanes.Lane(i)
	}
	return max(m, 1)
}

// String returns the kind's name.
func (k FlowKind) String() string { return flows[k].name }

// Flow is a kind of flow control with its limit.
type Flow struct {
	Kind  FlowKind
	Limit uint32 // 1 or more; for the kinds that have one
}

// FlowNames lists what ParseFlow accepts, for usage messages.
func FlowNames() []string {
	names := make([]string, 0, numFlowKinds)
	for k, f := range flows {
		switch {
		case !FlowKind(k).limited():
			names = append(names, f.name)
		case f.limit == 0:
			names = append(names, f.name+":N")
		default:
			names = append(names, fmt.Sprintf("%s:%d", f.name, f.limit))
		}
	}
	return names
}

// ParseFlow reads a flow as it stands on command lines and in reports, such as
// "credits-max:126" or "lanes". A flow with a customary limit may leave it out.
func ParseFlow(s string) (Flow, error) {
	name, limit, given := strings.Cut(s, ":")
	for k, f := range flows {
		if f.name != name {
			continue
		}
		flow := Flow{Kind: FlowKind(k), Limit: f.limit}
		switch {
		case given && !flow.Kind.limited():
			return Flow{}, fmt.Errorf("flow %q: its limits are the device's; write %s", s, name)
		case given:
			n, err := strconv.ParseUint(limit, 10, 32)
			if err != nil || n == 0 {
				return Flow{}, fmt.Errorf("flow %q: the limit must be 1 to %d", s, uint32(1<<32-1))
			}
			flow.Limit = uint32(n)
		case f.limit == 0 && flow.Kind.limited():
			return Flow{}, fmt.Errorf("flow %q: needs a limit, as in %s:2", s, name)
		}
		return flow, nil
	}
	return Flow{}, fmt.Errorf("flow %q: unknown; there are %s", s, strings.Join(FlowNames(), ", "))
}

// String returns the flow as ParseFlow reads it.
func (f Flow) String() string {
	if !f.Kind.limited() {
		return f.Kind.String()
	}
	return fmt.Sprintf("%s:%d", f.Kind, f.Limit)
}

// Admission returns a fresh Admission of this flow. lanes are the limits of the
// device's lanes, in the order of Need.Lanes; only FlowLanes looks at them.
func (f Flow) Admission(lanes [NumLanes]uint32) (Admission, error) {
	if f.Kind >= numFlowKinds {
		return nil, fmt.Errorf("sched: flow kind %d does not exist", f.Kind)
	}
	switch f.Kind {
	case FlowLanes:
		a := new(PerQueue)
		if err := a.lanes.Init(lanes[:]...); err != nil {
			return nil, fmt.Errorf("sched: %w", err)
		}
		return a, nil
	case FlowCanRun:
		return new(Predicate), nil
	case FlowPrepare:
		return Prepared{}, nil
	}
	a := &Scalar{cost: flows[f.Kind].cost}
	if err := a.counter.Init(f.Limit); err != nil {
		return nil, fmt.Errorf("sched: flow %s: %w", f, err)
	}
	return a, nil
}
