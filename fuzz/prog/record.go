package prog

import "credence/core/fence"

// A record is one operation. Its bytes:
//
//	0      kind
//	1      target
//	2      bits 0-2: entity; bit 3: keep; bits 4-6: end
//	3-5    vertex, fragment and compute commands
//	6      barriers, or the error of a job that the device does not see
//	7-8    duration; or a number, or an error number, in the first
//	9      credits
//	10-17  per dependency: kind, target
const (
	targetByte   = 1
	entityByte   = 2
	commandsAt   = 3
	barriersByte = 6
	numberByte   = 7
	highByte     = 8
	creditsByte  = 9
	depsAt       = 10
	depSize      = 2
	recordSize   = depsAt + MaxDeps*depSize

	keepBit  = 1 << 3
	endShift = 4
)

// Weights is how many of 32 random records are of each kind.
var Weights = [numKinds]int{
	Submit: 10, MakeJob: 3, Push: 4, Abort: 1, Advance: 4, Step: 4, Signal: 2, Timeline: 2, Drop: 2,
}

// Tables of a byte's meaning, by its remainder.
var (
	kinds    = expand(Weights[:])
	depKinds = expand([]int{NoDep: 25, OnFinished: 3, OnScheduled: 2, OnExternal: 1, OnTimeline: 1})
	ends     = expand([]int{ByDevice: 5, ByReturn: 1, BySignaled: 1, Later: 1})
)

// expand returns each index as often as its weight says.
func expand(weights []int) (table []byte) {
	for v, w := range weights {
		for range w {
			table = append(table, byte(v))
		}
	}
	return table
}

func lookUp(table []byte, b byte) byte { return table[int(b)%len(table)] }

// first returns the least byte that a table gives v for.
func first(table []byte, v byte) byte {
	for i, x := range table {
		if x == v {
			return byte(i)
		}
	}
	panic("prog: value without a byte")
}

func decodeOp(r []byte) Op {
	o := Op{Kind: Kind(lookUp(kinds, r[0]))}
	switch o.Kind {
	case Submit, MakeJob:
		o.Target, o.Job = decodeJobID(r[targetByte]), decodeJob(r)
	case Push, Abort, Drop:
		o.Target = decodeJobID(r[targetByte])
	case Signal:
		o.Target = byte(spread(r[targetByte], fewFences, MaxExternal))
		o.Err = decodeErr(r[numberByte])
	case Advance:
		o.N = decodeMicros(r[numberByte], r[highByte])
	case Step, Timeline:
		o.N = uint16(spread(r[numberByte], fewSteps, MaxSteps+1))
	}
	return o
}

func encodeOp(o *Op, r []byte) {
	r[0] = first(kinds, byte(o.Kind))
	switch o.Kind {
	case Submit, MakeJob:
		r[targetByte] = unspread(int(o.Target), fewJobs)
		encodeJob(&o.Job, r)
	case Push, Abort, Drop:
		r[targetByte] = unspread(int(o.Target), fewJobs)
	case Signal:
		r[targetByte] = unspread(int(o.Target), fewFences)
		r[numberByte] = unspread(int(o.Err), fewErrors)
	case Advance:
		r[numberByte], r[highByte] = encodeMicros(o.N)
	case Step, Timeline:
		r[numberByte] = unspread(int(o.N), fewSteps)
	}
}

func decodeJobID(b byte) uint8 { return byte(spread(b, fewJobs, MaxJobs)) }

func decodeErr(b byte) fence.Errno { return fence.Errno(spread(b, fewErrors, MaxErrno+1)) }

func decodeJob(r []byte) Job {
	j := Job{
		Entity:  r[entityByte] % MaxEntities,
		Keep:    r[entityByte]&keepBit != 0,
		End:     End(lookUp(ends, r[entityByte]>>endShift)),
		Credits: byte(1 + spread(r[creditsByte], fewLimits, MaxCredits)),
		Micros:  1,
	}
	for k := range j.Commands {
		j.Commands[k] = byte(spread(r[commandsAt+k], fewCounts, MaxCommands+1))
	}
	if j.End == ByDevice {
		j.Barriers = Barriers(r[barriersByte]) & allBarriers
	} else {
		j.Err = decodeErr(r[barriersByte])
	}
	if j.takesTime() {
		j.Micros = max(1, decodeMicros(r[numberByte], r[highByte]))
	}
	j.canonical()
	n := 0
	for i := range MaxDeps {
		d := decodeDep(r[depsAt+i*depSize:])
		if d.Kind != NoDep {
			j.Deps[n] = d
			n++
		}
	}
	return j
}

// takesTime reports whether Micros means anything.
func (j *Job) takesTime() bool { return j.End == ByDevice || j.End == Later }

// canonical gives a job without commands the one that it needs.
func (j *Job) canonical() {
	if j.Commands == [len(j.Commands)]uint8{} {
		j.Commands[len(j.Commands)-1] = 1
	}
}

func encodeJob(j *Job, r []byte) {
	r[entityByte] = j.Entity | first(ends, byte(j.End))<<endShift
	if j.Keep {
		r[entityByte] |= keepBit
	}
	for k, n := range j.Commands {
		r[commandsAt+k] = unspread(int(n), fewCounts)
	}
	r[barriersByte] = byte(j.Barriers)
	if j.End != ByDevice {
		r[barriersByte] = unspread(int(j.Err), fewErrors)
	}
	if j.takesTime() {
		r[numberByte], r[highByte] = encodeMicros(j.Micros)
	}
	r[creditsByte] = unspread(int(j.Credits)-1, fewLimits)
	for i, d := range j.Deps {
		r[depsAt+i*depSize] = first(depKinds, byte(d.Kind))
		r[depsAt+i*depSize+1] = encodeTarget(d)
	}
}

func decodeDep(b []byte) Dep {
	d := Dep{Kind: DepKind(lookUp(depKinds, b[0]))}
	switch d.Kind {
	case OnFinished, OnScheduled:
		d.Target = decodeJobID(b[1])
	case OnExternal, OnTimeline:
		d.Target = byte(spread(b[1], fewFences, depLimits[d.Kind]))
	}
	return d
}

func encodeTarget(d Dep) byte {
	switch d.Kind {
	case OnFinished, OnScheduled:
		return unspread(int(d.Target), fewJobs)
	case OnExternal, OnTimeline:
		return unspread(int(d.Target), fewFences)
	}
	return 0
}
