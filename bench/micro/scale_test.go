package micro_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"

	"credence/core/sched"
)

// scaleVariable is set in the environment by schedbench scale: at a hundred
// thousand entities these benchmarks are no part of a comparison.
const scaleVariable = "CREDENCE_SCALE"

// scaleEntities are how many entities are attached to one scheduler.
var scaleEntities = []int{1, 10, 100, 1000, 10_000, 100_000}

// scaleCase is what is scaled.
type scaleCase struct {
	policy sched.Policy
	flow   string
	idle   bool // all entities but one have nothing to run
}

var scaleCases = []scaleCase{
	{sched.FIFO, "credits:126", false},
	{sched.RR, "credits:126", false},
	{sched.Fair, "credits:126", false},
	{sched.Fair, "lanes", false},
	{sched.Fair, "credits:126", true},
}

// of returns the case with a number of entities.
func (c scaleCase) of(entities int) schedCase {
	if c.idle {
		return schedCase{policy: c.policy, flow: c.flow, busy: 1, idle: entities - 1}
	}
	return schedCase{policy: c.policy, flow: c.flow, busy: entities}
}

func (c scaleCase) String() string {
	busy := "all"
	if c.idle {
		busy = "one"
	}
	return fmt.Sprintf("policy=%v/flow=%s/busy=%s", c.policy, c.flow, busy)
}

// BenchmarkScale asks what a job takes, and what an entity and a job weigh, as
// entities become more: B/entity is the heap that each takes with its queue of
// sched.DefaultCapacity slots, B/job that of a job with its fences, the hardware's
// and the rig's own words included, and grown-B what the heap grew by over all jobs
// of the run.
func BenchmarkScale(b *testing.B) {
	if os.Getenv(scaleVariable) == "" {
		b.Skip("run it by schedbench scale")
	}
	for _, c := range scaleCases {
		for _, n := range scaleEntities {
			b.Run(fmt.Sprintf("%v/entities=%d", c, n), func(b *testing.B) { scale(b, c.of(n), n) })
		}
	}
}

func scale(b *testing.B, c schedCase, entities int) {
	weigh := os.Getenv(scaleVariable) == "weigh" // under cachegrind it would only cost
	none := c
	none.busy, none.idle = 0, 0
	var heap [5]uint64
	at := func(i int) {
		if weigh {
			heap[i] = liveHeap()
		}
	}
	at(0)
	bare := attachedRig(b, none)
	at(1)
	x := attachedRig(b, c)
	at(2)
	x.fill(b, c)
	at(3)
	b.ReportAllocs()
	for b.Loop() {
		x.step()
	}
	b.StopTimer()
	at(4)
	if x.frees != b.N || x.inFlight() != slots {
		b.Fatalf("%d jobs freed in %d iterations, %d in flight", x.frees, b.N, x.inFlight())
	}
	if weigh && c.idle == 0 { // idle ones have a slot each, and their jobs are gone
		empty := heap[1] - heap[0]
		jobs := slots + queuedPerEntity*c.busy
		b.ReportMetric(float64(int64(heap[2]-heap[1]-empty))/float64(entities), "B/entity")
		b.ReportMetric(float64(int64(heap[3]-heap[2]))/float64(jobs), "B/job")
		b.ReportMetric(float64(int64(heap[4]-heap[3])), "grown-B")
	}
	runtime.KeepAlive(bare)
	runtime.KeepAlive(x)
}

// liveHeap returns the bytes of objects that are reachable.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // what the first one's finalizers let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
