package prog

import (
	"slices"

	"credence/core/fence"
)

// A record is one operation. Its bytes, of which each kind of operation reads
// what its form says:
//
//	0      kind
//	1      target
//	2      of a job: bits 0-2: entity; bit 3: keep; bits 4-6: end; bit 7: anyway
//	3-5    of a job: commands per firmware queue; of Revive: the entity; of
//	       ModSched: how many more, and the schedulers; priority, exit or from
//	6      barriers and above them the error of a retry, or an error number
//	7-8    duration, or in the first a count
//	9      credits
//	10-11  duration of a job that is resubmitted
//	12-13  verdict and in the upper half retry, prepare
//	14-21  per dependency: kind, target
const (
	targetByte  = 1
	entityByte  = 2
	argsAt      = 3
	errByte     = 6
	numberByte  = 7
	creditsByte = 9
	againAt     = 10
	verdictByte = 12
	prepareByte = 13
	depsAt      = 14
	depSize     = 2
	recordSize  = depsAt + MaxDeps*depSize

	keepBit    = 1 << 3
	endShift   = 4
	anywayBit  = 1 << 7
	noCredits  = half - 1 // the byte of a job that costs nothing
	retryShift = 4
	errShift   = 3 // of a retry, above the barriers
)

// fewTargets are the small identifiers of each kind.
var fewTargets = [numTargets]int{aJob: fewJobs, anExternal: fewFences, anEntity: fewEntities,
	aSched: MaxScheds}

func decodeOp(o *Op, r []byte) {
	o.Kind = Kind(lookUp(kinds, r[0]))
	f := &forms[o.Kind]
	if f.target != noTarget {
		o.Target = byte(spread(r[targetByte], fewTargets[f.target], targetLimits[f.target]))
	}
	switch f.number {
	case aDuration:
		o.N = decodeMicros(r[numberByte], r[numberByte+1])
	case aCount:
		o.N = uint32(spread(r[numberByte], fewSteps, MaxSteps+1))
	}
	if f.err {
		o.Err = decodeErr(r[errByte])
	}
	arg := r[argsAt:]
	switch {
	case f.job:
		o.Job.decode(r)
	case f.from:
		o.From = byte(spread(arg[0], fewCounts, half))
	case f.exit:
		o.Exit = Exit(arg[0]) % numExits
	case f.priority:
		o.Priority = priorities[arg[0]&3]
	case f.scheds:
		o.Scheds.More = arg[0] & 3
		o.Scheds.decode(arg[1])
	case f.entity:
		o.Entity = decodeEntity(arg)
	}
}

func encodeOp(o *Op, r []byte) {
	r[0] = first(kinds, byte(o.Kind))
	f := &forms[o.Kind]
	if f.target != noTarget {
		r[targetByte] = unspread(int(o.Target), fewTargets[f.target])
	}
	switch f.number {
	case aDuration:
		r[numberByte], r[numberByte+1] = encodeMicros(o.N)
	case aCount:
		r[numberByte] = unspread(int(o.N), fewSteps)
	}
	if f.err {
		r[errByte] = unspread(int(o.Err), fewErrors)
	}
	arg := r[argsAt:]
	switch {
	case f.job:
		o.Job.encode(r)
	case f.from:
		arg[0] = unspread(int(o.From), fewCounts)
	case f.exit:
		arg[0] = byte(o.Exit)
	case f.priority:
		for i, p := range priorities {
			if p == o.Priority {
				arg[0] = byte(i)
			}
		}
	case f.scheds:
		arg[0], arg[1] = o.Scheds.More, o.Scheds.encode()
	case f.entity:
		encodeEntity(&o.Entity, arg)
	}
}

func decodeJobID(b byte) uint8 { return byte(spread(b, fewJobs, MaxJobs)) }

func decodeErr(b byte) fence.Errno { return fence.Errno(spread(b, fewErrors, MaxErrno+1)) }

func (j *Job) decode(r []byte) {
	j.Entity = r[entityByte] % MaxEntities
	j.Keep = r[entityByte]&keepBit != 0
	j.Anyway = r[entityByte]&anywayBit != 0
	j.End = End(lookUp(ends, r[entityByte]>>endShift))
	if r[creditsByte] != noCredits {
		j.Credits = byte(1 + spread(r[creditsByte], fewLimits, MaxCredits))
	}
	j.Verdict = Verdict(lookUp(jobVerdicts, r[verdictByte]))
	if b := r[prepareByte]; b >= half+half/2 {
		j.Prepare = 1 + b%MaxExternal
	}
	for k := range j.Commands {
		j.Commands[k] = byte(spread(r[argsAt+k], fewCounts, MaxCommands+1))
	}
	if j.End == ByDevice {
		j.Barriers = Barriers(r[errByte]) & allBarriers
		if j.Retry = retries[r[verdictByte]>>retryShift]; j.Retry != ByDevice {
			j.RetryErr = fence.Errno(r[errByte] >> errShift)
		}
	} else {
		j.Err = decodeErr(r[errByte])
	}
	if j.takesTime() {
		j.Micros = decodeMicros(r[numberByte], r[numberByte+1])
		j.Again = decodeMicros(r[againAt], r[againAt+1])
	}
	n := 0
	for i := range MaxDeps {
		d := decodeDep(r[depsAt+i*depSize:])
		if d.Kind != NoDep {
			j.Deps[n] = d
			n++
		}
	}
}

func (j *Job) encode(r []byte) {
	r[entityByte] = j.Entity | first(ends, byte(j.End))<<endShift
	if j.Keep {
		r[entityByte] |= keepBit
	}
	for k, n := range j.Commands {
		r[argsAt+k] = unspread(int(n), fewCounts)
	}
	if j.Anyway {
		r[entityByte] |= anywayBit
	}
	r[errByte] = byte(j.Barriers) | byte(j.RetryErr)<<errShift
	if j.End != ByDevice {
		r[errByte] = unspread(int(j.Err), fewErrors)
	}
	r[numberByte], r[numberByte+1] = encodeMicros(j.Micros)
	r[againAt], r[againAt+1] = encodeMicros(j.Again)
	if r[creditsByte] = noCredits; j.Credits > 0 {
		r[creditsByte] = unspread(int(j.Credits)-1, fewLimits)
	}
	r[verdictByte] = first(jobVerdicts, byte(j.Verdict)) |
		byte(slices.Index(retries[:], j.Retry))<<retryShift
	if j.Prepare > 0 {
		r[prepareByte] = half + half/2 + j.Prepare - 1
	}
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
