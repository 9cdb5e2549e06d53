package report

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"credence/bench/report/chart"
	"credence/bench/sim"
	"credence/core/fence"
	"credence/hwmock/trace"
)

// What is simulated.
var (
	latencyDevice = "apple-m1"
	latencyFlows  = []string{exactFlow, "credits-max:126", "credits-sum:126"}
	// latencyWorks are workloads in which flows make a difference, and some in which
	// none does. The busiest run for less time, since their traces would be long.
	latencyWorks = []struct {
		name string
		time fence.Duration
	}{
		{"burst", fence.Second},
		{"barrier-heavy", 100 * fence.Millisecond},
		{"saturate", 100 * fence.Millisecond},
		{"media", fence.Second},
		{"vr90", fence.Second},
		{"game60", fence.Second},
	}
)

// command is what prints the run's percentiles.
func (x *latencyRun) command() string {
	return fmt.Sprintf("go run ./bench/cmd/schedbench sim -flow %s %sbench/workloads/%s%s", x.flow,
		x.timeFlag(), x.work, sim.Suffix)
}

// timeFlag is what the command needs where the time is not the usual one.
func (x *latencyRun) timeFlag() string {
	if x.config.Time == fence.Second {
		return ""
	}
	return fmt.Sprintf("-time %dms ", x.config.Time/fence.Millisecond)
}

// names are the flows whose run this is.
func (x *latencyRun) names() string { return "`" + strings.Join(x.flows, "` = `") + "`" }

// latency shows distributions of simulated runs.
func latency(b *builder, s *section) error {
	if _, err := os.Stat(b.workload(latencyWorks[0].name)); err != nil {
		return &absent{fmt.Sprintf("There are no workload files in %s; latencies are simulated from them",
			filepath.ToSlash(b.config.Workloads)),
			"go run ./bench/cmd/schedbench report -workloads bench/workloads"}
	}
	s.Lead = fmt.Sprintf("How long jobs take from push to finished fence on %s in virtual time; the "+
		"height is the share of jobs that take no longer. A flow that admits more has the device's queues "+
		"hold what the scheduler's would, and jobs that arrive together wait for each other there.",
		latencyDevice)
	s.add(block{Legend: legend(true, latencyFlows...)})
	t := &table{Caption: "Percentiles by nearest rank, simulated for this page; p50 and p99 lead to the " +
		"command, the job to a Perfetto trace that ends with it (open it at ui.perfetto.dev)", Left: 2,
		Head: []string{"workload", "flow control", "jobs", "p50", "p90", "p99", "p99.9", "max",
			"job at p99"}}
	var figures []figure
	var all [][]*latencyRun
	for _, w := range latencyWorks {
		runs, err := b.runsOf(w.name, w.time)
		if err != nil {
			return err
		}
		if err := b.rowsOf(t, runs); err != nil {
			return err
		}
		figures, all = append(figures, b.distribution(runs)), append(all, runs)
	}
	s.add(block{Figures: figures, Wide: true})
	s.add(block{Table: t})
	b.stories(s, all[0])
	return nil
}

// rowsOf adds a workload's runs to the table.
func (b *builder) rowsOf(t *table, runs []*latencyRun) error {
	for i, x := range runs {
		r, err := b.percentiles(x)
		if err != nil {
			return err
		}
		if i > 0 {
			r.Cells[0].Text = "" // the one above
		}
		t.Rows = append(t.Rows, r)
	}
	return nil
}

// runsOf simulates a workload under every flow. Flows that have the same history
// share a run.
func (b *builder) runsOf(work string, d fence.Duration) ([]*latencyRun, error) {
	var runs []*latencyRun
	for _, flow := range latencyFlows {
		x, err := b.runLatency(work, flow, d)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(runs, func(o *latencyRun) bool {
			return o.result.Counts.History == x.result.Counts.History
		})
		if i >= 0 {
			runs[i].flows = append(runs[i].flows, flow)
			continue
		}
		runs = append(runs, x)
	}
	return runs, nil
}

// distribution draws a workload under every flow.
func (b *builder) distribution(runs []*latencyRun) figure {
	pic := chart.Lines{X: chart.Axis{Zero: true, Format: chart.Time},
		Y: chart.Axis{Zero: true, Format: chart.Percent}}
	var about []string
	for _, x := range runs {
		pic.Lines = append(pic.Lines, x.line(slices.Index(latencyFlows, x.flow)))
		about = append(about, fmt.Sprint(len(x.jobs)))
	}
	work := runs[0].work
	pic.Title = "Latency of jobs, " + work
	pic.Desc = fmt.Sprintf("Distribution functions of the latency of %s jobs under %d flow controls "+
		"that differ.", strings.Join(about, ", "), len(runs))
	text := fmt.Sprintf("%s jobs in %s", strings.Join(about, ", "),
		chart.Time(float64(runs[0].config.Time)))
	if len(runs) == 1 {
		text += ", the same under all"
	}
	f := b.figure(work, text, pic.Draw())
	if work == latencyWorks[0].name {
		pic.Width, pic.Height, pic.Keys, pic.KeyLines = readmeWidth, 240, latencyFlows, true
		pic.Heading = "What a number for each limit changes for a burst of jobs"
		pic.Sub = "share of jobs that take no longer from push to finished fence; " + work + sim.Suffix +
			" on " + latencyDevice + ", simulated, exact"
		b.readme("latency", pic.Draw())
	}
	return f
}

// percentiles returns the row of a run, with a trace of its job at p99.
func (b *builder) percentiles(x *latencyRun) (row, error) {
	by := b.command(x.command())
	r := x.result
	out := row{Cells: cells(x.work, x.names(), fmt.Sprint(len(x.jobs)))}
	for i, d := range []fence.Duration{r.P50, r.P90, r.P99, r.P999, r.Max} {
		c := cell{Text: chart.Time(float64(d))}
		if i == 0 || i == 2 {
			c.Command = by
		}
		out.Cells = append(out.Cells, c)
	}
	if len(x.jobs) == 0 {
		out.Cells = append(out.Cells, cell{Text: "no job completed"})
		return out, nil
	}
	var err error
	if x.story, err = sim.Why(b.ctx, x.config, x.at(99).job, fence.Never); err != nil {
		return out, err
	}
	name, err := b.trace(x)
	out.Cells = append(out.Cells, cell{Text: fmt.Sprintf("job %d", x.story.Job), Href: name})
	return out, err
}

// trace records the run up to the end of the job of its story and returns the link
// to it.
func (b *builder) trace(x *latencyRun) (string, error) {
	var engines []string
	for _, e := range x.config.Profile.Engines {
		engines = append(engines, e.Name)
	}
	rec := trace.NewRecorder(trace.RecorderConfig{Device: x.config.Profile.Name, Engines: engines})
	config := x.config
	config.Tracer, config.Time = rec, max(sim.MinTime, min(config.Time, x.story.At.Sub(0)))
	if _, err := sim.Run(b.ctx, config); err != nil {
		return "", err
	}
	rec.Finish(fence.Time(0).Add(config.Time))
	var out bytes.Buffer
	if err := rec.WritePerfetto(&out); err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s-%s-job-%d.pftrace", x.work, kindOf(x.flow), x.story.Job)
	b.report.Traces = append(b.report.Traces, File{name, out.Bytes()})
	return path.Join(b.config.Traces, name), nil
}
