package study

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"credence/core/fence"
)

// File is one file of a rendered study.
type File struct {
	Name string
	Data []byte
}

// Files renders the study: the Markdown first, then its figures as CSV and its
// plots, whose names begin with stem.
func (r *Report) Files(stem string) ([]File, error) {
	plots, err := r.plots(stem)
	if err != nil {
		return nil, err
	}
	var table bytes.Buffer
	if err := r.WriteCSV(&table); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	r.markdown(&text, stem+".csv", plots)
	files := []File{{stem + ".md", text.Bytes()}, {stem + ".csv", table.Bytes()}}
	for _, p := range plots {
		files = append(files, p.File)
	}
	return files, nil
}

// markdown writes the report.
func (r *Report) markdown(w io.Writer, table string, plots []plotFile) {
	fmt.Fprintf(w, "# Flow control, compared\n\n%s\n\n", r.answer())
	fmt.Fprintf(w, "Every figure is exact and virtual: policy %s, seed %d, %d us of virtual time a "+
		"run. All of them, in nanoseconds, are in [%s](%s). This page is made again, byte for byte, "+
		"by\n\n```\n%s -o %s\n```\n\n", r.Config.Policy, r.Config.Seed,
		r.Config.Time/fence.Microsecond, table, table, r.Config.Command(),
		"results/"+strings.TrimSuffix(table, ".csv")+".md")
	io.WriteString(w, more)
	for _, p := range plots {
		fmt.Fprintf(w, "![%s](%s)\n\n%s\n\n", p.alt, p.Name, p.about)
	}
	io.WriteString(w, legend)
	for i := range r.Devices {
		r.device(w, &r.Devices[i])
	}
	r.skipped(w)
}

const more = `What a flow holds back changes the order in which the user queues reach the engines, and
a run ends before they are through. So a flow that admits less than lanes can have engines
work more.

`

const legend = `## How to read the tables

| column | meaning |
|---|---|
| queues | user queues, and behind a slash the clients that feed them |
| flow | the flow control; several that did exactly the same, event for event, share a row |
| jobs | completed without error |
| busy, idle-ready | time in which an engine executed; executed nothing although flow control held back a job that it could have executed; mean of the engines that the workload keeps busy under any flow, ppm of the virtual time |
| p50 … max | time from push to finished fence, by nearest rank over all jobs that completed, us rounded down |
| over-runs | firmware queues that got more commands than the firmware holds: stuck from then on |
| ring full | jobs that failed since a ring had no room |
| held | jobs that flow control held back |
| wake, spur., vain | per 1000 jobs, rounded down: wake-ups of workers that had nothing to do, those after which nothing was run or freed until the next, RUN items that ran no job |
| instr. | instructions that the core executes for a job, counted by valgrind as a slope over the virtual time, the device and the clients left out; of flows that did the same the least and the most; - where it was not counted, or no job was done |
| Jain | Jain's index of the jobs done by the clients of one load, of the least even load, ppm |
| wait | longest time that a job at the head of its queue was not run, those that wait at the end included, us |

`

// device writes the table of a device.
func (r *Report) device(w io.Writer, d *Device) {
	fmt.Fprintf(w, "## %s\n\n", d.Name)
	shape := "one ring"
	if d.Firmware {
		shape = "three firmware queues a user queue"
	}
	fmt.Fprintf(w, "%s, %d slots and %d ring entries each, the firmware holds %d; ", shape,
		d.Lanes[0], d.Lanes[len(d.Lanes)-1], d.Buffer)
	if d.perQueue() {
		io.WriteString(w, "a scheduler and an entity for each user queue, so that policies cannot "+
			"differ.\n\n")
	} else {
		fmt.Fprintf(w, "user queues share %d scheduler(s).\n\n", d.Shared)
	}
	cells := r.of(d.Name)
	if len(cells) == 0 {
		io.WriteString(w, "No workload of this study runs on it.\n\n")
		return
	}
	io.WriteString(w, "| workload | queues | flow | jobs | busy | idle-ready | p50 | p90 | p99 | "+
		"p99.9 | max | over-runs | ring full | held | wake | spur. | vain | instr. | Jain | wait |\n|---|---|---|"+
		strings.Repeat("---:|", 17)+"\n")
	for _, c := range cells {
		c.rows(w)
	}
	io.WriteString(w, "\n")
}

// rows writes a comparison, the flows that did the same in one row.
func (c *Cell) rows(w io.Writer) {
	written := make([]bool, len(c.Rows))
	for i := range c.Rows {
		if written[i] {
			continue
		}
		var same []string
		for k := i; k < len(c.Rows); k++ {
			if c.Rows[k].same(&c.Rows[i]) {
				same = append(same, c.Rows[k].Flow)
				written[k] = true
			}
		}
		text := strings.Join(same, ", ")
		switch {
		case c.CannotDiffer():
			text = "*cannot differ: no limit binds*"
		case len(same) == len(c.Rows):
			text = "*all: a limit binds, and they do the same*"
		}
		c.row(w, text, c.instrCell(same), &c.Rows[i])
	}
}

func (c *Cell) row(w io.Writer, flow, instr string, r *Row) {
	us := func(d fence.Duration) int64 { return int64(d / fence.Microsecond) }
	done := r.Jobs + r.Failed
	fmt.Fprintf(w, "| %s | %d/%d | %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | "+
		"%d | %d | %s | %d | %d |\n", strings.ReplaceAll(c.Work, "|", "\\|"), c.Queues, c.Clients, flow,
		r.Jobs, r.BusyPPM, r.IdlePPM, us(r.P50), us(r.P90), us(r.P99), us(r.P999), us(r.Max),
		r.Overruns, r.RingFull, r.Stalls, each(r.WakeUps, done), each(r.Spurious, done),
		each(r.InVain, done), instr, r.JainPPM, us(r.Wait))
}

// skipped lists what devices could not run.
func (r *Report) skipped(w io.Writer) {
	if len(r.Skips) == 0 {
		return
	}
	io.WriteString(w, "## Not run\n\n| device | workload | why |\n|---|---|---|\n")
	for _, s := range r.Skips {
		fmt.Fprintf(w, "| %s | %s | %s |\n", s.Device, s.Work, strings.ReplaceAll(s.Why, "|", "\\|"))
	}
}
