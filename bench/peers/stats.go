package main

import "slices"

// A summary is a sample's size, quartiles and median. The zero value stands for
// no data.
type summary struct {
	n           int
	q1, med, q3 float64
}

// summarise returns the summary of xs, which it leaves as it is.
func summarise(xs []float64) summary {
	if len(xs) == 0 {
		return summary{}
	}
	s := slices.Sorted(slices.Values(xs))
	return summary{len(s), quantile(s, 1, 4), quantile(s, 1, 2), quantile(s, 3, 4)}
}

// quantile returns the num/den quantile of sorted, linear between neighbours
// (Hyndman and Fan's type 7, the default of R and NumPy).
// Requires: len(sorted) > 0, 0 <= num <= den.
func quantile(sorted []float64, num, den int) float64 {
	at := (len(sorted) - 1) * num
	i, rest := at/den, at%den
	if rest == 0 {
		return sorted[i]
	}
	return sorted[i] + (sorted[i+1]-sorted[i])*float64(rest)/float64(den)
}

// over returns s in units of unit: every quantile divided by it. A unit that is
// not positive has no data behind it and gives no data.
func (s summary) over(unit float64) summary {
	if unit <= 0 {
		return summary{}
	}
	return summary{s.n, s.q1 / unit, s.med / unit, s.q3 / unit}
}

// seen reports whether the sample is large enough to be quoted.
func (s summary) seen() bool { return s.n >= minimumOK }
