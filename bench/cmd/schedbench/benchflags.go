package main

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"

	"credence/bench/suite"
)

const benchUsage = `Usage: schedbench bench [-quick | -full]
       scripts/bench [-quick | -full]

Runs the benchmarks of the core (bench/micro) and of whole systems in virtual
time (bench/scenario), records every sample in results/DATE-COMMIT.txt, and
prints what the scenarios got under each flow control. COMMIT ends in -dirty if
the source was changed since, and is nogit without a repository. Nothing is
overwritten: a second file of a day and commit ends in -2.

Profiles:
  (none)   up to 10 rounds in 100 s, enough for confidence intervals
  -quick   1 round of short samples: does everything still run?
  -full    up to 30 rounds in 30 min, samples five times as long

A round runs every benchmark once. Figures of the scenarios are exact and the
same in every round and on every machine; only their host time (sec/op) is not.
An interrupt (Ctrl-C) keeps what was measured: the file is valid, and says that
it is partial.

Examples:
  scripts/bench
  scripts/bench -quick
  go tool benchstat results/OLD.txt results/NEW.txt
  go tool benchstat -col /flow -row /work -filter '.name:Scenario' results/NEW.txt

Exit codes: 0 done; 2 wrong flags; 3 interrupted, or a benchmark failed.
`

// parseBench reads the command line. It writes the usage to stdout if -h asks
// for it, and then returns flag.ErrHelp.
func parseBench(stdout io.Writer, args []string) (suite.Profile, error) {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	quick := fs.Bool("quick", false, "")
	full := fs.Bool("full", false, "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, benchUsage); err != nil {
			return suite.Profile{}, err
		}
		return suite.Profile{}, flag.ErrHelp
	} else if err != nil {
		return suite.Profile{}, usagef("bench: %v; there are -quick and -full; see -h", err)
	}
	switch {
	case fs.NArg() > 0:
		return suite.Profile{}, usagef("bench: %q: it takes no arguments; see -h", fs.Arg(0))
	case *quick && *full:
		return suite.Profile{}, usagef("bench: -quick and -full exclude each other; give one")
	case *quick:
		return suite.Quick, nil
	case *full:
		return suite.Full, nil
	}
	return suite.Default, nil
}

// moduleRoot returns the folder of the module that dir lies in.
func moduleRoot(dir string) (string, error) {
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module credence\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", usagef("bench: run it inside the source tree, or as scripts/bench")
		}
		dir = parent
	}
}
