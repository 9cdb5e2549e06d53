package power

import (
	"context"
	"math/rand/v2"

	"credence/bench/gate"
	"credence/bench/gate/duel"
	"credence/bench/suite"
)

// What is made slower: the push and pop of one goroutine.
const (
	hostBench = "SPSC/ends=1/cap=1024/item=word"
	hostLabel = "push+pop"
)

// microPackage is the one whose time is judged.
const microPackage = "bench/micro"

var microPackages = []suite.Package{{Path: microPackage}}

// race compares layouts of the base, drawn at random, with some of a variant, and
// judges by time alone: instructions would give a change away. The row that is
// taken is that of the benchmark if it was changed.
func (c *Config) race(ctx context.Context, t *Trial, name string, changed bool) error {
	r := rand.New(rand.NewPCG(t.Seed, 1))
	base, err := c.variant(ctx, "base")
	if err != nil {
		return err
	}
	head, err := c.variant(ctx, name)
	if err != nil {
		return err
	}
	t.What = head.What
	b := draw(r, base.Seeds, 2*sideLayouts)
	h := b[sideLayouts:]
	if name != "base" {
		h = draw(r, head.Seeds, sideLayouts)
	}
	out, err := c.run(ctx, t, duel.Race{Sides: [2][]int{b[:sideLayouts], h}, Only: hostBench,
		Budget: c.Budget})
	if err != nil {
		return err
	}
	v, err := gate.Judge(out.Base, out.Head, gate.Options{Seed: t.Seed})
	if err != nil {
		return err
	}
	row := ""
	if changed {
		row = hostBench
	}
	return t.take(v, gate.Host, row)
}

// draw returns n of some seeds in a random order.
func draw(r *rand.Rand, seeds []int, n int) []int {
	out := make([]int, n)
	for i, at := range r.Perm(len(seeds))[:n] {
		out[i] = seeds[at]
	}
	return out
}

// run measures, and notes of it what a trial keeps.
func (c *Config) run(ctx context.Context, t *Trial, r duel.Race) (*duel.Result, error) {
	r.Tree, r.Package, r.Seed = c.pool(c.Root), microPackages[0], t.Seed
	out, err := r.Run(ctx)
	if err != nil {
		return nil, err
	}
	t.Rounds, t.Measured = out.Rounds, out.Took.Seconds()
	t.raw = [2]string{out.BaseText, out.HeadText}
	return out, nil
}

// recorded are the variants of a recording's head, a slowdown each.
var recorded = []string{"slower-5-push-256", "slower-2.5-push-256"}

// runRecordOne records the push and pop, of the base in as many layouts as a
// comparison of the same source has, and of slowdowns.
func runRecordOne(ctx context.Context, c *Config, t *Trial) error {
	return c.recordRounds(ctx, t, recorded, duel.Race{Only: hostBench, Budget: c.Record})
}

// runRecordSet records every benchmark that the gate times.
func runRecordSet(ctx context.Context, c *Config, t *Trial) error {
	return c.recordRounds(ctx, t, recorded[:1], duel.Race{Budget: c.RecordSet})
}

// recordRounds measures without a judgement.
func (c *Config) recordRounds(ctx context.Context, t *Trial, heads []string, r duel.Race) error {
	base, err := c.variant(ctx, "base")
	if err != nil {
		return err
	}
	r.Sides[0], r.Whole = base.Seeds[:2*sideLayouts], true
	for _, name := range heads {
		v, err := c.variant(ctx, name)
		if err != nil {
			return err
		}
		r.Sides[1] = append(r.Sides[1], v.Seeds[:sideLayouts]...)
	}
	t.What, t.Verdict = "nothing is judged", "recorded"
	_, err = c.run(ctx, t, r)
	return err
}
