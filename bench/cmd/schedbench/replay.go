package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"credence/hwmock/replay"
	"credence/hwmock/trace"
)

// replayReport is what the formats write.
type replayReport struct {
	config *replayConfig
	trace  *trace.Trace
	input  *replay.Input
	fitTo  *replay.Input  // the same, or of another file
	fitted func(int) bool // which jobs of it are fitted to
	judged func(int) bool // which jobs of input are judged
	model  *replay.Model
	score  *replay.Score
	naive  *replay.Score
	notes  []string
}

// runReplay fits, replays, judges, and prints.
func runReplay(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	c, err := parseReplay(stdout, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	show := newProgress(stderr)
	rep, err := c.replay(ctx, show)
	show.end()
	if err != nil {
		return err
	}
	if err := c.write(stdout, rep); err != nil {
		return fmt.Errorf("replay: writing the report: %w", err)
	}
	return nil
}

// replay does all but the writing.
func (c *replayConfig) replay(ctx context.Context, show *progress) (*replayReport, error) {
	rep := &replayReport{config: c}
	show.update("reading %s", c.file)
	var err error
	if rep.trace, rep.input, err = readTrace(c.file); err != nil {
		return nil, err
	}
	rep.note(rep.trace, rep.input)
	if err := c.part(rep); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"fitting", func() (err error) {
			rep.model, err = replay.Fit(c.profile, rep.fitTo, rep.fitted)
			return err
		}},
		{"replaying", rep.judge},
	} {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("replay: interrupted before %s", step.name)
		}
		show.update("%s, %d jobs", step.name, len(rep.input.Jobs))
		if err := step.do(); err != nil {
			return nil, usageError{err.Error()}
		}
	}
	return rep, nil
}

// readTrace reads a file's jobs.
func readTrace(path string) (*trace.Trace, *replay.Input, error) {
	t, err := trace.ReadFile(path)
	if err != nil {
		return nil, nil, usageError{err.Error()}
	}
	in, err := replay.NewInput(t)
	if err != nil {
		if len(t.Problems.First) > 0 {
			err = errors.Join(err, t.Problems.First[0])
		}
		return nil, nil, usageError{err.Error()}
	}
	return t, in, nil
}

// part decides what is fitted to and what is judged.
func (c *replayConfig) part(rep *replayReport) error {
	if c.fitFile != "" {
		return c.otherFile(rep)
	}
	n := len(rep.input.Jobs)
	if c.last == 0 {
		c.first, c.last = 1, n/2
	}
	if c.last >= n && c.first == 1 {
		return usagef("replay: -fit %d..%d leaves nothing to judge: %s has %d jobs; "+
			"name a part of them, or another file", c.first, c.last, c.file, n)
	}
	rep.fitTo = rep.input
	rep.fitted = func(i int) bool { return i+1 >= c.first && i < c.last }
	rep.judged = func(i int) bool { return !rep.fitted(i) }
	return nil
}

// otherFile has all of another file fitted to. If the trace continues it, its
// jobs are replayed first.
func (c *replayConfig) otherFile(rep *replayReport) error {
	t, in, err := readTrace(c.fitFile)
	if err != nil {
		return err
	}
	rep.note(t, in)
	located := rep.input.Located() && in.Located()
	n := 0
	if rep.trace.Continues(t) {
		n = len(in.Jobs)
		if in, err = replay.NewInput(trace.Join(t, rep.trace)); err != nil {
			return usageError{err.Error()}
		}
		rep.input = in
		rep.notef("%s continues %s, whose %d jobs are replayed first", c.file, c.fitFile, n)
	}
	if !located {
		in.ForgetProcessors()
	}
	rep.fitTo = in
	rep.fitted = func(i int) bool { return n == 0 || i < n }
	rep.judged = func(i int) bool { return i >= n }
	return nil
}

// judge replays the trace and compares what is to be judged, but for jobs that
// those in flight before the trace may have held up.
func (rep *replayReport) judge() error {
	p, in := rep.config.profile, rep.input
	out, err := rep.model.Run(p, in)
	if err != nil {
		return err
	}
	cold, dropped := in.Cold(p.Slots), 0
	for i := range cold {
		if cold[i] = cold[i] && rep.judged(i); cold[i] {
			dropped++
		}
	}
	judged := func(i int) bool { return rep.judged(i) && !cold[i] }
	rep.score = replay.Judge(in, out, judged)
	naive := replay.FitNaive(p, rep.fitTo, rep.fitted)
	rep.naive = replay.Judge(in, naive.Run(in), judged)
	if dropped > 0 {
		rep.notef("the first %d jobs warm the replay and are not judged: what was in flight before "+
			"the trace is not known", dropped)
	}
	if rep.score.Judged == 0 {
		return fmt.Errorf("%s: none of the %d jobs to judge has all three instants", in.Name,
			rep.score.Incomplete)
	}
	for _, class := range in.Classes {
		if !rep.model.Knows(class) {
			rep.notef("no job of class %s was fitted to: it has the medians of all", class)
		}
	}
	if n := rep.score.Incomplete; n > 0 {
		rep.notef("%d jobs are replayed and not judged: an instant was not recorded", n)
	}
	if n := rep.score.Unended; n > 0 {
		rep.notef("%d jobs did not end in the replay and are not judged", n)
	}
	return nil
}

// maxPlaces is how many problems of a file are shown with their place.
const maxPlaces = 5

// note says what is wrong with a file.
func (rep *replayReport) note(t *trace.Trace, in *replay.Input) {
	if in.Unsubmitted > 0 {
		rep.notef("%s: %d jobs are left out: their submission was not recorded", t.Name, in.Unsubmitted)
	}
	if t.Twice > 0 {
		rep.notef("%s: %d jobs are left out: the kernel wrote of them in events of another form, too",
			t.Name, t.Twice)
	}
	for class, n := range t.Problems.Classes {
		rep.notef("%s: %d lines: %s", t.Name, n, class)
	}
	for i, p := range t.Problems.First {
		if i == maxPlaces {
			rep.notef("%d more are not shown", t.Problems.Total()-maxPlaces)
			break
		}
		rep.notef("%v", p)
	}
}

func (rep *replayReport) notef(format string, args ...any) {
	rep.notes = append(rep.notes, fmt.Sprintf(format, args...))
}
