// Package duel measures two revisions of this repository against each other, on
// one machine and at the same time, for package gate to judge.
//
// Each revision is checked out in a worktree of its own and its benchmarks are
// linked several times, in other orders of the functions (-randlayout), because a
// change of the source moves all code and a single binary cannot tell that from a
// change of speed. What runs is short, some tens of milliseconds, and follows in a
// random order over all binaries of both revisions, a round at a time: what the
// machine does to a round it does to both. It ends when the intervals are narrow
// enough or the budget is used up; when to end depends on the width of intervals
// and never on where they lie, so that looking at them raises no false alarms.
//
// The package refuses to judge, and to measure a revision that does not build or
// whose benchmarks fail.
package duel

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"time"

	"credence/bench/gate"
	"credence/bench/slope"
	"credence/bench/suite"
)

// Config says what to compare and how long.
type Config struct {
	Root       string // of the repository
	Dir        string // an empty folder for worktrees and binaries, the caller's to remove
	Base, Head string // revisions; WorkingTree is the tree at Root as it is
	Packages   []suite.Package
	Bench      *regexp.Regexp // of full names without "Benchmark"; nil is all
	Only       string         // the full name of the one benchmark to run, or ""
	Limits     *gate.Limits   // rows whose limit is off are not measured
	Layouts    int            // binaries of each side, at least gate.MinLayouts
	// Budget is for everything. Building and counting come first; rounds get what is
	// left, and at least minRounds of each benchmark are run.
	Budget time.Duration
	Seed   uint64 // of the orders, and of the layouts
	// Valgrind counts instructions, "" leaves them out.
	Valgrind string
	// Patch, if not nil, changes the sources of the head in the folder dir before they
	// are built: for experiments. The head must not be WorkingTree then.
	Patch func(dir string) error
	// Force measures packages whose binaries are identical; otherwise they are the
	// same without measuring.
	Force bool
	// Step is told what begins, Progress how a step goes on. Both may be nil.
	Step, Progress func(format string, args ...any)
}

// WorkingTree stands for the files as they are, committed or not.
const WorkingTree = "."

// Limits of what one comparison runs, and what it runs if nobody says.
const (
	DefaultLayouts = 12
	MaxLayouts     = 64
	maxRounds      = 10_000
	minRounds      = 12 // before an interval is looked at
)

// Result is what came of it.
type Result struct {
	Base, Head *gate.Set
	// BaseText and HeadText are the same as results files.
	BaseText, HeadText string
	Identical          []string      // packages whose binaries are the same
	Rounds             int           // of the benchmark that got most
	Took               time.Duration // of the rounds
	Notes              []string      // what could not be measured and why
}

// Run measures. A cancelled ctx ends it with what there is after minRounds, or
// with an error.
func Run(ctx context.Context, c Config) (*Result, error) {
	c.defaults()
	d, err := c.prepare(ctx)
	if err != nil {
		return nil, err
	}
	defer d.remove()
	if err := d.exact(ctx); err != nil {
		return nil, err
	}
	if err := d.layouts(ctx); err != nil {
		return nil, err
	}
	if err := d.count(ctx); err != nil {
		return nil, err
	}
	began := time.Now()
	if err := d.measure(ctx); err != nil {
		return nil, err
	}
	d.took = time.Since(began)
	return d.result()
}

func (c *Config) defaults() {
	if c.Step == nil {
		c.Step = func(string, ...any) {}
	}
	if c.Progress == nil {
		c.Progress = func(string, ...any) {}
	}
	if c.Limits == nil {
		c.Limits = gate.DefaultLimits()
	}
}

// duel is a comparison under way. Index 0 is the base, 1 the head.
type duel struct {
	*Config
	random    *rand.Rand
	trees     [2]*Tree
	seeds     [2][]int // of the layouts
	whole     bool     // use up the budget, however narrow the intervals are
	records   [2]*record
	benches   []*bench
	start     time.Time
	identical map[string]bool // by package path
	notes     []string
	rounds    int
	took      time.Duration
}

// bench is a benchmark that both sides have and whose time is judged.
type bench struct {
	pkg   suite.Package
	name  string // without "Benchmark" and -GOMAXPROCS
	n     int    // operations of a block
	limit float64
	done  bool
	// samples are what was measured; series are views of them for the width.
	series [2]*gate.Series
}

func newDuel(c *Config) *duel {
	return &duel{Config: c, start: time.Now(), random: rand.New(rand.NewPCG(c.Seed, 1)),
		identical: map[string]bool{}}
}

// prepare checks out and builds both sides once, to see what there is.
func (c *Config) prepare(ctx context.Context) (*duel, error) {
	if c.Layouts < gate.MinLayouts || c.Layouts > MaxLayouts {
		return nil, fmt.Errorf("%d layouts; give %d to %d", c.Layouts, gate.MinLayouts, MaxLayouts)
	}
	d := newDuel(c)
	d.seed()
	for i, rev := range []string{c.Base, c.Head} {
		c.Step("checking out %s", rev)
		t, err := CheckOut(ctx, c.Root, rev, filepath.Join(c.Dir, side(i)))
		if err != nil {
			d.remove()
			return nil, err
		}
		d.trees[i], d.records[i] = t, newRecord(t)
		if i == 1 && c.Patch != nil {
			if err := c.patch(t); err != nil {
				d.remove()
				return nil, err
			}
		}
		for _, p := range c.Packages {
			c.Step("building %s of %s", p.Path, t.name)
			if err := t.Build(ctx, p.Path, 0); err != nil {
				d.remove()
				return nil, err
			}
		}
	}
	return d, nil
}

// patch changes a worktree, and nothing else.
func (c *Config) patch(t *Tree) error {
	if t.root == "" {
		return errors.New("the working tree is not patched; name a revision")
	}
	return c.Patch(t.dir)
}

// remove takes the worktrees away.
func (d *duel) remove() {
	for _, t := range d.trees {
		t.Remove()
	}
}

func side(i int) string { return [2]string{"base", "head"}[i] }

// count adds the instructions of each benchmark, from the binaries in the
// linker's own order.
func (d *duel) count(ctx context.Context) error {
	if d.Valgrind == "" {
		return nil
	}
	for i, b := range d.benches {
		row := gate.Row{Name: b.name, Unit: "instr/op"}
		if l := d.Limits.Of(row, gate.Instructions); l == nil || l.Off {
			continue
		}
		d.Step("counting instructions, %d of %d: %s", i+1, len(d.benches), b.name)
		for s := range d.trees {
			m, err := slope.Measure(ctx, slope.Config{Valgrind: d.Valgrind, N: slopeOps,
				Binary: d.trees[s].Binary(b.pkg.Path, 0), Dir: d.trees[s].Folder(b.pkg.Path),
				Bench: "Benchmark" + b.name})
			if err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				d.notes = append(d.notes, fmt.Sprintf("instructions of %s in %s: %v", b.name, side(s), err))
				break
			}
			d.records[s].line(b.pkg.Path, b.name, m.N, fmt.Sprintf("%.4f instr/op", m.PerOp()))
		}
	}
	return nil
}

// slopeOps is how many operations a count of instructions has.
const slopeOps = 1000
