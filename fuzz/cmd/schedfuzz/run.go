package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credence/core/invariant"
	"credence/fuzz/campaign"
)

const runHelp = `Usage: schedfuzz run [flags]

Makes programs, runs them on the core beside its model, and looks for one that
breaks a rule, until the budget is used up or it is interrupted. Each find is run
again, made small, and stored as a program in text. The campaign goes on after it.

A campaign that does not meet its canary, a pattern of operations that it must come
across, has not searched, and ends with exit code 3.

Examples:
  schedfuzz run -budget 10m
  schedfuzz run -count 100000 -seed 7 -dir /tmp/finds -ledger none
  go run -tags invariants ./fuzz/cmd/schedfuzz run -budget 1h

Flags:
`

type runFlags struct {
	budget      time.Duration
	count       int
	seed        uint64
	dir, ledger string
	first, json bool
}

func parseRun(args []string) (c runFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("run", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.DurationVar(&c.budget, "budget", time.Minute, "go on for `D`, such as 8h; 0 for no limit")
	f.IntVar(&c.count, "count", 0, "run `N` programs at most; 0 for no limit")
	f.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "of what is drawn: `N`")
	f.StringVar(&c.dir, "dir", "", "store finds in `DIR`; without it fuzz/work/finds")
	f.StringVar(&c.ledger, "ledger", "", "add a line to `FILE`, or to none; without it "+
		"results/fuzz/ledger.jsonl")
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
	}
	return c, f, err
}

// runCampaign is `schedfuzz run`.
func runCampaign(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parseRun(args)
	if code, done := flagsEnd(stdout, stderr, runHelp, f, err); done {
		return code
	}
	root, err := root()
	if err != nil {
		return broken(stderr, "run", err)
	}
	seeds, err := campaign.Seeds(root)
	if err != nil {
		return broken(stderr, "run", err)
	}
	if c.dir == "" {
		c.dir = filepath.Join(root, "fuzz/work/finds")
	}
	if c.ledger == "" {
		c.ledger = filepath.Join(root, "results/fuzz/ledger.jsonl")
	}
	r := &runner{runFlags: c, stdout: stdout, stderr: stderr, root: root, start: time.Now()}
	fmt.Fprintf(stderr, "schedfuzz run -seed %d -budget %v -count %d%s\n",
		c.seed, c.budget, c.count, checks())
	return r.end(campaign.Run(ctx, campaign.Config{
		Seed: c.seed, Budget: c.budget, Programs: c.count, First: c.first, Corpus: seeds,
		Found: r.found, Hung: r.hung, Status: r.status(),
	}), ctx.Err() != nil)
}

func checks() string {
	if invariant.Enabled {
		return ""
	}
	return "; built without -tags invariants: the core's own checks are off"
}

// runner prints and keeps what comes of a campaign.
type runner struct {
	runFlags
	stdout, stderr io.Writer
	root           string
	start          time.Time
	unsaved        error
	live           bool // the status line is on the terminal
}

// record is a line of -json.
type record struct {
	Class     string  `json:"class"`
	Invariant string  `json:"invariant"`
	Operation string  `json:"operation"`
	Ops       int     `json:"ops"`
	Stable    bool    `json:"stable"`
	Seconds   float64 `json:"seconds"`
	File      string  `json:"file"`
	Message   string  `json:"message"`
}

// found stores a find, and says so.
func (r *runner) found(f *campaign.Find) {
	if err := f.Store(r.dir); err != nil && r.unsaved == nil {
		r.unsaved = err
	}
	if r.json {
		json.NewEncoder(r.stdout).Encode(record{
			Class: f.Class, Invariant: f.Invariant, Operation: f.Operation, Ops: len(f.Program.Ops),
			Stable: f.Stable, Seconds: f.After.Seconds(), File: f.File, Message: f.Message,
		})
		return
	}
	r.clear()
	flaky := ""
	if !f.Stable {
		flaky = ", flaky"
	}
	fmt.Fprintf(r.stdout, "%s, %d operations, after %.1f s%s\n  %s\n", f.Class, len(f.Program.Ops),
		f.After.Seconds(), flaky, strings.ReplaceAll(f.Message, "\n", "\n  "))
	if f.File == "" {
		fmt.Fprint(r.stdout, f.Program) // It could not be stored: this is all there is of it.
		return
	}
	fmt.Fprintf(r.stdout, "  to reproduce: go run -tags invariants ./fuzz/cmd/schedfuzz repro %s\n",
		f.File)
}

// hung ends the process with a find that it cannot go on from.
func (r *runner) hung(f *campaign.Find) {
	r.found(f)
	os.Exit(exitFinding)
}

// status returns what prints the status line, or nil if nobody would see it.
func (r *runner) status() func(*campaign.Report) {
	if !terminal(r.stderr) || r.json {
		return nil
	}
	var last time.Duration
	return func(p *campaign.Report) {
		if p.Elapsed-last < time.Second {
			return
		}
		last, r.live = p.Elapsed, true
		fmt.Fprintf(r.stderr, "\r%s\x1b[K", line(p))
	}
}

func (r *runner) clear() {
	if r.live {
		fmt.Fprint(r.stderr, "\r\x1b[K")
		r.live = false
	}
}

// line says how far a campaign is.
func line(p *campaign.Report) string {
	s := max(p.Elapsed.Seconds(), 1e-3)
	canary := "canary not met"
	if p.Canary > 0 {
		canary = fmt.Sprintf("canary after %.1f s", p.Canary.Seconds())
	}
	return fmt.Sprintf("%v: %d programs (%.0f/s), %d operations (%.0f/s), corpus %d, "+
		"%d comparisons, %d finds, %s", p.Elapsed.Round(time.Second), p.Programs,
		float64(p.Programs)/s, p.Operations, float64(p.Operations)/s, p.Corpus, p.Compared,
		len(p.Finds), canary)
}

// end writes the ledger and returns the exit code.
func (r *runner) end(p *campaign.Report, interrupted bool) int {
	r.clear()
	if !r.json {
		fmt.Fprintln(r.stdout, line(p))
	}
	if r.ledger != "none" {
		err := p.Entry(r.start, commit(r.root), r.seed).Append(r.ledger)
		if err != nil && r.unsaved == nil {
			r.unsaved = err
		}
	}
	if r.unsaved != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: run: %v\n", r.unsaved)
	}
	switch {
	case len(p.Finds) > 0:
		return exitFinding
	case r.unsaved != nil || interrupted:
		return exitInconclusive
	case p.Canary == 0:
		fmt.Fprintln(r.stderr, "schedfuzz: run: the canary was not met: this was no search")
		return exitInconclusive
	}
	return exitOK
}

// commit names the source in root, with a plus if it was changed.
func commit(root string) string {
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	head, err := git("rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "unknown"
	}
	changed, err := git("status", "--porcelain", "--untracked-files=no")
	if err != nil || changed != "" {
		return head + "+"
	}
	return head
}
