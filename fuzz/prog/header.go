package prog

import "credence/core/sched"

// The header says what the machine is. Its bytes:
//
//	0       bits 0-6: the profile; bit 7: undrained
//	1       slots
//	2       ring
//	3       bits 0-1: schedulers less 1; bits 2-4: entities less 1
//	4       compat
//	5-32    per scheduler: policy, flow, limit, timeout (2), hang limit, verdict
//	33-56   per entity: priority and flags, schedulers, capacity
const (
	slotsByte    = 1
	ringByte     = 2
	countsByte   = 3
	compatByte   = 4
	schedsAt     = 5
	schedSize    = 7
	entitiesAt   = schedsAt + MaxScheds*schedSize
	entitySize   = 3
	headerSize   = entitiesAt + MaxEntities*entitySize
	undrainedBit = 1 << 7
)

// policies is how many there are.
const policies = byte(sched.RR) + 1

// flows and priorities put first what a zero byte should mean.
var (
	flows = [...]sched.FlowKind{
		sched.FlowCredits, sched.FlowLanes, sched.FlowCreditsMax, sched.FlowCreditsSum,
		sched.FlowCredits, sched.FlowCount, sched.FlowCreditsJob,
		sched.FlowCanRun, sched.FlowPrepare,
	}
	priorities = [sched.NumPriorities]sched.Priority{
		sched.Normal, sched.High, sched.Kernel, sched.Low,
	}
)

// The bytes from which on a program has one of the recorded versions' habits, or
// any set of them.
const (
	compat70  = 96
	compatNew = 112
	compatAny = 128
	allHabits = sched.Upstream(1)<<len(habitNames) - 1
)

func decodeCompat(b byte) sched.Upstream {
	switch {
	case b < compat70:
		return 0
	case b < compatNew:
		return sched.Upstream70
	case b < compatAny:
		return sched.UpstreamFair
	}
	return sched.Upstream(b-compatAny) & allHabits
}

func encodeCompat(u sched.Upstream) byte {
	if u == 0 {
		return 0
	}
	return compatAny + byte(u)
}

func decodeHeader(p *Program, b []byte) {
	p.Device = Device{
		Profile:   Profile(lookUp(profileBytes, b[0]&^undrainedBit)),
		Slots:     min(MinSlots+spread(b[slotsByte], fewLimits, half), MaxSlots),
		Ring:      or(MinRing+spread(b[ringByte], fewLimits, half), SmallRing, FullRing),
		Undrained: b[0]&undrainedBit != 0,
	}
	p.Compat = decodeCompat(b[compatByte])
	for i := range 1 + b[countsByte]&3 {
		p.Scheds = append(p.Scheds, decodeSched(b[schedsAt+int(i)*schedSize:]))
	}
	for i := range 1 + b[countsByte]>>2&7 {
		p.Entities = append(p.Entities, decodeEntity(b[entitiesAt+int(i)*entitySize:]))
	}
}

func encodeHeader(p *Program, b []byte) {
	b[0] = first(profileBytes, byte(p.Device.Profile))
	if p.Device.Undrained {
		b[0] |= undrainedBit
	}
	b[slotsByte] = unspread(p.Device.Slots-MinSlots, fewLimits)
	b[ringByte] = unspread(min(p.Device.Ring, SmallRing+1)-MinRing, fewLimits)
	b[countsByte] = byte(len(p.Scheds)-1) | byte(len(p.Entities)-1)<<2
	b[compatByte] = encodeCompat(p.Compat)
	for i, s := range p.Scheds {
		encodeSched(s, b[schedsAt+i*schedSize:])
	}
	for i := range p.Entities {
		encodeEntity(&p.Entities[i], b[entitiesAt+i*entitySize:])
	}
}

// limited reports whether flows of a kind have a limit of their own.
func limited(k sched.FlowKind) bool {
	switch k {
	case sched.FlowLanes, sched.FlowCanRun, sched.FlowPrepare:
		return false
	}
	return true
}

func decodeSched(b []byte) Sched {
	f := sched.Flow{Kind: flows[int(b[1])%len(flows)]}
	if limited(f.Kind) {
		f.Limit = uint32(or(1+spread(b[2], fewLimits, half), SmallLimit, FullLimit))
	}
	return Sched{
		Policy: sched.Policy(b[0] % policies), Flow: f, Micros: decodeMicros(b[3], b[4]),
		HangLimit: b[5] % (MaxHangs + 1), Verdict: KillIt + Verdict(b[6]%byte(numVerdicts-KillIt)),
	}
}

func encodeSched(s Sched, b []byte) {
	b[0] = byte(s.Policy)
	for i, k := range flows {
		if k == s.Flow.Kind {
			b[1] = byte(i)
			break
		}
	}
	if limited(s.Flow.Kind) {
		b[2] = unspread(min(int(s.Flow.Limit), SmallLimit+1)-1, fewLimits)
	}
	b[3], b[4] = encodeMicros(s.Micros)
	b[5], b[6] = s.HangLimit, byte(s.Verdict-KillIt)
}

// guiltyBit and moreShift lie in an entity's first byte, beside its priority;
// largeNibble is the last's for LargeCapacity.
const (
	guiltyBit   = 1 << 2
	moreShift   = 3
	largeNibble = 15
)

func decodeEntity(b []byte) Entity {
	e := Entity{
		Priority: priorities[b[0]&3], Guilty: b[0]&guiltyBit != 0,
		Capacity: sched.DefaultCapacity,
	}
	// Three of four entities have one scheduler.
	if more := b[0] >> moreShift & 15; more >= 12 {
		e.Scheds.More = more & 3
	}
	e.Scheds.decode(b[1])
	switch c := int(b[2] & 15); c {
	case 0:
	case largeNibble:
		e.Capacity = LargeCapacity
	default:
		e.Capacity = 1 + (c-1)%SmallCapacity
	}
	return e
}

func encodeEntity(e *Entity, b []byte) {
	for i, p := range priorities {
		if p == e.Priority {
			b[0] = byte(i)
		}
	}
	if e.Guilty {
		b[0] |= guiltyBit
	}
	if e.Scheds.More > 0 {
		b[0] |= (12 | e.Scheds.More) << moreShift
	}
	b[1] = e.Scheds.encode()
	switch {
	case e.Capacity <= SmallCapacity:
		b[2] = byte(e.Capacity)
	case e.Capacity == LargeCapacity:
		b[2] = largeNibble
	}
}

// decode reads the identifiers, two bits each, of which More says how many
// count.
func (l *SchedList) decode(b byte) {
	for i := range l.More + 1 {
		l.IDs[i] = b >> (2 * i) & 3
	}
}

func (l *SchedList) encode() (b byte) {
	for i, id := range l.List() {
		b |= id << (2 * i)
	}
	return b
}
