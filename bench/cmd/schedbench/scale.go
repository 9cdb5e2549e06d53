package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"credence/bench/scale"
	"credence/bench/slope"
	"credence/bench/suite"
)

const scaleUsage = `Usage: schedbench scale [flags]
       scripts/scaling [flags]

Counts the instructions of a job and weighs entities and jobs as they become many,
and writes them to results/scaling-DATE.txt as Go benchmark format, with a plot
beside it. Needs valgrind; at the limits it takes a quarter of an hour. It may run
beside other work: nothing is timed.

  instr/job    of the core and the benchmark's rig, from push to end
  B/entity     heap of an entity with its queue of 64 slots
  B/job        heap of a job with its fences, the hardware's and the rig's words
  grown-B/job  what the heap grew by over all jobs of a run, by job

Flags:
  -entities N  at most, 1 to %d (default %[1]d)
  -jobs N      at most, %d to %d (default %[3]d)
  -o FILE.txt  where to write; the plot goes to FILE.svg (default
               results/scaling-DATE.txt; - is stdout, without a plot)

Examples:
  scripts/scaling
  scripts/scaling -entities 100 -jobs 10000 -o -

Exit codes: 0 done; 2 wrong flags; 3 no valgrind, interrupted or failed.
`

const scaleEnding = ".txt"

// runScale measures and writes.
func runScale(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	var c scale.Config
	var out string
	fs := flag.NewFlagSet("scale", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.IntVar(&c.Entities, "entities", scale.MaxEntities, "")
	fs.IntVar(&c.Jobs, "jobs", scale.MaxJobs, "")
	fs.StringVar(&out, "o", "", "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := fmt.Fprintf(stdout, scaleUsage, scale.MaxEntities, scale.LeastJobs, scale.MaxJobs)
		return err
	} else if err != nil {
		return usagef("scale: %v; see -h", err)
	}
	switch {
	case fs.NArg() > 0:
		return usagef("scale: %q: it takes no arguments; see -h", fs.Arg(0))
	case out != "" && out != "-" && filepath.Ext(out) != scaleEnding:
		return usagef("scale: -o %s: end its name in %s, or give - for stdout", out, scaleEnding)
	}
	if err := c.Check(); err != nil {
		return usagef("scale: %v; see -h", err)
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	if c.Root, err = moduleRoot(wd); err != nil {
		return err
	}
	if c.Valgrind, err = slope.Find(); err != nil {
		return err
	}
	now := time.Now()
	if out == "" {
		out = filepath.Join(c.Root, "results", "scaling-"+now.UTC().Format(time.DateOnly)+scaleEnding)
	}
	show := newProgress(stderr)
	c.Step = func(format string, args ...any) {
		show.step("%4.0f s  %s", time.Since(now).Seconds(), fmt.Sprintf(format, args...))
	}
	rows, err := scale.Run(ctx, c)
	show.end()
	if err != nil {
		return fmt.Errorf("scale: %w", err)
	}
	return writeScale(stdout, out, rows, now, suite.Commit(c.Root))
}

// writeScale writes the rows and the plot.
func writeScale(stdout io.Writer, out string, rows []scale.Row, now time.Time, commit string) error {
	var text bytes.Buffer
	if err := scale.Write(&text, rows, now, commit); err != nil {
		return err
	}
	if out == "-" {
		_, err := stdout.Write(text.Bytes())
		return err
	}
	svg, err := scale.Plot(rows)
	if err != nil {
		return err
	}
	picture := out[:len(out)-len(scaleEnding)] + ".svg"
	if err := errors.Join(os.WriteFile(out, text.Bytes(), 0o666),
		os.WriteFile(picture, svg, 0o666)); err != nil {
		return fmt.Errorf("scale: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%s and %s: %d rows\n", out, picture, len(rows))
	return err
}
