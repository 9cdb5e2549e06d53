package power

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"credence/bench/gate"
	"credence/bench/slope"
	"credence/bench/suite"
)

// scenarioPackage is where exact figures come from.
const scenarioPackage = "bench/scenario"

// Scenarios with fewer jobs have too short a history for a swap at random.
const leastJobs = 50

// maxSpan is how far apart events that change places may be.
const maxSpan = 64

// runSame runs a scenario again.
func runSame(ctx context.Context, c *Config, t *Trial) error { return c.exact(ctx, t, false) }

// runSwap runs a scenario again with two events swapped.
func runSwap(ctx context.Context, c *Config, t *Trial) error { return c.exact(ctx, t, true) }

// exact compares a scenario with itself.
func (c *Config) exact(ctx context.Context, t *Trial, swap bool) error {
	l, err := c.swapping(ctx)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(t.Seed, 1))
	name, first, span, err := c.chooseSwap(l, t, r, swap)
	if err != nil {
		return err
	}
	var sets [2]*gate.Set
	for i, bin := range []string{l.base.Binary(scenarioPackage, 0), l.head.Binary(scenarioPackage, 0)} {
		text, err := l.scenario(ctx, slope.Pattern("Benchmark"+name), bin, i*first, i*span)
		if err != nil {
			return err
		}
		file := []string{"base", "head"}[i]
		t.raw[i] = text
		if sets[i], err = gate.Parse(file, []byte(text)); err != nil {
			return err
		}
	}
	v, err := gate.Judge(sets[0], sets[1], gate.Options{})
	if err != nil {
		return err
	}
	// Where nothing was swapped every figure has to be the same, history or not.
	if err := t.take(v, gate.Exact, name); err != nil {
		return err
	}
	t.Hit = v.Count(gate.Regressed) > 0
	return nil
}

// chooseSwap picks a scenario and two of its events, which no other trial has.
func (c *Config) chooseSwap(l *lab, t *Trial, r *rand.Rand, swap bool) (name string, first, span int,
	err error) {
	for {
		var jobs int
		if name, jobs, err = pick(l.scenarios, r); err != nil {
			return "", 0, 0, err
		}
		t.What = name + " again"
		if !swap {
			return name, 0, 0, nil
		}
		// Each job is pushed, run and done: three events at least.
		first, span = 1+r.IntN(3*jobs-maxSpan), 1+r.IntN(maxSpan)
		t.What = fmt.Sprintf("%s: events %d and %d swapped", name, first, first+span)
		if !c.done[t.Kind+" "+t.What] {
			return name, first, span, nil
		}
	}
}

// swapping returns the lab whose head can swap events.
func (c *Config) swapping(ctx context.Context) (*lab, error) {
	l, err := c.lab(ctx, scenarioPackage)
	if err != nil || l.scenarios != "" {
		return l, err
	}
	if err := swapper(l.head.Dir()); err != nil {
		return nil, err
	}
	if err := l.head.Build(ctx, scenarioPackage, 0); err != nil {
		return nil, err
	}
	l.scenarios, err = l.scenario(ctx, ".", l.base.Binary(scenarioPackage, 0), 0, 0)
	return l, err
}

// scenario runs scenarios once, with two events swapped if span is not 0.
func (l *lab) scenario(ctx context.Context, pattern, bin string, first, span int) (string, error) {
	cmd := exec.CommandContext(ctx, bin, "-test.run=^$", "-test.bench="+pattern, "-test.benchtime=1x")
	cmd.Dir = l.base.Folder(scenarioPackage)
	cmd.Env = append(os.Environ(), firstVariable+"="+strconv.Itoa(first),
		spanVariable+"="+strconv.Itoa(span))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", scenarioPackage, err, out)
	}
	return string(out), nil
}

// pick chooses one of the scenarios in a run's output that are long enough.
func pick(out string, r *rand.Rand) (name string, jobs int, err error) {
	type choice struct {
		name string
		jobs int
	}
	var list []choice
	for line := range strings.SplitSeq(out, "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		for i := 3; i < len(f); i += 2 {
			if n, err := strconv.ParseFloat(f[i-1], 64); err == nil && f[i] == "jobs" && n >= leastJobs {
				list = append(list, choice{suite.TrimProcs(strings.TrimPrefix(f[0], "Benchmark")), int(n)})
			}
		}
	}
	if len(list) == 0 {
		return "", 0, fmt.Errorf("no scenario has %d jobs", leastJobs)
	}
	x := list[r.IntN(len(list))]
	return x.name, x.jobs, nil
}
