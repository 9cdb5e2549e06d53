package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"credence/fuzz/engine"
)

const speedHelp = `Usage: schedfuzz speed [flags]

Measures what the scheduler, its model and all checks leave of the speed of go-fuzz and
of go test -fuzz: the executions per second of programs of 20 operations, and those of
a target that does nothing, in turns in one run. The ratio is that of executions per
second of processor time, which a busy machine changes little.

Examples:
  schedfuzz speed
  schedfuzz speed -budget 30s -rounds 5

Flags:
`

// runSpeed is `schedfuzz speed`.
func runSpeed(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("speed", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	budget := f.Duration("budget", 10*time.Second, "run each target for `D` at a time")
	rounds := f.Int("rounds", 3, "run each target `N` times")
	procs := f.Int("procs", 1, "with `N` processes")
	err := f.Parse(args)
	if err == nil && (*budget <= 0 || *rounds < 1 || *procs < 1) {
		err = errors.New("-budget, -rounds and -procs are above 0")
	}
	if code, done := flagsEnd(stdout, stderr, speedHelp, f, err); done {
		return code
	}
	root, err := root()
	if err != nil {
		return broken(stderr, "speed", err)
	}
	work, err := os.MkdirTemp("", "credence-speed-")
	if err != nil {
		return broken(stderr, "speed", err)
	}
	defer os.RemoveAll(work)
	code := exitOK
	for _, name := range []string{"native", "gofuzz"} {
		p := &engine.Plan{Root: root, Work: work, Seed: 1, Budget: *budget, Procs: *procs}
		if missing := engine.Lookup(name).Missing(p); missing != "" {
			fmt.Fprintf(stderr, "%s is left out: %s\n", name, missing)
			continue
		}
		empty, system, err := engine.Speed(ctx, name, p, *rounds)
		if err != nil {
			fmt.Fprintf(stderr, "schedfuzz: speed: %s: %v\n", name, err)
			code = exitInconclusive
			continue
		}
		fmt.Fprintln(stdout, speedLine(name, empty, system))
	}
	return code
}

// speedLine says what two rates are.
func speedLine(name string, empty, system engine.Rate) string {
	of := func(r engine.Rate) (clock, processor float64) {
		n := float64(r.Executions)
		return n / max(r.Seconds, 1e-9), n / max(r.Processor, 1e-9)
	}
	e, ep := of(empty)
	s, sp := of(system)
	return fmt.Sprintf("%s: %.2fx an empty target: %.0f of %.0f executions per processor second "+
		"(%.0f of %.0f by the clock), %.1f operations each", name, sp/ep, sp, ep, s, e, system.Operations)
}
