package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"credence/bench/suite"
)

const runUsage = `Usage: schedbench run [flags]

Runs chosen benchmarks, each sample in a process of its own, and records them in
results/DATE-COMMIT.txt as plain Go benchmark format. Keys of the file say where
they come from: commit, dirty, goversion, cpu, gomaxprocs, governor, and of each
sample the regime in which the processors stood, from a ping-pong right before and
after it: smt, near, far, or mixed if they moved meanwhile.

Flags:
  -bench REGEXP   only benchmarks whose name matches (default all)
  -rounds N       rounds, each one sample of every benchmark (default 10)
  -benchtime D    of a sample of host time (default 100ms); exact figures need one
                  operation
  -budget D       no round begins that would end later (default 10m)
  -list           print the names that match and end

Examples:
  schedbench run -list
  schedbench run -bench 'SPSC|Credit' -rounds 20
  go tool benchstat -ignore commit,dirty results/OLD.txt results/NEW.txt
  schedbench gate results/OLD.txt results/NEW.txt

Exit codes: 0 done; 2 wrong flags; 3 interrupted, or a benchmark failed.
`

// runFlags are the command line of run.
type runFlags struct {
	bench   *regexp.Regexp
	profile suite.Profile
	list    bool
}

// parseRun reads the command line. After -h it returns flag.ErrHelp.
func parseRun(stdout io.Writer, args []string) (*runFlags, error) {
	r := &runFlags{profile: suite.Profile{Name: "run"}}
	fs := flag.NewFlagSet("run", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Func("bench", "", func(s string) (err error) {
		r.bench, err = regexp.Compile(s)
		return err
	})
	fs.IntVar(&r.profile.Rounds, "rounds", 10, "")
	fs.DurationVar(&r.profile.BenchTime, "benchtime", 100*time.Millisecond, "")
	fs.DurationVar(&r.profile.Budget, "budget", 10*time.Minute, "")
	fs.BoolVar(&r.list, "list", false, "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, runUsage); err != nil {
			return nil, err
		}
		return nil, flag.ErrHelp
	} else if err != nil {
		return nil, usagef("run: %v; see -h", err)
	}
	switch {
	case fs.NArg() > 0:
		return nil, usagef("run: %q: it takes no arguments; names go to -bench; see -h", fs.Arg(0))
	case r.profile.Rounds < 1:
		return nil, usagef("run: -rounds %d; give at least 1", r.profile.Rounds)
	case r.profile.BenchTime <= 0 || r.profile.Budget <= 0:
		return nil, usagef("run: -benchtime %v and -budget %v; give times above 0", r.profile.BenchTime,
			r.profile.Budget)
	}
	return r, nil
}

// runRun measures what was chosen.
func runRun(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	r, err := parseRun(stdout, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := moduleRoot(wd)
	if err != nil {
		return err
	}
	return r.run(ctx, stdout, stderr, suite.Config{Root: root, Build: filepath.Join(root, ".build"),
		Results: filepath.Join(root, "results"), Packages: suite.Packages, Profile: r.profile,
		Now: time.Now()})
}

// run is runRun in a place of the caller's.
func (r *runFlags) run(ctx context.Context, stdout, stderr io.Writer, c suite.Config) error {
	show := newProgress(stderr)
	c.Step = func(step string) { show.step("%s", step) }
	if r.list {
		names, err := suite.List(ctx, c, r.bench)
		show.end()
		for _, n := range names {
			fmt.Fprintln(stdout, n)
		}
		return err
	}
	now, left, took := "", "", ""
	c.Sample = func(step, benchmark string) {
		now = step + ", " + benchmark
		show.update("%s%s%s", left, now, took)
	}
	out, err := suite.Each(ctx, c, suite.Selection{Bench: r.bench,
		Left: func(done, all int, rest time.Duration) {
			left = fmt.Sprintf("%d of up to %d samples, at most %v left: ", done, all,
				rest.Round(time.Second))
			show.update("%s%s%s", left, now, took)
		},
		Took: func(benchmark, figure, regime string) {
			took = strings.TrimSuffix(fmt.Sprintf(" (last: %s %s %s", benchmark, figure, regime), " ") + ")"
		}})
	show.end()
	if out.File == "" {
		if out.Partial {
			return errors.New("run: interrupted before anything was measured")
		}
		return err
	}
	file := relative(c.Root, out.File)
	fmt.Fprintf(stdout, "%s: %d samples, %d rounds\n", file, out.Samples, out.Rounds)
	switch {
	case err != nil:
		return fmt.Errorf("run: %w", err)
	case out.Partial:
		return fmt.Errorf("run: interrupted: %s is partial; the gate refuses it, "+
			"go tool benchstat %s shows it", file, file)
	}
	return nil
}
