package scenario_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/gen"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// kernelCase is one of the kernel's own scheduler tests, on the kernel's mock
// hardware: what its suites print for a reader's eye, as exact figures.
type kernelCase struct {
	system  string // without gen:kunit-
	credits uint32
	policy  sched.Policy
}

func (c kernelCase) String() string {
	name := strings.NewReplacer(":case=", "-", ":clients=", "-").Replace(c.system)
	return fmt.Sprintf("case=%s/credits=%d/policy=%s", name, c.credits, c.policy)
}

// kernelCases lists all of them. The suites have 2^32-1 credits for the basic
// cases, one for the overhead, one and two for two clients, two for many.
func kernelCases() (list []kernelCase) {
	add := func(credits uint32, systems ...string) {
		for _, s := range systems {
			for p := range sched.Policy(len(sched.PolicyNames())) {
				list = append(list, kernelCase{s, credits, p})
			}
		}
	}
	for _, s := range []string{"queue", "chain", "independent", "interdependent", "priorities"} {
		add(1<<32-1, "basic:case="+s)
	}
	add(1, "overhead:case=queue", "overhead:case=ping-pong")
	for row := 1; row <= 10; row++ {
		add(1, "two:case="+strconv.Itoa(row))
		add(2, "two:case="+strconv.Itoa(row))
	}
	for _, n := range []string{"2", "3", "7", "13", "31"} {
		add(2, "many:clients="+n)
	}
	return list
}

// kernelRun is one case while it runs.
type kernelRun struct {
	rig     *rig.Rig
	clients []kernelClient
	// spread is the largest difference between the cycles of any two clients.
	spread int64
	// first are the jobs of each client that were done when the first client was.
	first []int64
}

// kernelClient is what is known of one client.
type kernelClient struct {
	*workload.Client
	cycle  fence.Duration // of an iteration, if nothing holds it up
	jobs   int64          // done
	sum    fence.Duration // of all latencies
	last   fence.Time     // when the last job was done
	cycles int64
}

// Observe counts jobs as they are done. Each client has one entity, made with
// its first batch: they begin in the order of their indices, at time 0. The
// basic and the overhead cases have one client, whatever entities it has.
func (k *kernelRun) Observe(e sched.Event) {
	if e.Kind == sched.EventDone {
		c := &k.clients[min(int(e.Entity), len(k.clients)-1)]
		c.jobs++
		c.last = e.At
	}
}

// start builds the machine of the case.
func (c kernelCase) start(tb testing.TB) *kernelRun {
	tb.Helper()
	s, err := gen.Make(gen.Prefix + "kunit-" + c.system)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := profile.Load("kernel-mock")
	if err != nil {
		tb.Fatal(err)
	}
	k := &kernelRun{}
	k.rig, err = rig.New(rig.Config{
		Profile: p, Flow: sched.Flow{Kind: sched.FlowCount, Limit: c.credits}, Policy: c.policy,
		Capacity: s.Capacity, Observer: k,
	})
	if err != nil {
		tb.Fatal(err)
	}
	for _, l := range s.Loads {
		w, err := l.Workload.Compile(k.rig.Capabilities())
		if err != nil {
			tb.Fatal(err)
		}
		g, err := k.rig.AddClients(w, workload.Options{Clients: l.Clients, Repeats: l.Repeats})
		if err != nil {
			tb.Fatal(err)
		}
		for _, x := range g.Clients() {
			k.clients = append(k.clients, kernelClient{Client: x, cycle: undisturbed(l.Workload)})
		}
	}
	return k
}

// undisturbed is how long an iteration takes alone: its jobs, if it waits for
// them, and its sleep.
func undisturbed(w *workload.Workload) (d fence.Duration) {
	waits := false
	for _, s := range w.Steps {
		waits = waits || s.Wait
	}
	for _, s := range w.Steps {
		if s.Kind == workload.KindDelay || s.Kind == workload.KindBatch && waits {
			d += fence.Duration(s.Value+s.Span.Min) * fence.Microsecond
		}
	}
	return d
}

// run simulates the case to its end.
func (c kernelCase) run(tb testing.TB) *kernelRun {
	tb.Helper()
	k := c.start(tb)
	for k.rig.Step(fence.Never) {
		k.look()
	}
	for i := range k.clients {
		if x := &k.clients[i]; !x.Finished() {
			tb.Fatalf("%s: client %d is not finished: %q", c, i, x.Blocked())
		}
	}
	return k
}

// look follows the clients' progress.
func (k *kernelRun) look() {
	least, most := int64(1<<62), int64(0)
	for i := range k.clients {
		c := &k.clients[i]
		m := c.Metrics()
		least, most = min(least, m.Iterations), max(most, m.Iterations)
		if m.Iterations > c.cycles {
			c.cycles = m.Iterations
			c.sum = max(0, m.Total-fence.Duration(m.Samples)*c.cycle)
		}
		if c.Finished() && k.first == nil {
			for j := range k.clients {
				k.first = append(k.first, k.clients[j].jobs)
			}
		}
	}
	k.spread = max(k.spread, most-least)
}

// metrics returns the figures of the case. Latency is the time of a cycle beyond
// what it takes undisturbed, as the kernel's suites have it.
func (k *kernelRun) metrics() []sim.Metric {
	list := []sim.Metric{{Unit: "elapsed-ns", Value: int64(k.rig.Now()), Better: "lower"}}
	if len(k.clients) == 2 {
		for i := range k.clients {
			c := &k.clients[i]
			m := c.Metrics()
			name := "client" + strconv.Itoa(i) + "-"
			list = append(list,
				sim.Metric{Unit: name + "end-ns", Value: int64(c.last)},
				sim.Metric{Unit: name + "jobs-first", Value: k.first[i]},
				sim.Metric{Unit: name + "late-avg-nsec", Value: int64(c.sum) / max(1, m.Samples),
					Better: "lower"},
				sim.Metric{Unit: name + "late-max-nsec", Value: int64(max(0, m.Max-c.cycle)),
					Better: "lower"})
		}
	}
	if len(k.clients) > 1 {
		list = append(list, sim.Metric{Unit: "cycle-spread", Value: k.spread, Better: "lower"})
	}
	c := k.rig.Counts()
	return append(list,
		sim.Metric{Unit: "jobs", Value: int64(c.Completed), Better: "higher"},
		sim.Metric{Unit: "items", Value: int64(c.Items), Better: "lower"},
		sim.Metric{Unit: "history-hash", Value: int64(c.History)})
}

// metric returns one figure.
func (k *kernelRun) metric(tb testing.TB, unit string) int64 {
	tb.Helper()
	for _, m := range k.metrics() {
		if m.Unit == unit {
			return m.Value
		}
	}
	tb.Fatalf("no figure %s", unit)
	return 0
}
