// Package scale measures what a job and an entity cost as they become many:
// instructions of a job and bytes of an entity and of a job from one entity to a
// hundred thousand, and instructions of a job and growth of the heap from a thousand
// jobs to ten million. What is measured is BenchmarkScale of bench/micro. Every figure
// but the bytes repeats to the digit, and the bytes differ by less than one each.
//
// It refuses to time anything: what a cache does to many entities is not in these
// figures.
package scale

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"credence/bench/slope"
	"credence/bench/suite"
)

// Config says what to measure.
type Config struct {
	Root     string // of the module
	Valgrind string // see slope.Find
	// Entities and Jobs are the most that are measured, 1 to MaxEntities and 1,000 to
	// MaxJobs.
	Entities, Jobs int
	// Step is told what begins. It may be nil.
	Step func(format string, args ...any)
}

// Limits of a Config.
const (
	MaxEntities = 100_000
	MaxJobs     = 10_000_000
	LeastJobs   = 1000
)

// Lengths of runs. A slope over entities is taken over so many jobs; heaps are
// weighed before and after as many.
const (
	slopeJobs = 5000
	// countTimeout bounds a run under cachegrind, of 10^7 jobs about three minutes.
	countTimeout = 40 * time.Minute
)

const (
	folder    = "bench/micro"
	pkg       = "credence/" + folder
	benchmark = "BenchmarkScale"
	// variable makes the benchmark run; with weigh it looks at the heap.
	variable = "CREDENCE_SCALE"
	weigh    = "weigh"
	// jobsCase is whose jobs become many.
	jobsCase = "policy=fair/flow=credits:126/busy=all/entities=100"
)

// Row is a line of results.
type Row struct {
	Name    string // with Benchmark
	N       int    // jobs that the figures are of
	Figures []Figure
}

// Figure is a value with its unit.
type Figure struct {
	Value float64
	Unit  string
}

// Of returns the figure in a unit.
func (r *Row) Of(unit string) (float64, bool) {
	for _, f := range r.Figures {
		if f.Unit == unit {
			return f.Value, true
		}
	}
	return 0, false
}

// Check refuses a Config beyond the limits.
func (c *Config) Check() error {
	switch {
	case c.Entities < 1 || c.Entities > MaxEntities:
		return fmt.Errorf("%d entities; permitted: 1 to %d", c.Entities, MaxEntities)
	case c.Jobs < LeastJobs || c.Jobs > MaxJobs:
		return fmt.Errorf("%d jobs; permitted: %d to %d", c.Jobs, LeastJobs, MaxJobs)
	}
	return nil
}

// Run measures. It blocks for some minutes at the limits.
func Run(ctx context.Context, c Config) ([]Row, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Step == nil {
		c.Step = func(string, ...any) {}
	}
	dir, err := os.MkdirTemp("", "scale")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "micro.test")
	c.Step("building %s", folder)
	build := exec.CommandContext(ctx, "go", "test", "-c", "-o", bin, "./"+folder)
	build.Dir = c.Root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building %s: %w\n%s", folder, err, strings.TrimSpace(string(out)))
	}
	rows, err := c.entities(ctx, bin)
	if err != nil {
		return nil, err
	}
	more, err := c.jobs(ctx, bin)
	return append(rows, more...), err
}

// entities measures every case at every number of entities up to the most.
func (c *Config) entities(ctx context.Context, bin string) ([]Row, error) {
	c.Step("weighing entities and jobs")
	var sizes []string
	for n := 1; n <= c.Entities; n *= 10 {
		sizes = append(sizes, strconv.Itoa(n))
	}
	all, err := c.weigh(ctx, bin, fmt.Sprintf("^%s$/^policy=/^flow=/^busy=/^entities=(%s)$", benchmark,
		strings.Join(sizes, "|")), slopeJobs)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, r := range all {
		c.Step("counting %s", r.Name)
		per, err := c.count(ctx, bin, r.Name, slopeJobs)
		if err != nil {
			return nil, err
		}
		figures := []Figure{{per, "instr/job"}}
		for _, unit := range []string{"B/entity", "B/job"} {
			if v, ok := r.Of(unit); ok {
				figures = append(figures, Figure{v, unit})
			}
		}
		rows = append(rows, Row{r.Name, slopeJobs, figures})
	}
	return rows, nil
}

// jobs measures one case over ever more jobs: what a job takes in the second half
// of a run, and what the heap grew by over the whole of it.
func (c *Config) jobs(ctx context.Context, bin string) ([]Row, error) {
	var rows []Row
	for jobs := LeastJobs; jobs <= c.Jobs; jobs *= 10 {
		name := benchmark + "/" + jobsCase
		c.Step("counting %d jobs", jobs)
		per, err := c.count(ctx, bin, name, jobs/2)
		if err != nil {
			return nil, err
		}
		heaps, err := c.weigh(ctx, bin, slope.Pattern(name), jobs)
		if err != nil {
			return nil, err
		}
		grown, ok := heaps[0].Of("grown-B")
		if !ok {
			return nil, fmt.Errorf("%s does not say what the heap grew by", name)
		}
		rows = append(rows, Row{fmt.Sprintf("%s/jobs=%d", name, jobs), jobs,
			[]Figure{{per, "instr/job"}, {grown / float64(jobs), "grown-B/job"}}})
	}
	return rows, nil
}

// count returns the instructions of a job, between n and 2n of them.
func (c *Config) count(ctx context.Context, bin, name string, n int) (float64, error) {
	s, err := slope.Measure(ctx, slope.Config{Valgrind: c.Valgrind, Binary: bin, Bench: name, N: n,
		Dir: filepath.Join(c.Root, filepath.FromSlash(folder)), Timeout: countTimeout,
		Env: []string{variable + "=count"}})
	if err != nil {
		return 0, err
	}
	return s.PerOp(), nil
}

// weigh runs the benchmarks of a pattern over n jobs and returns what they say of
// the heap.
func (c *Config) weigh(ctx context.Context, bin, pattern string, n int) ([]Row, error) {
	cmd := exec.CommandContext(ctx, bin, "-test.run=^$", "-test.bench="+pattern,
		fmt.Sprintf("-test.benchtime=%dx", n), "-test.cpu=1")
	cmd.Dir = filepath.Join(c.Root, filepath.FromSlash(folder))
	cmd.Env = append(os.Environ(), variable+"="+weigh)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", pattern, err, out)
	}
	var rows []Row
	for line := range strings.SplitSeq(string(out), "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], benchmark+"/") {
			continue
		}
		r := Row{Name: suite.TrimProcs(f[0]), N: n}
		for i := 3; i < len(f); i += 2 {
			v, err := strconv.ParseFloat(f[i-1], 64)
			if err != nil {
				return nil, fmt.Errorf("%s prints %q: %w", pattern, line, err)
			}
			r.Figures = append(r.Figures, Figure{v, f[i]})
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s prints no results\n%s", pattern, out)
	}
	return rows, nil
}
