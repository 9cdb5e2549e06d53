package sim

import (
	"fmt"

	"credence/core/fence"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
)

// Metric is one figure of a result in Go's benchmark format.
type Metric struct {
	// Unit is the metric's name there. One that ends in -ns is shown in seconds by
	// benchstat, unless it is 0, which gets a table of its own: golang.org/x/perf
	// takes the unit for base already if scaling does not change the value. So
	// what may be 0 ends in -nsec.
	Unit string
	// Value is exact: 0 to 2^53.
	Value int64
	// Better is "higher", "lower", or "" for a figure that is neither.
	Better string
}

// Blank returns a result of a device of which every figure is there, to declare
// them.
func Blank(p *profile.Profile) *Result {
	r := &Result{Device: p.Name, Counts: rig.Counts{Completed: 1}}
	for _, e := range p.Engines {
		r.Engines = append(r.Engines, Engine{Name: e.Name})
	}
	return r
}

// Metrics returns the figures of the result, of one device always in the same
// order. Latencies are not among them if no job completed.
func (r *Result) Metrics() []Metric {
	list := []Metric{
		{"jobs", int64(r.Jobs), "higher"},
		{"iterations", r.Iterations, "higher"},
		{"workloads/ks", r.PerKilosecond(), "higher"},
	}
	for i, e := range r.Engines {
		list = append(list, Metric{"busy-" + e.Name + "-ppm", r.BusyPPM(i), ""})
	}
	if r.Counts.Completed > 0 {
		for _, p := range []struct {
			unit  string
			value fence.Duration
		}{{"p50-ns", r.P50}, {"p90-ns", r.P90}, {"p99-ns", r.P99}, {"p99.9-ns", r.P999}, {"max-ns", r.Max}} {
			list = append(list, Metric{p.unit, int64(p.value), "lower"})
		}
	}
	return append(list,
		Metric{"missed", r.Missed, "lower"},
		Metric{"over-runs", int64(r.Counts.Overruns), "lower"},
		Metric{"failed", int64(r.Failed), "lower"},
		Metric{"idle-ready-nsec", int64(r.IdleReady()), "lower"},
		Metric{"virtual-ns", int64(r.Time), ""},
		Metric{"history-hash", int64(r.Counts.History), ""},
	)
}

// Declaration returns the line of the benchmark format that tells benchstat to
// take the metric's values as they are: no statistics, no tolerance.
func (m Metric) Declaration() string {
	line := fmt.Sprintf("Unit %s assume=exact", m.Unit)
	if m.Better != "" {
		line += " better=" + m.Better
	}
	return line
}
