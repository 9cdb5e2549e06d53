package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"credence/core/invariant"
	"credence/fuzz/campaign"
	"credence/fuzz/engine"
	"credence/fuzz/target"
)

const loopHelp = `Usage: schedfuzz loop [flags]

The own engine of a campaign, in a process of its own: what schedfuzz run starts. It
prints a line of JSON for each find and now and then one with what it has done, and
stores nothing but its corpus.

Example:
  schedfuzz loop -count 1000 -targets System

Flags:
`

type loopFlags struct {
	config                           campaign.Config
	targets                          string
	box, known, root, inputs, corpus string
}

func parseLoop(args []string) (c loopFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("loop", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.DurationVar(&c.config.Budget, "budget", 0, "go on for `D`; 0 for no limit")
	f.IntVar(&c.config.Programs, "count", 0, "run `N` inputs at most; 0 for no limit")
	f.Uint64Var(&c.config.Seed, "seed", 1, "of what is drawn: `N`")
	f.BoolVar(&c.config.First, "first", false, "end at the first find")
	f.StringVar(&c.targets, "targets", "", "run these, such as `System=3,Core=1`; without it all")
	f.StringVar(&c.box, "box", "", "keep what is being run in `FILE`")
	f.StringVar(&c.known, "known", "", "do not report the classes in `FILE`")
	f.StringVar(&c.root, "root", "", "take seeds from the source tree at `DIR`")
	f.StringVar(&c.inputs, "inputs", "", "run what is in the folders of `DIR`, and nothing else")
	f.StringVar(&c.corpus, "corpus", "", "begin with the corpus in `DIR`, and add to it")
	if err = f.Parse(args); err == nil {
		c.config.Targets, err = campaign.ParseShares(c.targets)
	}
	if err == nil && c.config.Budget == 0 && c.config.Programs == 0 && c.inputs == "" {
		err = fmt.Errorf("without -budget and -inputs it needs -count")
	}
	return c, f, err
}

// runLoop is `schedfuzz loop`.
func runLoop(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parseLoop(args)
	if code, done := flagsEnd(stdout, stderr, loopHelp, f, err); done {
		return code
	}
	if err := c.load(); err != nil {
		return broken(stderr, "loop", err)
	}
	end := c.config.Tell(stdout)
	tell := c.config.Hung
	c.config.Hung = func(f *campaign.Find) {
		tell(f)
		os.Exit(engine.HungExit)
	}
	r := campaign.Run(ctx, c.config)
	if err := end(r); err != nil {
		return broken(stderr, "loop", err)
	}
	if len(r.Finds) > 0 {
		return exitFinding
	}
	return exitOK
}

// load reads what the flags name.
func (c *loopFlags) load() error {
	if c.box != "" {
		box, err := target.NewBox(c.box)
		if err != nil {
			return err
		}
		c.config.Box = box
	}
	if c.known != "" {
		known, err := target.ReadKnown(c.known)
		if err != nil {
			return err
		}
		for class := range known {
			c.config.Known = append(c.config.Known, class)
		}
	}
	if c.inputs != "" {
		c.config.Replay = true
		return c.read(c.inputs)
	}
	if c.root != "" {
		seeds, err := campaign.Seeds(c.root)
		if err != nil {
			return err
		}
		c.config.Inputs = seeds
	}
	if c.corpus == "" {
		return nil
	}
	c.config.Kept = func(in campaign.Input) {
		// A corpus that cannot grow on a full disk grows in memory.
		_ = campaign.WriteInput(filepath.Join(c.corpus, in.Target), in, campaign.Raw)
	}
	return c.read(c.corpus)
}

// read adds the inputs in the folders of a corpus.
func (c *loopFlags) read(dir string) error {
	for _, s := range c.config.Targets {
		list, err := campaign.ReadCorpus(filepath.Join(dir, s.Name), s.Target)
		if err != nil {
			return err
		}
		c.config.Inputs = append(c.config.Inputs, list...)
	}
	return nil
}

// loopProgram returns the program that the own engine runs: this one if it has the
// core's checks, otherwise one that is built with them and counts edges.
func loopProgram(ctx context.Context, stderr io.Writer) (string, error) {
	if invariant.Enabled {
		return os.Executable()
	}
	return buildHelper(ctx, stderr, "./fuzz/cmd/schedfuzz", "invariants,edges",
		"-gcflags=credence/core/...=-d=libfuzzer", "-gcflags=credence/hwmock/...=-d=libfuzzer")
}

// coverage says how many edges have been taken, as far as somebody counts.
func coverage(r *campaign.Report) string {
	var b bytes.Buffer
	switch {
	case r.EdgesTotal > 0:
		fmt.Fprintf(&b, "%d of %d edges, the last after %v", r.Edges, r.EdgesTotal,
			r.LastEdge.Round(time.Second))
	case r.Edges > 0:
		fmt.Fprintf(&b, "%d edges, the last after %v", r.Edges, r.LastEdge.Round(time.Second))
	default:
		b.WriteString("edges not counted")
	}
	return b.String()
}
