package power

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"credence/bench/gate"
	"credence/bench/gate/duel"
	"credence/bench/suite"
)

// Kind is a row of the table: trials of one sort.
type Kind struct {
	Name  string
	About string
	// Change says that there is a change to find; otherwise an exit code of 1 is a
	// false alarm.
	Change bool
	Count  int // of trials in the experiment
	run    func(ctx context.Context, c *Config, t *Trial) error
}

// Kinds are all sorts of trials, in the order in which they are run.
var Kinds = []Kind{
	{"exact/same", "the same scenario again", false, 20, runSame},
	{"exact/swap", "two events of the history change places", true, 100, runSwap},
	{"instructions/same", "an unrelated function added", false, 20, runUncounted},
	{"instructions/more", "1.5-10 % more, each in another way", true, 100, runCounted},
	{"host/layouts", "the same source in other layouts", false, 40, runHost(0, false)},
	{"host/function", "an unrelated function added", false, 40, runHost(0, true)},
	{"host/slower-50", "50 % slower, a control", true, 10, runHost(0.50, false)},
	{"host/slower-5", "5 % slower", true, 40, runHost(0.05, false)},
	{"host/slower-2.5", "2.5 % slower", true, 40, runHost(0.025, false)},
	{"set/function", "the whole set, an unrelated function added", false, 4, runSet(0)},
	{"set/slower-5", "the whole set, one benchmark 5 % slower", true, 4, runSet(0.05)},
}

// kind returns a kind by name.
func kind(name string) *Kind {
	for i := range Kinds {
		if Kinds[i].Name == name {
			return &Kinds[i]
		}
	}
	return nil
}

// What is made slower: the push and pop of one goroutine.
const (
	hostBench = "SPSC/ends=1/cap=1024/item=word"
	hostLabel = "push+pop"
)

// hostSite is where, on the path of every push.
var hostSite = site{"core/spsc", "Queue", "TryPush"}

// microPackage is the one whose time is judged.
const microPackage = "bench/micro"

var microPackages = []suite.Package{{Path: microPackage}}

// runHost returns the trial of a comparison of one benchmark, with the head slower
// by a ratio, or with an unrelated function.
func runHost(slower float64, function bool) func(context.Context, *Config, *Trial) error {
	return func(ctx context.Context, c *Config, t *Trial) error {
		return c.duel(ctx, t, slower, function, hostBench, c.Budget)
	}
}

// runSet returns the trial of a comparison of every benchmark.
func runSet(slower float64) func(context.Context, *Config, *Trial) error {
	return func(ctx context.Context, c *Config, t *Trial) error {
		return c.duel(ctx, t, slower, slower == 0, "", c.SetBudget)
	}
}

// duel compares the revision with itself, patched.
func (c *Config) duel(ctx context.Context, t *Trial, slower float64, function bool,
	only string, budget time.Duration) error {
	r := rand.New(rand.NewPCG(t.Seed, 1))
	patch := func(string) error { return nil }
	t.What = "other layouts"
	switch {
	case slower > 0:
		cal, err := c.calibrate(ctx)
		if err != nil {
			return err
		}
		turns := cal.Turns(slower)
		t.What = fmt.Sprintf("%d multiplications at every 256th place", turns)
		patch = func(dir string) error { return insert(dir, hostSite, chain(turns), dragVars) }
	case function:
		patch = func(dir string) (err error) {
			t.What, err = unrelated(dir, r)
			return err
		}
	}
	out, err := c.compare(ctx, t.Seed, patch, only, budget)
	if err != nil {
		return err
	}
	t.Rounds, t.Measured = out.Rounds, out.Took.Seconds()
	v, err := gate.Judge(out.Base, out.Head, gate.Options{Seed: t.Seed})
	if err != nil {
		return err
	}
	t.raw = []gzippedText{{"base.txt", out.BaseText}, {"head.txt", out.HeadText}}
	name := hostBench
	if slower == 0 {
		name = ""
	}
	return t.take(v, gate.Host, name)
}

// compare measures the revision against itself, patched. What is judged is time
// alone: instructions would give a patch away.
func (c *Config) compare(ctx context.Context, seed uint64, patch func(string) error,
	only string, budget time.Duration) (*duel.Result, error) {
	dir, err := os.MkdirTemp("", "power")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return duel.Run(ctx, duel.Config{Root: c.Root, Dir: dir, Base: c.Rev, Head: c.Rev, Patch: patch,
		Packages: microPackages, Only: only, Layouts: hostLayouts, Budget: budget, Seed: seed,
		Force: true})
}

// hostLayouts is how many binaries a side has: the default of the gate.
const hostLayouts = 8
