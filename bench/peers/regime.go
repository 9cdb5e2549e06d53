package main

// A regime says how far apart the two processors of a sample were. A hypervisor
// moves virtual processors between cores of one cache cluster and cores of
// different clusters within seconds, and the cost of every hand-over between
// two threads moves with it by a factor of four; so a figure without its regime
// means nothing.
type regime int

// The regimes. The names are an interpretation (same physical core, same
// cluster, different clusters); what is measured is only the round trip.
const (
	dropped regime = iota // the two brackets disagree or lie between the bands
	smt
	near
	far
	numRegimes
)

// Bounds of the raw two-word round trip in nanoseconds. They lie in the gaps
// between the clusters of 4158 samples taken on a two-processor KVM guest of a
// Zen server: 45-65 ns (4 % of the samples), 120-150 ns (41 %) and 525-600 ns
// (50 %), with 5 % in between.
const (
	smtBelow  = 90.0
	nearFrom  = 90.0
	nearUpTo  = 260.0
	farFrom   = 400.0
	farUpTo   = 1200.0
	minimumOK = 10 // samples of one row below which its regime counts as not seen
)

// String returns the regime's name as it stands in reports and benchmark names.
func (r regime) String() string {
	switch r {
	case smt:
		return "smt"
	case near:
		return "near"
	case far:
		return "far"
	default:
		return "dropped"
	}
}

// bounds returns the regime's band of round trips, in words.
func (r regime) bounds() string {
	switch r {
	case smt:
		return "below 90 ns"
	case near:
		return "90-260 ns"
	case far:
		return "400-1200 ns"
	default:
		return "between the bands"
	}
}

// band returns the regime of one raw round trip of rtt nanoseconds.
func band(rtt float64) regime {
	switch {
	case rtt > 0 && rtt < smtBelow:
		return smt
	case rtt >= nearFrom && rtt <= nearUpTo:
		return near
	case rtt >= farFrom && rtt <= farUpTo:
		return far
	default:
		return dropped
	}
}

// classify returns the regime of a sample from the raw round trips, in
// nanoseconds, measured right before and right after it. Both must lie in the
// same band: otherwise a processor moved meanwhile and the sample is dropped.
func classify(before, after float64) regime {
	if b := band(before); b == band(after) {
		return b
	}
	return dropped
}
