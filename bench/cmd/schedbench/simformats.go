package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"credence/bench/sim"
	"credence/core/fence"
)

// writeBenchfmt writes one line a file in Go's benchmark format, with the
// declarations that make benchstat take the figures as exact. A file in which
// no job completed has no latencies.
func writeBenchfmt(w io.Writer, rep *simReport) error {
	c := &rep.config.sim
	var b strings.Builder
	fmt.Fprintf(&b, "pkg: credence/bench/sim\nseed: %d\n", rep.config.options.Seed)
	for _, m := range sim.Blank(c.Profile).Metrics() {
		b.WriteString(m.Declaration() + "\n")
	}
	for i := range rep.rows {
		row := &rep.rows[i]
		fmt.Fprintf(&b, "BenchmarkSim/work=%s/device=%s/flow=%s/policy=%s 1",
			row.label, sim.Field(c.Profile.Name), c.Flow, c.Policy)
		for _, m := range row.result.Metrics() {
			fmt.Fprintf(&b, " %d %s", m.Value, m.Unit)
		}
		b.WriteString("\n")
	}
	for i := range rep.rows {
		for _, n := range rep.rows[i].result.Notes {
			fmt.Fprintf(&b, "# %s: %s\n", rep.rows[i].label, n)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// simJSON is the object that -format json writes for a file; the order of the
// fields is that of the output. Times are nanoseconds, shares parts per
// million, and the latencies null if no job completed.
type simJSON struct {
	File           string          `json:"file"`
	Work           string          `json:"work"`
	Device         string          `json:"device"`
	Flow           string          `json:"flow"`
	Policy         string          `json:"policy"`
	Seed           uint64          `json:"seed"`
	VirtualNS      fence.Duration  `json:"virtual_ns"`
	Jobs           uint64          `json:"jobs"`
	Failed         uint64          `json:"failed"`
	Iterations     int64           `json:"iterations"`
	WorkloadsPerKs int64           `json:"workloads_per_ks"`
	Missed         int64           `json:"missed"`
	P50NS          *fence.Duration `json:"p50_ns"`
	P99NS          *fence.Duration `json:"p99_ns"`
	OverRuns       uint64          `json:"over_runs"`
	IdleReadyNS    fence.Duration  `json:"idle_ready_ns"`
	HistoryHash    uint64          `json:"history_hash"`
	Engines        []engineJSON    `json:"engines"`
	Notes          []string        `json:"notes"`
}

type engineJSON struct {
	Name        string         `json:"name"`
	BusyPPM     int64          `json:"busy_ppm"`
	IdleReadyNS fence.Duration `json:"idle_ready_ns"`
}

// writeJSON writes one object a file and line.
func writeJSON(w io.Writer, rep *simReport) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i := range rep.rows {
		if err := e.Encode(rep.object(&rep.rows[i])); err != nil {
			return err
		}
	}
	return nil
}

func (rep *simReport) object(row *simRow) *simJSON {
	r := row.result
	o := &simJSON{
		File: row.path, Work: row.label, Device: r.Device, Flow: r.Flow.String(),
		Policy: r.Policy.String(), Seed: rep.config.options.Seed, VirtualNS: r.Time,
		Jobs: r.Jobs, Failed: r.Failed, Iterations: r.Iterations,
		WorkloadsPerKs: r.PerKilosecond(), Missed: r.Missed, OverRuns: r.Counts.Overruns,
		IdleReadyNS: r.IdleReady(), HistoryHash: r.Counts.History,
		Notes: append([]string{}, r.Notes...),
	}
	if r.Counts.Completed > 0 {
		o.P50NS, o.P99NS = &r.P50, &r.P99
	}
	for i, e := range r.Engines {
		o.Engines = append(o.Engines, engineJSON{e.Name, r.BusyPPM(i), e.IdleReady})
	}
	return o
}
