package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"credence/fuzz/campaign"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

const reproHelp = `Usage: schedfuzz repro [-target NAME] FILE

Runs a stored program and prints what happens, and what it breaks, if it still does.
With -target FILE is an input of that target, as an engine wrote it.

Examples:
  schedfuzz repro fuzz/testdata/no-bypass.txt
  schedfuzz repro -target Wsim fuzz/work/finds/print-wsim/input.bin
  go run -tags invariants ./fuzz/cmd/schedfuzz repro fuzz/work/finds/I4-heal/program.txt

Flags:
`

const minimiseHelp = `Usage: schedfuzz minimise [-runs N] FILE

Makes a program that breaks a rule as small as it gets, and prints it with what
happens. FILE stays as it is.

Example:
  schedfuzz minimise fuzz/work/finds/I4-heal/program.txt > small.txt

Flags:
`

// parseOne parses the flags of a command that takes one file. Without a file, the
// code is what the command ends with.
func parseOne(stdout, stderr io.Writer, f *flag.FlagSet, help string, args []string) (
	file string, code int) {
	f.SetOutput(io.Discard)
	err := f.Parse(args)
	if err == nil && f.NArg() != 1 {
		err = fmt.Errorf("it takes one file, not %d", f.NArg())
	}
	if code, done := flagsEnd(stdout, stderr, help, f, err); done {
		return "", code
	}
	return f.Arg(0), exitOK
}

// unreadable says what is wrong with a file, and returns the exit code.
func unreadable(stderr io.Writer, name string, err error) int {
	fmt.Fprintf(stderr, "schedfuzz: %s: %v\n", name, err)
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return exitInconclusive
	}
	return exitUsage
}

// runRepro is `schedfuzz repro`.
func runRepro(_ context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("repro", flag.ContinueOnError)
	name := f.String("target", "", "FILE is an input of the target `NAME`")
	file, code := parseOne(stdout, stderr, f, reproHelp, args)
	if file == "" {
		return code
	}
	if *name != "" {
		return reproInput(stdout, stderr, *name, file)
	}
	p, err := campaign.Load(file)
	if err != nil {
		return unreadable(stderr, "repro", err)
	}
	return reproProgram(stdout, p)
}

// reproProgram runs a program.
func reproProgram(stdout io.Writer, p *prog.Program) int {
	r := target.Trace(p, stdout)
	if r.Finding == nil {
		r = target.Replay(p)
	}
	if r.Finding == nil {
		fmt.Fprintf(stdout, "%d operations, %d jobs: nothing is broken%s\n", r.Executed, r.Completed,
			checks())
	}
	return broke(stdout, r.Finding)
}

// reproInput runs an input of a target.
func reproInput(stdout, stderr io.Writer, name, file string) int {
	t := target.Lookup(name)
	if t == nil {
		fmt.Fprintf(stderr, "schedfuzz: repro: there is no target %q; there are %s\n", name,
			strings.Join(target.Names(), ", "))
		return exitUsage
	}
	data, err := campaign.ReadInput(file, t)
	if err != nil {
		return unreadable(stderr, "repro", err)
	}
	if t.Decode != nil {
		return reproProgram(stdout, t.Decode(data))
	}
	understood, finding := t.Run(data)
	if finding == nil {
		fmt.Fprintf(stdout, "%d bytes, understood: %t; nothing is broken%s\n", len(data), understood,
			checks())
	}
	return broke(stdout, finding)
}

// broke prints a finding, if there is one, and returns the exit code.
func broke(stdout io.Writer, f *target.Finding) int {
	if f == nil {
		return exitOK
	}
	fmt.Fprintf(stdout, "%s\n%s\n", f.Class, f.Message)
	return exitFinding
}

// runMinimise is `schedfuzz minimise`.
func runMinimise(_ context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("minimise", flag.ContinueOnError)
	runs := f.Int("runs", campaign.MinimiseRuns, "run it `N` times at most")
	file, code := parseOne(stdout, stderr, f, minimiseHelp, args)
	if file == "" {
		return code
	}
	p, err := campaign.Load(file)
	if err != nil {
		return unreadable(stderr, "minimise", err)
	}
	r := target.Judge(p)
	if r.Finding == nil {
		fmt.Fprintf(stderr, "schedfuzz: minimise: nothing is broken%s\n", checks())
		return exitOK
	}
	small := target.Minimise(r.Finding, *runs)
	fmt.Fprintf(stdout, "%s----\n%s", small.Program, small.History)
	fmt.Fprintf(stderr, "%s: %d operations, before %d\n", small.Class, len(small.Program.Ops),
		len(p.Ops))
	return exitFinding
}
