package gen

// Limits of parameters.
const (
	maxMicroseconds = 1_000_000
	maxClients      = 4096
	maxBurst        = 1000
	maxWidth        = 64
	maxDepth        = 4096
)

// kinds are all generators, in the order in which they are listed.
var kinds = []Kind{
	{"poisson", "batches at random instants, independent of each other (open arrivals)", []Param{
		number("every", "mean of the time between arrivals, us", "1000", 1, maxMicroseconds),
		number("us", "mean duration", "700", 1, maxMicroseconds),
		law, engine, number("clients", "independent streams", "1", 1, maxClients),
	}, poisson},
	{"bursty", "the same, but several batches arrive at once", []Param{
		number("every", "mean of the time between bursts, us", "10000", 1, maxMicroseconds),
		number("jobs", "batches in a burst", "10", 1, maxBurst),
		number("us", "mean duration", "700", 1, maxMicroseconds),
		law, engine, number("clients", "independent streams", "1", 1, maxClients),
	}, bursty},
	{"saturate", "batches without end and without waiting, in a context each", []Param{
		number("us", "duration", "25", 1, maxMicroseconds),
		engine, number("clients", "contexts", "1", 1, maxClients),
	}, saturate},
	{"barriers", "two groups of batches, each of which depends on the whole other group", []Param{
		number("width", "batches of a group", "12", 1, maxWidth),
		number("us", "duration", "40", 1, maxMicroseconds),
	}, barriers},
	{"vm-storm", "clients with an address space each, more than the device has slots for", []Param{
		number("vms", "clients", "64", 1, maxClients),
		number("us", "duration of a batch", "100", 1, maxMicroseconds),
		number("depth", "batches that a client leaves outstanding", "2", 1, maxDepth),
	}, vmStorm},
	{"event-storm", "clients that use all three firmware queues at once", []Param{
		number("queues", "clients", "43", 1, maxClients),
		number("us", "duration of a batch", "100", 1, maxMicroseconds),
		number("depth", "batches that a client leaves outstanding on each engine", "2", 1, maxDepth),
	}, eventStorm},
	{"kunit-basic", "the kernel's basic scheduler cases: batches of 1 ms, once", []Param{
		{Name: "case", About: "one queue, a chain in it, four, a chain through four, one a priority",
			Default: "queue", Choices: []string{
				"queue", "chain", "independent", "interdependent", "priorities"}},
		number("jobs", "batches", "100", 1, 5000),
	}, kunitBasic},
	{"kunit-overhead", "1000 batches of 1 ms behind one that ends when all are submitted", []Param{
		{Name: "case", About: "one queue, or two that take turns", Default: "queue",
			Choices: []string{"queue", "ping-pong"}},
	}, kunitOverhead},
	{"kunit-two", "the kernel's two-client cases, a second of work each", []Param{
		number("case", "row of the suite", "1", 1, len(twoClients)),
	}, kunitTwo},
	{"kunit-many", "the kernel's many-client cases, a second of work together", []Param{
		{Name: "clients", About: "clients", Default: "7", Choices: []string{"2", "3", "7", "13", "31"}},
	}, kunitMany},
}

// law is what durations are drawn from.
var law = Param{Name: "law", About: "law of the durations", Default: "exponential",
	Choices: []string{"exponential", "constant"}}

// engine is where batches run.
var engine = Param{Name: "engine", About: "where they run", Default: "DEFAULT",
	Choices: []string{"DEFAULT", "RCS", "BCS", "VCS", "VECS", "CCS"}}

func number(name, about, standard string, least, most int) Param {
	return Param{Name: name, About: about, Default: standard, Least: least, Most: most}
}
