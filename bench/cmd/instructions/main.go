// Command instructions counts what a job costs the core, in instructions, from
// its initialisation to its cleanup, and sets that beside the Linux scheduler. It
// refuses to measure time: scripts/bench and schedbench peers do.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"credence/bench/slope"
)

const usage = `Usage: instructions [-rows RE] [-n N] [-pgo FILE]

Counts the instructions of one job's life in bench/micro's BenchmarkJob, as the
slope of two runs under cachegrind: all of the loop, the core's part of it, and
that of the backend that does nothing, with the loop itself. It needs valgrind.

The column kernel is what the Linux scheduler's code takes in the same loop,
compiled for user space: its rr and fifo of v7.0, its fair of later.

Flags:
  -rows RE   only the cases that match the regular expression RE
  -n N       jobs between the two runs (default 20000, 1000 to 1000000)
  -pgo FILE  build with a profile, as go build -pgo does: bench/micro/core.pgo is
             one of BenchmarkJob itself

Examples:
  scripts/instructions
  scripts/instructions -rows 'policy=fair.*rest=none'
  scripts/instructions -pgo bench/micro/core.pgo -rows 'credits.*rest=none'

Exit codes: 0 done; 2 wrong flags; 3 there is no valgrind, or a run failed.
`

// kernel is the Linux scheduler's instructions a job, by policy and busy
// entities. Source: its code of v7.0 (rr, fifo) and of the tree with FAIR, gcc 12
// -O2, plain integers and empty locks, under callgrind.
var kernel = map[string]int{
	"rr/1": 1173, "rr/64": 1166, "rr/4096": 1170,
	"fifo/1": 1222, "fifo/64": 1386, "fifo/4096": 1502,
	"fair/1": 1265, "fair/64": 1461, "fair/4096": 1539,
}

const (
	benchmark  = "BenchmarkJob"
	corePrefix = "credence/core/"
)

// row is one case's figures, of one job.
type row struct {
	name              string
	total, core, rest float64
	allocs            int64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Stdout, os.Stderr, os.Args[1:]))
}

// run is the command without its process. It returns the exit code.
func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	fs := flag.NewFlagSet("instructions", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	rows := fs.String("rows", "", "")
	n := fs.Int("n", 20000, "")
	pgo := fs.String("pgo", "", "")
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		io.WriteString(stdout, usage)
		return 0
	}
	only, rerr := regexp.Compile(*rows)
	switch {
	case err == nil && rerr != nil:
		err = fmt.Errorf("-rows %q: %w", *rows, rerr)
	case err == nil && (*n < 1000 || *n > 1000000):
		err = fmt.Errorf("-n %d; permitted: 1000 to 1000000", *n)
	case err == nil && *pgo != "":
		if *pgo, err = filepath.Abs(*pgo); err == nil {
			_, err = os.Stat(*pgo)
		}
	case err == nil && fs.NArg() > 0:
		err = fmt.Errorf("%q is no flag", fs.Arg(0))
	}
	if err != nil {
		fmt.Fprintf(stderr, "instructions: %v; see -h\n", err)
		return 2
	}
	if err := measure(ctx, stdout, stderr, only, *n, *pgo); err != nil {
		fmt.Fprintf(stderr, "instructions: %v\n", err)
		return 3
	}
	return 0
}

// measure builds the benchmarks and counts those whose names match.
func measure(ctx context.Context, stdout, stderr io.Writer, only *regexp.Regexp, n int, pgo string) error {
	valgrind, err := slope.Find()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "instructions")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "micro.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-pgo="+cmp.Or(pgo, "off"), "-o", bin,
		"credence/bench/micro")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c credence/bench/micro: %w\n%s", err, bytes.TrimSpace(out))
	}
	names, err := list(ctx, bin, only)
	if err != nil {
		return err
	}
	terminal := isTerminal(os.Stderr)
	fmt.Fprint(stdout, header)
	for i, name := range names {
		if terminal {
			fmt.Fprintf(stderr, "\r%d of %d", i+1, len(names))
		}
		s, err := slope.Measure(ctx, slope.Config{Valgrind: valgrind, Binary: bin, Bench: name, N: n})
		if err != nil {
			return err
		}
		if terminal {
			fmt.Fprint(stderr, "\r\x1b[K")
		}
		fmt.Fprintln(stdout, format(rowOf(name, s)))
	}
	return nil
}

// list returns the full names of the cases: one job of each is run.
func list(ctx context.Context, bin string, only *regexp.Regexp) ([]string, error) {
	cmd := exec.CommandContext(ctx, bin, "-test.run=^$", "-test.bench=^"+benchmark+"$",
		"-test.benchtime=1x", "-test.cpu=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", benchmark, err, bytes.TrimSpace(out))
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(line, " ")
		name = strings.TrimSpace(name)
		if name, _, _ = strings.Cut(name, "\t"); strings.HasPrefix(name, benchmark+"/") &&
			only.MatchString(name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil, fmt.Errorf("no case matches %q; run without -rows for all", only)
	}
	return names, nil
}

func rowOf(name string, s *slope.Slope) row {
	r := row{name: strings.TrimPrefix(name, benchmark+"/"), total: s.PerOp(), allocs: s.Allocs}
	for _, g := range s.Groups {
		if strings.HasPrefix(g.Name, corePrefix) {
			r.core += float64(g.Delta) / float64(s.N)
		}
	}
	r.rest = r.total - r.core
	return r
}

var header = fmt.Sprintf("%-54s %6s %5s %5s %7s  %10s  %6s\n",
	"instructions a job", "all", "core", "rest", "kernel", "all/kernel", "allocs")

// format returns a row of the table.
func format(r row) string {
	line := fmt.Sprintf("%-54s %6.0f %5.0f %5.0f", r.name, r.total, r.core, r.rest)
	k, known := kernel[kernelKey(r.name)]
	if !known {
		return fmt.Sprintf("%s %7s  %10s  %6d", line, "-", "-", r.allocs)
	}
	return fmt.Sprintf("%s %7d  %10.2f  %6d", line, k, r.total/float64(k), r.allocs)
}

// kernelKey returns the key of kernel that a case compares with, or "" if there
// is none: the loop of that was one with credits and all entities busy.
func kernelKey(name string) string {
	v := map[string]string{}
	for part := range strings.SplitSeq(name, "/") {
		key, value, _ := strings.Cut(part, "=")
		v[key] = value
	}
	if v["rest"] != "none" || !strings.HasPrefix(v["flow"], "credits:") {
		return ""
	}
	return v["policy"] + "/" + v["busy"]
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
