package duel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"credence/bench/gate"
	"credence/bench/slope"
	"credence/bench/suite"
)

// A turn is one run of one binary, that of a layout.
type turn struct{ side, layout int }

// measure runs rounds until every benchmark is measured well enough or the budget
// is used up. A benchmark's turn of a round is all its binaries in a random order,
// close together in time.
func (d *duel) measure(ctx context.Context) error {
	var turns []turn
	for s := range d.trees {
		for _, l := range d.seeds[s] {
			turns = append(turns, turn{s, l})
		}
	}
	for round := 0; round < maxRounds; round++ {
		open := d.open()
		if len(open) == 0 {
			return nil
		}
		d.random.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
		for i, b := range open {
			if time.Since(d.start) > d.Budget && round >= minRounds {
				return nil
			}
			d.Progress("round %d, %d of %d open benchmarks, %s left: %s", round+1, i+1, len(open),
				max(0, d.Budget-time.Since(d.start)).Round(time.Second), b.name)
			d.random.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
			if err := d.turns(ctx, b, round, turns); err != nil {
				if errors.Is(err, context.Canceled) && round >= minRounds {
					d.notes = append(d.notes, "interrupted: rounds were cut short")
					return nil
				}
				return err
			}
			b.done = !d.whole && round+1 >= minRounds &&
				gate.Precise(b.series[0], b.series[1], b.limit/2)
		}
		d.rounds = round + 1
	}
	return nil
}

// open returns the benchmarks that are not done.
func (d *duel) open() []*bench {
	return slices.DeleteFunc(slices.Clone(d.benches), func(b *bench) bool { return b.done })
}

// turns runs one benchmark once in every binary.
func (d *duel) turns(ctx context.Context, b *bench, round int, turns []turn) error {
	for _, t := range turns {
		var before time.Duration
		if gate.AcrossCores(b.name) {
			before = suite.PingPong()
		}
		ns, err := d.trees[t.side].time(ctx, b, t.layout)
		if err != nil {
			return err
		}
		regime := ""
		if before > 0 {
			regime = suite.Regime(before, suite.PingPong())
		}
		r := d.records[t.side]
		r.key("layout", strconv.Itoa(t.layout))
		r.key("round", strconv.Itoa(round+1))
		r.key("regime", regime)
		r.line(b.pkg.Path, b.name, b.n, strconv.FormatFloat(ns, 'g', 6, 64)+" ns/op")
		s := b.series[t.side]
		s.Samples = append(s.Samples, gate.Sample{Value: ns / 1e9, Layout: strconv.Itoa(t.layout),
			Round: strconv.Itoa(round), Regime: regime})
	}
	return nil
}

// time runs one benchmark in a process of its own and returns the nanoseconds of
// an operation, the median of the blocks.
func (t *Tree) time(ctx context.Context, b *bench, layout int) (float64, error) {
	out, err := t.execute(ctx, b.pkg.Path, layout, slope.Pattern("Benchmark"+b.name),
		strconv.Itoa(b.n)+"x", blocks)
	if err != nil {
		return 0, err
	}
	var ns []float64
	for line := range strings.SplitSeq(out, "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") || f[3] != "ns/op" {
			continue
		}
		v, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			return 0, fmt.Errorf("%s of %s prints %q: %w", b.name, t.name, line, err)
		}
		ns = append(ns, v)
	}
	if len(ns) != blocks {
		return 0, fmt.Errorf("%s of %s printed %d results, not %d\n%s", b.name, t.name, len(ns), blocks,
			tail(out))
	}
	slices.Sort(ns)
	return (ns[(blocks-1)/2] + ns[blocks/2]) / 2, nil
}
