package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/engine"
)

const coverHelp = `Usage: schedfuzz cover [flags]

Runs what the source tree has as seeds, the corpus, and some generated inputs, in a
program that is built to count, and writes which statements of core and device were
reached, and how often, as a page of HTML.

Examples:
  schedfuzz cover
  schedfuzz cover -corpus fuzz/work/corpus -count 100000 -o /tmp/cover.html

Flags:
`

// runCover is `schedfuzz cover`.
func runCover(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("cover", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	corpus := f.String("corpus", "", "run the corpus in `DIR` too")
	count := f.Int("count", 5000, "run `N` inputs at most, and generate what the seeds leave of them")
	targets := f.String("targets", "", "run `LIST`, such as System=3,Core; without it all")
	seed := f.Uint64("seed", 1, "of what is drawn: `N`")
	out := f.String("o", "cover.html", "write the page to `FILE`")
	err := f.Parse(args)
	switch {
	case err != nil:
	case f.NArg() > 0:
		err = fmt.Errorf("there are no arguments, such as %q", f.Arg(0))
	case *count < 1:
		err = fmt.Errorf("-count is 1 or more")
	}
	var shares []campaign.Share
	if err == nil {
		shares, err = campaign.ParseShares(*targets)
	}
	if code, done := flagsEnd(stdout, stderr, coverHelp, f, err); done {
		return code
	}
	c := cover{corpus: *corpus, count: *count, seed: *seed, targets: shares, out: *out}
	if c.root, err = root(); err == nil {
		err = c.run(ctx, stdout, stderr)
	}
	if err != nil {
		return broken(stderr, "cover", err)
	}
	return exitOK
}

// cover is one run for coverage.
type cover struct {
	root, corpus, out string
	count             int
	seed              uint64
	targets           []campaign.Share
}

// covered is what is counted.
const covered = "credence/core/...,credence/hwmock/..."

func (c *cover) run(ctx context.Context, stdout, stderr io.Writer) error {
	program, err := buildHelper(ctx, stderr, "./fuzz/cmd/schedfuzz", "invariants", "-cover",
		"-covermode=count", "-coverpkg="+covered+",credence/fuzz/cmd/schedfuzz")
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "credence-cover-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	counters := filepath.Join(work, "counters")
	if err := os.Mkdir(counters, 0o777); err != nil {
		return err
	}
	var report *campaign.Report
	if err := os.Setenv("GOCOVERDIR", counters); err != nil {
		return err
	}
	p := &engine.Plan{
		Root: c.root, Program: program, Work: work, Corpus: c.corpus, Targets: c.targets, Seed: c.seed,
		Count: c.count, Budget: coverMost, Status: func(r *campaign.Report) { report = r },
		Found: func(f *campaign.Find) { fmt.Fprintf(stderr, "schedfuzz: cover: a find: %s\n", f.Class) },
	}
	report, err = engine.Lookup(campaign.Own).Run(ctx, p)
	if err != nil {
		return err
	}
	profile := filepath.Join(work, "profile")
	percent, err := c.profile(ctx, counters, profile)
	if err != nil {
		return err
	}
	page, err := filepath.Abs(c.out)
	if err != nil {
		return err
	}
	if _, err := c.tool(ctx, "cover", "-html", profile, "-o", page); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d inputs, %d operations\n%s%s\n", report.Programs, report.Operations, percent,
		page)
	return nil
}

// coverMost is for how long at most it runs.
const coverMost = time.Hour

// profile makes a profile of counters, without the command itself, and returns
// the share of each package.
func (c *cover) profile(ctx context.Context, counters, profile string) (percent string, err error) {
	const own = "credence/fuzz/"
	out, err := c.tool(ctx, "covdata", "percent", "-i", counters)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, own) {
			percent += strings.Join(strings.Fields(line), " ") + "\n"
		}
	}
	if _, err := c.tool(ctx, "covdata", "textfmt", "-i", counters, "-o", profile); err != nil {
		return "", err
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, own) {
			b.WriteString(line)
		}
	}
	return percent, os.WriteFile(profile, b.Bytes(), 0o666)
}

// tool runs a tool of Go's.
func (c *cover) tool(ctx context.Context, args ...string) ([]byte, error) {
	x := exec.CommandContext(ctx, "go", append([]string{"tool"}, args...)...)
	x.Dir = c.root
	out, err := x.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go tool %s: %w\n%s", args[0], err, bytes.TrimSpace(out))
	}
	return out, nil
}
