package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"credence/bench/gate/power"
	"credence/bench/slope"
)

const powerUsage = `Usage: schedbench power [flags]
       scripts/gate-power [flags]

Measures how good the gate is, by trials: the sources of a commit are patched,
built, measured against themselves and judged, as a pull request is. Trials, seeds
and raw samples go to a folder as they end. An interrupted run goes on where it
stopped, and no trial is repeated: the first complete run counts.

Kinds that begin with host or record want the machine to themselves, the others and
-build, which makes binaries beforehand, may run beside other work; -plan says how
long all takes. The slowdowns are calibrated once, before the first of them.

Flags:
  -dir DIR          of the records (default results/gate-power)
  -bins DIR         of the binaries, about 2 GB (default .build/power)
  -rev REV          the commit that is patched (default: that of the trials there
                    are, or HEAD)
  -kinds LIST       kinds of trials, with commas, * for any text (default all):
%s  -n N              trials of each kind; 0 is the count above (default 0)
  -budget D         of the rounds of a comparison of one benchmark (default 11s)
  -record D         of the recording of one benchmark (default 3m)
  -record-set D     of the recording of the whole set (default 8m)
  -seed N           (default 1)
  -build            only make the binaries that need no calibration
  -plan             say what is missing and how long it takes, and end
  -table            only write the table anew

Examples:
  scripts/gate-power -plan
  scripts/gate-power -kinds 'exact/*,instructions/*'
  scripts/gate-power -build
  scripts/gate-power -kinds 'host/*,record/*'
  scripts/gate-power -n 2 -kinds exact/swap,instructions/more -dir /tmp/try

Exit codes: 0 the run is complete; 2 wrong flags; 3 interrupted or failed: run it
again to go on.
`

// powerFlags are the command line of power.
type powerFlags struct {
	config             power.Config
	build, plan, table bool
}

// parsePower reads the command line. After -h it returns flag.ErrHelp.
func parsePower(stdout io.Writer, args []string) (*powerFlags, error) {
	p := &powerFlags{config: power.Config{Counts: map[string]int{}}}
	c := &p.config
	fs := flag.NewFlagSet("power", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.Dir, "dir", "", "")
	fs.StringVar(&c.Bins, "bins", "", "")
	fs.StringVar(&c.Rev, "rev", "", "")
	kinds := fs.String("kinds", "*", "")
	n := fs.Int("n", 0, "")
	fs.DurationVar(&c.Budget, "budget", 11*time.Second, "")
	fs.DurationVar(&c.Record, "record", 3*time.Minute, "")
	fs.DurationVar(&c.RecordSet, "record-set", 8*time.Minute, "")
	fs.Uint64Var(&c.Seed, "seed", 1, "")
	fs.BoolVar(&p.build, "build", false, "")
	fs.BoolVar(&p.plan, "plan", false, "")
	fs.BoolVar(&p.table, "table", false, "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := fmt.Fprintf(stdout, powerUsage, kindList())
		return nil, errors.Join(err, flag.ErrHelp)
	} else if err != nil {
		return nil, usagef("power: %v; see -h", err)
	}
	switch {
	case fs.NArg() > 0:
		return nil, usagef("power: %q: it takes no arguments; see -h", fs.Arg(0))
	case *n < 0:
		return nil, usagef("power: -n %d; give 0 or more", *n)
	case c.Budget <= 0 || c.Record <= 0 || c.RecordSet <= 0:
		return nil, usagef("power: -budget %v, -record %v and -record-set %v; give times above 0",
			c.Budget, c.Record, c.RecordSet)
	}
	return p, p.choose(*kinds, *n)
}

// choose fills in the counts.
func (p *powerFlags) choose(kinds string, n int) error {
	for pattern := range strings.SplitSeq(kinds, ",") {
		known := false
		for _, k := range power.Kinds {
			if ok, err := path.Match(pattern, k.Name); !ok && pattern != "*" || err != nil {
				continue
			}
			known = true
			p.config.Counts[k.Name] = k.Count
			if n > 0 {
				p.config.Counts[k.Name] = n
			}
		}
		if !known {
			return usagef("power: there is no kind %q; there are\n%s", pattern, kindList())
		}
	}
	return nil
}

func kindList() string {
	var b strings.Builder
	for _, k := range power.Kinds {
		fmt.Fprintf(&b, "    %-18s %3d  %s\n", k.Name, k.Count, k.About)
	}
	return b.String()
}

// runPower goes on with the experiment.
func runPower(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	p, err := parsePower(stdout, args)
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
	c := &p.config
	c.Root = root
	if c.Dir == "" {
		c.Dir = filepath.Join(root, "results", "gate-power")
	}
	if c.Bins == "" {
		c.Bins = filepath.Join(root, ".build", "power")
	}
	switch {
	case p.plan:
		text, err := c.Plan()
		fmt.Fprint(stdout, text)
		return err
	case p.table:
		return power.WriteTable(c.Dir)
	}
	c.Valgrind, _ = slope.Find()
	show := newProgress(stderr)
	start := time.Now()
	c.Step = func(format string, args ...any) {
		show.step("%6.0f s  %s", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	do := power.Run
	if p.build {
		do = power.Build
	}
	err = do(ctx, *c)
	show.end()
	if err != nil {
		return fmt.Errorf("power: %w; the same command goes on", err)
	}
	if p.build {
		return nil
	}
	trials, err := power.Trials(c.Dir)
	if err != nil {
		return err
	}
	text, err := power.Table(c.Dir, trials)
	fmt.Fprint(stdout, text)
	return err
}
