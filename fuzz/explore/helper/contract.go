//go:build explore

package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"credence/fuzz/explore/scenario"
)

const contractHelp = `Usage: schedfuzz explore contract

Prints what becomes of each order in which the completion of a job can free, signal,
retire and wake: of a small scheduler that names fences to wait for, and of the
core's own. It takes some minutes.

Exit codes: 0 printed; 2 wrong flags; 3 a cell could not be played.
`

const contractHead = `What becomes of a scheduler that names the oldest job in flight as the fence to
wait for, for each order in which a completion frees (f), signals (s), retires (r:
the job leaves the list in flight) and wakes (w).

  after, before   the reference to that fence is taken after or before the look
                  whether there is room
  block, run      what it means that there is no room and nothing in flight
  1, 2            jobs that the hardware has room for / schedulers that share it

  ok   the job runs, and nothing is overrun, in every interleaving: exhausted with
       one scheduler, up to 2 preemptions with two
  B    a worker can sleep for ever
  O    the hardware can be overrun
  s    a worker can go round without sleeping until the completion goes on
  *    an order in which this core does its own steps: it returns credits, signals
       finished, and wakes its worker; r is the backend's

`

const coreHead = `

The same of the core itself: its items, fences and admission, over a backend that
frees, retires and signals in some order. The wake-up is the core's, within the
signal. A missing fence means that the job runs.

  canrun          the flow canrun: a predicate, asked when the condition is
  after, before   the flow prepare, the reference taken after or before the look

Up to 2 preemptions with one scheduler, 1 with two. A predicate over what two
schedulers share loses wake-ups, and neither it nor prepare reserves what it finds:
who shares hardware must do so in the callback.

`

// heads are those of the four groups of columns of both tables.
var heads = []string{"1 job, 1 scheduler", "2 jobs, 1 scheduler", "1 job, 2 schedulers", "2 jobs, 2 schedulers"}

func contractCommand(stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("contract", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	if code, done := parse(f, contractHelp, stdout, stderr, args); done {
		return code
	}
	if f.NArg() > 0 {
		fmt.Fprintf(stderr, "schedfuzz: explore contract takes no argument\n")
		return exitUsage
	}
	t := &contractTable{w: stdout}
	if err := t.both(); err != nil {
		fmt.Fprintf(stderr, "schedfuzz: explore contract: %v\n", err)
		return exitInconclusive
	}
	return exitOK
}

// contractTable prints cells as they come.
type contractTable struct {
	w          io.Writer
	line       string
	left       int // cells of the line
	executions int
}

func (t *contractTable) both() error {
	fmt.Fprint(t.w, contractHead)
	t.columns(7, "after", "after", "before", "before")
	t.columns(0, "block", "run", "block", "run")
	for _, c := range scenario.Cells() {
		o, err := c.Settle()
		if err != nil {
			return err
		}
		t.cell(orderName(c.Order), 4*len(heads), o)
	}
	fmt.Fprint(t.w, coreHead)
	t.columns(7, "canrun", "after", "before")
	for _, c := range scenario.CoreCells() {
		o, err := c.Settle()
		if err != nil {
			return err
		}
		t.cell(fmt.Sprintf("%c%c%c    ", c.Order[0], c.Order[1], c.Order[2]), 3*len(heads), o)
	}
	_, err := fmt.Fprintf(t.w, "\n%d executions.\n", t.executions)
	return err
}

// columns prints a line of heads, with those of the groups above it if width is not 0.
func (t *contractTable) columns(width int, names ...string) {
	if width > 0 {
		line := strings.Repeat(" ", width)
		for _, h := range heads {
			line += fmt.Sprintf("%-*s", 7*len(names), h)
		}
		fmt.Fprintln(t.w, strings.TrimRight(line, " "))
	}
	line := strings.Repeat(" ", 7)
	for range heads {
		for _, n := range names {
			line += fmt.Sprintf("%-7s", n)
		}
	}
	fmt.Fprintln(t.w, strings.TrimRight(line, " "))
}

func (t *contractTable) cell(row string, of int, o scenario.Outcome) {
	if t.left == 0 {
		t.line, t.left = row, of
	}
	t.executions += o.Executions
	t.line += fmt.Sprintf("%-7v", o)
	if t.left--; t.left == 0 {
		fmt.Fprintln(t.w, strings.TrimRight(t.line, " "))
	}
}

// orderName is an order's letters, with a star if it is the core's.
func orderName(order [4]scenario.Release) string {
	name := ""
	for _, s := range order {
		name += string(rune(s))
	}
	if ours(order) {
		return name + " * "
	}
	return name + "   "
}

// ours reports whether the core's own steps come in its order: free, signal,
// wake.
func ours(order [4]scenario.Release) bool {
	at := make(map[scenario.Release]int)
	for i, s := range order {
		at[s] = i
	}
	return at[scenario.Free] < at[scenario.Signal] && at[scenario.Signal] < at[scenario.Wake]
}
