package replay

import (
	"math"
	"slices"
)

// folds is into how many parts of neighbouring values a list is cut to see
// whether an effect is there in all of them.
const folds = 5

// minGain is by what part the mean absolute error must fall for a group to get a
// median of its own.
const minGain = 0.02

// without returns the list without its fold k.
func without[T any](list []T, k int) []T {
	lo, hi := k*len(list)/folds, (k+1)*len(list)/folds
	return append(slices.Clone(list[:lo]), list[hi:]...)
}

// splits reports whether values of two groups are predicted better by a median
// for each than by one for both: each fold from the others.
func splits(values []float64, group []bool) bool {
	if min(len(pick(values, group, false)), len(pick(values, group, true))) < MinJobs {
		return false
	}
	one, two := 0.0, 0.0
	for k := range folds {
		rest, restGroup := without(values, k), without(group, k)
		both := medianOf(rest)
		in, out := both, both
		if p := pick(rest, restGroup, true); len(p) > 0 {
			in = medianOf(p)
		}
		if p := pick(rest, restGroup, false); len(p) > 0 {
			out = medianOf(p)
		}
		for i := k * len(values) / folds; i < (k+1)*len(values)/folds; i++ {
			own := out
			if group[i] {
				own = in
			}
			one += math.Abs(values[i] - both)
			two += math.Abs(values[i] - own)
		}
	}
	return two < one*(1-minGain)
}

// pick returns the values of one group.
func pick(values []float64, group []bool, g bool) []float64 {
	var list []float64
	for i, v := range values {
		if group[i] == g {
			list = append(list, v)
		}
	}
	return list
}

// trend returns the slope of y over x, shrunk by what it varies when folds are
// left out: rate²/(rate²+variance), with the variance of the jackknife (Quenouille
// 1956, Tukey 1958). A slope that is not there comes out as noise, and a part of
// a doubtful one predicts better than all of it or none. It is 0 for lists too
// short to tell.
func trend(x, y []float64) float64 {
	if len(x) < 2*MinJobs {
		return 0
	}
	rate := theilSen(x, y)
	var rates [folds]float64
	mean, variance := 0.0, 0.0
	for k := range folds {
		rates[k] = theilSen(without(x, k), without(y, k))
		mean += rates[k] / folds
	}
	for _, r := range rates {
		variance += (r - mean) * (r - mean) * (folds - 1) / folds
	}
	if rate == 0 {
		return 0
	}
	return rate * rate * rate / (rate*rate + variance)
}

// maxPoints bounds the points whose pairs theilSen looks at.
const maxPoints = 400

// theilSen returns the median of the slopes of all pairs (Theil 1950, Sen 1968),
// which a few wild values do not move.
func theilSen(x, y []float64) float64 {
	step := (len(x) + maxPoints - 1) / maxPoints
	var slopes []float64
	for i := 0; i < len(x); i += step {
		for k := i + step; k < len(x); k += step {
			if x[i] != x[k] {
				slopes = append(slopes, (y[k]-y[i])/(x[k]-x[i]))
			}
		}
	}
	return medianOf(slopes)
}
