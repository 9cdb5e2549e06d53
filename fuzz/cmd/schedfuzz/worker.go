package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

const workerHelp = `Usage: schedfuzz worker -connect ADDR [flags]

Hunts for a schedfuzz coordinator: go-fuzz's worker, with the targets of this source
tree. It gets the corpus from there and sends what it finds, and goes on until it is
interrupted, the budget is used up, or the coordinator is gone. Both must be of one
revision. There is no authentication: connect to no coordinator that you do not trust.

Exit codes: 0 the hunt is over, 2 wrong flags, 3 it could not be built or run.

Examples:
  schedfuzz worker -connect 127.0.0.1:7411
  schedfuzz worker -connect 10.0.0.1:7411 -procs 32 -budget 8h

Flags:
`

type workerFlags struct {
	connect, target string
	procs           int
	budget          time.Duration
	ledger          string
}

func parseWorker(args []string) (c workerFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("worker", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&c.connect, "connect", "", "the coordinator listens on `ADDR`")
	f.StringVar(&c.target, "target", "System", "hunt on `TARGET`, as the coordinator's")
	f.IntVar(&c.procs, "procs", runtime.NumCPU(), "run `N` processes")
	f.DurationVar(&c.budget, "budget", 0, "go on for `D`; 0 until it is interrupted")
	f.StringVar(&c.ledger, "ledger", "none", "add a line to `FILE`, or to none")
	if err = f.Parse(args); err != nil {
		return c, f, err
	}
	_, _, addr := net.SplitHostPort(c.connect)
	switch {
	case f.NArg() > 0:
		err = fmt.Errorf("there are no arguments, such as %q", f.Arg(0))
	case c.connect == "":
		err = errors.New("it needs -connect, such as -connect 127.0.0.1:7411")
	case addr != nil:
		err = fmt.Errorf("-connect: %w", addr)
	case target.Lookup(c.target) == nil:
		err = fmt.Errorf("there is no target %q; there are %s", c.target,
			strings.Join(target.Names(), ", "))
	case c.procs < 1 || c.budget < 0:
		err = errors.New("-procs is 1 or more, -budget not below 0")
	}
	return c, f, err
}

// runWorker is `schedfuzz worker`.
func runWorker(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parseWorker(args)
	if code, done := flagsEnd(stdout, stderr, workerHelp, f, err); done {
		return code
	}
	w := &worker{workerFlags: c, stdout: stdout, stderr: stderr}
	if err := w.run(ctx); err != nil {
		return broken(stderr, "worker", err)
	}
	return exitOK
}

// worker is one that runs.
type worker struct {
	workerFlags
	stdout, stderr io.Writer
	// started is told of the process, for tests; nil for nobody.
	started func(*os.Process)
}

func (w *worker) run(ctx context.Context) error {
	program, archive, err := goFuzzPrograms(ctx, w.stderr)
	if err != nil {
		return err
	}
	// What it leaves in the temporary folder goes with it.
	work, err := os.MkdirTemp("", "credence-worker-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if w.budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.budget)
		defer cancel()
	}
	tally := filepath.Join(work, "tally")
	if err := os.Mkdir(tally, 0o777); err != nil {
		return err
	}
	start := time.Now()
	c := interruptible(ctx, program, "-worker", w.connect, "-bin", archive, "-func", "Fuzz"+w.target,
		"-workdir", work, "-procs", strconv.Itoa(w.procs), "-minimize", "2s", "-timeout", "20")
	c.Env = append(os.Environ(), "TMPDIR="+work, target.TallyEnv+"="+tally)
	var log goFuzzLog
	c.Stdout, c.Stderr = &log, &log
	if err := c.Start(); err != nil {
		return err
	}
	if w.started != nil {
		w.started(c.Process)
	}
	err = c.Wait()
	sum, tallyErr := target.ReadTally(tally)
	fmt.Fprintf(w.stdout, "worker: %v: %d inputs run, %d operations\n",
		time.Since(start).Round(time.Second), sum.Inputs, sum.Operations)
	if w.ledger != "none" && tallyErr == nil {
		tallyErr = w.entry(start, sum).Append(w.ledger)
	}
	if ctx.Err() != nil || log.lost() {
		return tallyErr
	}
	return errors.Join(fmt.Errorf("go-fuzz ended: %v: %s", err, log.end()), tallyErr)
}

func (w *worker) entry(start time.Time, sum target.Tally) *campaign.Entry {
	r := &campaign.Report{
		Programs: int(sum.Inputs), Operations: int(sum.Operations), Elapsed: time.Since(start),
	}
	revision := "unknown"
	if root, err := root(); err == nil {
		revision = commit(root)
	}
	return r.Entry(start, revision, "gofuzz worker", 0)
}
