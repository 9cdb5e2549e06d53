package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credence/bench/gate"
	"credence/bench/gate/duel"
	"credence/bench/suite"
)

// Where accepted figures are, below the root; they are committed.
const (
	baselineFile = "results/baseline.txt"
	ledgerFile   = "results/accepted.txt"
)

const acceptUsage = `Usage: schedbench accept -reason TEXT [-author NAME] FILE

Takes the exact figures and the instructions of a results file for right: it writes
them to ` + baselineFile + `, beside those that FILE does not have, and adds a
line with date, commit, author and reason to ` + ledgerFile + `. Commit both
with the change that made the figures move: the gate lets figures pass that became
what the baseline of the head has. Host time is not accepted this way; it is
compared with the merge base, where an accepted change soon is itself.

Flags:
  -reason TEXT   why the new figures are right
  -author NAME   who says so (default: git's user.name)

Examples:
  schedbench compare -keep kept main .
  schedbench accept -reason 'FAIR counts blocked entities' kept/head.txt

Exit codes: 0 done; 2 wrong flags; 3 the file cannot be read.
`

// runAccept records a new baseline.
func runAccept(ctx context.Context, stdout, _ io.Writer, args []string) error {
	fs := flag.NewFlagSet("accept", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	reason := fs.String("reason", "", "")
	author := fs.String("author", "", "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, acceptUsage)
		return err
	} else if err != nil {
		return usagef("accept: %v; see -h", err)
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := moduleRoot(wd)
	if err != nil {
		return err
	}
	if *author == "" {
		out, _ := exec.CommandContext(ctx, "git", "-C", root, "config", "user.name").Output()
		*author = strings.TrimSpace(string(out))
	}
	switch {
	case fs.NArg() != 1:
		return usagef("accept: %d arguments; give one results file; see -h", fs.NArg())
	case strings.TrimSpace(*reason) == "" || strings.ContainsAny(*reason, "\r\n"):
		return usagef("accept: -reason has to be one line of text")
	case *author == "" || strings.ContainsAny(*author, "\r\n"):
		return usagef("accept: -author has to be one line of text: git knows no user.name")
	}
	return accept(stdout, root, fs.Arg(0), gate.Acceptance{When: time.Now(), Author: *author,
		Reason: *reason, Commit: suite.Commit(root)})
}

// accept writes the baseline and the ledger below root.
func accept(stdout io.Writer, root, file string, a gate.Acceptance) error {
	set, err := gate.Read(file)
	if err != nil {
		return err
	}
	path := filepath.Join(root, filepath.FromSlash(baselineFile))
	var old *gate.Set
	if _, err := os.Stat(path); err == nil {
		if old, err = gate.Read(path); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	changed, err := gate.WriteBaseline(&b, a, set, old)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		return err
	}
	ledger := filepath.Join(root, filepath.FromSlash(ledgerFile))
	f, err := os.OpenFile(ledger, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if _, err = fmt.Fprintf(f, "%s (%d figures)\n", a, changed); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: %d figures are new; commit it with %s\n", baselineFile, changed,
		ledgerFile)
	return err
}

// acceptBaseline makes the committed baseline of the head count, unless the caller
// named one. A head without one has accepted nothing.
func (g *gateFlags) acceptBaseline(ctx context.Context, root string, o *gate.Options) error {
	if o.Baseline != nil {
		return nil
	}
	text, err := duel.File(ctx, root, g.head, baselineFile)
	if err != nil {
		return nil
	}
	o.Reason = gate.Reason(text)
	o.Baseline, err = gate.Parse(baselineFile, []byte(text))
	return err
}
