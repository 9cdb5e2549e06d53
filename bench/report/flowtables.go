package report

import (
	"fmt"
	"slices"
	"strings"

	"credence/bench/report/chart"
)

// flowSum is a flow over several comparisons.
type flowSum struct {
	jobs, failed, overruns, full, wakeups, spurious, vain int64
	binds, unsafe                                         int
	work                                                  float64 // the least, of what lanes does
	where                                                 string
	idle                                                  int64 // the most above lanes, ppm
}

// sumFlow adds a flow up over comparisons.
func sumFlow(cells []*flowCell, flow string) flowSum {
	s := flowSum{work: 1}
	for _, c := range cells {
		lanes := c.of(exactFlow)
		for i := range c.rows {
			r := &c.rows[i]
			if r.flow != flow {
				continue
			}
			s.jobs += r.jobs
			s.failed += r.failed
			s.overruns += r.overruns
			s.full += r.full
			s.wakeups += r.wakeups
			s.spurious += r.spurious
			s.vain += r.vain
			if r.history != lanes.history {
				s.binds++
			}
			if r.overruns > 0 || r.full > 0 {
				s.unsafe++
			}
			if w := float64(r.busy) / float64(max(1, lanes.busy)); w < s.work {
				s.work, s.where = w, c.name()
			}
			s.idle = max(s.idle, r.idle-lanes.idle)
		}
	}
	return s
}

func perMille(n, of int64) string {
	if of == 0 {
		return "–"
	}
	return chart.Plain(1000 * float64(n) / float64(of))
}

// flowTable has a row a flow.
func flowTable(cells []*flowCell, names []string, device string) *table {
	t := &table{
		Caption: fmt.Sprintf("All %d comparisons on %s; work is of what lanes does; wake-ups "+
			"and RUN items in vain are per 1000 jobs", len(cells), device),
		Head: []string{"flow control", "differs from lanes in", "slots over-run", "jobs failed",
			"least work", "most idle more", "wake-ups", "spurious", "in vain"},
	}
	for _, n := range names {
		s := sumFlow(cells, n)
		work := "100 %"
		if s.work < 1 {
			work = chart.Percent(s.work) + " (" + s.where + ")"
		}
		done := s.jobs + s.failed
		t.Rows = append(t.Rows, row{Strong: n == exactFlow, Cells: named(n,
			fmt.Sprint(s.binds), fmt.Sprint(s.overruns), fmt.Sprint(s.failed), work,
			chart.Percent(float64(s.idle)/1e6), perMille(s.wakeups, done),
			perMille(s.spurious, done), perMille(s.vain, done))})
	}
	return t
}

// named returns a row's cells, the first of which is code.
func named(name string, rest ...string) []cell {
	return cells(append([]string{"`" + name + "`"}, rest...)...)
}

// deviceTable has a row a device: the least that a flow does of what lanes does,
// and whether it over-runs.
func deviceTable(all []*flowCell, names []string) *table {
	t := &table{
		Caption: "Least work of the engines, of what they do under lanes, on every device; " +
			"✗ n: the firmware or its ring overflows in n comparisons",
		Head: append([]string{"device", "comparisons"}, names...),
	}
	var devices []string
	for _, c := range all {
		if d := c.rows[0].device; !slices.Contains(devices, d) {
			devices = append(devices, d)
		}
	}
	for _, d := range devices {
		var of []*flowCell
		for _, c := range all {
			if c.rows[0].device == d {
				of = append(of, c)
			}
		}
		r := row{Cells: cells(d, fmt.Sprint(len(of)))}
		for _, n := range names {
			s := sumFlow(of, n)
			text := chart.Percent(s.work)
			if s.unsafe > 0 {
				text = fmt.Sprintf("✗ %d", s.unsafe)
			}
			r.Cells = append(r.Cells, cell{Text: text})
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// flowVerdicts says what the study bears out.
func flowVerdicts(b *builder, s *section, all, cells []*flowCell, by *command) {
	flow := func(kind string) (string, flowSum) {
		if r := all[0].of(kind); r != nil {
			return r.flow, sumFlow(all, r.flow)
		}
		return "", flowSum{}
	}
	_, lanes := flow(exactFlow)
	b.verdict(s, verdict{State: when(lanes.unsafe == 0),
		Claim: "A number for each limit (`lanes`) never overflows the firmware",
		Figure: fmt.Sprintf("%d over-runs and %d full rings in %d comparisons on all devices",
			lanes.overruns, lanes.full, len(all)), Command: by})
	if n, sum := flow("credits-job"); n != "" {
		b.verdict(s, verdict{State: when(sum.unsafe > 0),
			Claim: fmt.Sprintf("One credit a job (`%s`) does overflow it", n),
			Figure: fmt.Sprintf("in %d of %d comparisons: %d queues over-run, %d jobs failed for want of "+
				"room", sum.unsafe, len(all), sum.overruns, sum.full), Command: by})
	}
	if n, _ := flow("credits-max"); n != "" {
		sum, device := sumFlow(cells, n), cells[0].rows[0].device
		v := verdict{State: when(sum.unsafe == 0 && sum.work < 1), Command: by,
			Claim: fmt.Sprintf("On %s, one number for three limits (`%s`) is safe and costs work", device, n),
			Figure: fmt.Sprintf("%d over-runs; engines do as little as %s of what they do under lanes (%s)",
				sum.overruns, chart.Percent(sum.work), sum.where)}
		if list := unsafeDevices(all, n); len(list) > 0 {
			v.Figure += "; with smaller limits it over-runs: " + strings.Join(list, ", ")
		}
		b.verdict(s, v)
	}
}

// unsafeDevices returns the devices on which a flow over-runs.
func unsafeDevices(all []*flowCell, flow string) []string {
	var list []string
	for _, c := range all {
		r := &c.rows[max(0, c.find(flow))]
		if r.flow == flow && (r.overruns > 0 || r.full > 0) && !slices.Contains(list, r.device) {
			list = append(list, r.device)
		}
	}
	return list
}
