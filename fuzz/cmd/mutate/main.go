// Command mutate changes the code in one place at a time and asks who notices.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"credence/fuzz/mutate"
)

const usage = `Usage: mutate [flags] [PACKAGE...]

Changes a package in one place at a time, in a copy, and has the tests look, and
for shared accesses random programs, the explorer and goroutines under the race
detector too. A PACKAGE is a folder such as core/fence; without one, all that a
goal is set for.

Prints each change that nobody noticed, and a score: noticed / tried, with those
left out that do not compile, and those of fuzz/mutate/equivalent.txt. A change
of gremlins' that hangs the tests counts as not noticed; a shared access that is
missing and hangs them was noticed by that.

Flags:
`

const examples = `
Examples:
  mutate -kinds shared core/fence
  mutate -kinds gremlins -sample 200 -seed 7 hwmock/device
  mutate -json >mutants.json

Exit codes: 0 all scores reach their goals, 1 one does not, 2 wrong flags, 3 a
tool does not work, a control failed, or it was interrupted.
`

// goals are the least scores, in per cent: of gremlins' mutants and of shared ones.
var goals = []struct {
	dir              string
	gremlins, shared float64
}{
	{"core/spsc", 90, 95}, {"core/credit", 90, 95}, {"core/fence", 90, 95}, {"core/sched", 85, 95},
	{"hwmock/des", 75, 0}, {"hwmock/device", 75, 0}, {"hwmock/profile", 75, 0}, {"hwmock/workload", 75, 0},
	{"hwmock/gen", 75, 0}, {"hwmock/rig", 75, 0}, {"hwmock/trace", 75, 0}, {"hwmock/replay", 75, 0},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are the flags.
type options struct {
	kinds   string
	sample  int
	seed    uint64
	workers int
	json    bool
	list    bool
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.kinds, "kinds", "all", "gremlins, shared, or all")
	flags.IntVar(&o.sample, "sample", 0, "so many of gremlins' mutants a package, drawn; 0: all")
	flags.Uint64Var(&o.seed, "seed", 1, "what the sample is drawn by")
	flags.IntVar(&o.workers, "workers", runtime.NumCPU(), "so many at a time")
	flags.BoolVar(&o.json, "json", false, "print one object a mutant")
	flags.BoolVar(&o.list, "list", false, "print the mutants and try none")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
		fmt.Fprint(stderr, examples)
	}
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return 0
		}
		return 2
	}
	dirs := flags.Args()
	switch {
	case !slices.Contains([]string{"all", "gremlins", "shared"}, o.kinds):
		fmt.Fprintf(stderr, "mutate: -kinds %s: there are gremlins, shared and all\n", o.kinds)
		return 2
	case o.sample < 0 || o.workers < 1:
		fmt.Fprintln(stderr, "mutate: -sample is 0 or more, -workers 1 or more")
		return 2
	case len(dirs) == 0:
		for _, g := range goals {
			dirs = append(dirs, g.dir)
		}
	}
	for i, d := range dirs {
		dirs[i] = filepath.ToSlash(filepath.Clean(d))
		if st, err := os.Stat(d); err != nil || !st.IsDir() {
			fmt.Fprintf(stderr, "mutate: there is no folder %s; name one from the module's root, where this is to be run\n", d)
			return 2
		}
	}
	ok, err := all(ctx, o, dirs, stdout, stderr)
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "mutate:", err)
		return 3
	case !ok:
		return 1
	}
	return 0
}

// all does every package, and reports whether all reach their goals.
func all(ctx context.Context, o options, dirs []string, stdout, stderr io.Writer) (bool, error) {
	copied, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(copied)
	root := filepath.Join(copied, "credence")
	if err := mutate.CopyTree(".", root); err != nil {
		return false, err
	}
	ok := true
	for _, dir := range dirs {
		p, err := mutate.Load(root, dir)
		if err != nil {
			return false, err
		}
		for _, kind := range []string{"gremlins", "shared"} {
			goal := goalOf(dir, kind)
			if o.kinds != "all" && o.kinds != kind || o.kinds == "all" && goal == 0 {
				continue
			}
			good, err := one(ctx, o, root, p, kind, goal, stdout, stderr)
			if err != nil {
				return false, fmt.Errorf("%s: %w", dir, err)
			}
			ok = ok && good
		}
	}
	return ok, nil
}

func goalOf(dir, kind string) float64 {
	for _, g := range goals {
		switch {
		case g.dir != dir:
		case kind == "gremlins":
			return g.gremlins
		default:
			return g.shared
		}
	}
	return 0
}

// one does one kind of mutants of one package.
func one(ctx context.Context, o options, root string, p *mutate.Package, kind string, goal float64,
	stdout, stderr io.Writer) (bool, error) {
	list, stages, total := p.Shared(), append(mutate.Tests(p.Dir), mutate.Deep(p.Dir)...), 0
	if kind == "gremlins" {
		text, err := mutate.AskGremlins(root, p.Dir, filepath.Dir(root))
		if err != nil {
			return false, err
		}
		if list, err = p.Gremlins(text); err != nil {
			return false, err
		}
		total, stages = len(list), mutate.Tests(p.Dir)
		list = mutate.Sample(list, o.sample, o.seed)
	} else {
		total = len(list)
	}
	if o.list {
		for i := range list {
			fmt.Fprintf(stdout, "%s/%s  %s\n", p.Dir, list[i].ID, list[i].String())
		}
		return true, nil
	}
	var s mutate.Score
	var done int
	tty := terminal(stderr)
	j := &mutate.Judge{Root: root, Package: p, Stages: stages}
	err := j.Run(ctx, list, o.workers, func(r mutate.Result) {
		s.Add(r)
		if done++; tty {
			fmt.Fprintf(stderr, "\r%s %s: %d of %d, %d not noticed ", p.Dir, kind, done, len(list), s.Lived+s.TimedOut)
		}
		switch {
		case o.json:
			text, _ := json.Marshal(r)
			fmt.Fprintf(stdout, "%s\n", text)
		case (r.Fate == mutate.Lived || r.Fate == mutate.TimedOut && kind == "gremlins") && r.Why == "":
			fmt.Fprintf(stdout, "%-9s %s/%s\n          %s\n", r.Fate, p.Dir, r.ID, r.Place)
		}
	})
	if tty {
		fmt.Fprint(stderr, "\r", strings.Repeat(" ", 70), "\r")
	}
	rate, low, high := s.Rate(kind == "shared")
	out := stdout
	if o.json {
		out = stderr
	}
	fmt.Fprintf(out, "%-16s %-9s %5.1f %% [%.1f %.1f], goal %.0f: %d killed, %d lived, %d timed out; %d equivalent, "+
		"%d do not compile; %d of %d tried\n", p.Dir, kind, 100*rate, 100*low, 100*high, goal, s.Killed, s.Lived,
		s.TimedOut, s.Equivalent, s.NotViable, done, total)
	return 100*rate >= goal, err
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
