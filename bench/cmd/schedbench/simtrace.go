package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"credence/core/fence"
	"credence/hwmock/trace"
)

// simTrace is the file of -trace, and what is to stand in it. A nil one is none.
type simTrace struct {
	path     string
	format   trace.Format
	file     *os.File
	recorder *trace.Recorder
}

// traceLimit is how many events a trace may have.
var traceLimit = trace.MaxRecords

// setTrace takes the path of -trace.
func (c *simConfig) setTrace(path string) error {
	f, err := trace.FormatOf(path)
	if err != nil {
		return err
	}
	c.trace = &simTrace{path: path, format: f}
	return nil
}

// open makes the file and has the one run recorded.
func (t *simTrace) open(works []simWork) error {
	if t == nil {
		return nil
	}
	if len(works) != 1 {
		return usagef("sim: -trace records one run, not %d; name one file, or run them side by "+
			"side with -together", len(works))
	}
	file, err := os.Create(t.path)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return usagef("sim: -trace %s: %v; name a file in a folder that can be written", t.path, err)
	}
	t.file = file
	w := &works[0].config
	var engines []string
	for _, e := range w.Profile.Engines {
		engines = append(engines, e.Name)
	}
	t.recorder = trace.NewRecorder(trace.RecorderConfig{
		Device: w.Profile.Name, Engines: engines, Limit: traceLimit,
	})
	w.Tracer = t.recorder
	return nil
}

// finish writes what was recorded, also of a run that was not finished.
func (t *simTrace) finish(report *simReport) error {
	if t == nil {
		return nil
	}
	end := t.recorder.End()
	if len(report.rows) > 0 {
		end = fence.Time(0).Add(report.rows[0].result.Time)
	}
	t.recorder.Finish(end)
	err := t.format.Write(t.recorder, t.file)
	if e := t.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("sim: writing the trace: %w", err)
	}
	if at, full := t.recorder.Full(); full {
		return fmt.Errorf("sim: %s ends at %d ns of virtual time, before the run did: a trace has "+
			"%d events at most; shorten the time", t.path, int64(at), traceLimit)
	}
	return nil
}
