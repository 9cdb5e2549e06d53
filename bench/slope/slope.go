// Package slope counts the instructions of one operation of a Go benchmark, as
// the slope of two runs of one binary under cachegrind: with Ir(n) instructions
// for n operations it is (Ir(2N) - Ir(N)) / N. What start-up, set-up and the
// testing package cost cancels, so does the way in which the compiler inlined,
// and the figure of deterministic code on one goroutine repeats to the digit on
// every machine.
//
// It refuses to count a run that failed its own checks or that allocated
// otherwise than its twin, and it promises nothing of goroutines that wait for
// each other: how often they look is up to the scheduler. Package runtime's own
// functions do not repeat to the digit either (its threads sleep by the clock),
// so they are a group of their own, outside the sum that Slope.Delta is.
package slope

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Config says which benchmark to count.
type Config struct {
	// Valgrind is the command, from Find.
	Valgrind string
	// Binary is a test binary (go test -c), Dir the folder it runs in: that of its
	// package, where its testdata lies. "" is the current one.
	Binary, Dir string
	// Bench is the full name of one benchmark, as in "BenchmarkSPSC/ends=1/cap=128";
	// the -N of GOMAXPROCS must be cut off. Every sub-name matches only itself.
	Bench string
	// N is the number of operations of the shorter run, at least 1. A thousand
	// makes what happens once in a while (a segment of a queue, a wheel's turn) even.
	N int
	// Group names the group to which a function's instructions go, or "" to leave
	// them out. Nil is ByPackage.
	Group func(Function) string
	// Timeout bounds each of the two runs; 0 is five minutes.
	Timeout time.Duration
	// Env is added to the environment of the runs.
	Env []string
}

// Function is a place to which cachegrind attributes instructions.
type Function struct {
	File string // source file, "???" where unknown; that of inlined code is its own
	Name string // linker symbol, as in "credence/core/spsc.(*Queue[...]).Pop"
}

// Group is what one group of functions cost.
type Group struct {
	Name  string
	Delta int64 // Ir(2N) - Ir(N) of its functions; divide by Slope.N for one operation
}

// Slope is the outcome.
type Slope struct {
	N      int     // operations between the two runs
	Groups []Group // those with a difference, by name
	Allocs int64   // allocations of one operation, equal in both runs
}

// Runtime is the group of package runtime, of internal packages, and of groups
// below half an instruction an operation. It is no part of Slope.Delta, since it
// does not repeat.
const Runtime = "runtime"

// Delta returns Ir(2N) - Ir(N) of all groups but Runtime.
func (s *Slope) Delta() int64 {
	var sum int64
	for _, g := range s.Groups {
		if g.Name != Runtime {
			sum += g.Delta
		}
	}
	return sum
}

// PerOp returns the instructions of one operation of all groups but Runtime.
func (s *Slope) PerOp() float64 { return float64(s.Delta()) / float64(s.N) }

// Of returns the instructions of one operation in a group, 0 if there are none.
func (s *Slope) Of(group string) float64 {
	for _, g := range s.Groups {
		if g.Name == group {
			return float64(g.Delta) / float64(s.N)
		}
	}
	return 0
}

// Measure counts. It blocks for two runs under cachegrind, each about half a
// second and fifty times what the operations take otherwise. It fails if the
// name matches no benchmark or several, if a run fails, or if the runs differ in
// allocations.
func Measure(ctx context.Context, c Config) (*Slope, error) {
	if c.N < 1 {
		return nil, fmt.Errorf("slope: %d operations; give at least 1", c.N)
	}
	dir, err := os.MkdirTemp("", "slope")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var runs [2]*run
	for i := range runs {
		file := filepath.Join(dir, fmt.Sprintf("cachegrind.%d", i))
		if runs[i], err = c.execute(ctx, file, c.N*(i+1)); err != nil {
			return nil, err
		}
	}
	if a, b := runs[0].allocs, runs[1].allocs; a != b {
		return nil, fmt.Errorf("%w: %s: %d allocations an operation in %d operations, %d in %d; "+
			"give more operations or make it allocate evenly", ErrUneven, c.Bench, a, c.N, b, 2*c.N)
	}
	group := c.Group
	if group == nil {
		group = ByPackage
	}
	return &Slope{N: c.N, Allocs: runs[0].allocs,
		Groups: difference(runs[0].counts, runs[1].counts, group, c.N)}, nil
}

// ErrUneven is what Measure wraps if the two runs allocate differently.
var ErrUneven = errors.New("slope: the runs are not comparable")
