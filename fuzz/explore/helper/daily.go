//go:build explore

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"credence/fuzz/explore"
	"credence/fuzz/explore/scenario"
	"credence/hwmock/trace"
)

// daily is what long runs want: to go deeper, to be dealt over processes, to go on
// after an interrupt, and to leave a line behind.
type daily struct {
	deep, merge      bool
	shard, resume    string
	ledger, perfetto string
	maxMem           int
}

func (d *daily) flags(f *flag.FlagSet) {
	f.BoolVar(&d.deep, "deep", false, "explore each scenario as far as a night allows: all of it, "+
		"or with at least 4 preemptions")
	f.StringVar(&d.shard, "shard", "", "be process `I/N`: play every Nth scenario, or, of draws, "+
		"every Nth part of the executions of each")
	f.StringVar(&d.resume, "resume", "", "keep results in `FILE`, and leave out what is there")
	f.BoolVar(&d.merge, "merge", false, "print what the files named hold, which -resume has written")
	f.StringVar(&d.ledger, "ledger", "none", "add a line to `FILE`, or to none")
	f.StringVar(&d.perfetto, "perfetto", "", "write the trace that is shown last to `FILE`, for Perfetto")
	f.IntVar(&d.maxMem, "max-mem", 0, "keep at most `N` MiB of states; 0: 640")
}

// deepBound is the least number of preemptions of a night.
const deepBound = 4

// deeper is what a night explores a scenario with.
func deeper(s *scenario.Scenario) explore.Options {
	if o := s.Deep; o.Bounded || o.Strategy != explore.DPOR {
		return o
	}
	o := s.Options
	if o.Bounded {
		o.Bound = max(o.Bound, deepBound)
	}
	return o
}

// deal returns the scenarios that are this process's, and makes the draws its own.
func (c *config) deal(list []scenario.Scenario) ([]scenario.Scenario, error) {
	if c.shard == "" {
		return list, nil
	}
	var i, n int
	if _, err := fmt.Sscanf(c.shard, "%d/%d", &i, &n); err != nil || i < 1 || i > n || n > maxShards {
		return nil, fmt.Errorf("-shard %q: want I/N, with I from 1 to N and N up to %d", c.shard, maxShards)
	}
	if c.executions > 0 { // draws are dealt: other seeds, fewer executions
		c.seed = c.seed<<16 | uint64(i)
		c.executions = (c.executions + n - 1) / n
		return list, nil
	}
	var mine []scenario.Scenario
	for k := i - 1; k < len(list); k += n {
		mine = append(mine, list[k])
	}
	return mine, nil
}

const maxShards = 1024

// kept is a line of the file of -resume. Key names what was asked for, and of what
// build.
type kept struct {
	Key    string
	Expect explore.Verdict
	Result *explore.Result
}

// key names a scenario with its options and the program that plays it: results of
// other code are not taken over.
func key(s *scenario.Scenario, o *explore.Options) string {
	build := ""
	if b, ok := debug.ReadBuildInfo(); ok {
		build = b.Main.Version
	}
	if file, err := os.Executable(); err == nil { // its name is a hash of the source
		build += " " + filepath.Base(file)
	}
	return fmt.Sprintf("%s|%v|%t %d|%d|%d %d|%d|%s", s.Name, o.Strategy, o.Bounded, o.Bound, o.Executions,
		o.Seed, o.Depth, o.MaxStates, build)
}

// begin reads what -resume has.
func (r *runner) begin() error {
	r.before = make(map[string]*explore.Result)
	if r.resume == "" {
		return nil
	}
	list, err := readKept(r.resume)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, k := range list {
		r.before[k.Key] = k.Result
	}
	return err
}

// readKept reads such a file. A last line that an interrupt cut off is left out.
func readKept(file string) (list []kept, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var k kept
		if err := json.Unmarshal(lines.Bytes(), &k); err != nil || k.Result == nil {
			if !lines.Scan() {
				break
			}
			return nil, fmt.Errorf("%s:%d: not a result that -resume has written; remove the line", file, n)
		}
		list = append(list, k)
	}
	return list, lines.Err()
}

// maxLine is the longest line of a file of results: a trace.
const maxLine = 16 << 20

// finished returns the result of an earlier run, if it was finished.
func (r *runner) finished(s *scenario.Scenario, o *explore.Options) (*explore.Result, bool) {
	res, ok := r.before[key(s, o)]
	return res, ok
}

// keep adds a result that is complete to the file of -resume.
func (r *runner) keep(s *scenario.Scenario, o *explore.Options, res *explore.Result) error {
	if r.resume == "" || res.Verdict == explore.Passed && !res.Coverage.Complete() || r.stopped {
		return nil
	}
	return appendLine(r.resume, kept{key(s, o), s.Expect, res})
}

func appendLine(file string, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// merged prints what several processes have kept.
func (r *runner) merged(files []string) int {
	code := exitOK
	type total struct {
		expect explore.Verdict
		sum    *explore.Result
	}
	var order []string
	all := make(map[string]*total)
	for _, file := range files {
		list, err := readKept(file)
		if err != nil {
			fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
			return exitUsage
		}
		for _, k := range list {
			t := all[k.Result.Program]
			if t == nil {
				order = append(order, k.Result.Program)
				all[k.Result.Program] = &total{k.Expect, k.Result}
				continue
			}
			add(t.sum, k.Result)
		}
	}
	for _, name := range order {
		t := all[name]
		s := scenario.Scenario{Name: name, Expect: t.expect}
		if c := r.report(&s, t.sum); c == exitFinding || code == exitOK {
			code = c
		}
	}
	return code
}

// add takes another part's result into a sum: a failure is the sum's, draws add up.
func add(sum, part *explore.Result) {
	executions, redundant, steps := sum.Executions+part.Executions, sum.Redundant+part.Redundant,
		sum.Steps+part.Steps
	if sum.Verdict == explore.Passed && part.Verdict != explore.Passed {
		*sum = *part
	} else if sum.Coverage.Kind == part.Coverage.Kind && sum.Coverage.Kind == "sampled" {
		sum.Coverage.N += part.Coverage.N
	}
	sum.Executions, sum.Redundant, sum.Steps = executions, redundant, steps
	sum.MaxSteps = max(sum.MaxSteps, part.MaxSteps)
}

// progress writes a line on a terminal each second, with an estimate of what is left.
func (r *runner) progress(s *scenario.Scenario, start time.Time) func(float64, int) {
	f, ok := r.stderr.(*os.File)
	if !ok {
		return nil
	}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	last := start
	return func(share float64, executions int) {
		now := time.Now()
		if now.Sub(last) < time.Second {
			return
		}
		last = now
		left := "?"
		if spent := now.Sub(start); share > 0.001 {
			left = time.Duration(float64(spent) * (1 - share) / share).Round(time.Second).String()
		}
		fmt.Fprintf(f, "\r%s: %d executions, about %.0f%%, %s left or less \x1b[K", s.Name, executions,
			100*share, left)
	}
}

// ledgerLine is what a run leaves behind.
type ledgerLine struct {
	Start      time.Time `json:"start"`
	Commit     string    `json:"commit"`
	Arguments  []string  `json:"arguments"`
	Seconds    float64   `json:"seconds"`
	CPUSeconds float64   `json:"cpu_seconds"`
	Scenarios  int       `json:"scenarios"`
	Executions int       `json:"executions"`
	Redundant  int       `json:"redundant"`
	Steps      int64     `json:"steps"`
	Coverage   []string  `json:"coverage"`
	Finds      []string  `json:"finds"`
	Stopped    bool      `json:"stopped"`
}

// count takes a result into the line.
func (r *runner) count(s *scenario.Scenario, res *explore.Result, asExpected bool) {
	l := &r.sum
	l.Scenarios++
	l.Executions += res.Executions
	l.Redundant += res.Redundant
	l.Steps += res.Steps
	l.Coverage = append(l.Coverage, s.Name+": "+strings.SplitN(res.String(), ":", 2)[0])
	if !asExpected {
		l.Finds = append(l.Finds, s.Name+": "+res.Verdict.String())
	}
}

// entry adds the line to the ledger.
func (r *runner) entry(start time.Time) {
	if r.ledger == "none" {
		return
	}
	l := r.sum
	l.Start, l.Arguments, l.Stopped = start.UTC().Truncate(time.Second), os.Args[1:], r.stopped
	l.Seconds = time.Since(start).Round(time.Millisecond).Seconds()
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		l.CPUSeconds = float64(u.Utime.Nano()/1e6+u.Stime.Nano()/1e6) / 1e3
	}
	if out, err := exec.Command("git", "describe", "--always", "--dirty", "--abbrev=12").Output(); err == nil {
		l.Commit = strings.TrimSpace(string(out))
	}
	if err := appendLine(r.ledger, l); err != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
	}
}

// timeline writes a result's trace for Perfetto.
func (r *runner) timeline(s *scenario.Scenario, res *explore.Result) (err error) {
	if r.perfetto == "" || res.Trace == nil {
		return nil
	}
	var steps []trace.ThreadStep
	for i := range res.Trace.Steps {
		x := &res.Trace.Steps[i]
		steps = append(steps, trace.ThreadStep{Thread: x.Thread, Name: x.String(), Asleep: x.Asleep})
	}
	f, err := os.Create(r.perfetto)
	if err != nil {
		return err
	}
	return errors.Join(trace.WriteThreads(f, s.Name, res.Trace.Threads, steps), f.Close())
}
