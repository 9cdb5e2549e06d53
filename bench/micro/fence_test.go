package micro_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"credence/core/fence"
	"credence/core/xatomic"
)

// ran counts the runs of fence callbacks.
type ran struct{ n int }

func (r *ran) FenceSignaled(*fence.Fence, *fence.Callback) { r.n++ }

// BenchmarkFenceLife asks what the life of a fence costs one goroutine: Init,
// Arm of as many callbacks, and the signal that runs them. atomics is the
// anchor: as many atomic stores and additions to one word as the life executes
// (core/fence's TestAtomicSteps has the list), and nothing else. Without
// callbacks that is the store of Init and the one step of Signal.
func BenchmarkFenceLife(b *testing.B) {
	for _, life := range []struct{ callbacks, stores, adds int }{
		{0, 1, 1}, {1, 3, 5}, {8, 10, 19},
	} {
		name := func(t string) string { return fmt.Sprintf("type=%s/callbacks=%d", t, life.callbacks) }
		b.Run(name("atomics"), func(b *testing.B) { storesAndAdds(b, life.stores, life.adds) })
		b.Run(name("fence"), func(b *testing.B) {
			var f fence.Single
			var runs ran
			cbs := make([]fence.Callback, life.callbacks)
			for i := range cbs {
				cbs[i].Init(&runs)
			}
			lives := 0
			b.ReportAllocs()
			for b.Loop() {
				f.Init(1, uint64(lives), nil)
				for i := range cbs {
					f.Arm(&cbs[i])
				}
				f.Signal()
				lives++
			}
			if runs.n != lives*life.callbacks || !f.Signaled() {
				b.Errorf("%d runs in %d lives of %d callbacks", runs.n, lives, life.callbacks)
			}
		})
	}
}

// BenchmarkFenceRefs asks what a reference costs, taken and dropped by one
// goroutine. The anchor is a word that is added to and subtracted from.
func BenchmarkFenceRefs(b *testing.B) {
	b.Run("type=atomics", func(b *testing.B) { storesAndAdds(b, 0, 2) })
	b.Run("type=fence", func(b *testing.B) {
		var f fence.Single
		f.Init(1, 1, nil)
		b.ReportAllocs()
		for b.Loop() {
			f.Get()
			f.Put()
		}
		if f.Refs() != 1 {
			b.Errorf("%d references left, want 1", f.Refs())
		}
	})
}

// released counts what an owner gets back.
type released struct{ n int }

func (r *released) FenceReleased(*fence.Base) { r.n++ }

// BenchmarkFencePair asks what the two fences of a job cost one goroutine when
// nobody watches: Init for the job and its completion, the signal of scheduled,
// that of finished, which drops the completion's reference, and the job's drop.
// The anchor is a store and three additions.
func BenchmarkFencePair(b *testing.B) {
	b.Run("type=atomics", func(b *testing.B) { storesAndAdds(b, 1, 3) })
	b.Run("type=fence", func(b *testing.B) {
		var p fence.Pair
		var back released
		lives := 0
		b.ReportAllocs()
		for b.Loop() {
			p.Init(1, uint64(lives), &back, 2)
			p.Scheduled.Signal()
			p.Finished.SignalPut(fence.OK)
			p.Finished.Put()
			lives++
		}
		if back.n != lives {
			b.Errorf("%d of %d lives given back", back.n, lives)
		}
	})
}

// storesAndAdds is the anchor: so many atomic stores to a word, and additions.
func storesAndAdds(b *testing.B, stores, adds int) {
	var word struct {
		_ xatomic.Pad
		n atomic.Uint64
		_ xatomic.Pad
	}
	total := uint64(0)
	for b.Loop() {
		for range stores {
			word.n.Store(total)
		}
		for range adds {
			word.n.Add(1)
		}
		total += uint64(adds)
	}
	if word.n.Load() != total {
		b.Errorf("the word is at %d, want %d", word.n.Load(), total)
	}
}
