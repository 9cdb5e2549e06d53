package study

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"credence/bench/slope"
	"credence/core/fence"
)

// counted is what CountInstructions wrote: instructions depend on the compiler and
// not on the virtual time, so they are recorded and not counted in each study.
//
//go:embed instructions.txt
var counted string

// corePrefix begins the packages whose instructions count: the simulated device and
// clients are no part of what a flow costs.
const corePrefix = "credence/core/"

// instrUnit is the unit of the figures.
const instrUnit = "instr/job"

// instructions returns how many instructions the core executed for a job, if that
// was counted.
func (c *Cell) instructions(flow string) (int64, bool) {
	return find(counted, c.key(flow))
}

// key is the benchmark's name of a comparison under a flow.
func (c *Cell) key(flow string) string {
	return fmt.Sprintf("BenchmarkFlow/device=%s/work=%s/clients=%d/queues=%d/flow=%s", c.Device, c.Work,
		c.Clients, c.Queues, flow)
}

// find returns the figure of a benchmark in a results file.
func find(text, name string) (int64, bool) {
	for line := range strings.SplitSeq(text, "\n") {
		rest, ok := strings.CutPrefix(line, name+" ")
		if f := strings.Fields(rest); ok && len(f) == 3 && f[2] == instrUnit {
			v, err := strconv.ParseInt(f[1], 10, 64)
			return v, err == nil
		}
	}
	return 0, false
}

// instrCell writes what several flows that did the same execute for a job: one
// figure, the least and the most, or a dash.
func (c *Cell) instrCell(flows []string) string {
	var low, high int64
	for i, f := range flows {
		v, ok := c.instructions(f)
		if !ok {
			return "-"
		}
		if i == 0 {
			low, high = v, v
		}
		low, high = min(low, v), max(high, v)
	}
	if low == high {
		return strconv.FormatInt(low, 10)
	}
	return fmt.Sprintf("%d-%d", low, high)
}

// Counting says how to count.
type Counting struct {
	Valgrind string // see slope.Find
	// Program is schedbench, whose command sim is run.
	Program string
	// Step is told what begins. It may be nil.
	Step func(format string, args ...any)
}

// CountInstructions counts what the core executes for a job in every comparison
// under every flow, as a slope between half of the virtual time and the whole, and
// writes a line of Go's benchmark format each. What completes no job in the second half
// has none. It blocks for some seconds a line.
func (p *Plan) CountInstructions(ctx context.Context, w io.Writer, c Counting) error {
	if c.Step == nil {
		c.Step = func(string, ...any) {}
	}
	for i := range p.tasks {
		t := &p.tasks[i]
		if len(t.system.Loads) != 1 {
			return fmt.Errorf("%s: instructions are counted of workload files and generators, not of "+
				"captures", t.system.Path)
		}
		for _, f := range Flows(t.profile) {
			c.Step("%s on %s with %d user queues under %s", t.cell.Work, t.cell.Device, t.cell.Queues, f)
			var ir, jobs [2]int64
			for half := range ir {
				var err error
				d := p.config.Time / fence.Duration(2-half)
				if ir[half], jobs[half], err = p.count(ctx, &c, t, f.String(), d); err != nil {
					return err
				}
			}
			if n := jobs[1] - jobs[0]; n > 0 {
				if _, err := fmt.Fprintf(w, "%s %d %d %s\n", t.cell.key(f.String()), n, (ir[1]-ir[0])/n,
					instrUnit); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// count returns the core's instructions of one run, and its jobs.
func (p *Plan) count(ctx context.Context, c *Counting, t *task, flow string, d fence.Duration) (
	ir, jobs int64, err error) {
	counts, out, err := slope.Command(ctx, c.Valgrind, []string{c.Program, "sim", "-format", "json",
		"-device", t.profile.Name, "-flow", flow, "-policy", p.config.Policy.String(),
		"-clients", strconv.Itoa(t.cell.Clients), "-seed", strconv.FormatUint(p.config.Seed, 10),
		"-time", time.Duration(d).String(), filepath.FromSlash(t.system.Path)}, nil)
	if err != nil {
		return 0, 0, err
	}
	var r struct{ Jobs, Failed int64 }
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		return 0, 0, errors.Join(fmt.Errorf("schedbench sim printed %q", out), err)
	}
	for group, n := range counts {
		if strings.HasPrefix(group, corePrefix) {
			ir += n
		}
	}
	return ir, r.Jobs + r.Failed, nil
}
