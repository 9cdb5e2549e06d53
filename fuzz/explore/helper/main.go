//go:build explore

// Command helper is what `schedfuzz explore` builds and runs: the explorer with
// its scenarios. It refuses to be called otherwise than through that command,
// whose help it prints.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"syscall"
	"time"

	"credence/fuzz/explore"
	"credence/fuzz/explore/scenario"
)

// Exit codes, as schedfuzz has them.
const (
	exitOK           = 0
	exitFinding      = 1
	exitUsage        = 2
	exitInconclusive = 3
)

const help = `Usage: schedfuzz explore [flags] [SCENARIO...]
       schedfuzz explore claims | contract | footgun

Plays scenarios, small programs over the real core, under every interleaving of
their atomic operations, or as many as the flags say. A SCENARIO is a name or a
pattern such as 'spsc/*'; all are played if none is named. Each says which verdict
is expected; another one is a finding, and is shown with its shortest trace.

Verdicts: pass-exhausted, pass-bounded(b), pass-sampled(n), pass-partial(n);
lost-wakeup, livelock, busy-loop, assertion, data-race, step-limit.

explore claims prints what a machine says about the argument of 2023, with a command
for each piece of evidence; explore contract what becomes of each order in which a
completion can free, signal, retire and wake; explore footgun how many drivers with
mistakes are broken, by the interface that they stand behind.

Examples:
  schedfuzz explore -list
  schedfuzz explore 'spsc/*' 'credit/*'
  schedfuzz explore -strategy pct -executions 1000000 -seed 7 'sched/2 jobs*'
  schedfuzz explore -trace '2023/signal before free'
  schedfuzz explore -schedule b2a3b -json 'wait/late'
  schedfuzz explore -schedule b2a3b -perfetto late.pftrace 'wait/late'
  schedfuzz explore -deep -budget 1h -resume night.jsonl -ledger results/explore/ledger.jsonl
  schedfuzz explore -strategy pct -executions 1000000 -shard 2/4 -resume part2.jsonl
  schedfuzz explore -merge part1.jsonl part2.jsonl

Flags:
`

type config struct {
	list, json, trace bool
	strategy          string
	bound, executions int
	seed              uint64
	depth             int
	schedule          string
	budget            time.Duration
	names             []string
	daily
}

func main() { os.Exit(run(os.Stdout, os.Stderr, os.Args[1:])) }

func run(stdout, stderr io.Writer, args []string) int {
	if len(args) > 0 {
		if command, there := subcommands[args[0]]; there {
			return command(stdout, stderr, args[1:])
		}
	}
	var c config
	f := flag.NewFlagSet("explore", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.BoolVar(&c.list, "list", false, "list the scenarios and what must hold in them")
	f.BoolVar(&c.json, "json", false, "print a result a line, as JSON")
	f.BoolVar(&c.trace, "trace", false, "show the shortest trace of expected failures too")
	f.StringVar(&c.strategy, "strategy", "", "use `NAME`: dpor, sleep, full, cached, random or pct; "+
		"without it what each scenario says")
	f.IntVar(&c.bound, "bound", -1, "with cached and full: at most `N` preemptions an execution")
	f.IntVar(&c.executions, "executions", 0, "end after `N` executions; random and pct need it")
	f.Uint64Var(&c.seed, "seed", 1, "of random and pct: `N`")
	f.IntVar(&c.depth, "depth", 3, "of pct: how many orderings a bug takes, `N`")
	f.StringVar(&c.schedule, "schedule", "", "replay the schedule `S` of one scenario and show it")
	f.DurationVar(&c.budget, "budget", 0, "give a scenario at most `D`, such as 30s")
	c.daily.flags(f)
	err := f.Parse(args)
	c.names = f.Args()
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help)
		f.SetOutput(stdout)
		f.PrintDefaults()
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "schedfuzz: explore: %v; -h says what there is\n", err)
		return exitUsage
	}
	r := &runner{config: c, stdout: stdout, stderr: stderr, stop: make(chan os.Signal, 1)}
	signal.Notify(r.stop, os.Interrupt, syscall.SIGTERM)
	if c.merge {
		return r.merged(c.names)
	}
	list, err := c.choose()
	if err == nil {
		list, err = r.deal(list)
	}
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: explore: %v\n", err)
		return exitUsage
	}
	switch {
	case c.list:
		return r.list(list)
	case c.schedule != "":
		return r.replay(&list[0])
	}
	return r.all(list)
}

// choose returns the scenarios that are named.
func (c *config) choose() ([]scenario.Scenario, error) {
	all := scenario.All()
	if c.schedule != "" && len(c.names) != 1 {
		return nil, errors.New("a schedule belongs to one scenario; name it")
	}
	if _, err := explore.ParseStrategy(c.strategy); c.strategy != "" && err != nil {
		return nil, err
	}
	if len(c.names) == 0 {
		return all, nil
	}
	for _, cell := range scenario.Cells() {
		all = append(all, cell.Scenario())
	}
	for _, cell := range scenario.CoreCells() {
		all = append(all, cell.Scenario())
	}
	var list []scenario.Scenario
	for _, n := range c.names {
		found := false
		for _, s := range all {
			match, err := path.Match(n, s.Name)
			if err != nil {
				return nil, fmt.Errorf("pattern %q: %w", n, err)
			}
			if match || n == s.Name {
				found = true
				list = append(list, s)
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no scenario %q; -list names them", n)
		}
	}
	return list, nil
}

// options are what a scenario is explored with.
func (c *config) options(s *scenario.Scenario) explore.Options {
	o := s.Options
	if c.deep {
		o = deeper(s)
	}
	if c.strategy != "" {
		o = explore.Options{}
		o.Strategy, _ = explore.ParseStrategy(c.strategy)
	}
	if c.bound >= 0 {
		if c.strategy == "" {
			o.Strategy = explore.Cached
		}
		o.Bounded, o.Bound = true, c.bound
	}
	o.Executions, o.Seed, o.Depth = c.executions, c.seed, c.depth
	if c.maxMem > 0 {
		o.MaxStates = max(1, c.maxMem<<20/explore.StateSize)
	}
	return o
}
