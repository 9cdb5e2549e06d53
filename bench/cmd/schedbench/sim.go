package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"credence/bench/sim"
	"credence/core/fence"
)

// simReport is what the formats write.
type simReport struct {
	config *simConfig
	rows   []simRow
}

// simRow is the outcome of one file, generator, or system of several.
type simRow struct {
	label  string
	path   string
	ends   bool // by itself, without -time
	result *sim.Result
}

// simWork is what one row is of.
type simWork struct {
	*sim.System
	config sim.Config
}

// runSim checks every file, then simulates one after the other, then writes
// what there is, also if it was interrupted or a file failed on the way.
func runSim(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	c, err := parseSim(stdout, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	works, err := c.compile()
	if err != nil {
		return err
	}
	if err := c.trace.open(works); err != nil {
		return err
	}
	report := &simReport{config: c}
	failed := c.simulate(ctx, stderr, works, report)
	if len(report.rows) > 0 {
		if err := c.write(stdout, report); err != nil {
			failed = fmt.Errorf("sim: writing the report: %w", err)
		}
	}
	return errors.Join(failed, c.trace.finish(report))
}

// compile reads all files for the device, and returns everything that is wrong
// with any of them.
func (c *simConfig) compile() ([]simWork, error) {
	caps, err := sim.Capabilities(c.sim.Profile)
	if err != nil {
		return nil, err
	}
	var systems []*sim.System
	var wrong []error
	labels := sim.Labels(c.files)
	for i, path := range c.files {
		s, err := sim.Open(path, caps, c.options)
		if err != nil {
			wrong = append(wrong, placed(path, err))
			continue
		}
		s.Label = labels[i]
		systems = append(systems, s)
	}
	if c.together && wrong == nil {
		systems = []*sim.System{sim.Together(systems)}
	}
	var works []simWork
	for _, s := range systems {
		on, err := s.On(c.sim)
		if err != nil {
			wrong = append(wrong, placed(s.Path, err))
			continue
		}
		works = append(works, simWork{s, on})
	}
	if wrong != nil {
		return nil, usageError{errors.Join(wrong...).Error()}
	}
	return works, nil
}

// placed returns an error that begins with the path.
func placed(path string, err error) error {
	if strings.HasPrefix(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// simulate runs all works in order and adds a row for each that came to its end.
// One that cannot go on does not stop the others; an interrupt does.
func (c *simConfig) simulate(ctx context.Context, stderr io.Writer, works []simWork,
	report *simReport) error {
	show := newProgress(stderr)
	defer show.end()
	var wrong []error
	for i, w := range works {
		w.config.Progress = func(now fence.Time) {
			show.update("file %d of %d, %s: %d of %d ms", i+1, len(works), w.Label,
				now.Sub(0)/fence.Millisecond, w.config.Time/fence.Millisecond)
		}
		r, err := sim.Run(ctx, w.config)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("interrupted: the report is partial, %d of %d files; %s was "+
				"not finished", len(report.rows), len(works), w.Path)
		case err != nil:
			wrong = append(wrong, placed(w.Path, err))
			continue
		}
		report.rows = append(report.rows, simRow{w.Label, w.Path, w.Ends(), r})
	}
	if wrong != nil {
		return usageError{errors.Join(wrong...).Error()}
	}
	return nil
}
