package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/workload"
)

// simConfig is what the command line of sim asks for.
type simConfig struct {
	sim      sim.Config // without Loads
	options  workload.Options
	together bool // all files on one machine
	faults   device.Faults
	seeded   bool // the faults have a seed of their own
	trace    *simTrace
	write    func(io.Writer, *simReport) error
	files    []string // and names of generators
}

// formats are the values of -format.
var formats = []struct {
	name  string
	write func(io.Writer, *simReport) error
}{
	{"text", writeText}, {"benchfmt", writeBenchfmt}, {"json", writeJSON},
}

func formatNames() string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

// parseSim reads the command line. It writes the usage to stdout if -h asks for
// it, and then returns flag.ErrHelp.
func parseSim(stdout io.Writer, args []string) (*simConfig, error) {
	c := &simConfig{
		sim: sim.Config{
			Time: fence.Second, Flow: sched.Flow{Kind: sched.FlowLanes}, Policy: sched.FIFO,
		},
		options: workload.Options{Seed: 1, Clients: 1, DurationScale: 1, DelayScale: 1},
		write:   writeText,
	}
	if err := c.setDevice(defaultDevice); err != nil {
		return nil, err
	}
	fs := flag.NewFlagSet("sim", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.define(fs)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, simUsage(c.sim.Profile)); err != nil {
			return nil, err
		}
		return nil, flag.ErrHelp
	} else if err != nil {
		return nil, usagef("sim: %v; see schedbench sim -h", err)
	}
	if err := c.settleFaults(); err != nil {
		return nil, err
	}
	c.files = fs.Args()
	if len(c.files) == 0 {
		return nil, usagef("sim: no workload file; name one or more, as in " +
			"schedbench sim bench/workloads/game60.wsim, or generators, as in " +
			"schedbench sim gen:poisson")
	}
	for _, f := range c.files {
		if strings.HasPrefix(f, "-") {
			return nil, usagef("sim: %q stands behind a file; put flags first, or write ./%s "+
				"for a file of that name", f, f)
		}
	}
	return c, nil
}

// define declares the flags. A value that is no good is refused with what would
// be.
func (c *simConfig) define(fs *flag.FlagSet) {
	fs.Func("device", "", c.setDevice)
	fs.Func("flow", "", func(s string) (err error) {
		c.sim.Flow, err = sched.ParseFlow(s)
		return err
	})
	fs.Func("policy", "", func(s string) (err error) {
		c.sim.Policy, err = sched.ParsePolicy(s)
		return err
	})
	fs.Func("time", "", c.setTime)
	fs.Func("seed", "", func(s string) (err error) {
		if c.options.Seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			return errors.New("want an integer of 0 to 2^64-1")
		}
		return nil
	})
	fs.BoolVar(&c.options.SameSequence, "same-sequence", false, "")
	fs.BoolVar(&c.together, "together", false, "")
	fs.Func("clients", "", integer(1, workload.MaxClients, &c.options.Clients))
	fs.Func("repeats", "", integer(0, maxRepeats, &c.options.Repeats))
	fs.Func("capacity", "", integer(1, sched.MaxCapacity, &c.sim.Capacity))
	fs.Func("scale", "", factor(&c.options.DurationScale))
	fs.Func("delay-scale", "", factor(&c.options.DelayScale))
	fs.Func("trace", "", c.setTrace)
	fs.Func("faults", "", c.addFaults)
	fs.Func("timeout", "", c.setTimeout)
	fs.Func("format", "", func(s string) error {
		for _, f := range formats {
			if f.name == s {
				c.write = f.write
				return nil
			}
		}
		return fmt.Errorf("there are %s", formatNames())
	})
}

// defaultDevice is what sim simulates unless told otherwise.
const defaultDevice = "apple-m1"

// maxRepeats bounds -repeats.
const maxRepeats = 1_000_000_000

func (c *simConfig) setDevice(name string) error {
	p, err := profile.Load(name)
	if err == nil {
		c.sim.Profile = p
	}
	return err
}

func (c *simConfig) setTime(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Duration(sim.MinTime) || d > time.Duration(sim.MaxTime) {
		return fmt.Errorf("want a virtual time with its unit, %v to %v, as in 500ms",
			time.Duration(sim.MinTime), time.Duration(sim.MaxTime))
	}
	c.sim.Time = fence.Duration(d)
	return nil
}

// setTimeout reads how long a job may take before the device is asked about it.
func (c *simConfig) setTimeout(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return errors.New("want a virtual time with its unit, above 0, as in 50ms")
	}
	c.sim.Timeout = fence.Duration(d)
	return nil
}

// addFaults reads what is to go wrong.
func (c *simConfig) addFaults(s string) error {
	c.sim.Faults = &c.faults
	c.seeded = c.seeded || strings.Contains(s, "seed=")
	return c.faults.Parse(s)
}

// settleFaults gives the faults the seed of the durations, unless they have one.
func (c *simConfig) settleFaults() error {
	if c.sim.Faults == nil && c.sim.Timeout != 0 {
		return usagef("sim: -timeout without -faults: nothing makes a job late for ever; add " +
			"-faults, or leave -timeout out")
	}
	if !c.seeded {
		c.faults.Seed = c.options.Seed
	}
	return nil
}

// integer returns a flag's parser of an integer of low to high.
func integer[T int | int64](low, high T, to *T) func(string) error {
	return func(s string) error {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < int64(low) || n > int64(high) {
			return fmt.Errorf("want an integer of %d to %d", low, high)
		}
		*to = T(n)
		return nil
	}
}

// factor returns a flag's parser of a scale.
func factor(to *float64) func(string) error {
	return func(s string) error {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || !(f > 0 && f <= workload.MaxScale) {
			return fmt.Errorf("want a factor above 0, up to %.0f", float64(workload.MaxScale))
		}
		*to = f
		return nil
	}
}
