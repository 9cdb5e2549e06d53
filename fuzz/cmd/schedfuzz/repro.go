package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"

	"credence/fuzz/campaign"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

const reproHelp = `Usage: schedfuzz repro FILE

Runs a stored program and prints what happens, and what it breaks, if it still does.

Examples:
  schedfuzz repro fuzz/testdata/no-bypass.txt
  go run -tags invariants ./fuzz/cmd/schedfuzz repro fuzz/work/finds/I4-heal.txt
`

const minimiseHelp = `Usage: schedfuzz minimise [-runs N] FILE

Makes a program that breaks a rule as small as it gets, and prints it with what
happens. FILE stays as it is.

Example:
  schedfuzz minimise fuzz/work/finds/I4-heal.txt > small.txt

Flags:
`

// loadOne parses the flags of a command that takes one file, and loads it. Without
// a program, the code is what the command ends with.
func loadOne(stdout, stderr io.Writer, f *flag.FlagSet, help string, args []string) (
	p *prog.Program, code int) {
	f.SetOutput(io.Discard)
	err := f.Parse(args)
	if err == nil && f.NArg() != 1 {
		err = fmt.Errorf("it takes one file, not %d", f.NArg())
	}
	if code, done := flagsEnd(stdout, stderr, help, f, err); done {
		return nil, code
	}
	p, err = campaign.Load(f.Arg(0))
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: %s: %v\n", f.Name(), err)
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			return nil, exitInconclusive
		}
		return nil, exitUsage
	}
	return p, exitOK
}

// runRepro is `schedfuzz repro`.
func runRepro(_ context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("repro", flag.ContinueOnError)
	p, code := loadOne(stdout, stderr, f, reproHelp, args)
	if p == nil {
		return code
	}
	r := target.Trace(p, stdout)
	if r.Finding == nil {
		r.Finding = target.Deep(p, r.History)
	}
	if r.Finding != nil {
		fmt.Fprintf(stdout, "%s\n%s\n", r.Finding.Class, r.Finding.Message)
		return exitFinding
	}
	fmt.Fprintf(stdout, "%d operations, %d jobs: nothing is broken%s\n", r.Executed, r.Completed,
		checks())
	return exitOK
}

// runMinimise is `schedfuzz minimise`.
func runMinimise(_ context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("minimise", flag.ContinueOnError)
	runs := f.Int("runs", campaign.MinimiseRuns, "run it `N` times at most")
	p, code := loadOne(stdout, stderr, f, minimiseHelp, args)
	if p == nil {
		return code
	}
	r := target.Run(p)
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
