package main

import (
	"fmt"
	"strings"
	"time"

	"credence/bench/sim"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/gen"
	"credence/hwmock/profile"
	"credence/hwmock/trace"
	"credence/hwmock/workload"
)

const simHead = `Usage: schedbench sim [flags] FILE.wsim|GENERATOR...

Runs each workload file alone on a simulated device, in virtual time, and
prints one row a file. The same flags and files give the same bytes. All files
are checked before the first one runs. What the device lacks, and what would
never end, is refused with its line. A generator stands for a file.

Flags:
`

const simFigures = `
Figures:
  jobs         batches that completed without error within the virtual time
  work/s       workloads per second: iterations of the file that clients
               finished, by virtual time
  busy ppm     time in which an engine executed, by virtual time, in parts per
               million; engines that were never busy share a line below
  latency us   submit-to-done: from the push of a job, which is the end of the
               submitting call, to its finished fence, in microseconds; p50 and
               p99 by nearest rank over all jobs completed within the time, those
               that failed included; a client with a failed job stops, and a
               note below the table says so
  missed       p steps that were reached when their period was over already
  over-runs    firmware queues that were given more commands than the firmware
               holds; such a queue is stuck from then on, and a note says which
               job did it; queue N is that of the Nth context that got a batch,
               from 0
  idle-ready   time in which an engine executed nothing although flow control
               held back a job whose first command it could have executed and
               whose dependencies were met, added up over the engines
  time us      with -repeats, and where a generator has repeats: virtual time until
               the last client was done

benchfmt is Go's benchmark format for benchstat: integers only, declared exact;
workloads/ks is work/s times 1000, failed counts jobs, -ns and -nsec are
nanoseconds, and history-hash is a hash of all events of the schedulers in
order, 53 bits. json is one object a line and file. In both, latencies are
missing or null if no job completed.

`

const simExamples = `
Examples:
  schedbench sim -time 500ms bench/workloads/vr90.wsim bench/workloads/media.wsim
  schedbench sim -flow credits-max:126 bench/workloads/burst.wsim
  schedbench sim -format benchfmt -clients 4 -scale 0.5 bench/workloads/game60.wsim
  schedbench sim -format json -repeats 3 bench/workloads/media.wsim
  schedbench sim -together bench/workloads/hog.wsim bench/workloads/interactive.wsim
  schedbench sim -capacity 4096 gen:poisson:every=1000,us=700 gen:bursty:jobs=20,every=20000
  schedbench sim -time 100ms -trace burst.pftrace bench/workloads/burst.wsim
  schedbench sim -faults hang@20ms,lost-interrupt=1000 -timeout 50ms -device amdgpu-2017 gen:poisson
  schedbench sim -device kernel-mock -flow count:1 -policy fair gen:kunit-two:case=8

Exit codes: 0 done, over-runs included, which are measured like the rest;
2 wrong flags or files, with the place and the remedy; 3 interrupted, or the
trace is full: what was finished is printed, and the trace has what came before.
`

// simUsage returns the text of sim -h for a device.
func simUsage(p *profile.Profile) string {
	var b strings.Builder
	b.WriteString(simHead)
	for _, f := range [...]struct{ form, meaning string }{
		{"-device NAME", fmt.Sprintf("one of %s, or the path of a profile file (default %s)",
			strings.Join(profile.Names(), ", "), defaultDevice)},
		{"-flow F", fmt.Sprintf("flow control: %s (default lanes); N and the numbers are limits",
			strings.Join(sched.FlowNames(), ", "))},
		{"-policy P", fmt.Sprintf("order of the entities: %s (default fifo)",
			strings.Join(sched.PolicyNames(), ", "))},
		{"-time D", fmt.Sprintf("virtual time to simulate, %v to %v (default 1s)",
			time.Duration(sim.MinTime), time.Duration(sim.MaxTime))},
		{"-seed N", "seed of the random durations (default 1)"},
		{"-clients N", fmt.Sprintf("clients that run the file, each on its own contexts, 1 to %d "+
			"(default 1)", workload.MaxClients)},
		{"-repeats N", "end each client after N runs of the file; 0 is without end (default 0, or " +
			"what a generator has)"},
		{"-same-sequence", "let all clients of a file draw the same random durations"},
		{"-together", "run all files side by side on one device, as one row"},
		{"-scale F", fmt.Sprintf("factor of the durations of batches, up to %.0f (default 1)",
			float64(workload.MaxScale))},
		{"-delay-scale F", "factor of the d steps; periods stay (default 1)"},
		{"-capacity N", fmt.Sprintf("jobs an entity's queue holds, 1 to %d (default %d, or what a "+
			"generator needs)", sched.MaxCapacity, sched.DefaultCapacity)},
		{"-format F", fmt.Sprintf("one of %s (default text)", formatNames())},
		{"-faults LIST", faultUsage()},
		{"-timeout D", "with -faults, how long a job may take before the device is asked about it " +
			"(default the device's)"},
		{"-trace FILE", traceUsage()},
		{"-shard K/N", "only every Nth file, from the Kth on, for schedbench merge"},
	} {
		const margin = 18
		fold(&b, strings.Repeat(" ", margin), fmt.Sprintf("  %-*s%s", margin-2, f.form, f.meaning))
	}
	b.WriteString(generators())
	b.WriteString(simFigures)
	b.WriteString(mapping(p))
	b.WriteString(simExamples)
	return b.String()
}

// faultUsage says what -faults takes.
func faultUsage() string {
	return "what goes wrong on the device, separated by commas: KIND=RATE, per million " +
		"opportunities; KIND@TIME, at the first opportunity from then on; delay=TIME, of what is " +
		"late or slow (default 1ms); seed=N (default that of -seed); kinds: " +
		strings.Join(device.FaultNames(), ", ") + "; notes below the table say what happened"
}

// traceUsage says what -trace writes.
func traceUsage() string {
	var list []string
	for _, f := range trace.Formats() {
		list = append(list, fmt.Sprintf("%s is %s", f.Ending, f.About))
	}
	return fmt.Sprintf("write what happened, event by event, up to %d of them; the ending of the "+
		"name says how: %s; of one run only", traceLimit, strings.Join(list, ", "))
}

// generators lists the generators with their parameters.
func generators() string {
	var b strings.Builder
	b.WriteString("\nGenerators, as " + gen.Prefix + "NAME or " + gen.Prefix +
		"NAME:KEY=VALUE,KEY=VALUE:\n")
	for _, k := range gen.Kinds() {
		const margin, inner = 18, 22
		fold(&b, strings.Repeat(" ", margin), fmt.Sprintf("  %-*s%s", margin-2, k.Name, k.About))
		for i := range k.Params {
			p := &k.Params[i]
			fold(&b, strings.Repeat(" ", inner), fmt.Sprintf("%*s%s: %s, %s (default %s)", margin, "",
				p.Name, p.About, p.Permitted(), p.Default))
		}
	}
	return b.String()
}

// mapping returns the table of what a device's engines are to a workload.
func mapping(p *profile.Profile) string {
	t := table{columns: []column{{"", "engine"}, {"workload", "engine"}, {"firmware", "queue"}}}
	for _, e := range p.Engines {
		t.rows = append(t.rows, []string{
			e.Name, fmt.Sprintf("%s%d", e.Class, e.Instance), e.Queue.String(),
		})
	}
	return fmt.Sprintf("Engines of %s (-device NAME -h shows another device's):\n%s"+
		"A batch on a render engine (RCS) is a vertex command of %d ppm of its\n"+
		"duration and a fragment command of the rest; any other is one command in the\n"+
		"compute queue, on an engine of its own. RCS without a number is RCS1, and so\n"+
		"on; DEFAULT is RCS1.\n", p.Name, t.String(), p.VertexShare)
}
