package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"credence/fuzz/planted"
)

const plantedHelp = `Usage: schedfuzz planted [flags] [ID...]

Plants known bugs, one at a time, in a copy of the source, builds the engines there,
and hunts each bug as unknown ones are hunted: with random programs (sequence) and
with every interleaving of small programs (explore). Without an ID it hunts all.

Exit codes: 0 all were found, and no control was; 1 one was not, or a control was; 3 a
patch does not apply or compile.

Examples:
  schedfuzz planted
  schedfuzz planted -budget 10m -dir ../other-bugs -json
  schedfuzz planted M17 M45
  schedfuzz planted -part 3 -of 10
  schedfuzz planted -rotate $(($(date +%s) / 86400)) -budget 30s

Flags:
`

type plantedFlags struct {
	budget   time.Duration
	dir      string
	json     bool
	check    bool
	seed     uint64
	part, of int
	rotate   int
	ids      []string
}

func parsePlanted(args []string) (c plantedFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("planted", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.DurationVar(&c.budget, "budget", time.Minute, "hunt one bug for at most `D`")
	f.StringVar(&c.dir, "dir", "", "take the patches from `DIR`; without it fuzz/planted")
	f.BoolVar(&c.json, "json", false, "print a bug a line, as JSON")
	f.BoolVar(&c.check, "check", false, "only apply and compile")
	f.Uint64Var(&c.seed, "seed", 1, "of what is drawn: `N`")
	f.IntVar(&c.part, "part", 0, "of the bugs take those whose number modulo -of is `N`")
	f.IntVar(&c.rotate, "rotate", -1, "hunt eight, another eight for each `N`, such as a day's number, of those that are not left to the night")
	f.IntVar(&c.of, "of", 1, "into how many parts `N` the bugs are split")
	err = f.Parse(args)
	c.ids = f.Args()
	switch {
	case err != nil:
	case c.budget <= 0:
		err = errors.New("-budget is above 0")
	case c.of < 1:
		err = errors.New("-of is 1 or more")
	}
	return c, f, err
}

// runPlanted is `schedfuzz planted`.
func runPlanted(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parsePlanted(args)
	if code, done := flagsEnd(stdout, stderr, plantedHelp, f, err); done {
		return code
	}
	root, err := root()
	if err != nil {
		return broken(stderr, "planted", err)
	}
	if c.dir == "" {
		c.dir = filepath.Join(root, "fuzz/planted")
	}
	list, err := planted.List(c.dir)
	if err == nil {
		list, err = c.choose(list)
	}
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: planted: %v\n", err)
		return exitUsage
	}
	work, err := os.MkdirTemp("", "credence-planted-")
	if err != nil {
		return broken(stderr, "planted", err)
	}
	defer os.RemoveAll(work)
	h := &planted.Hunt{Root: root, Work: work, Finds: filepath.Join(root, "fuzz/work/planted"),
		Budget: c.budget, Seed: c.seed}
	return c.all(ctx, stdout, stderr, h, list)
}

// eight is how many bugs -rotate hunts.
const eight = 8

// choose returns the patches that are asked for.
func (c *plantedFlags) choose(all []*planted.Patch) (list []*planted.Patch, err error) {
	for _, id := range c.ids {
		if !slices.ContainsFunc(all, func(p *planted.Patch) bool { return p.ID == id }) {
			return nil, fmt.Errorf("there is no plant %q in %s", id, c.dir)
		}
	}
	if c.rotate >= 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(p *planted.Patch) bool { return p.Night })
		c.part, c.of = c.rotate, (len(all)+eight-1)/eight
	}
	part := (c.part%c.of + c.of) % c.of // any number will do, such as a day's
	for i, p := range all {
		if len(c.ids) > 0 && !slices.Contains(c.ids, p.ID) || i%c.of != part {
			continue
		}
		list = append(list, p)
	}
	return list, nil
}

// all hunts the patches and returns the exit code. What was not hunted outweighs
// what was not found.
func (c *plantedFlags) all(ctx context.Context, stdout, stderr io.Writer, h *planted.Hunt,
	list []*planted.Patch) int {
	code := exitOK
	var seconds []float64
	for _, p := range list {
		var r *planted.Result
		if c.check {
			r = h.Check(ctx, p)
		} else {
			r = h.One(ctx, p)
		}
		if r.Err != nil {
			fmt.Fprintf(stderr, "schedfuzz: planted: %s: %v\n", r.ID, r.Err)
			code = exitInconclusive
		} else if !c.check && !r.OK() && code == exitOK {
			code = exitFinding
		}
		if r.Found && !r.Control {
			seconds = append(seconds, r.Seconds)
		}
		if err := c.print(stdout, r); err != nil {
			return exitInconclusive
		}
		if ctx.Err() != nil {
			return exitInconclusive
		}
	}
	if !c.json && !c.check && len(seconds) > 0 {
		slices.Sort(seconds)
		fmt.Fprintf(stdout, "%d plants, %d found, median %.1f s, longest %.1f s\n", len(list),
			len(seconds), seconds[(len(seconds)-1)/2], seconds[len(seconds)-1])
	}
	return code
}

func (c *plantedFlags) print(w io.Writer, r *planted.Result) error {
	if c.json {
		return json.NewEncoder(w).Encode(r)
	}
	what := fmt.Sprintf("%-9s %6.1f s %4d ops  %s", r.Engine, r.Seconds, r.Ops, r.Invariant)
	switch {
	case r.Err != nil:
		what = "BROKEN"
	case c.check:
		what = "compiles"
	case r.Found && r.Control:
		what = "FALSE ALARM  " + what
	case r.Control:
		what = fmt.Sprintf("control, nothing in %.1f s", r.Seconds)
	case !r.Found:
		what = fmt.Sprintf("NOT FOUND in %.1f s", r.Seconds)
	}
	_, err := fmt.Fprintf(w, "%-24s %s\n", r.ID, what)
	return err
}
