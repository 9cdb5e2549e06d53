//go:build explore

// Command helper is the engine of `schedfuzz planted` that plays drawn programs
// under drawn interleavings (package weave). It prints the first that ends
// otherwise than it should, as a line of JSON.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"credence/fuzz/weave"
)

// Exit codes, as schedfuzz has them.
const (
	exitOK           = 0
	exitFinding      = 1
	exitUsage        = 2
	exitInconclusive = 3
)

const help = `Usage: helper [flags]

Draws concurrent programs over the core, and plays each under drawn interleavings,
until one ends otherwise than it should or the budget is used up.

Examples:
  helper -budget 1m -json
  helper -seed 77 -programs 1

Flags:
`

// record is the line of -json.
type record struct {
	Invariant string `json:"invariant"` // the verdict
	Ops       int    `json:"ops"`       // preemptions of the schedule
	Repro     string `json:"repro"`
	Message   string `json:"message"`
}

func main() { os.Exit(run(os.Stdout, os.Stderr, os.Args[1:])) }

func run(stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("helper", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, help)
		f.PrintDefaults()
	}
	budget := f.Duration("budget", 10*time.Second, "go on for `D`")
	seed := f.Uint64("seed", 1, "of the first program: `N`")
	programs := f.Uint64("programs", 1<<62, "draw `N` programs at most")
	asJSON := f.Bool("json", false, "print a find as JSON")
	if err := f.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return exitOK
		}
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(context.Background(), *budget)
	defer cancel()
	h := &hunter{stdout: stdout, json: *asJSON}
	go h.watch(ctx)
	// Rounds of a hunt begin at neighbouring seeds, and are to draw other programs.
	for n := range *programs {
		if ctx.Err() != nil {
			break
		}
		s := *seed<<32 + n
		if *programs == 1 {
			s = *seed
		}
		h.present.Store(s)
		h.runs.Add(1)
		x, err := weave.Play(s, func() bool { h.runs.Add(1); return ctx.Err() != nil })
		if err != nil {
			fmt.Fprintf(stderr, "weave: %v\n", err)
			return exitInconclusive
		}
		if x != nil {
			h.print(record{x.Result.Verdict.String(), x.Result.Preemptions,
				fmt.Sprintf("helper -seed %d -programs 1", s),
				fmt.Sprintf("%s under %s: %s, schedule %s", x.Program, x.Strategy, x.Result.Message,
					x.Result.Schedule)})
			return exitFinding
		}
	}
	return exitOK
}

// hunter is a hunt that goes on.
type hunter struct {
	stdout        io.Writer
	json          bool
	present, runs atomic.Uint64
}

func (h *hunter) print(r record) {
	if h.json {
		json.NewEncoder(h.stdout).Encode(r)
		return
	}
	fmt.Fprintf(h.stdout, "%s\n  %s\n  to reproduce: %s\n", r.Invariant, r.Message, r.Repro)
}

// looks is at how many looks in a row nothing has gone on when a thread goes round
// without an atomic operation, which the explorer cannot see.
const looks, every = 40, 100 * time.Millisecond

// watch ends the process with a find if nothing goes on.
func (h *hunter) watch(ctx context.Context) {
	t := time.NewTicker(every)
	defer t.Stop()
	var seen uint64
	for n := 0; ctx.Err() == nil; {
		<-t.C
		if x := h.runs.Load(); x != seen {
			seen, n = x, 0
			continue
		}
		if n++; n < looks {
			continue
		}
		h.print(record{"hang", 0, fmt.Sprintf("helper -seed %d -programs 1", h.present.Load()),
			"a thread goes round without an end"})
		os.Exit(exitFinding)
	}
}
