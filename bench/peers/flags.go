package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// config is what the command line asks for.
type config struct {
	time   time.Duration
	sample time.Duration
	seed   uint64
	cpus   [2]int
	rows   []*row
	list   bool
	write  func(io.Writer, outcome) error

	instructions bool
	ops          int    // 0: measure
	profile      string // of the CPU, with ops
	cpuList      string
}

// Bounds of -sample: below, the clock's start and stop show; above, a sample
// rarely stays in one regime.
const (
	shortestSample = time.Millisecond
	longestSample  = time.Second
)

// A usageError says what is wrong with the command line.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg + "; see -h" }

const usage = `Usage: peers [flags]

Measures credence's queue, credits, event engine and scheduler beside their
peers in one run, bins every sample by how far apart the two processors were, and
prints medians with quartiles and ratios.

Flags:
  -time D      measure for D in all (default 60s); ten samples of a row in a
               regime are needed to quote it, and all rows take about 5 s a round
  -rows RE     only rows whose name matches the regular expression RE
  -list        print the names of the chosen rows and stop
  -format F    text (tables) or benchfmt (one line a sample, for benchstat)
  -sample D    aim for D a sample, 1ms to 1s (default 20ms)
  -seed N      seed of the order in which rows take turns (default 1)
  -cpus A,B    the two processors to use (default: the first two allowed)
  -instructions
               then count the instructions of the chosen rows that need one
               goroutine, with valgrind, about 4 s a row; with -time 0 only that
  -ops N       only do N operations of each chosen row, for profilers
  -cpuprofile FILE
               write a profile of -ops

Examples:
  go run . -time 2m
  go run . -time 30s -rows 'Throughput/slots=1024/item=word'
  go run . -time 30s -rows 'RoundTrip|Credit/limit=2/'
  go run . -time 0 -instructions -rows '^Job'
  go run . -ops 5000000 -cpuprofile cpu.pprof -rows 'Job/entities=64/impl=plain'
  go run . -format benchfmt >peers.txt
  benchstat -col /impl -filter '.name:Throughput /regime:near' peers.txt

Exit codes: 0 done; 2 wrong flags; 3 the machine cannot measure this, a
contender failed its check, the run was interrupted, or no row was seen often
enough.
`

// parse reads the command line. It writes the usage to stdout if -h asks for it,
// and then returns flag.ErrHelp.
func parse(stdout io.Writer, args []string) (config, error) {
	var c config
	var rows, format string
	fs := flag.NewFlagSet("peers", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.DurationVar(&c.time, "time", time.Minute, "")
	fs.StringVar(&rows, "rows", "", "")
	fs.BoolVar(&c.list, "list", false, "")
	fs.StringVar(&format, "format", "text", "")
	fs.DurationVar(&c.sample, "sample", 20*time.Millisecond, "")
	fs.Uint64Var(&c.seed, "seed", 1, "")
	fs.StringVar(&c.cpuList, "cpus", "", "")
	fs.BoolVar(&c.instructions, "instructions", false, "")
	fs.IntVar(&c.ops, "ops", 0, "")
	fs.StringVar(&c.profile, "cpuprofile", "", "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return c, err
	} else if err != nil {
		return c, usageError{err.Error()}
	}
	if fs.NArg() > 0 {
		return c, usageError{fmt.Sprintf("unexpected argument %q", fs.Arg(0))}
	}
	err := errors.Join(c.bounds(), c.chooseFormat(format), c.chooseRows(rows))
	if err == nil && !c.list && c.time > 0 && c.ops == 0 {
		err = c.chooseCPUs(c.cpuList)
	}
	return c, err
}

// bounds checks what a number can be out of, and what goes together.
func (c *config) bounds() error {
	switch {
	case c.time < 0 || c.time == 0 && !c.instructions:
		return usageError{fmt.Sprintf("-time %v: want more than 0", c.time)}
	case c.sample < shortestSample || c.sample > longestSample:
		return usageError{fmt.Sprintf("-sample %v: want %v to %v",
			c.sample, shortestSample, longestSample)}
	case c.ops < 0 || c.ops > maxOperations:
		return usageError{fmt.Sprintf("-ops %d: want 1 to %d", c.ops, maxOperations)}
	case c.profile != "" && c.ops == 0:
		return usageError{"-cpuprofile: wants -ops, too"}
	case c.instructions && c.ops != 0:
		return usageError{"-instructions and -ops: want one of them"}
	}
	return nil
}

func (c *config) chooseFormat(name string) error {
	switch name {
	case "text":
		c.write = writeText
	case "benchfmt":
		if c.instructions {
			return usageError{"-instructions: wants -format text"}
		}
		c.write = writeBenchfmt
	default:
		return usageError{fmt.Sprintf("-format %q: want text or benchfmt", name)}
	}
	return nil
}

func (c *config) chooseRows(pattern string) error {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return usageError{fmt.Sprintf("-rows %q: %v", pattern, err)}
	}
	for _, r := range allRows() {
		if re.MatchString(r.name()) {
			c.rows = append(c.rows, r)
		}
	}
	if len(c.rows) == 0 {
		return usageError{fmt.Sprintf("-rows %q matches no row; -list prints them all", pattern)}
	}
	return nil
}

// chooseCPUs sets the two processors: those of list, "A,B", or the first two
// that the process may run on.
func (c *config) chooseCPUs(list string) error {
	allowed, err := allowedCPUs()
	if err != nil {
		return err
	}
	if list == "" {
		if len(allowed) < 2 {
			return fmt.Errorf("this process may run on %d processor(s), and two are needed",
				len(allowed))
		}
		c.cpus = [2]int(allowed)
		return nil
	}
	first, second, _ := strings.Cut(list, ",")
	for i, field := range []string{first, second} {
		cpu, err := strconv.Atoi(field)
		if err != nil || !slices.Contains(allowed, cpu) {
			return usageError{fmt.Sprintf("-cpus %q: want two of %v, as in 0,1", list, allowed)}
		}
		c.cpus[i] = cpu
	}
	if c.cpus[0] == c.cpus[1] {
		return usageError{fmt.Sprintf("-cpus %q: want two different ones", list)}
	}
	return nil
}
