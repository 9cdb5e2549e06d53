package report

import (
	"path/filepath"
	"testing"

	"credence/core/fence"
)

// The latencies that the page draws are those that sim takes its percentiles of, and
// the job at a percentile has that latency.
func TestLatenciesAreThoseOfSim(t *testing.T) {
	b := &builder{ctx: t.Context(), config: Config{Workloads: filepath.Join("..", "workloads")},
		report: &Report{}}
	for _, flow := range latencyFlows {
		x, err := b.runLatency("burst", flow, 200*fence.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		r := x.result
		if len(x.jobs) != int(r.Counts.Completed) || len(x.jobs) < 1000 {
			t.Errorf("%s: %d latencies of %d jobs", flow, len(x.jobs), r.Counts.Completed)
		}
		for percent, want := range map[float64]fence.Duration{
			50: r.P50, 90: r.P90, 99: r.P99, 99.9: r.P999, 100: r.Max,
		} {
			if got := x.at(percent); got.took != want {
				t.Errorf("%s: job %d at %g %% took %d, sim says %d", flow, got.job, percent, got.took, want)
			}
		}
		l := x.line(0)
		if n := len(l.Points); l.Points[0].Y != 0 || l.Points[n-1].Y != 1 ||
			l.Points[n-1].X != float64(r.Max) {
			t.Errorf("%s: the distribution goes from %v to %v", flow, l.Points[0], l.Points[n-1])
		}
	}
}
