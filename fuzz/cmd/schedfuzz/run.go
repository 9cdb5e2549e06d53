package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credence/core/invariant"
	"credence/fuzz/campaign"
	"credence/fuzz/engine"
	"credence/fuzz/target"
)

const runHelp = `Usage: schedfuzz run [flags]

Makes inputs for all targets, each as often as it weighs, and looks for one that
breaks a rule, until the budget is used up or it is interrupted. Each find is run
again, made small, and stored: as a program in text, a Go test that fails, a
timeline, and the line that reproduces it. The campaign goes on after it.

The own engine makes programs of operations, and hunts beside a model of the
scheduler; go-fuzz (gofuzz), go test -fuzz (native) and libFuzzer through clang
(libfuzzer) share the budget with it if they are named. One that is not installed is
left out, with a word about it. One bug is one find, whichever engine met it.

Each engine has to find its canary, a pattern of operations that is no bug. One that
does not has not searched, and the campaign ends with exit code 3.

Known finds can be suppressed until a day, one a line of the -suppress file: CLASS DAY
REASON, such as: I4/heal/00c0ffee 2026-12-31 being fixed.

Examples:
  schedfuzz run -budget 10m
  schedfuzz run -budget 1h -engine all
  schedfuzz run -count 100000 -seed 7 -dir /tmp/finds -ledger none
  schedfuzz run -budget 5m -since origin/main
  schedfuzz run -budget 1m -targets Wsim,Profile=3

Flags:
`

// runCampaign is `schedfuzz run`.
func runCampaign(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parseRun(args)
	if code, done := flagsEnd(stdout, stderr, runHelp, f, err); done {
		return code
	}
	r := &runner{runFlags: c, stdout: stdout, stderr: stderr}
	if r.root, err = root(); err != nil {
		return broken(stderr, "run", err)
	}
	r.defaults()
	if code := r.suppressions(); code != exitOK {
		return code
	}
	if err := r.prepare(ctx); err != nil {
		return broken(stderr, "run", err)
	}
	defer os.RemoveAll(r.work)
	fmt.Fprintf(stderr, "schedfuzz run -seed %d -budget %v -count %d\n", c.seed, c.budget, c.count)
	r.all(ctx)
	return r.code(ctx.Err() != nil)
}

// runner runs the engines of a campaign, and prints and keeps what comes of them.
type runner struct {
	runFlags
	stdout, stderr io.Writer
	root, work     string
	store          campaign.Store
	known          []string
	unsaved        error
	finds          int
	ran, mute      int    // engines, and those of them that did not find their canary
	failed         bool   // an engine could not do its work
	engine         string // that is running
	live           bool   // the status line is on the terminal
	last           time.Time
}

// defaults fills in what the flags leave open.
func (r *runner) defaults() {
	for _, x := range []struct {
		flag *string
		name string
	}{
		{&r.dir, "fuzz/work/finds"}, {&r.ledger, "results/fuzz/ledger.jsonl"},
		{&r.suppress, "fuzz/suppress.txt"},
	} {
		if *x.flag == "" {
			*x.flag = filepath.Join(r.root, x.name)
		}
	}
	r.store.Dir = r.dir
}

// suppressions reads what is not to be reported.
func (r *runner) suppressions() (code int) {
	active, expired, err := campaign.Suppressions(r.suppress, time.Now())
	if err != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: run: %v\n", err)
		return exitUsage
	}
	for _, s := range active {
		r.known = append(r.known, s.Class)
		fmt.Fprintf(r.stderr, "suppressed until %s: %s: %s\n", s.Until.Format(time.DateOnly), s.Class, s.Reason)
	}
	for _, s := range expired {
		fmt.Fprintf(r.stderr, "%s:%d: %s is reported again: its day was %s\n", r.suppress, s.Line,
			s.Class, s.Until.Format(time.DateOnly))
	}
	return exitOK
}

// prepare makes what the engines need.
func (r *runner) prepare(ctx context.Context) (err error) {
	if r.since != "" {
		files, err := campaign.Changed(ctx, r.root, r.since)
		if err != nil {
			return err
		}
		r.targets = campaign.Since(r.targets, files)
		fmt.Fprintf(r.stderr, "%d files changed since %s; targets: %s\n", len(files), r.since,
			campaign.FormatShares(r.targets))
	}
	switch {
	case r.program != "":
	case r.first:
		r.program, err = os.Executable()
	default:
		r.program, err = loopProgram(ctx, r.stderr)
	}
	if err != nil {
		return err
	}
	r.work, err = os.MkdirTemp("", "credence-fuzz-")
	return err
}

// all runs the engines, each with its share of what is left of the budget.
func (r *runner) all(ctx context.Context) {
	start := time.Now()
	for i, e := range r.engines {
		if ctx.Err() != nil || r.first && r.finds > 0 {
			return
		}
		left := len(r.engines) - i
		p := &engine.Plan{
			Root: r.root, Program: r.program, Work: filepath.Join(r.work, e.Name), Corpus: r.corpus,
			Targets: r.targets, Seed: r.seed, Count: r.count / len(r.engines), First: r.first,
			Procs: r.procs, Known: r.known, Found: r.found, Status: r.status,
		}
		if r.budget > 0 {
			p.Budget = max(time.Second, (r.budget-time.Since(start))/time.Duration(left))
		}
		r.one(ctx, e, p)
		r.known = p.Known
	}
}

// one runs one engine.
func (r *runner) one(ctx context.Context, e engine.Engine, p *engine.Plan) {
	if err := os.MkdirAll(p.Work, 0o777); err != nil {
		r.fail(e.Name, err)
		return
	}
	if missing := e.Missing(p); missing != "" {
		fmt.Fprintf(r.stderr, "%s is left out: %s\n", e.Name, missing)
		return
	}
	r.engine = e.Name
	start := time.Now()
	report, err := e.Run(ctx, p)
	r.clear()
	if err != nil {
		r.fail(e.Name, err)
	}
	r.ran++
	if report.Canary == 0 && err == nil && ctx.Err() == nil && !(r.first && len(report.Finds) > 0) {
		r.mute++
		fmt.Fprintf(r.stderr, "schedfuzz: run: %s did not meet the canary: this was no search\n", e.Name)
	}
	if !r.json {
		fmt.Fprintln(r.stdout, e.Name+" "+line(report))
	}
	if r.ledger != "none" {
		r.save(report.Entry(start, commit(r.root), e.Name, r.seed).Append(r.ledger))
	}
}

func (r *runner) fail(name string, err error) {
	r.failed = true
	fmt.Fprintf(r.stderr, "schedfuzz: run: %s: %v\n", name, err)
}

// save notes the first error of storing something.
func (r *runner) save(err error) {
	if err != nil && r.unsaved == nil {
		r.unsaved = err
		fmt.Fprintf(r.stderr, "schedfuzz: run: %v\n", err)
	}
}

// record is a line of -json.
type record struct {
	Class     string  `json:"class"`
	Engine    string  `json:"engine"`
	Target    string  `json:"target"`
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
	r.finds++
	r.clear()
	r.save(r.store.Add(f))
	if r.json {
		json.NewEncoder(r.stdout).Encode(record{
			Class: f.Class, Engine: f.Engine, Target: f.Target, Invariant: f.Invariant,
			Operation: f.Operation, Ops: f.Ops(), Stable: f.Stable, Seconds: f.After.Seconds(),
			File: f.File, Message: f.Message,
		})
		return
	}
	flaky := ""
	if !f.Stable {
		flaky = ", flaky"
	}
	fmt.Fprintf(r.stdout, "%s, by %s, %d operations, after %.1f s%s\n  %s\n", f.Class, f.Engine,
		f.Ops(), f.After.Seconds(), flaky, strings.ReplaceAll(f.Message, "\n", "\n  "))
	switch {
	case f.File != "":
		fmt.Fprintf(r.stdout, "  to reproduce: %s\n", f.Repro())
	case f.Program != nil: // It could not be stored: this is all there is of it.
		fmt.Fprint(r.stdout, f.Program)
	default:
		fmt.Fprintf(r.stdout, "%s %q\n", f.Target, f.Data)
	}
}

// status shows the status line, if somebody sees it.
func (r *runner) status(p *campaign.Report) {
	if r.json || !terminal(r.stderr) || time.Since(r.last) < time.Second {
		return
	}
	r.last, r.live = time.Now(), true
	fmt.Fprintf(r.stderr, "\r%s %s\x1b[K", r.engine, line(p))
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
	pairs := ""
	if n := p.Pairs.Len(); n > 0 {
		pairs = fmt.Sprintf(", %.1f %% of operation x state", 100*float64(n)/float64(target.MaxPairs))
	}
	return fmt.Sprintf("%v: %d programs (%.0f/s), %d operations (%.0f/s), corpus %d, %s%s, "+
		"%d checks, %d finds, %s", p.Elapsed.Round(time.Second), p.Programs,
		float64(p.Programs)/s, p.Operations, float64(p.Operations)/s, p.Corpus, coverage(p), pairs,
		p.Compared, len(p.Finds), canary)
}

// code returns the exit code.
func (r *runner) code(interrupted bool) int {
	switch {
	case r.finds > 0:
		return exitFinding
	case r.unsaved != nil || interrupted || r.failed || r.mute > 0:
		return exitInconclusive
	case r.ran == 0:
		fmt.Fprintln(r.stderr, "schedfuzz: run: no engine was there to hunt")
		return exitInconclusive
	}
	return exitOK
}

func checks() string {
	if invariant.Enabled {
		return ""
	}
	return "; built without -tags invariants: the core's own checks are off"
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
