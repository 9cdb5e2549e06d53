package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"credence/bench/gate"
)

const driftUsage = `Usage: schedbench drift [-limits FILE] [DIR | FILE...]

Looks for rows that became worse little by little, each step below the limit of the
gate, over the results files of a history (default: results/history), in the order
of their dates. Change points are found by Pettitt's test (1%) in host time, which
has to be of the machine of the newest file, and are plain in instructions. A row
needs 8 files.

Examples:
  schedbench drift
  schedbench drift results/*.txt

Exit codes: 0 no drift; 1 a row drifted beyond its limit; 2 wrong flags or limits;
3 a file cannot be read, or there are too few.
`

// runDrift reads a history and reports what drifted.
func runDrift(_ context.Context, stdout, _ io.Writer, args []string) error {
	fs := flag.NewFlagSet("drift", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	file := fs.String("limits", "", "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, driftUsage)
		return err
	} else if err != nil {
		return usagef("drift: %v; see -h", err)
	}
	limits := gate.DefaultLimits()
	if *file != "" {
		var err error
		if limits, err = gate.ReadLimits(*file); err != nil {
			return usagef("drift: %v", err)
		}
	}
	history, err := readHistory(fs.Args())
	if err != nil {
		return err
	}
	return showDrifts(stdout, gate.Drifts(history, limits), len(history))
}

// readHistory reads the files that are named, or those of a folder, oldest first.
func readHistory(args []string) ([]*gate.Set, error) {
	if len(args) == 0 {
		args = []string{filepath.FromSlash("results/history")}
	}
	if st, err := os.Stat(args[0]); err == nil && st.IsDir() && len(args) == 1 {
		if args, err = filepath.Glob(filepath.Join(args[0], "*.txt")); err != nil {
			return nil, err
		}
	}
	history, err := gate.ReadHistory(args)
	if err == nil && len(history) < gate.MinHistory {
		err = fmt.Errorf("drift: %d files, at least %d are needed; keep the files of more runs",
			len(history), gate.MinHistory)
	}
	return history, err
}

// showDrifts prints the rows, the worst first, and each step below its row.
func showDrifts(w io.Writer, drifts []gate.Drift, files int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "DRIFTED %d, over %d files\n", len(drifts), files)
	for _, d := range drifts {
		fmt.Fprintf(&b, "\n%s %s: %+.1f%% worse in %d steps, limit %g%%\n", d.Name, d.Unit, 100*d.Worse,
			len(d.Steps), 100*d.Limit)
		for _, s := range d.Steps {
			fmt.Fprintf(&b, "  from %s: %.5g to %.5g", s.From, s.Before, s.After)
			if d.Kind == gate.Host {
				fmt.Fprintf(&b, " (p=%.2g)", s.P)
			}
			b.WriteByte('\n')
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if len(drifts) > 0 {
		return codeError(exitFinding)
	}
	return nil
}
