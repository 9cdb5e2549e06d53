package sim

import (
	"fmt"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/montanaflynn/stats"

	"credence/core/fence"
)

// latencies collects the time of each completed job, in nanoseconds: as they are,
// up to MaxExact of them, and beyond that in a histogram. A float64 holds such an
// integer exactly up to 2^53, which is 104 days.
type latencies struct {
	ns   stats.Float64Data
	many *hdrhistogram.Histogram // nil up to MaxExact
	max  fence.Duration          // exact, of all
	lost bool                    // there were more than MaxJobs
}

// Digits of a latency that a histogram keeps: a percentile is within a thousandth.
const histogramDigits = 3

func (l *latencies) add(d fence.Duration) {
	l.max = max(l.max, d)
	switch {
	case l.many == nil && len(l.ns) < MaxExact:
		l.ns = append(l.ns, float64(d))
		return
	case l.many == nil:
		l.many = hdrhistogram.New(1, int64(MaxTime), histogramDigits)
		for _, ns := range l.ns {
			l.count(fence.Duration(ns))
		}
		l.ns = nil
	case l.many.TotalCount() == MaxJobs:
		l.lost = true
		return
	}
	l.count(d)
}

// count puts a latency into the histogram, which has room for any: none is longer
// than a run.
func (l *latencies) count(d fence.Duration) {
	if err := l.many.RecordValue(int64(d)); err != nil {
		panic(fmt.Sprintf("sim: a latency of %d ns: %v", int64(d), err))
	}
}

// percentiles fills in the percentiles of r by nearest rank: the smallest latency
// that at least so many per cent of the jobs do not exceed. All are 0 without
// jobs.
func (l *latencies) percentiles(r *Result) error {
	r.Max = l.max
	slices.Sort(l.ns) // in place, which makes the library's own sort of its copies cheap
	for _, q := range []struct {
		percent float64
		to      *fence.Duration
	}{{50, &r.P50}, {90, &r.P90}, {99, &r.P99}, {99.9, &r.P999}} {
		switch {
		case l.many != nil:
			*q.to = fence.Duration(min(l.many.ValueAtPercentile(q.percent), int64(l.max)))
		case len(l.ns) > 0:
			v, err := stats.PercentileNearestRank(l.ns, q.percent)
			if err != nil {
				return err
			}
			*q.to = fence.Duration(v)
		}
	}
	return nil
}
