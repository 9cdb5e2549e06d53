package workload

import (
	"fmt"
	"math/rand/v2"

	"credence/core/fence"
)

// Client runs a program once after the other, as one thread of gem_wsim does:
// step after step, blocking where the file says so. It is driven by its host
// through Resume and allocates nothing from the second iteration on, as soon as
// its lists have grown to the number of batches that are unfinished at a time.
type Client struct {
	host  Host
	group *Group
	prog  *Program
	index int
	rng   rand.PCG

	// Where the client is.
	step      int // index of the step that is executed
	phase     phase
	iteration int64
	start     fence.Time // of the iteration
	until     fence.Time // end of a sleep
	running   bool       // inside Resume
	asked     request    // what the host owes
	awaited   *ref       // what asked == askDone is about

	// What steps have set; it lasts across iterations.
	throttle int32
	depth    int32
	levels   []Priority // by context
	slices   []uint32   // by context

	batch   Batch
	objects []object // results of batches, then working sets
	fences  []*ref   // software fences of this iteration, by number
	engines []uint8  // that pinned batches got, by number; nil if the file has none
	queues  []queue  // by engine, if the file has a q step
	metrics Metrics
}

// phase is how far the present step has come.
type phase uint8

const (
	phaseStart phase = iota
	phaseSleep       // delay, period: until c.until
	phaseSend        // batch: with its duration drawn
	phaseWait        // batch: for itself
	phaseDepth       // batch: for those above the queue depth
	phaseDrain       // after the last iteration
	phaseOver
)

// request is what the client last asked of the host.
type request uint8

const (
	askStart request = iota // nobody asked: the first Resume starts the client
	askNothing
	askWake
	askDone
	askRoom
)

func newClient(g *Group, i int) *Client {
	p := g.prog
	c := &Client{
		host: g.host, group: g, prog: p, index: g.opts.FirstIndex + i,
		levels:  make([]Priority, len(p.contexts)),
		slices:  make([]uint32, len(p.contexts)),
		objects: make([]object, p.local),
		fences:  make([]*ref, p.fences),
	}
	for i := range c.levels {
		c.levels[i] = Normal
	}
	if p.pinned {
		c.engines = make([]uint8, p.batches)
	}
	if p.depth > 0 {
		c.queues = make([]queue, len(p.device.Engines))
	}
	c.metrics.FirstEnd, c.metrics.LastEnd = fence.Never, fence.Never
	stream := uint64(c.index)
	if g.opts.SameSequence {
		stream = 0
	}
	c.rng.Seed(g.opts.Seed, stream)
	return c
}

// Index returns the client's index: Options.FirstIndex for the first clone.
func (c *Client) Index() int { return c.index }

// Program returns what the client runs.
func (c *Client) Program() *Program { return c.prog }

// Metrics returns what the client has counted so far.
func (c *Client) Metrics() Metrics { return c.metrics }

// Finished tells whether the client has run all its iterations and all its
// batches are done. Without Options.Repeats it never is.
func (c *Client) Finished() bool { return c.phase == phaseOver }

// Resume starts the client, or continues it after the wake-up that it asked
// for; it returns when the client blocks or is finished. Only the host calls
// it, and not from inside a method that the client calls.
func (c *Client) Resume() {
	c.checkResume()
	if c.asked == askStart {
		c.start = c.host.Now()
	}
	c.asked = askNothing
	c.running = true
	for c.advance() {
	}
	c.running = false
}

// checkResume panics if the host calls at the wrong moment.
func (c *Client) checkResume() {
	switch {
	case c.running:
		panic(fmt.Sprintf("workload: client %d resumed by a host that it is calling", c.index))
	case c.asked == askNothing:
		panic(fmt.Sprintf("workload: client %d resumed but finished or closed", c.index))
	case c.asked == askWake && c.host.Now() < c.until:
		panic(fmt.Sprintf("workload: client %d resumed at %d, before %d", c.index, c.host.Now(),
			c.until))
	case c.asked == askDone && !c.group.refs.done(c.awaited):
		panic(fmt.Sprintf("workload: client %d resumed though %d is not done", c.index,
			c.awaited.handle))
	}
}

// sleep blocks until the instant at. It tells whether the client may go on.
func (c *Client) sleep(at fence.Time) bool {
	if at <= c.host.Now() {
		return true
	}
	c.until = at
	c.asked = askWake
	c.host.Wake(c, at)
	return false
}

// await blocks until r, which may be nil, is done. It tells whether the client
// may go on.
func (c *Client) await(r *ref) bool {
	if c.group.refs.done(r) {
		return true
	}
	c.asked, c.awaited = askDone, r
	c.host.NotifyDone(r.handle, c)
	return false
}

// close gives all handles back.
func (c *Client) close() {
	c.asked = askNothing
	c.endFences()
	for i := range c.objects {
		c.objects[i].clear(&c.group.refs)
	}
	for i := range c.queues {
		for c.queues[i].len > 0 {
			c.group.refs.drop(c.queues[i].pop())
		}
	}
}
