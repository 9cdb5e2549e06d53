package micro_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"credence/core/spsc"
)

// A payload is what a pointer item points to: the size of a small job.
type payload [8]uint64

// spscCapacities are those of a deep client, a deeper one, and the limit.
var spscCapacities = []int{128, 1024, spsc.MaxCapacity}

// spscItems are the different items that pass through a queue in turn.
const spscItems = 64

func wordItems() []uint64 {
	items := make([]uint64, spscItems)
	for i := range items {
		items[i] = uint64(i) + 1
	}
	return items
}

func pointerItems() []*payload {
	items := make([]*payload, spscItems)
	for i := range items {
		items[i] = new(payload)
	}
	return items
}

// BenchmarkSPSC asks what one item costs that one goroutine pushes and pops,
// with nothing else in the queue: the instructions, without any coherence.
func BenchmarkSPSC(b *testing.B) {
	for _, capacity := range spscCapacities {
		name := fmt.Sprintf("ends=1/cap=%d", capacity)
		b.Run(name+"/item=word", func(b *testing.B) { pushPop(b, capacity, wordItems()) })
		b.Run(name+"/item=ptr", func(b *testing.B) { pushPop(b, capacity, pointerItems()) })
	}
}

func pushPop[T comparable](b *testing.B, capacity int, items []T) {
	q, wrong, i := spsc.New[T](capacity), 0, 0
	b.ReportAllocs()
	for b.Loop() {
		pushed := q.TryPush(items[i])
		if v, ok := q.Pop(); !pushed || !ok || v != items[i] {
			wrong++
		}
		i = (i + 1) % spscItems
	}
	if wrong > 0 {
		b.Errorf("%d items were wrong", wrong)
	}
}

// BenchmarkSPSCReserved asks what an item costs on the scheduler's path: the slot
// reserved when the job is made, the push later, and a look before the pop.
func BenchmarkSPSCReserved(b *testing.B) {
	for _, capacity := range spscCapacities[:1] {
		b.Run(fmt.Sprintf("ends=1/cap=%d/item=ptr", capacity), func(b *testing.B) {
			q, x, wrong := spsc.New[*payload](capacity), new(payload), 0
			b.ReportAllocs()
			for b.Loop() {
				if q.Reserve() {
					q.Push(x)
				}
				v, _ := q.Peek()
				if w, ok := q.Pop(); !ok || v != x || w != x {
					wrong++
				}
			}
			if wrong > 0 {
				b.Errorf("%d items were wrong", wrong)
			}
		})
	}
}

// BenchmarkSPSCBatch asks what publishing a batch at once saves: ns/item is to be
// compared between batches; an operation is a whole batch pushed and popped.
func BenchmarkSPSCBatch(b *testing.B) {
	for _, k := range []int{1, 8, 32, 64} {
		b.Run(fmt.Sprintf("ends=1/cap=1024/item=word/batch=%d", k), func(b *testing.B) {
			q, items, dst, wrong := spsc.New[uint64](1024), wordItems()[:k], make([]uint64, k), 0
			b.ReportAllocs()
			for b.Loop() {
				if q.PushBatch(items) != k || q.PopBatch(dst) != k || dst[k-1] != items[k-1] {
					wrong++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(k), "ns/item")
			if wrong > 0 {
				b.Errorf("%d batches were wrong", wrong)
			}
		})
	}
}

// BenchmarkSPSCStream asks how long an item takes of a stream from one goroutine
// to another, both doing nothing else.
func BenchmarkSPSCStream(b *testing.B) {
	for _, capacity := range spscCapacities {
		name := fmt.Sprintf("ends=2/cap=%d", capacity)
		b.Run(name+"/item=word", func(b *testing.B) { stream(b, capacity, wordItems()) })
		b.Run(name+"/item=ptr", func(b *testing.B) { stream(b, capacity, pointerItems()) })
	}
}

func stream[T comparable](b *testing.B, capacity int, items []T) {
	q := spsc.New[T](capacity)
	var done atomic.Bool
	type outcome struct{ popped, wrong int }
	end := make(chan outcome)
	go func() {
		var o outcome
		for looks := 0; ; {
			// Looked at before the pop, so that a pop in vain after it is the last.
			last := looks > 0 && done.Load()
			v, ok := q.Pop()
			switch {
			case ok:
				if v != items[o.popped%spscItems] {
					o.wrong++
				}
				o.popped++
				looks = 0
			case last:
				end <- o
				return
			default:
				looks = max(1, pause(looks))
			}
		}
	}()
	i, pushed := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		for looks := 0; !q.TryPush(items[i]); looks = pause(looks) {
		}
		i = (i + 1) % spscItems
		pushed++
	}
	done.Store(true)
	if o := <-end; o.popped != pushed || o.wrong > 0 {
		b.Errorf("of %d items pushed %d were popped, %d of them wrong", pushed, o.popped, o.wrong)
	}
}
