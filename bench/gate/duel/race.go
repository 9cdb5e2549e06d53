package duel

import (
	"context"
	"errors"
	"time"

	"credence/bench/gate"
	"credence/bench/suite"
)

// Race compares binaries that there are already, as Run does those that it builds.
// Instructions are not counted.
type Race struct {
	Tree    *Tree    // where the binaries are; see Open
	Sides   [2][]int // layouts of the base and of the head, with none in common
	Package suite.Package
	Only    string // the full name of the one benchmark to run, or ""
	Limits  *gate.Limits
	Budget  time.Duration // of the rounds; at least minRounds of each benchmark are run
	// Whole uses up the budget, however narrow the intervals are: for recordings.
	Whole bool
	Seed  uint64 // of the orders
	// Progress may be nil.
	Progress func(format string, args ...any)
}

// Run measures. A cancelled ctx ends it as it ends that of a Config.
func (r *Race) Run(ctx context.Context) (*Result, error) {
	c := Config{Packages: []suite.Package{r.Package}, Only: r.Only, Limits: r.Limits, Budget: r.Budget,
		Seed: r.Seed, Force: true, Progress: r.Progress}
	c.defaults()
	d := newDuel(&c)
	d.whole, d.seeds = r.Whole, r.Sides
	for i := range d.trees {
		if len(r.Sides[i]) == 0 {
			return nil, errors.New("duel: a side has no layouts")
		}
		d.trees[i], d.records[i] = r.Tree, newRecord(r.Tree)
	}
	if err := d.exact(ctx); err != nil {
		return nil, err
	}
	d.start = time.Now()
	if err := d.measure(ctx); err != nil {
		return nil, err
	}
	d.took = time.Since(d.start)
	return d.result()
}
