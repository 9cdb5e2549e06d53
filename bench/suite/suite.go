// Package suite builds the project's benchmarks, runs them in rounds, and
// records every sample in one file of Go's benchmark format. A file is valid at
// every moment: only whole lines are written, so an interrupt costs the sample
// under way and nothing else. The package refuses to summarise and to judge:
// benchstat does the first.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Profile says how long to measure.
type Profile struct {
	Name string
	// Rounds is how often each package is run at most; each gives one sample of
	// each benchmark. Budget is the host time after which no further round begins
	// if it would end later. The first round is always run.
	Rounds int
	Budget time.Duration
	// BenchTime is how long one sample of a microbenchmark takes.
	BenchTime time.Duration
}

// The profiles.
var (
	Quick   = Profile{"quick", 1, 20 * time.Second, 10 * time.Millisecond}
	Default = Profile{"default", 10, 100 * time.Second, 100 * time.Millisecond}
	Full    = Profile{"full", 30, 30 * time.Minute, 500 * time.Millisecond}
)

// Package is a package with benchmarks.
type Package struct {
	// Path is relative to the root, as in "bench/micro".
	Path string
	// Exact says that an iteration simulates a fixed virtual time and its figures
	// repeat: one iteration is a sample, and BenchTime does not matter.
	Exact bool
}

// Packages are those of the project.
var Packages = []Package{{"bench/micro", false}, {"bench/scenario", true}}

// Config says what to run and where.
type Config struct {
	Root     string // of the module
	Build    string // directory for test binaries, made if it is not there
	Results  string // directory for the results file, made if it is not there
	Packages []Package
	Profile  Profile
	Now      time.Time // of the start; names the file
	// Step is told what begins: a build, or a package in a round. Sample is told,
	// beside the step, which benchmark was measured last. Both may be nil.
	Step   func(step string)
	Sample func(step, benchmark string)
}

// Outcome is what came of a run.
type Outcome struct {
	File    string // the results file
	Samples int    // benchmark lines in it
	Rounds  int    // that are complete
	Partial bool   // the run was interrupted
}

// Run builds and runs the benchmarks. A cancelled ctx makes the outcome partial,
// which is no error; a benchmark that fails is one, and leaves the file with
// what was measured before. Without a file Outcome.File is "".
func Run(ctx context.Context, c Config) (Outcome, error) {
	var out Outcome
	if c.Step == nil {
		c.Step = func(string) {}
	}
	if c.Sample == nil {
		c.Sample = func(string, string) {}
	}
	binaries, err := c.build(ctx)
	if err != nil {
		out.Partial = ctx.Err() != nil
		if out.Partial {
			err = nil
		}
		return out, err
	}
	err = c.record(&out, func(rec *recorder, _ string) error {
		return c.measure(ctx, rec, binaries, &out)
	})
	return out, err
}

// record opens the results file and writes its head, what measure records, and its
// end, whatever became of it.
func (c *Config) record(out *Outcome, measure func(rec *recorder, commit string) error) error {
	commit := Commit(c.Root)
	f, err := create(c.Results, c.Now.UTC().Format(time.DateOnly)+"-"+commit)
	if err != nil {
		return err
	}
	out.File = f.Name()
	rec := newRecorder(f)
	if err = rec.begin(c, commit); err == nil {
		err = measure(rec, commit)
	}
	if errors.Is(err, errInterrupted) {
		out.Partial, err = true, nil
	}
	out.Samples = rec.samples
	return errors.Join(err, rec.end(*out, err), f.Close())
}

// measure runs all rounds.
func (c *Config) measure(ctx context.Context, rec *recorder, binaries []string,
	out *Outcome) error {
	start := time.Now()
	for out.Rounds < c.Profile.Rounds {
		began := time.Now()
		for i, p := range c.Packages {
			step := fmt.Sprintf("round %d of up to %d, %s", out.Rounds+1, c.Profile.Rounds, p.Path)
			c.Step(step)
			rec.watch = func(name string) { c.Sample(step, name) }
			if err := c.execute(ctx, rec, p, binaries[i]); err != nil {
				return err
			}
		}
		out.Rounds++
		if round := time.Since(began); time.Since(start)+round > c.Profile.Budget {
			break
		}
	}
	return nil
}

// create makes a new file in dir: NAME.txt, or NAME-2.txt and so on where that
// exists, so that no result is ever overwritten.
func create(dir, name string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	const most = 1000
	for n := 1; n <= most; n++ {
		path := filepath.Join(dir, name+".txt")
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprintf("%s-%d.txt", name, n))
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("%s has %d files %s*.txt; move some away", dir, most, name)
}

// write writes s whole, or fails.
func write(w io.Writer, s string) error {
	_, err := io.WriteString(w, s)
	return err
}
