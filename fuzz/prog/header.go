package prog

import "credence/core/sched"

// The header says what the machine is. Its bytes:
//
//	0       bit 0: the profile; bit 1: undrained
//	1       slots
//	2       ring
//	3       bits 0-1: schedulers less 1; bits 2-4: entities less 1
//	4-15    per scheduler: policy, flow, limit
//	16-23   per entity: bits 0-1 priority, 2-3 scheduler, 4-7 capacity
const (
	slotsByte    = 1
	ringByte     = 2
	countsByte   = 3
	schedsAt     = 4
	schedSize    = 3
	entitiesAt   = schedsAt + MaxScheds*schedSize
	headerSize   = entitiesAt + MaxEntities
	undrainedBit = 1 << 1
)

// policies is how many there are.
const policies = byte(sched.RR) + 1

// flows and priorities put first what a zero byte should mean.
var (
	flows = [...]sched.FlowKind{
		sched.FlowLanes, sched.FlowCreditsMax, sched.FlowCreditsSum,
		sched.FlowCredits, sched.FlowCount, sched.FlowCreditsJob,
		sched.FlowCanRun, sched.FlowPrepare,
	}
	priorities = [sched.NumPriorities]sched.Priority{
		sched.Normal, sched.High, sched.Kernel, sched.Low,
	}
)

func decodeHeader(p *Program, b []byte) {
	p.Device = Device{
		Profile:   Profile(b[0] & 1),
		Slots:     min(MinSlots+spread(b[slotsByte], fewLimits, half), MaxSlots),
		Ring:      or(MinRing+spread(b[ringByte], fewLimits, half), SmallRing, FullRing),
		Undrained: b[0]&undrainedBit != 0,
	}
	for i := range 1 + b[countsByte]&3 {
		p.Scheds = append(p.Scheds, decodeSched(b[schedsAt+i*schedSize:]))
	}
	for i := range 1 + b[countsByte]>>2&7 {
		p.Entities = append(p.Entities, decodeEntity(b[entitiesAt+i], len(p.Scheds)))
	}
}

func encodeHeader(p *Program, b []byte) {
	b[0] = byte(p.Device.Profile)
	if p.Device.Undrained {
		b[0] |= undrainedBit
	}
	b[slotsByte] = unspread(p.Device.Slots-MinSlots, fewLimits)
	b[ringByte] = unspread(min(p.Device.Ring, SmallRing+1)-MinRing, fewLimits)
	b[countsByte] = byte(len(p.Scheds)-1) | byte(len(p.Entities)-1)<<2
	for i, s := range p.Scheds {
		encodeSched(s, b[schedsAt+i*schedSize:])
	}
	for i, e := range p.Entities {
		b[entitiesAt+i] = encodeEntity(e)
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
	return Sched{Policy: sched.Policy(b[0] % policies), Flow: f}
}

func encodeSched(s Sched, b []byte) {
	b[0] = byte(s.Policy)
	for i, k := range flows {
		if k == s.Flow.Kind {
			b[1] = byte(i)
		}
	}
	if limited(s.Flow.Kind) {
		b[2] = unspread(min(int(s.Flow.Limit), SmallLimit+1)-1, fewLimits)
	}
}

func decodeEntity(b byte, scheds int) Entity {
	e := Entity{
		Priority: priorities[b&3], Sched: (b >> 2 & 3) % byte(scheds),
		Capacity: sched.DefaultCapacity,
	}
	if c := int(b >> 4); c != 0 {
		e.Capacity = 1 + (c-1)%SmallCapacity
	}
	return e
}

func encodeEntity(e Entity) byte {
	b := e.Sched << 2
	for i, p := range priorities {
		if p == e.Priority {
			b |= byte(i)
		}
	}
	if e.Capacity <= SmallCapacity {
		b |= byte(e.Capacity) << 4
	}
	return b
}
