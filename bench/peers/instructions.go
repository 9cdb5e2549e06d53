package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
)

// What runs, by whose code it is.
type share int

const (
	ownCode     share = iota // the contender, and the packages that it calls
	runtimeCode              // Go's runtime: allocation
	harnessCode              // this command: the loop, the backend, the executor
	numShares
)

// An irCount is how many instructions ran, by share.
type irCount [numShares]int64

func (c irCount) total() int64 { return c[ownCode] + c[runtimeCode] + c[harnessCode] }

// instructionOps is how many operations the shorter of the two runs does that a
// slope is drawn through.
const instructionOps = 100_000

// irTable counts the instructions of one operation of each chosen row that runs
// on one goroutine, and writes them as a table. It runs this program under
// valgrind's cachegrind, once with instructionOps operations and once with
// twice as many: the difference is free of start-up and of warming up. The garbage
// collector is off, so that a contender's garbage costs only its allocation.
func irTable(ctx context.Context, stdout, stderr io.Writer, c config) error {
	if _, err := exec.LookPath("valgrind"); err != nil {
		return fmt.Errorf("-instructions needs valgrind: %w", err)
	}
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(stdout, "Instructions per operation, (Ir(2N) - Ir(N)) / N with N = %d under "+
		"cachegrind, no garbage collected\n", instructionOps)
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "  row\timpl\tall\tits own\truntime\tharness")
	show := newProgress(stderr, 0)
	defer show.end()
	for i, r := range c.rows {
		e := r.build()
		e.close()
		if e.b != nil || e.worker != nil {
			continue
		}
		show.step(i, len(c.rows), r.name())
		n, err := slope(ctx, r, filepath.Join(dir, "out"))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  %s\t%s\t%s", r.table(), r.impl, perOp(n.total()))
		if r.large {
			fmt.Fprintf(out, "\t%s\t%s\t%s", perOp(n[ownCode]), perOp(n[runtimeCode]),
				perOp(n[harnessCode]))
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

// perOp writes the instructions of instructionOps operations as those of one.
func perOp(n int64) string {
	x := float64(max(n, 0)) / instructionOps
	if x < 99.95 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// slope returns the instructions of instructionOps operations of r.
func slope(ctx context.Context, r *row, file string) (n irCount, err error) {
	var runs [2]irCount
	for i := range runs {
		if runs[i], err = cachegrind(ctx, r, (i+1)*instructionOps, file); err != nil {
			return n, fmt.Errorf("%s: %w", r.name(), err)
		}
	}
	for s := range n {
		n[s] = runs[1][s] - runs[0][s]
	}
	return n, nil
}

// cachegrind does ops operations of r in a process of its own and returns what
// ran there.
func cachegrind(ctx context.Context, r *row, ops int, file string) (irCount, error) {
	self, err := os.Executable()
	if err != nil {
		return irCount{}, err
	}
	cmd := exec.CommandContext(ctx, "valgrind", "--tool=cachegrind", "--cache-sim=no",
		"--cachegrind-out-file="+file, self, "-ops", strconv.Itoa(ops),
		"-rows", "^"+regexp.QuoteMeta(r.name())+"$")
	// One thread, and no collector: how often that runs depends on the time, which
	// passes fifty times as fast here.
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off")
	if text, err := cmd.CombinedOutput(); err != nil {
		return irCount{}, fmt.Errorf("under valgrind: %w\n%s", err, text)
	}
	f, err := os.Open(file)
	if err != nil {
		return irCount{}, err
	}
	defer f.Close()
	return readCachegrind(f)
}

// readCachegrind adds up what a file of cachegrind's says by function. A part
// of one function inlined into another counts for the latter.
func readCachegrind(in io.Reader) (n irCount, err error) {
	at, summary := harnessCode, int64(-1)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "fn="); ok {
			at = shareOf(name)
			continue
		}
		first, rest, _ := strings.Cut(line, " ")
		ir, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
		switch {
		case first == "summary:" && err == nil:
			summary = ir
		case line != "" && line[0] >= '0' && line[0] <= '9':
			if err != nil {
				return n, fmt.Errorf("cachegrind's output: %q is not a line and a count", line)
			}
			n[at] += ir
		}
	}
	if err := lines.Err(); err != nil {
		return n, err
	}
	if n.total() != summary {
		return n, errors.New("cachegrind's output is cut short: its lines do not add up to its summary")
	}
	return n, nil
}

// shareOf returns whose code a function is.
func shareOf(name string) share {
	switch {
	case strings.HasPrefix(name, "main."):
		return harnessCode
	case strings.HasPrefix(name, "runtime."), strings.HasPrefix(name, "runtime/"),
		strings.HasPrefix(name, "internal/runtime/"), strings.HasPrefix(name, "gcWriteBarrier"),
		!strings.Contains(name, "."):
		return runtimeCode
	}
	return ownCode
}
