package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/stress"
	"credence/fuzz/stress/linear"
	"credence/fuzz/stress/ring"
)

const stressHelp = `Usage: schedfuzz stress [flags] [PART...]

Shakes the core on goroutines and accounts for everything at the end. Without a PART
it takes all in turns. It builds what it runs by itself, and keeps it as long as the
source is the same: with the core's own checks, or with -race with the race
detector, which takes a C compiler; with -noise so that atomic operations yield at
random, which is what finds most. A part goes on, in a new process, after a find.

The same seed gives the same programs, and not the same interleavings: what was
found is played again with -again.

Exit codes: 0 nothing, 1 a find, 2 wrong flags, 3 it could not be built or run.

Examples:
  schedfuzz stress -race -noise -seconds 60
  schedfuzz stress -race -seconds 3600 -ledger results/fuzz/ledger.jsonl program kill
  schedfuzz stress -programs 1 -seed 17 -again 1000 spsc

`

type stressFlags struct {
	seconds float64
	config  ring.Config
	build   ring.Build
	helper  string
	ledger  string
	json    bool
}

func parseStress(args []string) (c stressFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("stress", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Float64Var(&c.seconds, "seconds", 10, "go on for `N` seconds, unless -programs is given")
	f.IntVar(&c.config.Bouts, "programs", 0, "play the programs of `N` seeds in each part")
	f.Uint64Var(&c.config.Seed, "seed", 1, "the first seed: `N`")
	f.IntVar(&c.config.Again, "again", 1, "play each program `N` times")
	f.BoolVar(&c.config.First, "first", false, "end at the first find")
	f.BoolVar(&c.build.Race, "race", false, "with the race detector")
	f.BoolVar(&c.build.Noise, "noise", false, "with atomic operations that yield at random")
	f.StringVar(&c.helper, "helper", "", "run `FILE`, built from "+ring.Package)
	f.StringVar(&c.ledger, "ledger", "none", "add a line to `FILE`, or to none")
	f.BoolVar(&c.json, "json", false, "print a find a line, as JSON")
	if err = f.Parse(args); err != nil {
		return c, f, err
	}
	c.config.Parts = f.Args()
	f.Visit(func(g *flag.Flag) {
		if g.Name == "seconds" && c.config.Bouts > 0 {
			err = errors.New("-seconds and -programs are two ways to say when it ends")
		}
	})
	if c.config.Bouts == 0 {
		c.config.For = time.Duration(c.seconds * float64(time.Second))
	}
	_, unknown := stress.Choose(stressParts(), c.config.Parts)
	switch {
	case err != nil:
	case unknown != nil:
		err = unknown
	case c.seconds <= 0 || c.config.Bouts < 0 || c.config.Again < 1:
		err = errors.New("-seconds, -programs and -again are above 0")
	}
	return c, f, err
}

func stressParts() []stress.Part { return append(stress.Parts(), linear.Parts()...) }

// runStress is `schedfuzz stress`.
func runStress(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parseStress(args)
	help := stressHelp + "Parts:\n"
	for _, p := range stressParts() {
		help += fmt.Sprintf("  %-14s %s\n", p.Name, p.Doc)
	}
	if code, done := flagsEnd(stdout, stderr, help+"\nFlags:\n", f, err); done {
		return code
	}
	if c.helper == "" {
		if err = c.build.Possible(); err == nil {
			c.helper, err = buildHelper(ctx, stderr, ring.Package, c.build.Tags(), c.build.Flags()...)
		}
	} else {
		c.helper, err = filepath.Abs(c.helper)
	}
	if err != nil {
		return broken(stderr, "stress", err)
	}
	return c.run(ctx, stdout, stderr)
}

// words name the engine, in the ledger and in what reproduces a find.
func (c *stressFlags) words() string {
	words := []string{"stress"}
	if c.build.Race {
		words = append(words, "-race")
	}
	if c.build.Noise {
		words = append(words, "-noise")
	}
	return strings.Join(words, " ")
}

func (c *stressFlags) run(ctx context.Context, stdout, stderr io.Writer) int {
	c.config.Program, c.config.Repro = c.helper, "schedfuzz "+c.words()
	c.config.Found = func(f *ring.Find) { c.print(stdout, f) }
	start := time.Now()
	r, err := ring.Run(ctx, c.config)
	if c.ledger != "none" {
		err = errors.Join(err, c.entry(start, r).Append(c.ledger))
	}
	if !c.json {
		fmt.Fprintf(stdout, "%s: %v: %d bouts, %d operations, %d finds, %d of them again\n",
			c.words(), r.Elapsed.Round(time.Second), r.Bouts, r.Operations, len(r.Finds)+r.Repeats, r.Repeats)
	}
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: stress: %v\n", err)
	}
	switch {
	case len(r.Finds) > 0:
		return exitFinding
	case err != nil || ctx.Err() != nil:
		return exitInconclusive
	}
	return exitOK
}

// entry is the ledger's line.
func (c *stressFlags) entry(start time.Time, r *ring.Result) *campaign.Entry {
	e := &campaign.Entry{
		Start: start.UTC().Truncate(time.Second), Commit: "unknown", Engine: c.words(),
		Seed:    c.config.Seed,
		Seconds: r.Elapsed.Round(time.Millisecond).Seconds(), Programs: r.Bouts,
		Operations: int(r.Operations), Finds: []string{},
	}
	if root, err := root(); err == nil {
		e.Commit = commit(root)
	}
	for _, f := range r.Finds {
		e.Finds = append(e.Finds, f.Class)
	}
	return e
}

func (c *stressFlags) print(w io.Writer, f *ring.Find) {
	if c.json {
		json.NewEncoder(w).Encode(f)
		return
	}
	fmt.Fprintf(w, "%s, after %.1f s\n  %s\n  to reproduce: %s\n", f.Class, f.Seconds, f.Message,
		f.Repro)
	for line := range strings.Lines(f.Report) {
		fmt.Fprintf(w, "  | %s", line)
	}
}
