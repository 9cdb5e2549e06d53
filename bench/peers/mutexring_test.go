package main

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMutexRingAgainstSlice compares the ring with a slice over random
// operations, batches among them that wrap around its end.
func TestMutexRingAgainstSlice(t *testing.T) {
	const seed, slots = 3, 8
	draw := rand.New(rand.NewPCG(seed, 0))
	r := newMutexRing[int](slots)
	var twin []int
	for step := range 50_000 {
		switch draw.IntN(4) {
		case 0:
			if ok := r.tryPush(step); ok != (len(twin) < slots) {
				t.Fatalf("seed %d step %d: push with %d queued = %v", seed, step, len(twin), ok)
			} else if ok {
				twin = append(twin, step)
			}
		case 1:
			v, ok := r.tryPop()
			if ok != (len(twin) > 0) || ok && v != twin[0] {
				t.Fatalf("seed %d step %d: pop = %d, %v with %v queued", seed, step, v, ok, twin)
			}
			twin = twin[min(1, len(twin)):]
		case 2:
			vs := make([]int, draw.IntN(slots+2))
			for i := range vs {
				vs[i] = step + i
			}
			n := r.pushBatch(vs)
			if want := min(len(vs), slots-len(twin)); n != want {
				t.Fatalf("seed %d step %d: pushed %d, want %d", seed, step, n, want)
			}
			twin = append(twin, vs[:n]...)
		case 3:
			out := make([]int, draw.IntN(slots+2))
			n := r.popBatch(out)
			want := twin[:min(len(out), len(twin))]
			if !slices.Equal(out[:n], want) {
				t.Fatalf("seed %d step %d: popped %v, want %v", seed, step, out[:n], want)
			}
			twin = twin[n:]
		}
		checkFree(t, r, len(twin))
	}
}

// checkFree fails the test if a slot that holds no item keeps a value.
func checkFree(t *testing.T, r *mutexRing[int], queued int) {
	t.Helper()
	for i := queued; i < len(r.buf); i++ {
		if v := r.buf[(r.head+i)&(len(r.buf)-1)]; v != 0 {
			t.Fatalf("free slot keeps %d", v)
		}
	}
}
