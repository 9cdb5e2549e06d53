package main

import (
	"fmt"
	"sync/atomic"

	"credence/core/sched"
	"credence/core/xatomic"
)

// A schedContender makes the ends of each kind of row for one scheduler. Both
// schedulers order their entities first in, first out.
type schedContender struct {
	impl   string
	whole  func(entities int) ends // one goroutine does everything
	flow   func(f flow) ends       // a pushes jobs, b is the worker and spins
	parked func(f flow) ends       // a pushes jobs to a worker that sleeps
}

// The whole loop: jobs that the hardware has at once, and jobs that each entity
// has waiting.
const (
	wholeSlots = 64
	wholeQueue = 2
)

// wholeJobs returns how many jobs circulate in a whole loop.
func wholeJobs(entities int) int { return wholeSlots + wholeQueue*entities }

// wholeEntities is how many entities are busy.
var wholeEntities = []int{1, 64, 4096}

// A flow says how jobs go from a producer to a worker and back.
type flow struct {
	name    string
	jobs    int // that circulate; with one, each waits for the end of the one before
	publish int // after how many freed jobs the worker tells the producer
}

// flows: a stream runs far ahead, as a client with much to do; a trickle is one
// job there and back.
var flows = []flow{
	{name: "stream", jobs: flowCapacity, publish: flowCapacity / 8},
	{name: "trickle", jobs: 1, publish: 1},
}

// flowCapacity is that of the entity's queue: with as many jobs it is never full.
const flowCapacity = 1024

// A circulation counts the jobs of a flow, which go around in order. The
// producer takes the next one with take, the worker says which one it ran and
// which it freed.
type circulation struct {
	jobs, step uint64
	_          xatomic.Pad
	sent       uint64 // the producer's
	known      uint64 // to have been freed
	_          xatomic.Pad
	ran        uint64 // the worker's
	freed      uint64
	wrong      int // jobs whose turn it was not
	_          xatomic.Pad
	told       atomic.Uint64 // freed, told to the producer
	_          xatomic.Pad
}

func newCirculation(f flow) circulation {
	return circulation{jobs: uint64(f.jobs), step: uint64(f.publish)}
}

// take waits until a job is free and returns its index and the number that it
// goes by. The producer.
func (c *circulation) take() (index, id uint64) {
	for t := 0; c.sent-c.known == c.jobs; t = spin(t) {
		c.known = c.told.Load()
	}
	id = c.sent
	c.sent++
	return id % c.jobs, id
}

// runs says that the job that goes by id was run. The worker.
func (c *circulation) runs(id uint64) {
	if id != c.ran {
		c.wrong++
	}
	c.ran++
}

// frees says that it was freed, and may be taken. The worker.
func (c *circulation) frees(id uint64) {
	if id != c.freed {
		c.wrong++
	}
	c.freed++
	if c.freed%c.step == 0 {
		c.told.Store(c.freed) // passes the jobs back to the producer
	}
}

// work calls poll, which reports whether it did anything, until n more jobs are
// freed, and returns how many were out of turn. The worker.
func (c *circulation) work(n int, poll func() bool) (wrong int) {
	wrong = c.wrong
	until := c.freed + uint64(n)
	for t := 0; c.freed < until; {
		if poll() {
			t = 0
		} else {
			t = spin(t)
		}
	}
	c.told.Store(c.freed)
	return c.wrong - wrong
}

// settle waits until all jobs that were sent are freed, and returns how many
// were out of turn. The producer, if every freed job is told.
func (c *circulation) settle() (wrong int) {
	for t := 0; c.told.Load() != c.sent; t = spin(t) {
	}
	wrong, c.wrong = c.wrong, 0
	return wrong
}

// schedulers returns the schedulers that are compared, in the order of the
// report.
func schedulers() []schedContender {
	return []schedContender{
		credenceScheduler("credence", 0),
		credenceScheduler("credence-upstream", sched.Upstream70),
		plainScheduler(),
	}
}

// schedRows returns the rows of the schedulers.
func schedRows() []*row {
	var rows []*row
	for _, c := range schedulers() {
		for _, n := range wholeEntities {
			rows = append(rows, &row{
				family: "Job", params: fmt.Sprintf("entities=%d", n), impl: c.impl,
				warm: 2 * wholeJobs(n), collects: true, large: true,
				build: func() ends { return c.whole(n) },
			})
		}
		for _, f := range flows {
			rows = append(rows, &row{
				family: "Worker", params: "flow=" + f.name, impl: c.impl,
				warm: 2 * f.jobs, trips: f.jobs == 1, collects: true,
				build: func() ends { return c.flow(f) },
			}, &row{
				family: "Parked", params: "flow=" + f.name, impl: c.impl,
				warm: 2 * f.jobs, collects: true, sleeps: true,
				build: func() ends { return c.parked(f) },
			})
		}
	}
	return rows
}
