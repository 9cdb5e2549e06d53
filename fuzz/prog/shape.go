package prog

// half is what divides bytes by what they stand for: those below it for one of a
// few small values, those above for any value. Small identifiers meet each
// other, small limits are reached, and the large ones still exist.
const half = 128

// How many small values there are.
const (
	fewJobs     = 16
	fewFences   = 4
	fewEntities = 4
	fewCounts   = 4 // commands
	fewSteps    = 8
	fewLimits   = 8
	fewErrors   = 1 // none
)

// spread returns 0 to n-1, for half of the bytes below few. Requires: few ≤ n ≤
// half.
func spread(b byte, few, n int) int {
	if b < half {
		return int(b) % few
	}
	return int(b-half) % n
}

// unspread returns a byte of which spread returns v.
func unspread(v, few int) byte {
	if v < few {
		return byte(v)
	}
	return byte(v + half)
}

// or returns v, or full if v is above most.
func or(v, most, full int) int {
	if v > most {
		return full
	}
	return v
}

// The high byte of a duration says how to read the low one: as it is, as the low
// byte of a fine duration, or of a coarse one.
const (
	fineTime   = 160
	coarseTime = fineTime + (FineMicros+1)>>8
)

// decodeMicros returns 0 to MaxMicros; most of them are at most 255.
func decodeMicros(lo, hi byte) uint32 {
	switch {
	case hi < fineTime:
		return uint32(lo)
	case hi < coarseTime:
		return uint32(hi-fineTime)<<8 | uint32(lo)
	}
	return CanonicalMicros((uint32(hi-coarseTime)<<8 | uint32(lo)) * CoarseStep)
}

func encodeMicros(v uint32) (lo, hi byte) {
	switch {
	case v > FineMicros:
		v /= CoarseStep
		return byte(v), coarseTime + byte(v>>8)
	case v >= 1<<8:
		return byte(v), fineTime + byte(v>>8)
	}
	return byte(v), 0
}

// CanonicalMicros returns the duration of the language next to v, not below it
// unless v is above all of them.
func CanonicalMicros(v uint32) uint32 {
	if v > FineMicros {
		v = (v + CoarseStep - 1) / CoarseStep * CoarseStep
	}
	return min(v, MaxMicros)
}

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

// Tables of a byte's meaning, by its remainder.
var (
	kinds = func() []byte {
		weights := make([]int, numKinds)
		for k, f := range forms {
			weights[k] = f.weight
		}
		return expand(weights)
	}()
	depKinds     = expand([]int{NoDep: 25, OnFinished: 3, OnScheduled: 2, OnExternal: 1, OnTimeline: 1})
	ends         = expand([]int{ByDevice: 5, ByReturn: 1, BySignaled: 1, Later: 1})
	profileBytes = expand([]int{Engine: 5, Ideal: 2, AppleM1: 1})
	retries      = [16]End{12: ByReturn, 13: ByReturn, 14: BySignaled, 15: BySignaled}
	jobVerdicts  = expand([]int{Default: 11, KillIt: 1, NoHang: 1, NoDevice: 1, CancelAll: 1, Resubmit: 1})
)
