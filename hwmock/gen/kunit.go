package gen

import (
	"fmt"
	"strings"
)

// The kernel's scheduler tests (drivers/gpu/drm/scheduler/tests of Linux) have
// one timeline of hardware and clients that submit jobs of 1 credit to an entity
// each. Run them on the device kernel-mock, with -flow count:1 or count:2 as the
// suite says.

// kernelJob is the duration of a job of the basic and overhead cases.
const kernelJob = 1000 // us

// kunitBasic are the cases of tests_basic that are a load. Their jobs go to the
// entities in turn.
func kunitBasic(s *System, v values) error {
	jobs, entities, chain := v.number("jobs"), 1, false
	var b strings.Builder
	switch v.word("case") {
	case "chain":
		chain = true
	case "independent":
		entities = 4
	case "interdependent":
		entities, chain = 4, true
	case "priorities":
		entities = 4
		b.WriteString("P.1.1023\nP.2.1\nP.4.-1\n") // kernel, high, normal, low
	}
	for i := range jobs {
		dep := "0"
		if chain && i > 0 {
			dep = "f-1"
		}
		fmt.Fprintf(&b, "%d.DEFAULT.%d.%s.0\n", 1+i%entities, kernelJob, dep)
	}
	s.Capacity = jobs
	s.add(b.String(), 1, 1)
	return nil
}

// kunitOverhead: a thousand jobs wait behind one that the test completes when
// all are submitted, in one entity, or in two of which each job waits for the
// one before it in the other.
func kunitOverhead(s *System, v values) error {
	const jobs = 1000
	var b strings.Builder
	b.WriteString("1.DEFAULT.*.0.0\n")
	for i := range jobs {
		if v.word("case") == "ping-pong" {
			fmt.Fprintf(&b, "%d.DEFAULT.%d.f-1.0\n", 2-i%2, kernelJob)
		} else {
			fmt.Fprintf(&b, "1.DEFAULT.%d.0.0\n", kernelJob)
		}
	}
	fmt.Fprintf(&b, "T.-%d\n", jobs+1)
	s.Capacity = jobs + 1
	s.add(b.String(), 1, 1)
	return nil
}

// kernelClient is a client of tests_scheduler: it submits so many jobs, waits
// for the last one if sync, sleeps, and so on for a second of its own work.
type kernelClient struct {
	priority       int // as P steps have it
	jobs, us, wait int
	sync           bool
}

// Priorities of the kernel's cases.
const (
	low    = -1
	normal = 0
	high   = 1
)

// twoClients are the rows of the two-client suites.
var twoClients = [][2]kernelClient{
	{{normal, 1, 8000, 0, false}, {normal, 1, 8000, 0, false}},
	{{normal, 1, 8000, 0, false}, {low, 1, 8000, 0, false}},
	{{high, 1, 8000, 0, false}, {normal, 1, 8000, 0, false}},
	{{high, 1, 8000, 0, false}, {low, 1, 8000, 0, false}},
	{{normal, 1, 1500, 1500, true}, {normal, 1, 2500, 2500, true}},
	{{normal, 1, 1500, 1500, true}, {low, 1, 2500, 2500, true}},
	{{high, 1, 1500, 1500, true}, {normal, 1, 2500, 2500, true}},
	{{low, 3, 2500, 500, false}, {normal, 1, 500, 10000, true}},
	{{normal, 3, 2500, 2500, true}, {normal, 1, 1000, 9000, true}},
	{{normal, 4, 50000, 1, true}, {normal, 1, 1000, 9000, true}},
}

// cycles is how often the client's loop fills so many microseconds.
func (c *kernelClient) cycles(us int) int {
	cycle := c.jobs*c.us + c.wait
	return (us + cycle - 1) / cycle
}

// text returns the client's loop.
func (c *kernelClient) text() string {
	var b strings.Builder
	if c.priority != normal {
		fmt.Fprintf(&b, "P.1.%d\n", c.priority)
	}
	for i := range c.jobs {
		wait := 0
		if c.sync && i == c.jobs-1 {
			wait = 1
		}
		fmt.Fprintf(&b, "1.DEFAULT.%d.0.%d\n", c.us, wait)
	}
	if c.wait > 0 {
		fmt.Fprintf(&b, "d.%d\n", c.wait)
	}
	return b.String()
}

// kernelSpan is how much work a client of the two-client suites brings.
const kernelSpan = 1_000_000 // us

func kunitTwo(s *System, v values) error {
	for _, c := range twoClients[v.number("case")-1] {
		n := c.cycles(kernelSpan)
		s.Capacity = max(s.Capacity, n*c.jobs)
		s.add(c.text(), 1, int64(n))
	}
	return nil
}

// kunitMany: the second is divided among the clients, to whole milliseconds.
func kunitMany(s *System, v values) error {
	clients := v.number("clients")
	c := kernelClient{normal, 4, 1000, 0, true}
	if clients > 13 {
		c.jobs = 2
	}
	s.Capacity = c.jobs
	s.add(c.text(), clients, int64(c.cycles(kernelSpan/1000/clients*1000)))
	return nil
}
