package sim

import (
	"slices"

	"github.com/montanaflynn/stats"

	"credence/core/fence"
)

// latencies collects the time of each completed job, in nanoseconds. A float64
// holds such an integer exactly up to 2^53, which is 104 days.
type latencies struct {
	ns   stats.Float64Data
	lost bool // there were more than MaxJobs
}

func (l *latencies) add(d fence.Duration) {
	if len(l.ns) == MaxJobs {
		l.lost = true
		return
	}
	l.ns = append(l.ns, float64(d))
}

// percentiles fills in the percentiles of r by nearest rank: the smallest latency
// that at least so many per cent of the jobs do not exceed. All are 0 without
// jobs.
func (l *latencies) percentiles(r *Result) error {
	if len(l.ns) == 0 {
		return nil
	}
	slices.Sort(l.ns) // in place, which makes the library's own sort of its copies cheap
	for _, q := range []struct {
		percent float64
		to      *fence.Duration
	}{{50, &r.P50}, {90, &r.P90}, {99, &r.P99}, {99.9, &r.P999}, {100, &r.Max}} {
		v, err := stats.PercentileNearestRank(l.ns, q.percent)
		if err != nil {
			return err
		}
		*q.to = fence.Duration(v)
	}
	return nil
}
