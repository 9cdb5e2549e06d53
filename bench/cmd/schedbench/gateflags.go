package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"credence/bench/gate"
	"credence/bench/gate/duel"
)

const gateUsage = `Usage: schedbench %[1]s [flags] BASE HEAD

Compares two git revisions, or two results files (Go's benchmark format, of
schedbench or of go test -bench), and prints a verdict, the rows with the worst
first, and benchstat's table. Of revisions it builds the benchmarks of both, each in
several link layouts, and runs them interleaved on this machine; . is the source
tree as it is. gate ends with a code that fails a build; compare ends with 0 if there was
something to compare.

Three kinds of figures are judged:
  exact         declared by "Unit X assume=exact": any change counts
  instructions  units that begin with instr: 1%% unless the limits say otherwise
  host          time, memory: significant by the Mann-Whitney test after Holm's
                correction over the gated rows (family-wise 1%% to both sides), and
                larger than the limit and than the noise floor, which is what the
                same code differs by from itself in the very files
A change in host time with equal instructions is inconclusive unless it holds over
all link layouts. A geometric mean is shown and never judged.

Flags:
  -limits FILE    lines of pattern, unit and limit, the first that matches holds
                  (default: bench/gate/limits.txt as built in)
  -baseline FILE  exact figures and instructions that changed to what FILE has are
                  accepted
  -rows N         show the worst N rows, 0 for all (default 30)
  -format NAME    %[2]s
  -write FILE     write FILE too, in the format of its ending: .txt .md .csv .json
                  .xml (JUnit); may be repeated
  -seed N         of all random orders (default 1)

Flags for revisions:
  -bench REGEXP   only benchmarks whose name matches
  -budget D       time for all (default 10m): interleaved rounds get what building
                  leaves, and end sooner when all intervals are narrow enough
  -layouts N      link layouts of each side, %[3]d to %[4]d (default %[5]d)
  -instructions M auto counts them where valgrind is installed, on insists, off
                  leaves them out (default auto)
  -force          measure packages whose binaries are the same bytes, too
  -keep DIR       write the samples of both sides to DIR/base.txt and DIR/head.txt
  -dry-run        say what would be done, and how long it would take

Examples:
  schedbench compare -dry-run HEAD~1 HEAD
  schedbench gate -bench 'SPSC/ends=1' -budget 1m main .
  schedbench compare results/OLD.txt results/NEW.txt
  schedbench gate -limits limits.txt -write verdict.md base.txt head.txt

Exit codes of gate: 0 nothing got worse; 1 a regression; 2 wrong flags or limits;
3 inconclusive, or a file is missing, cut short, or of another machine.
`

// gateFlags are the command line of compare and gate.
type gateFlags struct {
	name       string // of the command
	base, head string
	limits     *gate.Limits
	baseline   string
	rows       int
	format     gate.Format
	write      []output
	seed       uint64

	// For revisions only.
	bench        *regexp.Regexp
	budget       time.Duration
	layouts      int
	instructions string
	force, dry   bool
	keep         string
	revisionOnly string // the first flag that was given of these, or ""
}

// output is a file to write beside stdout.
type output struct {
	path   string
	format gate.Format
}

// endings are those of files, and the formats' names.
var endings = map[string]string{
	".txt": "text", ".md": "markdown", ".csv": "csv", ".json": "json", ".xml": "junit",
}

func verdictFormats() string {
	var names []string
	for _, f := range gate.Formats {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func formatNamed(name string) (gate.Format, bool) {
	for _, f := range gate.Formats {
		if f.Name == name {
			return f, true
		}
	}
	return gate.Format{}, false
}

// parseGate reads the command line. After -h it returns flag.ErrHelp.
func parseGate(name string, stdout io.Writer, args []string) (*gateFlags, error) {
	g := &gateFlags{name: name}
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	limits := fs.String("limits", "", "")
	format := fs.String("format", gate.Formats[0].Name, "")
	fs.StringVar(&g.baseline, "baseline", "", "")
	fs.IntVar(&g.rows, "rows", 30, "")
	fs.Uint64Var(&g.seed, "seed", 1, "")
	fs.Func("write", "", func(path string) error {
		f, ok := formatNamed(endings[filepath.Ext(path)])
		if !ok {
			return fmt.Errorf("-write %s: the endings are .txt .md .csv .json .xml", path)
		}
		g.write = append(g.write, output{path, f})
		return nil
	})
	g.revisions(fs)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		if _, err := fmt.Fprintf(stdout, gateUsage, name, verdictFormats(),
			gate.MinLayouts, duel.MaxLayouts, duel.DefaultLayouts); err != nil {
			return nil, err
		}
		return nil, flag.ErrHelp
	} else if err != nil {
		return nil, usagef("%s: %v; see -h", name, err)
	}
	fs.Visit(func(f *flag.Flag) {
		if slices.Contains(revisionFlags, f.Name) {
			g.revisionOnly = f.Name
		}
	})
	if fs.NArg() != 2 {
		return nil, usagef("%s: %d arguments; give BASE and HEAD; see -h", name, fs.NArg())
	}
	g.base, g.head = fs.Arg(0), fs.Arg(1)
	return g, g.check(*limits, *format)
}

// revisionFlags are those that make no sense for files.
var revisionFlags = []string{"bench", "budget", "layouts", "instructions", "force", "keep", "dry-run"}

// revisions declares them.
func (g *gateFlags) revisions(fs *flag.FlagSet) {
	fs.Func("bench", "", func(s string) (err error) {
		g.bench, err = regexp.Compile(s)
		return err
	})
	fs.DurationVar(&g.budget, "budget", 10*time.Minute, "")
	fs.IntVar(&g.layouts, "layouts", duel.DefaultLayouts, "")
	fs.StringVar(&g.instructions, "instructions", "auto", "")
	fs.BoolVar(&g.force, "force", false, "")
	fs.StringVar(&g.keep, "keep", "", "")
	fs.BoolVar(&g.dry, "dry-run", false, "")
}

// check reads what the flags name and refuses what makes no sense.
func (g *gateFlags) check(limits, format string) error {
	var ok bool
	if g.format, ok = formatNamed(format); !ok {
		return usagef("%s: there is no format %q; there are %s", g.name, format, verdictFormats())
	}
	if g.rows < 0 {
		return usagef("%s: -rows %d; give 0 for all, or more", g.name, g.rows)
	}
	switch {
	case g.budget <= 0:
		return usagef("%s: -budget %v; give a time, as in 10m", g.name, g.budget)
	case g.layouts < gate.MinLayouts || g.layouts > duel.MaxLayouts:
		return usagef("%s: -layouts %d; give %d to %d", g.name, g.layouts, gate.MinLayouts,
			duel.MaxLayouts)
	case !slices.Contains([]string{"auto", "on", "off"}, g.instructions):
		return usagef("%s: -instructions %s; there are auto, on and off", g.name, g.instructions)
	}
	g.limits = gate.DefaultLimits()
	if limits == "" {
		return nil
	}
	l, err := gate.ReadLimits(limits)
	if err != nil {
		return usagef("%s: %v", g.name, err)
	}
	g.limits = l
	return nil
}
