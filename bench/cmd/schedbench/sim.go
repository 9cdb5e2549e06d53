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
	"credence/hwmock/workload"
)

// simReport is what the formats write.
type simReport struct {
	config *simConfig
	rows   []simRow
}

// simRow is one file's outcome.
type simRow struct {
	label  string
	path   string
	result *sim.Result
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
	programs, err := c.compile()
	if err != nil {
		return err
	}
	report := &simReport{config: c}
	failed := c.simulate(ctx, stderr, programs, report)
	if len(report.rows) > 0 {
		if err := c.write(stdout, report); err != nil {
			return fmt.Errorf("sim: writing the report: %w", err)
		}
	}
	return failed
}

// compile reads all files for the device, and returns everything that is wrong
// with any of them.
func (c *simConfig) compile() ([]*workload.Program, error) {
	caps, err := sim.Capabilities(c.sim.Profile)
	if err != nil {
		return nil, err
	}
	var programs []*workload.Program
	var wrong []error
	for _, path := range c.files {
		p, err := sim.CompileFile(path, caps)
		if err == nil {
			err = c.with(p).Check()
		}
		if err != nil {
			wrong = append(wrong, placed(path, err))
			continue
		}
		programs = append(programs, p)
	}
	if wrong != nil {
		return nil, usageError{errors.Join(wrong...).Error()}
	}
	return programs, nil
}

// placed returns an error that begins with the path.
func placed(path string, err error) error {
	if strings.HasPrefix(err.Error(), path+":") {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// with returns what to simulate for one program.
func (c *simConfig) with(p *workload.Program) *sim.Config {
	s := c.sim
	s.Loads = []sim.Load{{Program: p, Options: c.options}}
	return &s
}

// simulate runs the programs in order and adds a row for each that came to its
// end. A program that cannot go on does not stop the others; an interrupt does.
func (c *simConfig) simulate(ctx context.Context, stderr io.Writer, programs []*workload.Program,
	report *simReport) error {
	show := newProgress(stderr)
	defer show.end()
	labels := sim.Labels(c.files)
	var wrong []error
	for i, p := range programs {
		s := c.with(p)
		s.Progress = func(now fence.Time) {
			show.update("file %d of %d, %s: %d of %d ms", i+1, len(programs), labels[i],
				now.Sub(0)/fence.Millisecond, s.Time/fence.Millisecond)
		}
		r, err := sim.Run(ctx, *s)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("interrupted: the report is partial, %d of %d files; %s was "+
				"not finished", len(report.rows), len(programs), c.files[i])
		case err != nil:
			wrong = append(wrong, placed(c.files[i], err))
			continue
		}
		report.rows = append(report.rows, simRow{labels[i], c.files[i], r})
	}
	if wrong != nil {
		return usageError{errors.Join(wrong...).Error()}
	}
	return nil
}
