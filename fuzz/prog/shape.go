package prog

// half is what divides bytes by what they stand for: those below it for one of a
// few small values, those above for any value. Small identifiers meet each
// other, small limits are reached, and the large ones still exist.
const half = 128

// How many small values there are.
const (
	fewJobs   = 16
	fewFences = 4
	fewCounts = 4 // commands
	fewSteps  = 8
	fewLimits = 8
	fewErrors = 1 // none
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

// longTime is the first high byte of a duration above a byte's.
const longTime = 192

// decodeMicros returns 0 to MaxMicros; three of four are at most 255.
func decodeMicros(lo, hi byte) uint16 {
	if hi < longTime {
		return uint16(lo)
	}
	return uint16(hi-longTime)<<8 | uint16(lo)
}

func encodeMicros(v uint16) (lo, hi byte) {
	if v >= 1<<8 {
		hi = longTime + byte(v>>8)
	}
	return byte(v), hi
}
