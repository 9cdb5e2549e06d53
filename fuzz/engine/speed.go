package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// Rate is how fast an engine ran a target.
type Rate struct {
	Executions int
	// Seconds are those of the clock, Processor those of all processors.
	Seconds, Processor float64
	// Operations is how many an input executed on average.
	Operations float64
}

// speedSeeds is how many programs a measurement begins with, and speedOps how many
// operations each has.
const (
	speedSeeds = 32
	speedOps   = 20
)

// executions finds the count in what go-fuzz and Go's own fuzzing print.
var executions = regexp.MustCompile(`execs: (\d+)`)

var errNoRate = errors.New("it did not say how many inputs it executed")

// Speed has go-fuzz or Go's own fuzzing run two targets in turns, one that does
// nothing and one that runs programs of 20 operations, for the budget each and time,
// and returns the rates of both.
func Speed(ctx context.Context, name string, p *Plan, rounds int) (empty, system Rate, err error) {
	e := map[string]*foreign{goFuzz.name: goFuzz, native.name: native}[name]
	if e == nil {
		return empty, system, fmt.Errorf("there is no measurement of %s", name)
	}
	if err := e.build(ctx, p); err != nil {
		return empty, system, err
	}
	m := prog.Mutator{Rand: rand.New(rand.NewPCG(p.Seed, 2)), Weights: prog.DefaultWeights}
	var seeds []campaign.Input
	for range speedSeeds {
		seeds = append(seeds, campaign.Input{Target: "System", Data: m.Generate(speedOps).Encode()})
	}
	for round := range rounds {
		for _, t := range []struct {
			name string
			rate *Rate
		}{{"Empty", &empty}, {"System", &system}} {
			dir := filepath.Join(p.Work, fmt.Sprintf("speed-%s-%d", t.name, round))
			if err := e.measure(ctx, p, t.name, dir, seeds, t.rate); err != nil {
				return empty, system, err
			}
		}
	}
	return empty, system, ctx.Err()
}

// measure adds one run to a rate.
func (e *foreign) measure(ctx context.Context, p *Plan, name, dir string, seeds []campaign.Input,
	rate *Rate) error {
	tally := filepath.Join(dir, "tally")
	if err := os.MkdirAll(tally, 0o777); err != nil {
		return err
	}
	s := &slice{
		Plan: p, target: name, budget: p.Budget, dir: dir, seeds: seeds,
		env:   []string{target.TallyEnv + "=" + tally},
		stats: func(int, int) {}, watch: func() {}, executed: func() int { return 0 },
	}
	start := time.Now()
	found, err := e.slice(ctx, s)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("%s is no measurement: a find, %s", name, firstLines(found[0].output, 3))
	}
	n, _ := s.log.last(executions)
	if n == 0 {
		return fmt.Errorf("%w: %s", errNoRate, strconv.Quote(s.log.text()))
	}
	rate.Executions += n
	rate.Seconds += time.Since(start).Seconds()
	rate.Processor += s.spent.Seconds()
	if sum, err := target.ReadTally(tally); err == nil && sum.Inputs > 0 {
		rate.Operations = float64(sum.Operations) / float64(sum.Inputs)
	}
	return nil
}
