package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"credence/bench/sim"
	"credence/bench/study"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/profile"
)

// studyConfig is what the command line of study asks for.
type studyConfig struct {
	study study.Config
	shard study.Shard
	out   string // the path of the report; empty for stdout
	count string // the path of the instructions, to count them and nothing else
}

// studyEnding is how the path of a report ends.
const studyEnding = ".md"

// parseStudy reads the command line. It writes the usage to stdout if -h asks for
// it, and then returns flag.ErrHelp.
func parseStudy(stdout io.Writer, args []string) (*studyConfig, error) {
	c := &studyConfig{shard: study.Whole}
	var quick bool
	var given study.Config
	fs := flag.NewFlagSet("study", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&quick, "quick", false, "")
	fs.StringVar(&c.out, "o", "", "")
	fs.StringVar(&c.count, "count", "", "")
	fs.Func("device", "", func(s string) error {
		given.Devices = strings.Split(s, ",")
		return nil
	})
	fs.Func("queues", "", queueList(&given.Queues))
	fs.Func("shard", "", shardOf(&c.shard))
	fs.Func("time", "", studyTime(&given.Time))
	var set []func(*study.Config)
	fs.Func("policy", "", func(s string) error {
		p, err := sched.ParsePolicy(s)
		set = append(set, func(to *study.Config) { to.Policy = p })
		return err
	})
	fs.Func("seed", "", func(s string) error {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return errors.New("want an integer of 0 to 2^64-1")
		}
		set = append(set, func(to *study.Config) { to.Seed = n })
		return nil
	})
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, studyUsage()); err != nil {
			return nil, err
		}
		return nil, flag.ErrHelp
	} else if err != nil {
		return nil, usagef("study: %v; see schedbench study -h", err)
	}
	given.Works = fs.Args()
	c.study = chosen(quick, &given)
	for _, f := range set {
		f(&c.study)
	}
	return c, c.check()
}

// chosen is the default with everything that was given in its place.
func chosen(quick bool, given *study.Config) study.Config {
	c := study.Default()
	if quick {
		c = study.Quick()
	}
	if len(given.Devices) > 0 {
		c.Devices = given.Devices
	}
	if len(given.Works) > 0 {
		c.Works = given.Works
	}
	if len(given.Queues) > 0 {
		c.Queues = given.Queues
	}
	if given.Time != 0 {
		c.Time = given.Time
	}
	return c
}

// check refuses what flags and arguments cannot say together.
func (c *studyConfig) check() error {
	for _, w := range c.study.Works {
		if strings.HasPrefix(w, "-") {
			return usagef("study: %q stands behind a workload; put flags first", w)
		}
	}
	for _, d := range c.study.Devices {
		if _, err := profile.Load(d); err != nil {
			return usagef("study: -device: %v", err)
		}
	}
	if c.count != "" && (c.shard != study.Whole || c.out != "") {
		return usagef("study: -count writes a file of its own; leave -shard and -o out")
	}
	if c.shard == study.Whole && c.out != "" && filepath.Ext(c.out) != studyEnding {
		return usagef("study: -o %s: the report is Markdown; end its name in %s", c.out, studyEnding)
	}
	return nil
}

// queueList reads numbers of user queues.
func queueList(to *[]int) func(string) error {
	return func(s string) error {
		for text := range strings.SplitSeq(s, ",") {
			n, err := strconv.Atoi(text)
			list := *to
			if err != nil || n < 1 || n > study.MaxQueues || len(list) > 0 && n <= list[len(list)-1] {
				return fmt.Errorf("want integers of 1 to %d, ascending, as in 1,4,16,64",
					study.MaxQueues)
			}
			*to = append(list, n)
		}
		return nil
	}
}

// shardOf reads a shard such as 3/16.
func shardOf(to *study.Shard) func(string) error {
	return func(s string) error {
		part, of, _ := strings.Cut(s, "/")
		p, err1 := strconv.Atoi(part)
		n, err2 := strconv.Atoi(of)
		if err1 != nil || err2 != nil || p < 1 || n < p || n > study.MaxShards {
			return fmt.Errorf("want PART/PARTS as in 3/16, PART from 1, up to %d PARTS",
				study.MaxShards)
		}
		*to = study.Shard{Part: p, Of: n}
		return nil
	}
}

// studyTime reads the virtual time of each run.
func studyTime(to *fence.Duration) func(string) error {
	return func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d < time.Duration(sim.MinTime) || d > time.Duration(sim.MaxTime) {
			return fmt.Errorf("want a virtual time with its unit, %v to %v, as in 500ms",
				time.Duration(sim.MinTime), time.Duration(sim.MaxTime))
		}
		*to = fence.Duration(d)
		return nil
	}
}

// pathStem is a file's name without folder and ending; "flow-control" of none.
func pathStem(path string) string {
	if path == "" {
		return "flow-control"
	}
	return strings.TrimSuffix(filepath.Base(path), studyEnding)
}
