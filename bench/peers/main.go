// Command peers sets the project's queue, credits, event engine and scheduler
// against what a Go program would use in their place, in one process and one
// run: a buffered channel, a ring under a mutex, xsync's and Workiva's queues, an
// atomic counter, x/sync's semaphore, container/heap, and a scheduler written the
// plain Go way, package plainsched.
//
// What two threads pay for talking to each other depends on which cores they
// run on, and under a hypervisor that changes within seconds, by a factor of
// four. So samples are short, rows are rotated in random order, and each sample
// stands between two raw ping-pongs of two words, which tell the regime it
// belongs to. Results are medians with quartiles per regime, and ratios to the
// raw round trip and to an anchor of the same regime. The command refuses to
// quote a regime that a row was seen in fewer than ten times, and to compare a
// queue that lost or swapped an item.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// Exit codes.
const (
	exitOK           = 0
	exitUsage        = 2
	exitInconclusive = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Stdout, os.Stderr, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "peers: %v\n", err)
	}
	os.Exit(exitCode(err))
}

// exitCode maps what run returned to the exit code that -h documents.
func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, &usage):
		return exitUsage
	default:
		return exitInconclusive
	}
}

// run is the command without its process. It returns flag.ErrHelp after -h, a
// usageError for wrong arguments, and another error if the machine cannot
// measure this or there is too little to quote; the report is written in the
// latter case, too.
func run(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	c, err := parse(stdout, args)
	if err != nil {
		return err
	}
	if c.list {
		for _, r := range c.rows {
			fmt.Fprintln(stdout, r.name())
		}
		return nil
	}
	if c.ops > 0 {
		return repeat(c)
	}
	if c.time > 0 {
		if err := report(ctx, stdout, stderr, c); err != nil || !c.instructions {
			return err
		}
		fmt.Fprintln(stdout)
	}
	return irTable(ctx, stdout, stderr, c)
}

// report measures the chosen rows and writes what it found.
func report(ctx context.Context, stdout, stderr io.Writer, c config) error {
	s, err := measure(ctx, stderr, c)
	if err != nil {
		return err
	}
	if err := c.write(stdout, s); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted after %v of %v: the report holds what was measured until then",
			s.took.Round(time.Second), c.time)
	}
	return conclusive(s)
}

// measure runs the chosen rows for the chosen time.
func measure(ctx context.Context, stderr io.Writer, c config) (outcome, error) {
	s := outcome{seed: c.seed, span: c.sample, cpus: c.cpus, pinned: canPin, rows: c.rows}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the meter collects between rounds
	p, err := newPair(c.cpus)
	if err != nil {
		return s, err
	}
	defer p.close()
	start := time.Now()
	limited, cancel := context.WithTimeout(ctx, c.time)
	defer cancel()
	show := newProgress(stderr, c.time)
	s.taken, err = newMeter(p, c.sample).run(limited, c.rows, c.seed, show.update)
	show.end()
	s.took = time.Since(start)
	return s, err
}

// conclusive returns an error if nothing in the outcome can be quoted.
func conclusive(s outcome) error {
	all := gather(s.taken)
	for _, r := range []regime{smt, near, far} {
		if mostSeen(s.rows, all, r) >= minimumOK {
			return nil
		}
	}
	return fmt.Errorf("no row was seen %d times in one regime: %d samples of %d rows; "+
		"raise -time or choose fewer rows with -rows", minimumOK, len(s.taken), len(s.rows))
}
