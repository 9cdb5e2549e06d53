package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/engine"
)

type runFlags struct {
	budget           time.Duration
	count, procs     int
	seed             uint64
	dir, ledger      string
	corpus, suppress string
	since, program   string
	engines          []engine.Engine
	targets          []campaign.Share
	first, json      bool
}

func parseRun(args []string) (c runFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("run", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	var engines, targets string
	f.DurationVar(&c.budget, "budget", time.Minute, "go on for `D`, such as 8h; 0 for no limit")
	f.IntVar(&c.count, "count", 0, "run `N` inputs at most; 0 for no limit")
	f.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "of what is drawn: `N`")
	f.StringVar(&c.dir, "dir", "", "store finds in `DIR`; without it fuzz/work/finds")
	f.StringVar(&c.ledger, "ledger", "", "add a line for each engine to `FILE`, or to none; without "+
		"it results/fuzz/ledger.jsonl")
	f.StringVar(&c.corpus, "corpus", "", "begin with the corpus in `DIR`, and add to it; without it "+
		"only with what the source tree has")
	f.StringVar(&c.suppress, "suppress", "", "do not report the classes in `FILE`; without it "+
		"fuzz/suppress.txt, if it is there")
	f.StringVar(&engines, "engine", campaign.Own, "hunt with `LIST`: own,gofuzz,native,libfuzzer, or all")
	f.StringVar(&targets, "targets", "", "run `LIST`, such as System=3,Core; without it all")
	f.StringVar(&c.since, "since", "", "weigh targets more of which something changed since `BASE`")
	f.StringVar(&c.program, "program", "", "the own engine is `FILE`; without it this program, with "+
		"-first or if it has -tags invariants, or one that is built with them and counts edges")
	f.IntVar(&c.procs, "procs", runtime.NumCPU(), "of other engines run `N` processes")
	f.BoolVar(&c.first, "first", false, "end at the first find")
	f.BoolVar(&c.json, "json", false, "print a find a line, as JSON")
	if err = f.Parse(args); err != nil {
		return c, f, err
	}
	switch {
	case f.NArg() > 0:
		err = fmt.Errorf("there are no arguments, such as %q", f.Arg(0))
	case c.budget < 0 || c.count < 0:
		err = errors.New("-budget and -count are not below 0")
	case c.budget == 0 && c.count == 0:
		err = errors.New("without -budget it needs -count")
	case c.procs < 1:
		err = errors.New("-procs is 1 or more")
	}
	if err == nil {
		c.engines, err = parseEngines(engines)
	}
	if err == nil {
		c.targets, err = campaign.ParseShares(targets)
	}
	return c, f, err
}

// parseEngines reads a list of engines.
func parseEngines(text string) (list []engine.Engine, err error) {
	if text == "all" {
		return engine.All, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		e := engine.Lookup(name)
		if e == nil {
			return nil, fmt.Errorf("there is no engine %q; there are own, gofuzz, native, libfuzzer", name)
		}
		if slices.ContainsFunc(list, func(x engine.Engine) bool { return x.Name == name }) {
			return nil, fmt.Errorf("the engine %s is there twice; leave one out", name)
		}
		list = append(list, *e)
	}
	return list, nil
}
