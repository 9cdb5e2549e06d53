package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/engine"
	"credence/fuzz/target"
)

const coordinatorHelp = `Usage: schedfuzz coordinator -listen ADDR [flags]

Holds the corpus and the finds of a hunt by several machines: go-fuzz's coordinator,
which schedfuzz workers connect to. It begins with the seeds of the source tree and
what the folder has from before. Each crasher that a worker sends is in a file at
once; it is then run again, made small and stored as a find. It goes on until it is
interrupted or the budget is used up; then it stores what is left, and adds a line to
the ledger.

There is no authentication: whoever reaches ADDR can read the corpus and send what
he likes. So ADDR is a loopback address, for ssh -L or -R to lead to, unless -open
says that the network is trusted.

Exit codes: 0 nothing, 1 a find, 2 wrong flags, 3 it could not be built or run.

Examples:
  schedfuzz coordinator -listen 127.0.0.1:7411
  schedfuzz coordinator -listen 10.0.0.1:7411 -open -budget 8h
  ssh -R 7411:127.0.0.1:7411 elsewhere credence/schedfuzz worker -connect 127.0.0.1:7411

Flags:
`

type coordinatorFlags struct {
	listen, target string
	open           bool
	budget         time.Duration
	dir, finds     string
	ledger         string
}

func parseCoordinator(args []string) (c coordinatorFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("coordinator", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&c.listen, "listen", "", "workers connect to `ADDR`, such as 127.0.0.1:7411")
	f.BoolVar(&c.open, "open", false, "ADDR may be one that others reach")
	f.StringVar(&c.target, "target", "System", "the hunt is on `TARGET`, as the workers'")
	f.DurationVar(&c.budget, "budget", 0, "go on for `D`; 0 until it is interrupted")
	f.StringVar(&c.dir, "dir", "", "keep corpus and crashers in `DIR`; without it fuzz/work/farm")
	f.StringVar(&c.finds, "finds", "", "store finds in `DIR`; without it fuzz/work/finds")
	f.StringVar(&c.ledger, "ledger", "", "add a line to `FILE`, or to none; without it "+
		"results/fuzz/ledger.jsonl")
	if err = f.Parse(args); err != nil {
		return c, f, err
	}
	switch {
	case f.NArg() > 0:
		err = fmt.Errorf("there are no arguments, such as %q", f.Arg(0))
	case c.listen == "":
		err = errors.New("it needs -listen, such as -listen 127.0.0.1:7411")
	case target.Lookup(c.target) == nil:
		err = fmt.Errorf("there is no target %q; there are %s", c.target,
			strings.Join(target.Names(), ", "))
	case c.budget < 0:
		err = errors.New("-budget is not below 0")
	default:
		err = c.bound()
	}
	return c, f, err
}

// bound refuses an address that others reach, unless that is wanted.
func (c *coordinatorFlags) bound() error {
	host, port, err := net.SplitHostPort(c.listen)
	if err != nil {
		return fmt.Errorf("-listen: %w", err)
	}
	if host == "" {
		host = "127.0.0.1"
		c.listen = net.JoinHostPort(host, port)
	}
	if ip := net.ParseIP(host); c.open || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("-listen %s: others reach that, and there is no authentication; "+
		"say -open if the network is trusted", c.listen)
}

// runCoordinator is `schedfuzz coordinator`.
func runCoordinator(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parseCoordinator(args)
	if code, done := flagsEnd(stdout, stderr, coordinatorHelp, f, err); done {
		return code
	}
	x := &coordinator{coordinatorFlags: c, stdout: stdout, stderr: stderr, start: time.Now()}
	if err := x.prepare(ctx); err != nil {
		return broken(stderr, "coordinator", err)
	}
	defer os.RemoveAll(x.plan.Work)
	err = x.run(ctx)
	return x.end(err)
}

// coordinator is one that runs.
type coordinator struct {
	coordinatorFlags
	stdout, stderr io.Writer
	start          time.Time
	plan           engine.Plan
	store          campaign.Store
	program        string
	workdir        string
	seen           map[string]bool // crashers
	found          []*campaign.Find
	log            goFuzzLog
}

// prepare builds what is run and writes the seeds.
func (x *coordinator) prepare(ctx context.Context) (err error) {
	p := &x.plan
	if p.Root, err = root(); err != nil {
		return err
	}
	or := func(given, name string) string {
		if given == "" {
			return filepath.Join(p.Root, name)
		}
		return given
	}
	x.dir, x.finds = or(x.dir, "fuzz/work/farm"), or(x.finds, "fuzz/work/finds")
	x.ledger = or(x.ledger, "results/fuzz/ledger.jsonl")
	x.workdir, x.store.Dir, x.seen = filepath.Join(x.dir, x.target), x.finds, map[string]bool{}
	p.Targets, p.Found = campaign.Only(x.target), x.report
	if p.Program, err = loopProgram(ctx, x.stderr); err != nil {
		return err
	}
	if x.program, _, err = goFuzzPrograms(ctx, x.stderr); err != nil {
		return err
	}
	if p.Work, err = os.MkdirTemp("", "credence-farm-"); err != nil {
		return err
	}
	seeds, err := campaign.Seeds(p.Root)
	for _, in := range seeds {
		if in.Target == x.target && err == nil {
			err = campaign.WriteInput(filepath.Join(x.workdir, "corpus"), in, campaign.Raw)
		}
	}
	return err
}

// lookEvery is how often the crashers are looked at.
const lookEvery = time.Second

// run runs go-fuzz's coordinator, and looks after what comes in.
func (x *coordinator) run(ctx context.Context) error {
	if x.budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, x.budget)
		defer cancel()
	}
	c := interruptible(ctx, x.program, "-coordinator", x.listen, "-workdir", x.workdir, "-procs", "1")
	c.Stdout, c.Stderr = &x.log, &x.log
	fmt.Fprintf(x.stderr, "listening on %s, without authentication%s; a worker is: "+
		"schedfuzz worker -connect %s -target %s\n", x.listen, x.reach(), x.listen, x.target)
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			// Nothing comes any more: the rest is stored, interrupted or not.
			if lookErr := x.look(context.WithoutCancel(ctx)); ctx.Err() != nil {
				return lookErr
			}
			return fmt.Errorf("go-fuzz ended: %v: %s", err, x.log.end())
		case <-tick.C:
			if err := x.look(ctx); err != nil {
				fmt.Fprintf(x.stderr, "schedfuzz: coordinator: %v\n", err)
			}
		}
	}
}

func (x *coordinator) reach() string {
	if x.open {
		return " on a network that -open says is trusted"
	}
	return " and for this machine alone"
}

// look brings home the crashers that are new. Each is marked by a file beside it
// when it has been: one that is not, comes again in the next run.
func (x *coordinator) look(ctx context.Context) error {
	outputs, err := filepath.Glob(filepath.Join(x.workdir, "crashers", "*.output"))
	if err != nil {
		return err
	}
	var errs []error
	for _, file := range outputs {
		input := strings.TrimSuffix(file, ".output")
		if _, err := os.Stat(input + ".done"); x.seen[input] || err == nil {
			continue
		}
		output, err := os.ReadFile(file)
		data, err2 := os.ReadFile(input)
		if err != nil || err2 != nil || len(output) == 0 {
			continue // it is being written
		}
		x.seen[input] = true
		if err := x.plan.Triage(ctx, "gofuzz", x.target, data, string(output)); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", input, err))
			continue
		}
		errs = append(errs, os.WriteFile(input+".done", nil, 0o666))
	}
	return errors.Join(errs...)
}

// report stores a find, and says so.
func (x *coordinator) report(f *campaign.Find) {
	x.found = append(x.found, f)
	if err := x.store.Add(f); err != nil {
		fmt.Fprintf(x.stderr, "schedfuzz: coordinator: %v\n", err)
	}
	fmt.Fprintf(x.stdout, "%s, %d operations, after %.1f s\n  to reproduce: %s\n", f.Class, f.Ops(),
		time.Since(x.start).Seconds(), f.Repro())
}

// end writes the ledger's line and returns the exit code.
func (x *coordinator) end(err error) int {
	execs := x.log.number("execs")
	fmt.Fprintf(x.stdout, "coordinator: %v: %d inputs run, corpus %d, %d finds\n",
		time.Since(x.start).Round(time.Second), execs, x.log.number("corpus"), len(x.found))
	if x.ledger != "none" {
		r := &campaign.Report{Programs: execs, Finds: x.found, Elapsed: time.Since(x.start)}
		err = errors.Join(err,
			r.Entry(x.start, commit(x.plan.Root), "gofuzz coordinator", 0).Append(x.ledger))
	}
	switch {
	case err != nil:
		fmt.Fprintf(x.stderr, "schedfuzz: coordinator: %v\n", err)
		return exitInconclusive
	case len(x.found) > 0:
		return exitFinding
	}
	return exitOK
}

// interruptible is a command that is asked to end when ctx does, and killed if it
// does not.
func interruptible(ctx context.Context, program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 20 * time.Second
	return c
}
