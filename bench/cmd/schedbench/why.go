package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/workload"
)

const whyUsage = `Usage: schedbench why -job ID [-at TIME] [flags of sim] FILE.wsim

Runs a workload file as sim does, and says what one job waited for: which fence,
which limit of the flow control, which entity ahead of it, since when. With -at,
what it waits for at that time, and what the job that it waits for waits for, and
so on; if it has ended by then, or without -at, its whole life.

Flags:
  -job ID    the job: submissions count from 1, over all clients, in the order in
             which they were made
  -at TIME   virtual time with its unit, as in 1.5ms (default: the end)
  and those of sim but -format; see schedbench sim -h

A line of the life is the time in microseconds at which the job began to wait for
something, for how long, and for what; waits of no length are left out. Who stands
ahead of the job changes meanwhile; the line names the first.

Examples:
  schedbench why -job 20 bench/workloads/burst.wsim
  schedbench why -job 200 -at 20ms -flow credits-max:126 bench/workloads/burst.wsim

Exit codes: 0 done; 2 wrong flags or files, or there is no such job; 3
interrupted.
`

// whyConfig is what the command line of why asks for.
type whyConfig struct {
	simConfig
	job uint64
	at  fence.Time
}

// runWhy simulates and tells.
func runWhy(ctx context.Context, stdout, _ io.Writer, args []string) error {
	c, err := parseWhy(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, whyUsage)
		return err
	} else if err != nil {
		return err
	}
	works, err := c.compile()
	if err != nil {
		return err
	}
	s, err := sim.Why(ctx, works[0].config, c.job, c.at)
	switch {
	case ctx.Err() != nil:
		return errors.New("why: interrupted")
	case errors.Is(err, sim.ErrNoSuchJob):
		return usagef("why: %v", err)
	case err != nil:
		return usageError{placed(c.files[0], err).Error()}
	}
	_, err = io.WriteString(stdout, c.tell(s))
	return err
}

func parseWhy(args []string) (*whyConfig, error) {
	c := &whyConfig{at: fence.Never}
	c.sim = sim.Config{
		Time: fence.Second, Flow: sched.Flow{Kind: sched.FlowLanes}, Policy: sched.FIFO,
	}
	c.options = workload.Options{Seed: 1, Clients: 1, DurationScale: 1, DelayScale: 1}
	if err := c.setDevice(defaultDevice); err != nil {
		return nil, err
	}
	fs := flag.NewFlagSet("why", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.define(fs)
	fs.Func("job", "", func(s string) (err error) {
		if c.job, err = strconv.ParseUint(s, 10, 64); err != nil || c.job == 0 {
			return errors.New("want the number of a submission, from 1")
		}
		return nil
	})
	fs.Func("at", "", func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d < time.Duration(sim.MinTime) || d > time.Duration(sim.MaxTime) {
			return fmt.Errorf("want a virtual time with its unit, %v to %v, as in 1.5ms",
				time.Duration(sim.MinTime), time.Duration(sim.MaxTime))
		}
		c.at = fence.Time(d)
		return nil
	})
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, usagef("why: %v; see schedbench why -h", err)
	}
	c.files = fs.Args()
	switch {
	case c.job == 0:
		return nil, usagef("why: no -job; name one, as in schedbench why -job 20 " +
			"bench/workloads/burst.wsim")
	case len(c.files) == 0 || len(c.files) > 1 && !c.together:
		return nil, usagef("why: %d workload files; name one, or run several with -together",
			len(c.files))
	}
	if c.at != fence.Never && c.at.Sub(0) > c.sim.Time {
		c.sim.Time = c.at.Sub(0)
	}
	return c, nil
}

// tell writes the story.
func (c *whyConfig) tell(s *sim.Story) string {
	var b strings.Builder
	fmt.Fprintf(&b, "device %s, flow %s, policy %s, seed %d\njob %d of entity %d on sched %d\n",
		c.sim.Profile.Name, c.sim.Flow, c.sim.Policy, c.options.Seed, s.Job, s.Entity, s.Sched)
	if len(s.Chain) > 0 {
		fmt.Fprintf(&b, "\nAt %s us:\n", micros(s.At))
		for i := range s.Chain {
			fold(&b, "    ", fmt.Sprintf("  %s", s.Chain[i].String()))
		}
	}
	b.WriteString("\nIts life:\n")
	waits := slices.DeleteFunc(slices.Clone(s.Waits), func(w sim.Wait) bool { return w.From == w.To })
	widths := [2]int{}
	for _, w := range waits {
		widths[0] = max(widths[0], len(micros(w.From)))
		widths[1] = max(widths[1], len(micros(fence.Time(w.To.Sub(w.From)))))
	}
	for _, w := range waits {
		line := fmt.Sprintf("  %*s us  for %*s us  ", widths[0], micros(w.From),
			widths[1], micros(fence.Time(w.To.Sub(w.From))))
		fold(&b, strings.Repeat(" ", len(line)), line+w.First.Why())
	}
	switch {
	case s.Freed != fence.Never:
		fmt.Fprintf(&b, "  %*s us  freed, with %s\n", widths[0], micros(s.Freed), s.Err.Error())
	case s.At != fence.Never:
		fmt.Fprintf(&b, "  %*s us  not ended\n", widths[0], micros(s.At))
	}
	return b.String()
}

// micros writes a time in microseconds, to the nanosecond.
func micros(t fence.Time) string {
	if t == math.MaxInt64 {
		return "-"
	}
	return fmt.Sprintf("%d.%03d", t/1000, t%1000)
}
