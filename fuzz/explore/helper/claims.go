//go:build explore

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"credence/fuzz/explore"
	"credence/fuzz/explore/scenario"
)

// subcommands are the first words that are no scenario.
var subcommands = map[string]func(stdout, stderr io.Writer, args []string) int{
	"claims":   claimsCommand,
	"contract": contractCommand,
	"footgun":  footgunCommand,
}

const claimsHelp = `Usage: schedfuzz explore claims [flags] [ID...]

Prints what was claimed in the argument of 2023 about a predicate in the scheduler's
wait, a verdict on each claim, and the evidence: each piece is played or run anew,
and shown with a command that does so alone. Without an ID it prints all, H1 to H28,
which takes some minutes.

Examples:
  schedfuzz explore claims H4 H5
  schedfuzz explore claims -json H13
  schedfuzz explore claims -md

Exit codes: 0 all evidence is as the verdicts say; 1 some is not; 3 some could not
be had.

Flags:
`

// claimsRun is one call of the command.
type claimsRun struct {
	stdout, stderr io.Writer
	root           string
	stop           chan os.Signal
	known          map[string]scenario.Answer // by command: one piece may serve several claims
}

func claimsCommand(stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("claims", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	asJSON := f.Bool("json", false, "print a claim a line, as JSON")
	page := f.Bool("md", false, "write results/claims.md, and the long traces beside it")
	if code, done := parse(f, claimsHelp, stdout, stderr, args); done {
		return code
	}
	list, err := chosen(f.Args())
	switch {
	case err != nil:
	case *page && (*asJSON || f.NArg() > 0):
		err = errors.New("-md writes the whole page: it goes with no ID, and not with -json")
	}
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: explore claims: %v\n", err)
		return exitUsage
	}
	r := &claimsRun{stdout: stdout, stderr: stderr, stop: make(chan os.Signal, 1),
		known: make(map[string]scenario.Answer)}
	signal.Notify(r.stop, os.Interrupt, syscall.SIGTERM)
	if r.root, err = sourceRoot(); err == nil {
		switch {
		case *page:
			return r.page(list)
		case *asJSON:
			return r.json(list)
		}
		return r.text(list)
	}
	fmt.Fprintf(stderr, "schedfuzz: explore claims: %v\n", err)
	return exitInconclusive
}

// parse reads the flags of a subcommand; done says that there is nothing more to do.
func parse(f *flag.FlagSet, help string, stdout, stderr io.Writer, args []string) (code int, done bool) {
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help)
		f.SetOutput(stdout)
		f.PrintDefaults()
		return exitOK, true
	case err != nil:
		fmt.Fprintf(stderr, "schedfuzz: explore %s: %v; -h says what there is\n", f.Name(), err)
		return exitUsage, true
	}
	return exitOK, false
}

func chosen(ids []string) (list []scenario.Claim, err error) {
	all := scenario.Claims()
	if len(ids) == 0 {
		return all, nil
	}
	for _, id := range ids {
		found := false
		for _, c := range all {
			if strings.EqualFold(c.ID, id) {
				list, found = append(list, c), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no claim %q; they are H1 to H28", id)
		}
	}
	return list, nil
}

// sourceRoot returns the folder of the module, in which the commands run.
func sourceRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		text, missing := os.ReadFile(filepath.Join(dir, "go.mod"))
		if missing == nil && strings.HasPrefix(string(text), "module credence\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = errors.New("run it inside the source tree, which the commands are run in")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// check plays or runs a piece of evidence, once.
func (r *claimsRun) check(e *scenario.Evidence) (scenario.Answer, error) {
	line := e.Line()
	if a, there := r.known[line]; there && e.Command == "" {
		return a, nil
	}
	select {
	case <-r.stop:
		return scenario.Answer{}, errors.New("interrupted")
	default:
	}
	a, err := e.Check(r.root, true)
	if err == nil {
		r.known[line] = a
	}
	return a, err
}

// each checks all evidence of a list, and returns the exit code.
func (r *claimsRun) each(list []scenario.Claim, show func(scenario.Claim, []scenario.Answer) error) int {
	code := exitOK
	for _, c := range list {
		answers := make([]scenario.Answer, len(c.Evidence))
		for i := range c.Evidence {
			a, err := r.check(&c.Evidence[i])
			if err != nil {
				fmt.Fprintf(r.stderr, "schedfuzz: explore claims: %s: %v\n", c.ID, err)
				return exitInconclusive
			}
			if title := c.Evidence[i].Title(); title != "" {
				a.Found = title + ": " + a.Found
			}
			if !a.OK {
				a.Found += "  NOT AS EXPECTED"
				code = exitFinding
			}
			answers[i] = a
		}
		if err := show(c, answers); err != nil {
			fmt.Fprintf(r.stderr, "schedfuzz: explore claims: %v\n", err)
			return exitInconclusive
		}
	}
	return code
}

func (r *claimsRun) text(list []scenario.Claim) int {
	if _, err := fmt.Fprint(r.stdout, wrap(scenario.Summary, ""), "\n"); err != nil {
		return exitInconclusive
	}
	return r.each(list, func(c scenario.Claim, answers []scenario.Answer) error {
		_, err := fmt.Fprintf(r.stdout, "\n%s  %s  (%s)\n%s\n%s\n", c.ID, strings.ToUpper(string(c.Verdict)), c.Who,
			wrap(c.Says, "     "), wrap(c.Because, "     "))
		for i := range answers {
			_, err = fmt.Fprintf(r.stdout, "     - %s\n       %s\n", answers[i].Found, c.Evidence[i].Line())
		}
		return err
	})
}

// claimRecord is a line of -json.
type claimRecord struct {
	ID, Who, Says string
	Verdict       scenario.Verdict
	Because       string
	Evidence      []evidenceRecord
}

type evidenceRecord struct {
	Command, Found string
	OK             bool
	Trace          *explore.Trace `json:",omitempty"`
}

func (r *claimsRun) json(list []scenario.Claim) int {
	e := json.NewEncoder(r.stdout)
	return r.each(list, func(c scenario.Claim, answers []scenario.Answer) error {
		out := claimRecord{ID: c.ID, Who: c.Who, Says: c.Says, Verdict: c.Verdict, Because: c.Because}
		for i, a := range answers {
			out.Evidence = append(out.Evidence, evidenceRecord{c.Evidence[i].Line(), a.Found, a.OK, a.Trace})
		}
		return e.Encode(out)
	})
}

// lineWidth is that of text.
const lineWidth = 96

// wrap breaks text into lines with an indent.
func wrap(text, indent string) string {
	var b strings.Builder
	width := 0
	for _, w := range strings.Fields(text) {
		switch {
		case width == 0:
			b.WriteString(indent)
		case len(indent)+width+1+len(w) > lineWidth:
			b.WriteString("\n" + indent)
			width = 0
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(w)
		width += len(w)
	}
	return b.String()
}
