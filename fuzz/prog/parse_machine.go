package prog

import "credence/core/sched"

// The machine of a program that says nothing of it.
var (
	defaultDevice = Device{Slots: MaxSlots, Ring: FullRing}
	defaultSched  = Sched{Policy: sched.Fair, Flow: sched.Flow{Kind: sched.FlowLanes}}
	defaultEntity = Entity{Priority: sched.Normal, Capacity: sched.DefaultCapacity}
)

var priorityNames = func() (names []string) {
	for p := range sched.NumPriorities {
		names = append(names, p.String())
	}
	return names
}()

// machine reads a line of the machine and reports whether it was one.
func (q *parser) machine(f *fields) bool {
	switch f.word {
	case "device":
		q.device(f)
	case "sched":
		q.sched(f)
	case "entity":
		q.entity(f)
	default:
		return false
	}
	if len(q.p.Ops) > 0 {
		f.fail("%s after an operation; move it above the first one", f.word)
	}
	return true
}

func (q *parser) device(f *fields) {
	d := &q.p.Device
	d.Profile = Profile(f.oneOf("profile", profileNames[:], int(d.Profile)))
	d.Slots = f.integer("slots", d.Slots, MinSlots, MaxSlots)
	d.Ring = f.upTo("ring", d.Ring, MinRing, SmallRing, FullRing)
	d.Undrained = !f.flag("drain", !d.Undrained)
}

// next refuses an identifier that is not the next one.
func (f *fields) next(n, limit int) {
	if id := f.main(limit - 1); id != n {
		f.fail("%s %d is not the next one; number them from 0", f.word, id)
	}
}

func (q *parser) sched(f *fields) {
	f.next(len(q.p.Scheds), MaxScheds)
	s := defaultSched
	s.Policy = sched.Policy(f.oneOf("policy", sched.PolicyNames(), int(s.Policy)))
	if text, ok := f.take("flow"); ok {
		var err error
		if s.Flow, err = sched.ParseFlow(text); err != nil {
			f.fail("%v", err)
		}
	}
	if l := s.Flow.Limit; l > SmallLimit && l != FullLimit {
		f.fail("the limit of %s; permitted: 1 to %d, or %d", s.Flow, SmallLimit, FullLimit)
	}
	q.p.Scheds = append(q.p.Scheds, s)
}

func (q *parser) entity(f *fields) {
	f.next(len(q.p.Entities), MaxEntities)
	e := defaultEntity
	e.Priority = sched.Priority(f.oneOf("prio", priorityNames, int(e.Priority)))
	e.Sched = uint8(f.integer("sched", 0, 0, MaxScheds-1))
	e.Capacity = f.upTo("capacity", e.Capacity, 1, SmallCapacity, sched.DefaultCapacity)
	if n := max(1, len(q.p.Scheds)); int(e.Sched) >= n {
		f.fail("entity on scheduler %d of %d; add the sched line above it", e.Sched, n)
	}
	q.p.Entities = append(q.p.Entities, e)
}

// complete adds the machine's defaults.
func (q *parser) complete() {
	if len(q.p.Scheds) == 0 {
		q.p.Scheds = []Sched{defaultSched}
	}
	if len(q.p.Entities) == 0 {
		q.p.Entities = []Entity{defaultEntity}
	}
}
