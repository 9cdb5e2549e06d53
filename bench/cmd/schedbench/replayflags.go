package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"credence/hwmock/profile"
)

// replayConfig is what the command line of replay asks for.
type replayConfig struct {
	profile *profile.Profile
	file    string
	// What to fit to: jobs first to last of the trace, from 1; all jobs of
	// fitFile; or the first half, if last is 0.
	first, last int
	fitFile     string
	write       func(io.Writer, *replayReport) error
}

// replayFormats are the values of -format.
var replayFormats = []struct {
	name  string
	write func(io.Writer, *replayReport) error
}{
	{"text", writeReplayText}, {"json", writeReplayJSON},
}

// defaultReplayDevice is what replay simulates unless told otherwise.
const defaultReplayDevice = "amdgpu-2017"

// parseReplay reads the command line. It writes the usage to stdout if -h asks
// for it, and then returns flag.ErrHelp.
func parseReplay(stdout io.Writer, args []string) (*replayConfig, error) {
	c := &replayConfig{write: writeReplayText}
	if err := c.setDevice(defaultReplayDevice); err != nil {
		return nil, err
	}
	fs := flag.NewFlagSet("replay", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Func("device", "", c.setDevice)
	fs.Func("fit", "", c.setFit)
	fs.Func("format", "", c.setFormat)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, replayUsage()); err != nil {
			return nil, err
		}
		return nil, flag.ErrHelp
	} else if err != nil {
		return nil, usagef("replay: %v; see schedbench replay -h", err)
	}
	if fs.NArg() != 1 {
		return nil, usagef("replay: %d files; name one trace, behind the flags, as in "+
			"schedbench replay -fit 1..160 trace.txt", fs.NArg())
	}
	c.file = fs.Arg(0)
	return c, nil
}

func (c *replayConfig) setDevice(name string) error {
	p, err := profile.Load(name)
	if err == nil {
		c.profile = p
	}
	return err
}

// setFit reads FIRST..LAST, numbers of jobs from 1, or the name of a file.
func (c *replayConfig) setFit(s string) error {
	from, to, ok := strings.Cut(s, "..")
	first, err := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if !ok || err != nil || err2 != nil {
		c.fitFile, c.first, c.last = s, 0, 0
		return nil
	}
	if first < 1 || last < first {
		return fmt.Errorf("want jobs FIRST..LAST with 1 <= FIRST <= LAST, as in 1..160, or a file")
	}
	c.fitFile, c.first, c.last = "", first, last
	return nil
}

func (c *replayConfig) setFormat(s string) error {
	var names []string
	for _, f := range replayFormats {
		if f.name == s {
			c.write = f.write
			return nil
		}
		names = append(names, f.name)
	}
	return fmt.Errorf("there are %s", strings.Join(names, ", "))
}

// fitted names what was fitted to.
func (c *replayConfig) fitted() string {
	if c.fitFile != "" {
		return c.fitFile
	}
	return fmt.Sprintf("jobs %d..%d", c.first, c.last)
}

// replayUsage returns the text of replay -h.
func replayUsage() string {
	return fmt.Sprintf(`Usage: schedbench replay [flags] TRACE

Brings the arrivals of a recorded trace to the scheduler and a simulated device
in virtual time, and prints how far the instants of its jobs are from what was
recorded. Constants are fitted to one part and judged on the rest, which is
warmed by replaying everything from the start; the fit prints them. The first
jobs of a trace, two for each that a ring has in flight, only warm: what was in
flight before is not known. The same flags and files give the same bytes.

TRACE is text of ftrace, as trace-cmd report, /sys/kernel/tracing/trace and perf
script print it, or a table of jobs with commas and the columns ring, submit_us,
run_us and done_us. To record one:

  trace-cmd record -e gpu_scheduler -e amdgpu:amdgpu_cs_ioctl \
    -e amdgpu:amdgpu_sched_run_job -e dma_fence:dma_fence_signaled sleep 10
  trace-cmd report > trace.txt

With Linux 6.17 and newer, or a driver other than amdgpu, -e gpu_scheduler is
enough.

Lines that are broken, cut, too long or out of order are counted and shown with
their place; the rest is used.

Flags:
  -fit FIRST..LAST  fit to these jobs, by their number in the order of
                    submission from 1, and judge the others (default: the first
                    half)
  -fit FILE         fit to all jobs of another trace, and judge all of this one;
                    if it continues the other, by the clock and by the numbers
                    of its fences, the other's jobs are replayed first
  -device NAME      one of %s,
                    or the path of a profile file (default %s)
  -format F         text or json (default text)

Figures:
  stage     submit-run: from the submission until the job is given to the
            hardware; run-done: from there until its finished fence;
            submit-done: both
  class     jobs of one ring, submitted by threads of one name, with as many
            command buffers
  error us  absolute error, microseconds: mean, median, and by nearest rank the
            90th and 99th percentile
  error %%   relative error, per cent of what was recorded: mean and median, and
            how many of the jobs are within 1 %%; short stages have large ones,
            read them in microseconds
  naive     the thing to beat: rings that do one job after the other, with as
            many in flight as the device takes, a median duration a class and
            one median latency

In json submit_done_mape is the mean relative error of submit-done over all
classes, in per cent, and naive_submit_done_mape that of naive.

Examples:
  schedbench replay -fit 1..160 ../shared/data/traces/amdgpu_events.txt
  schedbench replay -fit ../shared/data/traces/amdgpu_jobs.csv -format json \
    ../shared/data/traces/amdgpu_jobs.csv

Exit codes: 0 done; 2 wrong flags, or a trace without jobs to fit to or to judge;
3 interrupted.
`, foldNames(profile.Names()), defaultReplayDevice)
}

// foldNames returns a list of names for the usage, in lines.
func foldNames(names []string) string {
	var b strings.Builder
	fold(&b, strings.Repeat(" ", 20), strings.Repeat(" ", 27)+strings.Join(names, ", "))
	return strings.TrimSpace(b.String())
}
