package main

import "fmt"

// A row is one thing that is measured: one contender at one job. Rows of one
// table share family and params and differ in impl.
type row struct {
	family string // what is measured: see families
	params string // key=value, slash separated
	impl   string // the contender

	build    func() ends // fresh ends for one sample
	warm     int         // operations before the clock starts: two laps of a ring
	trips    bool        // operations are round trips, and timed as the raw ones are
	collects bool        // garbage is collected while the clock runs
	large    bool        // too large to be inlined: it stands apart from the harness
	sleeps   bool        // the worker sleeps, and its wake-ups are counted
}

// name returns the row's name as it stands in benchmark output, less "Benchmark".
func (r *row) name() string { return r.table() + "/impl=" + r.impl }

// table returns the name that the rows of one table share.
func (r *row) table() string { return r.family + "/" + r.params }

// A family is a set of rows with one question.
type family struct {
	name    string
	asks    string   // heading of its table
	anchors []string // contenders that the others are set against
	wakes   bool     // workers sleep, and how often they are woken is told
}

// families lists what is measured, in the order of the report.
var families = []family{
	{
		name: "Throughput", asks: "ns per item from one goroutine to another",
		anchors: []string{"xsync"},
	},
	{
		name: "Batch", asks: "ns per item, pushed and popped k at a time",
		anchors: []string{"xsync"},
	},
	{
		name: "RoundTrip", asks: "ns there and back over two queues",
		anchors: []string{"xsync"},
	},
	{
		name: "PushPop", asks: "ns per push and pop on one goroutine",
		anchors: []string{"xsync"},
	},
	{
		name: "Credit", asks: "ns per credit taken and returned",
		anchors: []string{"atomic", "weighted"},
	},
	{
		name: "Event", asks: "ns per event scheduled and fired, with a constant number pending",
		anchors: []string{"heap"},
	},
	{
		name: "Job", asks: "ns per job through a scheduler, all of it on one goroutine",
		anchors: []string{"plain"},
	},
	{
		name: "Worker", asks: "ns per job from a producer to a worker that spins",
		anchors: []string{"plain"},
	},
	{
		name: "Parked", asks: "ns per job from a producer to a worker that sleeps when idle",
		anchors: []string{"plain"}, wakes: true,
	},
}

// What the rows vary.
var (
	streamSlots  = []int{128, 1024, 65536}
	batchSizes   = []int{8, 32, maxBatch}
	creditLimits = []int{2, 127}
)

// middleSlots is the size of the queues whose size is not varied.
const middleSlots = 1024

// allRows returns every row, table by table.
func allRows() []*row {
	var rows []*row
	rows = append(rows, queueRows("word", queues[uint64](), words())...)
	rows = append(rows, queueRows("ptr", pointerQueues(), pointers())...)
	rows = append(rows, rawRow())
	rows = append(rows, creditRows()...)
	rows = append(rows, eventRows()...)
	return append(rows, schedRows()...)
}

// queueRows returns the rows of the queues qs over items of the kind named.
func queueRows[T comparable](kind string, qs []contender[T], in *items[T]) []*row {
	var rows []*row
	for _, q := range qs {
		for _, slots := range streamSlots {
			rows = append(rows, &row{
				family: "Throughput", params: fmt.Sprintf("slots=%d/item=%s", slots, kind),
				impl: q.impl, warm: 2 * slots,
				build: func() ends { return q.stream(slots, in) },
			})
		}
		for _, k := range batchSizes {
			rows = append(rows, &row{
				family: "Batch", params: fmt.Sprintf("k=%d/item=%s", k, kind),
				impl: q.impl, warm: 2 * middleSlots,
				build: func() ends { return q.batch(middleSlots, k, in) },
			})
		}
		rows = append(rows, &row{
			family: "RoundTrip", params: "item=" + kind, impl: q.impl, trips: true,
			build: func() ends { return q.echo(middleSlots, in) },
		}, &row{
			family: "PushPop", params: "item=" + kind, impl: q.impl, warm: 2 * middleSlots,
			build: func() ends { return q.single(middleSlots, in) },
		})
	}
	return rows
}

// rawRow returns the raw ping-pong as a row of its own: its ratio to the
// brackets shows how well a bracket tells what lies between.
func rawRow() *row {
	return &row{
		family: "RoundTrip", params: "item=word", impl: "raw", trips: true, build: newPingPong,
	}
}

// creditRows returns the rows of the credits.
func creditRows() []*row {
	var rows []*row
	for _, c := range credits() {
		for _, limit := range creditLimits {
			rows = append(rows, &row{
				family: "Credit", params: fmt.Sprintf("limit=%d/goroutines=1", limit),
				impl: c.impl, warm: 2 * limit,
				build: func() ends { return c.one(limit) },
			}, &row{
				family: "Credit", params: fmt.Sprintf("limit=%d/goroutines=2", limit),
				impl: c.impl, warm: 2 * limit,
				build: func() ends { return c.two(limit) },
			})
		}
	}
	return rows
}

// credits returns the credits that are compared, in the order of the report.
func credits() []creditContender {
	return []creditContender{
		credenceCounter(), credenceLanes(3), credenceLanes(6),
		atomicPair(), weighted(), chanSemaphore(), mutexCounter(),
	}
}
