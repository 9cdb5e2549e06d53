package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"credence/bench/gate/power"
	"credence/bench/slope"
)

const powerUsage = `Usage: schedbench power [flags]
       scripts/gate-power [flags]

Measures how good the gate is, by trials: the sources of a commit are patched,
built in new layouts, measured against themselves and judged, as a pull request is.
Trials, seeds and raw samples go to a folder as they end. An interrupted run goes on
where it stopped, and no trial is repeated: the first complete run counts. It wants
the machine to itself for hours; -plan says how many.

Flags:
  -dir DIR          of the records (default results/power)
  -rev REV          the commit that is patched (default: that of the trials there
                    are, or HEAD)
  -kinds LIST       kinds of trials, with commas (default all):
%s  -n N              trials of each kind; 0 is the count above (default 0)
  -budget D         of a comparison of one benchmark (default 60s)
  -set-budget D     of a comparison of the whole set (default 10m)
  -seed N           (default 1)
  -plan             say what is missing and how long it takes, and end
  -table            only write the table anew

Examples:
  scripts/gate-power -plan
  scripts/gate-power -n 2 -kinds exact/swap,instructions/more -dir /tmp/try

Exit codes: 0 the run is complete; 2 wrong flags; 3 interrupted or failed: run it
again to go on.
`

// powerFlags are the command line of power.
type powerFlags struct {
	config      power.Config
	plan, table bool
}

// parsePower reads the command line. After -h it returns flag.ErrHelp.
func parsePower(stdout io.Writer, args []string) (*powerFlags, error) {
	p := &powerFlags{config: power.Config{Counts: map[string]int{}}}
	c := &p.config
	fs := flag.NewFlagSet("power", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.Dir, "dir", "", "")
	fs.StringVar(&c.Rev, "rev", "", "")
	kinds := fs.String("kinds", "", "")
	n := fs.Int("n", 0, "")
	fs.DurationVar(&c.Budget, "budget", time.Minute, "")
	fs.DurationVar(&c.SetBudget, "set-budget", 10*time.Minute, "")
	fs.Uint64Var(&c.Seed, "seed", 1, "")
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
	case c.Budget <= 0 || c.SetBudget <= 0:
		return nil, usagef("power: -budget %v and -set-budget %v; give times above 0", c.Budget,
			c.SetBudget)
	}
	return p, p.choose(*kinds, *n)
}

// choose fills in the counts.
func (p *powerFlags) choose(kinds string, n int) error {
	var names []string
	if kinds != "" {
		names = strings.Split(kinds, ",")
	}
	for _, k := range power.Kinds {
		if names != nil && !slices.Contains(names, k.Name) {
			continue
		}
		p.config.Counts[k.Name] = k.Count
		if n > 0 {
			p.config.Counts[k.Name] = n
		}
	}
	for _, name := range names {
		if _, ok := p.config.Counts[name]; !ok {
			return usagef("power: there is no kind %q; there are\n%s", name, kindList())
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
		c.Dir = filepath.Join(root, "results", "power")
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
	err = power.Run(ctx, *c)
	show.end()
	if err != nil {
		return fmt.Errorf("power: %w; the same command goes on", err)
	}
	trials, err := power.Trials(c.Dir)
	if err != nil {
		return err
	}
	text, err := power.Table(c.Dir, trials)
	fmt.Fprint(stdout, text)
	return err
}
