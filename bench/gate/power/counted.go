package power

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"credence/bench/gate"
	"credence/bench/gate/duel"
	"credence/bench/slope"
)

// countedBenches are the benchmarks whose instructions trials count, in turn: the
// queue, fences, and jobs through the scheduler.
var countedBenches = []string{
	hostBench,
	"Job/policy=fifo/flow=credits:126/busy=1/rest=none",
	"FenceLife/type=fence/callbacks=1",
	"Job/policy=fair/flow=lanes/busy=64/rest=none",
	"SPSCReserved/ends=1/cap=128/item=ptr",
	"Job/policy=rr/flow=credits:126/busy=64/rest=none",
}

// slopeOps is how many operations a count has, as in a comparison.
const slopeOps = 1000

// lab is a pair of worktrees of which one is patched for each trial, and what is
// known of the other.
type lab struct {
	base, head *duel.Tree
	dir        string
	sites      map[string][]site // by benchmark: what it executes of the core
	counts     map[string]*slope.Slope
	scenarios  string // what the base prints of all scenarios
}

// lab returns the lab of a package, checked out and built, which the trials share.
func (c *Config) lab(ctx context.Context, pkg string) (*lab, error) {
	if l := c.labs[pkg]; l != nil {
		return l, nil
	}
	dir, err := os.MkdirTemp("", "power")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, sites: map[string][]site{}, counts: map[string]*slope.Slope{}}
	c.labs[pkg] = l
	for _, x := range []struct {
		name string
		tree **duel.Tree
	}{{"base", &l.base}, {"head", &l.head}} {
		c.Step("checking out %s", c.Rev)
		if *x.tree, err = duel.CheckOut(ctx, c.Root, c.Rev, filepath.Join(dir, x.name)); err != nil {
			return nil, err
		}
	}
	c.Step("building %s", pkg)
	return l, l.base.Build(ctx, pkg, 0)
}

func (l *lab) close() {
	l.base.Remove()
	l.head.Remove()
	os.RemoveAll(l.dir)
}

// measure counts the instructions of a benchmark in one of the trees.
func (l *lab) measure(ctx context.Context, c *Config, t *duel.Tree, bench string,
	group func(slope.Function) string) (*slope.Slope, error) {
	return slope.Measure(ctx, slope.Config{Valgrind: c.Valgrind, Binary: t.Binary(microPackage, 0),
		Dir: t.Folder(microPackage), Bench: "Benchmark" + bench, N: slopeOps, Group: group})
}

// prepare counts the base, and finds out what it executes.
func (l *lab) prepare(ctx context.Context, c *Config, bench string) error {
	if l.counts[bench] != nil {
		return nil
	}
	s, err := l.measure(ctx, c, l.base, bench, nil)
	if err != nil {
		return err
	}
	by, err := l.measure(ctx, c, l.base, bench, func(f slope.Function) string { return f.Name })
	if err != nil {
		return err
	}
	for _, g := range by.Groups {
		if at, ok := siteOf(g.Name); ok && g.Delta >= slopeOps {
			l.sites[bench] = append(l.sites[bench], at)
		}
	}
	if len(l.sites[bench]) == 0 {
		return fmt.Errorf("%s executes nothing of the core", bench)
	}
	l.counts[bench] = s
	return nil
}

// judge compares counts as the gate would see them in two files.
func (t *Trial) judge(bench string, base, head *slope.Slope) error {
	var sets [2]*gate.Set
	for i, s := range []*slope.Slope{base, head} {
		name := []string{"base", "head"}[i]
		text := fmt.Sprintf("pkg: credence/bench/micro\nBenchmark%s %d %.4f instr/op\n"+
			"# status: complete, 1 rounds, 1 samples\n", bench, s.N, s.PerOp())
		t.raw[i] = text
		var err error
		if sets[i], err = gate.Parse(name, []byte(text)); err != nil {
			return err
		}
	}
	v, err := gate.Judge(sets[0], sets[1], gate.Options{})
	if err != nil {
		return err
	}
	return t.take(v, gate.Instructions, bench)
}

// counting returns the lab for a trial of instructions, its head as it was, and the
// benchmark.
func (c *Config) counting(ctx context.Context, t *Trial) (*lab, string, error) {
	if c.Valgrind == "" {
		return nil, "", slope.ErrNoCachegrind
	}
	l, err := c.lab(ctx, microPackage)
	if err != nil {
		return nil, "", err
	}
	bench := countedBenches[t.Index%len(countedBenches)]
	if err := l.head.Reset(ctx); err != nil {
		return nil, "", err
	}
	return l, bench, l.prepare(ctx, c, bench)
}

// runUncounted adds a function that is not executed.
func runUncounted(ctx context.Context, c *Config, t *Trial) error {
	l, bench, err := c.counting(ctx, t)
	if err != nil {
		return err
	}
	if t.What, err = unrelated(l.head.Dir(), rand.New(rand.NewPCG(t.Seed, 1))); err != nil {
		return err
	}
	if err := l.head.Build(ctx, microPackage, 0); err != nil {
		return err
	}
	s, err := l.measure(ctx, c, l.head, bench, nil)
	if err != nil {
		return err
	}
	return t.judge(bench, l.counts[bench], s)
}

// Bounds of the slowdowns in instructions, and how often one is adjusted or given
// up for another until it lies between them.
const (
	leastMore   = 0.015
	mostMore    = 0.10
	maxAttempts = 60
	adjustments = 3
)

// runCounted adds instructions somewhere, until they are 1.5 to 10 % more.
func runCounted(ctx context.Context, c *Config, t *Trial) error {
	l, bench, err := c.counting(ctx, t)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(t.Seed, 1))
	for range maxAttempts {
		s, err := l.attempt(ctx, c, t, bench, r)
		if err != nil {
			return err
		}
		if s != nil {
			return t.judge(bench, l.counts[bench], s)
		}
	}
	return fmt.Errorf("no patch of %s gives %g to %g more instructions", bench, leastMore, mostMore)
}

// attempt puts work of a random shape and size at a random place, and adjusts its
// size. It returns nil if that cannot be made to lie between the bounds, or if
// another trial changed the same.
func (l *lab) attempt(ctx context.Context, c *Config, t *Trial, bench string,
	r *rand.Rand) (*slope.Slope, error) {
	base := l.counts[bench].PerOp()
	at := l.sites[bench][r.IntN(len(l.sites[bench]))]
	shape := shapes[r.IntN(len(shapes))]
	if shape.per/base > leastMore { // a turn of a loop is too much of so short a path
		shape = shapes[0]
	}
	odd := r.Uint64() | 1
	target := leastMore + (mostMore-leastMore)*r.Float64()
	n := max(1, int(target*base/shape.per))
	for range adjustments {
		t.What = fmt.Sprintf("%s: %d turns of %s (%d) in %s", bench, n, shape.name, odd&63, at)
		if c.done[t.Kind+" "+t.What] {
			return nil, nil
		}
		s, err := l.patched(ctx, c, bench, at, shape.text(n, odd&63))
		if errors.Is(err, slope.ErrUneven) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		more := s.PerOp()/base - 1
		switch {
		case more >= leastMore && more <= mostMore:
			return s, nil
		case n == 1 && more > mostMore:
			return nil, nil // executed too often for so little work
		}
		n = max(1, int(math.Round(float64(n)*target/max(more, leastMore/10))))
	}
	return nil, nil
}

// patched counts the head with work inserted.
func (l *lab) patched(ctx context.Context, c *Config, bench string, at site,
	work string) (*slope.Slope, error) {
	if err := l.head.Reset(ctx); err != nil {
		return nil, err
	}
	if err := insert(l.head.Dir(), at, work, dragVars); err != nil {
		return nil, err
	}
	if err := l.head.Build(ctx, microPackage, 0); err != nil {
		return nil, err
	}
	return l.measure(ctx, c, l.head, bench, nil)
}
