package workload_test

import (
	"math"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// drawn returns n durations of the batches of a file, in nanoseconds.
func drawn(t *testing.T, text string, n int, o workload.Options) (list []float64) {
	t.Helper()
	h := newHost(64)
	h.onSubmit = func(_ *job, b *workload.Batch) { list = append(list, float64(b.Duration)) }
	o.Repeats = int64(n)
	h.run(group(t, compile(t, text), h, o), fence.Never)
	return list
}

// TestExponentialDurations have the law's mean and variance and its share in
// each unit of the mean, within four standard errors of samples of that size.
func TestExponentialDurations(t *testing.T) {
	const n, mean = 200_000, 2000 * float64(us)
	list := drawn(t, "1.RCS.~1000.0.1\n", n, workload.Options{Seed: 3, DurationScale: 2})
	sum, squares := 0.0, 0.0
	var tail [6]float64
	for _, x := range list {
		x /= mean
		sum += x
		squares += x * x
		for i := range tail {
			if x > float64(i) {
				tail[i]++
			}
		}
	}
	near := func(what string, got, want, sigma float64) {
		if math.Abs(got-want) > 4*sigma/math.Sqrt(n) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("mean", sum/n, 1, 1)
	near("second moment", squares/n, 2, math.Sqrt(24-4))
	for i, x := range tail {
		p := math.Exp(-float64(i))
		near("share beyond", x/n, p, math.Sqrt(p*(1-p)))
	}
}

// TestExponentialDelays shift the start of what follows, each by another time.
func TestExponentialDelays(t *testing.T) {
	h := newHost(64)
	var at []float64
	h.onSubmit = func(*job, *workload.Batch) { at = append(at, float64(h.now)) }
	const n, mean = 20_000, 50 * float64(us)
	g := group(t, compile(t, "d.~100\n1.RCS.1.0.0\n"), h, workload.Options{Repeats: n, DelayScale: 0.5})
	h.run(g, fence.Never)
	if got := at[n-1] / n; math.Abs(got-mean) > 4*mean/math.Sqrt(n) || at[1]-at[0] == at[2]-at[1] {
		t.Errorf("the delays are %v on average, want %v; they begin %v", got, mean, at[:4])
	}
}

// TestLongestDurationIsCut where time would overflow, and the shortest is 1 ns.
func TestLongestDurationIsCut(t *testing.T) {
	for _, x := range drawn(t, "1.RCS.~3600000000.0.0\n", 64, workload.Options{DurationScale: 1e6}) {
		if x < 1 || x > 1<<62 {
			t.Errorf("drew %v", x)
		}
	}
	for _, x := range drawn(t, "1.RCS.~1.0.1\n", 64, workload.Options{DurationScale: 1e-6}) {
		if x < 1 || x > 40 {
			t.Errorf("drew %v of a mean below a nanosecond", x)
		}
	}
}
