// Command schedbench runs what the project measures: `schedbench sim` runs
// workload files on a simulated device in virtual time, `schedbench bench` the
// benchmarks of this machine. It refuses to guess: wrong flags and wrong files
// end it before anything runs, with the place and the remedy.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit codes.
const (
	exitOK           = 0
	exitFinding      = 1 // what was measured is worse
	exitUsage        = 2 // wrong flags, wrong files
	exitInconclusive = 3 // interrupted, or the machine failed us
)

// command is one of schedbench's commands.
type command struct {
	name    string
	summary string
	// run does the work. A usageError is the caller's fault.
	run func(ctx context.Context, stdout, stderr io.Writer, args []string) error
}

// commands are in the order in which the usage lists them.
var commands = []command{
	{"sim", "run workload files on a simulated device and print what they got", runSimShards},
	{"study", "compare the flow controls over workloads, devices and numbers of queues", runStudy},
	{"merge", "put the shards of a study together", runMerge},
	{"why", "say what one job of a simulated workload waited for", runWhy},
	{"bench", "run the benchmarks, record them in results/, compare the flow controls", runBench},
	{"peers", "set the core beside what a Go program would use in its place", runPeers},
	{"replay", "replay a recorded trace on a simulated device and print the errors", runReplay},
	{"profiles", "list the device profiles and what of them is assumed", runProfiles},
	{"run", "run chosen benchmarks and record them with their surroundings", runRun},
	{"scale", "count and weigh jobs and entities as they become many", runScale},
	{"compare", "compare two revisions or results files and show what changed", runCompare},
	{"gate", "the same, with an exit code that fails a build", runGate},
	{"power", "measure how good the gate is, by trials", runPower},
	{"drift", "find what became worse little by little over a history", runDrift},
	{"report", "render what was measured as one HTML page", runReport},
	{"accept", "take changed exact figures for right, with a reason", runAccept},
}

// A usageError says what is wrong with the command line or with a file it names.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// A codeError ends the command with a code. What there was to say is on stdout.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Stdout, os.Stderr, os.Args[1:]))
}

// run is the command without its process. It returns the exit code.
func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	err := dispatch(ctx, stdout, stderr, args)
	if err == nil {
		return exitOK
	}
	if code, ok := errors.AsType[codeError](err); ok {
		return int(code)
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(stderr, "schedbench: %s\n", line)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitInconclusive
}

func dispatch(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	if len(args) == 0 {
		return usagef("no command; there are %s; see schedbench -h", commandNames())
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		if len(args) > 1 && args[0] == "help" {
			return dispatch(ctx, stdout, stderr, []string{args[1], "-h"})
		}
		_, err := io.WriteString(stdout, usage())
		return err
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, stdout, stderr, args[1:])
		}
	}
	return usagef("%q is no command; there are %s; see schedbench -h", args[0], commandNames())
}

func commandNames() string {
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

func usage() string {
	var b strings.Builder
	b.WriteString("Usage: schedbench COMMAND [flags] [arguments]\n\nCommands:\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-8s %s\n", c.name, c.summary)
	}
	b.WriteString("\nschedbench COMMAND -h explains a command.\n" +
		"Exit codes: 0 done; 1 gate found a regression; 2 wrong flags or files;\n" +
		"3 inconclusive, interrupted, or the machine failed.\n")
	return b.String()
}
