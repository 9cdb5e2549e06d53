package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const peersUsage = `Usage: schedbench peers [flags]

Sets the core beside what a Go program would use in its place, in one process
and one run, and prints a table of medians with ratios for each placement
regime of the two processors. It builds the module bench/peers, whose README
says how it measures, and passes the flags on:

  -time D      measure for D in all (default 60s)
  -rows RE     only rows whose name matches the regular expression RE
  -list        print the names of the chosen rows and stop
  -format F    text (tables) or benchfmt (one line a sample, for benchstat)
  -sample D    aim for D a sample, 1ms to 1s (default 20ms)
  -seed N      seed of the order in which rows take turns (default 1)
  -cpus A,B    the two processors to use (default: the first two allowed)
  -instructions
               then count the instructions of rows on one goroutine, with
               valgrind; with -time 0 only that
  -ops N       only do N operations of each chosen row, for profilers
  -cpuprofile FILE
               write a profile of -ops

Examples:
  schedbench peers -list
  schedbench peers -time 2m -rows '^(Job|Worker|Parked)'
  schedbench peers -time 0 -instructions -rows '^Job'

Exit codes: 0 done; 2 wrong flags; 3 the machine cannot measure this, a
contender failed its check, the run was interrupted, or no row was seen often
enough in one regime.
`

// runPeers builds the module of the peers and runs it. The module is one of its
// own so that what it compares with stays out of this one's requirements.
func runPeers(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	for _, a := range args {
		if a == "-h" || a == "-help" || a == "--help" {
			_, err := io.WriteString(stdout, peersUsage)
			return err
		}
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := moduleRoot(wd)
	if err != nil {
		return usagef("peers: run it inside the source tree")
	}
	dir, err := os.MkdirTemp("", "schedbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "peers")
	build := exec.CommandContext(ctx, "go", "build", "-o", bin, ".")
	build.Dir = filepath.Join(root, "bench", "peers")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("peers: building bench/peers: %w\n%s", err, out)
	}
	return passOn(ctx, stdout, stderr, bin, args)
}

// peersGrace is how long a run that is interrupted has to report what it has
// measured until then.
const peersGrace = 30 * time.Second

// passOn runs bin, which says itself what is wrong, and ends as it ended.
func passOn(ctx context.Context, stdout, stderr io.Writer, bin string, args []string) error {
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = peersGrace
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
		return codeError(exit.ExitCode())
	}
	return err
}
