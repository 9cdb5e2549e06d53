//go:build explore

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"credence/fuzz/explore"
	"credence/fuzz/explore/scenario"
)

// runner plays scenarios and prints what comes of them.
type runner struct {
	config
	stdout, stderr io.Writer
	stop           chan os.Signal
	stopped        bool
	before         map[string]*explore.Result // what -resume has
	sum            ledgerLine
}

func (r *runner) list(list []scenario.Scenario) int {
	for i := range list {
		s := &list[i]
		p := s.Program()
		shortest, err := explore.Replay(p, "")
		if err != nil {
			fmt.Fprintf(r.stderr, "schedfuzz: explore: %s: %v\n", s.Name, err)
			return exitInconclusive
		}
		fmt.Fprintf(r.stdout, "%s\n  %s\n  shared operations without preemption:%s\n  holds: %s\n  expect: %v, %s\n",
			s.Name, s.Doc, operations(shortest.Trace), s.Holds, s.Expect, reach(s))
	}
	return exitOK
}

// operations says how many of a trace's steps each thread did.
func operations(t *explore.Trace) (text string) {
	count := make([]int, len(t.Threads))
	for _, s := range t.Steps {
		count[s.Thread]++
	}
	for i, n := range count {
		text += fmt.Sprintf(" %s %d", t.Threads[i], n)
	}
	return text
}

// reach says how far the gate plays a scenario.
func reach(s *scenario.Scenario) string {
	switch o := s.Options; {
	case s.Expect != explore.Passed:
		return "the shortest trace"
	case o.Bounded:
		return fmt.Sprintf("with up to %d preemptions", o.Bound)
	}
	return "in every execution"
}

// record is a line of -json.
type record struct {
	*explore.Result
	Expect explore.Verdict
	OK     bool
}

// all plays the list and returns the exit code: a finding counts more than what
// was not finished.
func (r *runner) all(list []scenario.Scenario) int {
	code := exitOK
	if err := r.begin(); err != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
		return exitInconclusive
	}
	defer r.entry(time.Now())
	for i := range list {
		switch c := r.one(&list[i]); {
		case c == exitUsage:
			return c
		case c == exitFinding || code == exitOK:
			code = c
		}
		if r.stopped {
			return max(code, exitInconclusive)
		}
	}
	return code
}

func (r *runner) one(s *scenario.Scenario) int {
	o := r.options(s)
	if before, done := r.finished(s, &o); done {
		return r.report(s, before)
	}
	start := time.Now()
	o.Progress = r.progress(s, start)
	o.Stop = func() bool {
		select {
		case <-r.stop:
			r.stopped = true
		default:
		}
		return r.stopped || r.budget > 0 && time.Since(start) > r.budget
	}
	res, err := explore.Run(s.Program(), o)
	if err != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
		return exitUsage
	}
	if res.Verdict != explore.Passed && (r.trace || r.json || r.perfetto != "" || !expected(s, res)) {
		if res, err = explore.Minimize(s.Program(), res); err != nil {
			fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
			return exitInconclusive
		}
	}
	if err := r.keep(s, &o, res); err != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
		return exitInconclusive
	}
	return r.report(s, res)
}

// expected reports whether a result is one that the scenario may have: what draws, or
// is bounded, may miss a planted bug; what is exhaustive may not.
func expected(s *scenario.Scenario, res *explore.Result) bool {
	return res.Verdict == s.Expect ||
		res.Verdict == explore.Passed && res.Coverage.Kind != "exhausted"
}

// report prints a result and returns what it means for the exit code.
func (r *runner) report(s *scenario.Scenario, res *explore.Result) int {
	asExpected := expected(s, res)
	r.count(s, res, asExpected)
	if err := r.print(s, res, asExpected); err != nil {
		return exitInconclusive
	}
	switch {
	case !asExpected:
		return exitFinding
	case res.Verdict == explore.Passed && !res.Coverage.Complete():
		return exitInconclusive
	}
	return exitOK
}

func (r *runner) print(s *scenario.Scenario, res *explore.Result, asExpected bool) error {
	if r.json {
		if err := r.timeline(s, res); err != nil {
			return err
		}
		return json.NewEncoder(r.stdout).Encode(record{res, s.Expect, asExpected})
	}
	verdict := res.Verdict.String()
	if res.Verdict == explore.Passed {
		verdict = res.String()
	}
	note := "as expected"
	if !asExpected {
		note = fmt.Sprintf("FINDING, expected %v", s.Expect)
	}
	fmt.Fprintf(r.stdout, "%-28s %-18s %9d executions %9d redundant %10d steps  %s\n",
		s.Name, verdict, res.Executions, res.Redundant, res.Steps, note)
	if res.Trace == nil {
		return nil
	}
	if err := res.Trace.Print(r.stdout); err != nil {
		return err
	}
	if err := r.timeline(s, res); err != nil {
		return err
	}
	_, err := fmt.Fprintf(r.stdout, "\nTo replay: schedfuzz explore -schedule '%s' '%s'\n\n",
		res.Schedule, s.Name)
	return err
}

// replay plays one schedule and shows it.
func (r *runner) replay(s *scenario.Scenario) int {
	res, err := explore.Replay(s.Program(), r.schedule)
	if err != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
		return exitUsage
	}
	if r.json {
		err = json.NewEncoder(r.stdout).Encode(record{res, s.Expect, res.Verdict == s.Expect})
	} else {
		err = res.Trace.Print(r.stdout)
	}
	if err == nil {
		err = r.timeline(s, res)
	}
	if err != nil {
		return exitInconclusive
	}
	if res.Verdict != explore.Passed {
		return exitFinding
	}
	return exitOK
}
