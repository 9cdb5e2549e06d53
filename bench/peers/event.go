package main

import (
	"container/heap"
	"fmt"

	"credence/core/fence"
	"credence/hwmock/des"
)

// pendingEvents is how many events wait at any time.
var pendingEvents = []int{100, 1000, 10_000, 100_000}

// eventLaps is how often each pending event fires before the clock starts, for
// the pending ones to spread as they stay.
const eventLaps = 2

// eventRows returns the rows of the event engines: the hold model, in which each
// event that fires is scheduled anew.
func eventRows() []*row {
	var rows []*row
	for _, engine := range []struct {
		impl string
		hold func(pending int) ends
	}{{"credence", holdWheel}, {"heap", holdHeap}} {
		for _, n := range pendingEvents {
			rows = append(rows, &row{
				family: "Event", params: fmt.Sprintf("pending=%d", n), impl: engine.impl,
				warm:  eventLaps * n,
				build: func() ends { return engine.hold(n) },
			})
		}
	}
	return rows
}

// delays draws delays of 0 to 2000 ns with one multiplication (Knuth's 64-bit
// linear congruence), so that drawing hardly counts.
type delays struct{ state uint64 }

func (d *delays) next() fence.Duration {
	d.state = d.state*6364136223846793005 + 1442695040888963407
	return fence.Duration(d.state << 4 >> 40 * 2001 >> 24)
}

// wheelHold is the hold model on the project's engine, hwmock/des. It counts
// events that fire before the one before them.
type wheelHold struct {
	engine *des.Engine
	delays delays
	last   fence.Time
	wrong  int
}

// Fire is des.Handler's.
func (h *wheelHold) Fire(now fence.Time, e *des.Event) {
	if now < h.last {
		h.wrong++
	}
	h.last = now
	h.engine.Schedule(e, now.Add(h.delays.next()), des.ClassHardware, 0)
}

func holdWheel(pending int) ends {
	h := &wheelHold{engine: des.New()}
	events := make([]des.Event, pending)
	for i := range events {
		events[i].Init(h)
		h.Fire(0, &events[i])
	}
	return ends{a: func(n int) (wrong int) {
		for range n {
			h.engine.Step(fence.Never)
		}
		wrong, h.wrong = h.wrong, 0
		return wrong
	}}
}

// heapEvent is an event in container/heap, which uses the one that fired again.
type heapEvent struct {
	at      fence.Time
	seq     uint64 // breaks ties as the wheel does: first come, first fired
	handler heapHandler
}

type heapHandler interface {
	fire(now fence.Time, e *heapEvent)
}

// eventHeap is a heap.Interface.
type eventHeap []*heapEvent

func (q eventHeap) Len() int      { return len(q) }
func (q eventHeap) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q eventHeap) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}

func (q *eventHeap) Push(x any) { *q = append(*q, x.(*heapEvent)) }

func (q *eventHeap) Pop() any {
	old := *q
	n := len(old) - 1
	e := old[n]
	old[n], *q = nil, old[:n]
	return e
}

// heapHold is the hold model on container/heap.
type heapHold struct {
	queue  eventHeap
	seq    uint64
	delays delays
	last   fence.Time
	wrong  int
}

func (h *heapHold) fire(now fence.Time, e *heapEvent) {
	if now < h.last {
		h.wrong++
	}
	h.last = now
	h.seq++
	e.at, e.seq = now.Add(h.delays.next()), h.seq
	heap.Push(&h.queue, e)
}

func (h *heapHold) pop() *heapEvent { return heap.Pop(&h.queue).(*heapEvent) }

func holdHeap(pending int) ends {
	h := new(heapHold)
	for range pending {
		h.fire(0, &heapEvent{handler: h})
	}
	return ends{a: func(n int) (wrong int) {
		for range n {
			e := h.pop()
			e.handler.fire(e.at, e)
		}
		wrong, h.wrong = h.wrong, 0
		return wrong
	}}
}
