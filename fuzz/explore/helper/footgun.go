//go:build explore

package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"credence/fuzz/explore/footgun"
)

const footgunHelp = `Usage: schedfuzz explore footgun [flags]

Changes two drivers that are right, one behind a predicate and one behind a question
for the fence to wait for, by the same list of mistakes, and counts how many are
broken then. The same flags print the same bytes.

Examples:
  schedfuzz explore footgun
  schedfuzz explore footgun -n 2000 -seed 7

Exit codes: 0 measured; 2 wrong flags; 3 interrupted.

Flags:
`

// footgunN is how many drivers of each kind are judged unless told otherwise.
const footgunN = 500

func footgunCommand(stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("footgun", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	n := f.Int("n", footgunN, "judge `N` drivers of each kind that differ from the right one")
	seed := f.Uint64("seed", 1, "of the draws: `N`")
	if code, done := parse(f, footgunHelp, stdout, stderr, args); done {
		return code
	}
	if *n < 1 || f.NArg() > 0 {
		fmt.Fprintf(stderr, "schedfuzz: explore footgun: -n %d, %d arguments; permitted: 1 or more, and none\n",
			*n, f.NArg())
		return exitUsage
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	list, err := footgun.All(*n, *seed, func() bool { return len(stop) > 0 })
	if err == nil {
		err = footgun.Print(stdout, list, *n, *seed)
	}
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: explore footgun: %v\n", err)
		return exitInconclusive
	}
	return exitOK
}
