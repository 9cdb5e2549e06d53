package power

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"credence/bench/gate"
	"credence/bench/gate/duel"
	"credence/bench/slope"
	"credence/bench/suite"
)

// counted returns the benchmark whose instructions the i-th trial counts: in turn
// the push and pop, and the first of those that put a job through the scheduler.
func (l *lab) counted(i int) (string, error) {
	if i%2 == 0 {
		return hostBench, nil
	}
	for line := range strings.SplitSeq(l.listing, "\n") {
		if name, _, _ := strings.Cut(line, " "); strings.HasPrefix(name, "BenchmarkJob/") {
			return suite.TrimProcs(strings.TrimPrefix(strings.TrimSpace(name), "Benchmark")), nil
		}
	}
	return "", errors.New("no benchmark has a name that begins with Job/")
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
	listing    string // and of all benchmarks of host time
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
		name := []string{"base.txt", "head.txt"}[i]
		text := fmt.Sprintf("pkg: credence/bench/micro\nBenchmark%s %d %.4f instr/op\n"+
			"# status: complete, 1 rounds, 1 samples\n", bench, s.N, s.PerOp())
		t.raw = append(t.raw, gzippedText{name, text})
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
	if l.listing == "" {
		if l.listing, err = l.base.Once(ctx, microPackages[0]); err != nil {
			return nil, "", err
		}
	}
	bench, err := l.counted(t.Index)
	if err != nil {
		return nil, "", err
	}
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
	maxAttempts = 30
	tolerance   = 0.015 // from the size that was drawn, so that small ones are tried too
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
// size. It returns nil if that cannot be made to lie between the bounds.
func (l *lab) attempt(ctx context.Context, c *Config, t *Trial, bench string,
	r *rand.Rand) (*slope.Slope, error) {
	base := l.counts[bench].PerOp()
	at := l.sites[bench][r.IntN(len(l.sites[bench]))]
	shape := shapes[r.IntN(len(shapes))]
	if shape.per/base > tolerance {
		shape = shapes[0] // a turn of a loop is too much of so short a path
	}
	odd := r.Uint64() | 1
	target := leastMore + (mostMore-leastMore)*r.Float64()
	n := max(1, int(target*base/shape.per))
	for range adjustments {
		s, err := l.patched(ctx, c, bench, at, shape.text(n, odd))
		if errors.Is(err, slope.ErrUneven) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		more := s.PerOp()/base - 1
		switch {
		case more >= leastMore && more <= mostMore && math.Abs(more-target) <= tolerance:
			t.What = fmt.Sprintf("%s: %d turns of %s (%#x) in %s", bench, n, shape.name, odd, at)
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
