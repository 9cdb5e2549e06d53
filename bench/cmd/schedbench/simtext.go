package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"credence/bench/sim"
)

// simColumn is a column of the table and what it says of a file.
type simColumn struct {
	column
	cell func(*sim.Result) string
}

// writeText writes an aligned table, one row a file, and what must be known to
// read it. Engines that no file used share one line below it.
func writeText(w io.Writer, rep *simReport) error {
	c := &rep.config.sim
	var b strings.Builder
	fmt.Fprintf(&b, "device %s, flow %s, policy %s, seed %d, %v of virtual time\n\n",
		c.Profile.Name, c.Flow, c.Policy, rep.config.options.Seed, time.Duration(c.Time))
	columns, idle := rep.columns()
	b.WriteString(rep.table(columns))
	if len(idle) > 0 {
		b.WriteString("\n")
		fold(&b, "", fmt.Sprintf("Engines without a column were never busy: %s.",
			strings.Join(idle, ", ")))
	}
	if rep.noted() {
		b.WriteString("\nNotes:\n")
	}
	for i := range rep.rows {
		for _, n := range rep.rows[i].result.Notes {
			fold(&b, "  ", fmt.Sprintf("%s: %s.", rep.rows[i].label, n))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (rep *simReport) table(columns []simColumn) string {
	t := table{columns: []column{{"", "work"}}, rows: make([][]string, len(rep.rows))}
	for _, c := range columns {
		t.columns = append(t.columns, c.column)
	}
	for i, row := range rep.rows {
		t.rows[i] = []string{row.label}
		for _, c := range columns {
			t.rows[i] = append(t.rows[i], c.cell(row.result))
		}
	}
	return t.String()
}

// columns returns the columns of the table after the name, and the engines that
// have none since no file used them.
func (rep *simReport) columns() (list []simColumn, idle []string) {
	list = append(list, jobsColumn, rateColumn)
	for i, e := range rep.rows[0].result.Engines {
		if !rep.used(i) {
			idle = append(idle, e.Name)
			continue
		}
		list = append(list, simColumn{column{"busy ppm", e.Name},
			func(r *sim.Result) string { return strconv.FormatInt(r.BusyPPM(i), 10) }})
	}
	list = append(list, tailColumns...)
	if slices.ContainsFunc(rep.rows, func(r simRow) bool { return r.ends }) {
		list = append(list, timeColumn)
	}
	return list, idle
}

// The columns that do not depend on the device.
var (
	jobsColumn = simColumn{column{"", "jobs"},
		func(r *sim.Result) string { return strconv.FormatUint(r.Jobs, 10) }}
	rateColumn = simColumn{column{"", "work/s"},
		func(r *sim.Result) string { return milli(r.PerKilosecond()) }}
	timeColumn = simColumn{column{"", "time us"},
		func(r *sim.Result) string { return milli(int64(r.Time)) }}
	tailColumns = []simColumn{
		{column{"latency us", "p50"}, func(r *sim.Result) string { return latency(r, int64(r.P50)) }},
		{column{"latency us", "p99"}, func(r *sim.Result) string { return latency(r, int64(r.P99)) }},
		{column{"", "missed"}, func(r *sim.Result) string { return strconv.FormatInt(r.Missed, 10) }},
		{column{"over-", "runs"},
			func(r *sim.Result) string { return strconv.FormatUint(r.Counts.Overruns, 10) }},
		{column{"idle-", "ready us"},
			func(r *sim.Result) string { return milli(int64(r.IdleReady())) }},
	}
)

// used reports whether any file kept engine i busy.
func (rep *simReport) used(i int) bool {
	for _, r := range rep.rows {
		if r.result.Engines[i].Busy > 0 {
			return true
		}
	}
	return false
}

// noted reports whether any file has a note.
func (rep *simReport) noted() bool {
	for _, r := range rep.rows {
		if len(r.result.Notes) > 0 {
			return true
		}
	}
	return false
}

// milli writes thousandths with one decimal, rounded: nanoseconds as
// microseconds, and what happens in a kilosecond as what happens in a second.
func milli(n int64) string {
	n = (n + 50) / 100
	return fmt.Sprintf("%d.%d", n/10, n%10)
}

// latency writes a latency in whole microseconds, rounded, or a dash where no
// job completed.
func latency(r *sim.Result, ns int64) string {
	if r.Counts.Completed == 0 {
		return "-"
	}
	return strconv.FormatInt((ns+500)/1000, 10)
}
