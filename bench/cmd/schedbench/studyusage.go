package main

import (
	"fmt"
	"strings"
	"time"

	"credence/bench/study"
	"credence/core/sched"
	"credence/hwmock/profile"
)

const studyHead = `Usage: schedbench study [flags] [FILE.wsim|GENERATOR|TRACE...]

Runs every flow control over every workload, on every device that can run it,
by more and more user queues, and writes a report in Markdown that begins with
what each flow costs and gains. Without arguments the workloads are those of
` + study.Workloads + ` and all generators; a TRACE is a capture of a real
machine, whose arrivals are replayed. The same command gives the same bytes.

Flags:
`

const studyTail = `
Of a capture each context becomes a client that submits what was submitted,
after the same pauses, for as long as the ring was seen to work, on the device's
default engine; what jobs waited for is not taken over. The first 4096 jobs of
a context count.

Examples:
  schedbench study -quick
  schedbench study -o results/flow-control.md
  schedbench study -device apple-m1 -queues 1,8,64 bench/workloads/burst.wsim
  schedbench study -quick -shard 1/2 -o part1.json
  schedbench study -quick -shard 2/2 -o part2.json
  schedbench merge -o flow-control.md part1.json part2.json

Exit codes: 0 done; 2 wrong flags or files, with the place and the remedy;
3 interrupted, and nothing was written.
`

// studyUsage returns the text of study -h.
func studyUsage() string {
	var b strings.Builder
	b.WriteString(studyHead)
	d := study.Default()
	for _, f := range [...]struct{ form, meaning string }{
		{"-o FILE" + studyEnding, "where to write the report; its figures as CSV and its plots as SVG " +
			"go beside it (default: the report alone, to stdout)"},
		{"-device LIST", "names or paths of profiles, with commas between them (default all: " +
			strings.Join(profile.Names(), ", ") + ")"},
		{"-queues LIST", "numbers of user queues, ascending; each becomes as many clients as come to " +
			"that many queues, at least one (default 1,4,16,64)"},
		{"-policy P", fmt.Sprintf("order of the entities: %s (default %s)",
			strings.Join(sched.PolicyNames(), ", "), d.Policy)},
		{"-time D", fmt.Sprintf("virtual time of each run (default %v)", time.Duration(d.Time))},
		{"-seed N", "seed of the random durations (default 1)"},
		{"-quick", "a small study: two devices, four workloads, 1 and 8 user queues, a short time"},
		{"-count FILE", "only count the core's instructions of a job in each comparison, by valgrind, and " +
			"write them to FILE; bench/study/instructions.txt is built into the study as a column"},
		{"-shard K/N", "only every Nth comparison, from the Kth on, for schedbench merge"},
	} {
		const margin = 18
		fold(&b, strings.Repeat(" ", margin), fmt.Sprintf("  %-*s%s", margin-2, f.form, f.meaning))
	}
	b.WriteString(studyTail)
	return b.String()
}
