//go:build explore

package main

import (
	"fmt"
	"strings"

	"credence/fuzz/explore/scenario"
)

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
  *    an order in which this core does its own steps; r is the backend's
`

// contract prints the table of all cells.
func (r *runner) contract() int {
	fmt.Fprint(r.stdout, contractHead, "\n")
	fmt.Fprintf(r.stdout, "%7s", "")
	for _, h := range []string{"1 job, 1 scheduler", "2 jobs, 1 scheduler",
		"1 job, 2 schedulers", "2 jobs, 2 schedulers"} {
		fmt.Fprintf(r.stdout, "%-28s", h)
	}
	fmt.Fprintf(r.stdout, "\n%7s", "")
	for range 4 {
		fmt.Fprintf(r.stdout, "%-7s%-7s%-7s%-7s", "after", "after", "before", "before")
	}
	fmt.Fprintf(r.stdout, "\n%7s", "")
	for range 4 {
		fmt.Fprintf(r.stdout, "%-7s%-7s%-7s%-7s", "block", "run", "block", "run")
	}
	fmt.Fprintln(r.stdout)
	executions, line := 0, ""
	for i, c := range scenario.Cells() {
		if i%columns == 0 {
			line = orderName(c.Order)
		}
		out, err := c.Settle()
		if err != nil {
			fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
			return exitInconclusive
		}
		executions += out.Executions
		line += fmt.Sprintf("%-7v", out)
		if i%columns == columns-1 {
			fmt.Fprintln(r.stdout, strings.TrimRight(line, " "))
		}
	}
	fmt.Fprintf(r.stdout, "\n%d executions.\n", executions)
	return exitOK
}

// columns are the cells of an order.
const columns = 16

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
