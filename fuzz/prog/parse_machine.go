package prog

import (
	"strings"

	"credence/core/sched"
)

var priorityNames = func() (names []string) {
	for p := range sched.NumPriorities {
		names = append(names, p.String())
	}
	return names
}()

// habitNames are in the order of the bits of sched.Upstream.
var habitNames = [...]string{"free-one", "sticky-priority", "teardown-stops", "score-leak",
	"kill-no-kick", "run-blindly", "timeout-postponed"}

// machine reads a line of the machine and reports whether it was one.
func (q *parser) machine(f *fields) bool {
	lines := map[string]func(*fields){
		"device": q.device, "compat": q.compat, "sched": q.sched, "entity": q.entity,
	}
	read := lines[f.word]
	if read == nil {
		return false
	}
	if len(q.p.Ops) > 0 {
		f.fail("%s after an operation; move it above the first one", f.word)
	}
	read(f)
	return true
}

func (q *parser) device(f *fields) {
	d := &q.p.Device
	d.Profile = Profile(f.oneOf("profile", profileNames[:], int(d.Profile)))
	d.Slots = f.integer("slots", d.Slots, MinSlots, MaxSlots)
	d.Ring = f.upTo("ring", d.Ring, MinRing, SmallRing, FullRing)
	d.Undrained = !f.flag("drain", !d.Undrained)
}

// compat reads the habits, with commas between them.
func (q *parser) compat(f *fields) {
	for name := range strings.SplitSeq(f.arg("the habits"), ",") {
		q.p.Compat |= 1 << f.choice("compat", name, habitNames[:], 0)
	}
}

// next refuses an identifier that is not the next one.
func (f *fields) next(n, limit int) {
	if id := f.number("a number", limit-1); id != n {
		f.fail("%s %d is not the next one; number them from 0", f.word, id)
	}
}

func (q *parser) sched(f *fields) {
	f.next(len(q.p.Scheds), MaxScheds)
	s := q.defaultSched()
	if q.recorded {
		f.integer("num_rqs", int(sched.NumPriorities), int(sched.NumPriorities), int(sched.NumPriorities))
	}
	s.Policy = sched.Policy(f.oneOf("policy", sched.PolicyNames(), int(s.Policy)))
	f.flow(&s)
	if text, ok := f.take("timeout"); ok && text != "inf" {
		s.Micros = f.duration("timeout", f.parse("timeout", text, 0, MaxMicros))
	}
	s.HangLimit = uint8(f.integer("hang_limit", 0, 0, MaxHangs))
	s.Verdict = Verdict(f.oneOf("timedout", verdictNames[:], int(s.Verdict)))
	q.p.Scheds = append(q.p.Scheds, s)
}

// flow reads flow=, or credits= for the plainest one.
func (f *fields) flow(s *Sched) {
	if f.has("credits") {
		n := f.integer("credits", 1, 1, FullLimit)
		s.Flow = sched.Flow{Kind: sched.FlowCredits, Limit: uint32(n)}
	}
	if text, ok := f.take("flow"); ok {
		var err error
		if s.Flow, err = sched.ParseFlow(text); err != nil {
			f.fail("%v", err)
		}
	}
	if l := s.Flow.Limit; l > SmallLimit && l != FullLimit {
		f.fail("the limit of %s; permitted: 1 to %d, or %d", s.Flow, SmallLimit, FullLimit)
	}
}

func (q *parser) entity(f *fields) {
	if q.recorded {
		q.nameEntity(f)
	} else {
		f.next(len(q.p.Entities), MaxEntities)
	}
	q.p.Entities = append(q.p.Entities, f.entity())
}

// entity reads the pairs of an entity. Version 1 has one scheduler, in sched=.
func (f *fields) entity() Entity {
	e := defaultEntity
	e.Priority = sched.Priority(f.oneOf("prio", priorityNames, int(e.Priority)))
	key := "scheds"
	if f.q.version == 1 {
		key = "sched"
	}
	e.Scheds = f.list(key)
	if f.q.recorded {
		e.Capacity = LargeCapacity
	}
	e.Capacity = f.integer("capacity", e.Capacity, 1, LargeCapacity)
	if c := e.Capacity; c > SmallCapacity && c != sched.DefaultCapacity && c != LargeCapacity {
		f.fail("capacity is %d; permitted: 1 to %d, %d or %d", c, SmallCapacity,
			sched.DefaultCapacity, LargeCapacity)
	}
	e.Guilty = f.flag("guilty", false)
	if n := max(1, len(f.q.p.Scheds)); f.q.version == 1 && int(e.Scheds.IDs[0]) >= n {
		f.fail("entity on scheduler %d of %d; add the sched line above it", e.Scheds.IDs[0], n)
	}
	return e
}
