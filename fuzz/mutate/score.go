package mutate

import "math"

// Score counts fates.
type Score struct {
	Killed, Lived, TimedOut, NotViable, Equivalent int
}

// Add counts a result.
func (s *Score) Add(r Result) {
	switch {
	case r.Fate == NotViable:
		s.NotViable++
	case r.Fate == Lived && r.Why != "":
		s.Equivalent++
	case r.Fate == Lived:
		s.Lived++
	case r.Fate == TimedOut:
		s.TimedOut++
	default:
		s.Killed++
	}
}

// Tried returns how many could have been killed.
func (s *Score) Tried() int { return s.Killed + s.Lived + s.TimedOut }

// Rate returns which part of them was, 0 to 1, with its 95 % interval by Wilson's
// formula (E. B. Wilson, "Probable Inference", JASA 22, 1927). hangs says whether
// one that hangs the tests counts as seen.
func (s *Score) Rate(hangs bool) (rate, low, high float64) {
	n, k := float64(s.Tried()), float64(s.Killed)
	if hangs {
		k += float64(s.TimedOut)
	}
	if n == 0 {
		return 0, 0, 1
	}
	const z = 1.959964
	p := k / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return p, middle - half, middle + half
}
