package main

// poolLen is how many distinct items circulate. It is a prime, so that an item
// that comes a whole lap of a ring too early or too late, whatever the ring's
// size, is not taken for the right one.
const poolLen = 1021

// maxBatch is the longest batch that is pushed.
const maxBatch = 64

// items is what producers push and consumers expect: the first poolLen of it
// in this order, and then from the start again. The rest repeats the start, so
// that a batch is always one slice. Both ends only read it; it fits in the
// first-level cache.
type items[T comparable] [poolLen + maxBatch]T

// newItems returns items of which make makes the i-th, 0 <= i < poolLen.
func newItems[T comparable](make func(i int) T) *items[T] {
	in := new(items[T])
	for i := range poolLen {
		in[i] = make(i)
	}
	copy(in[poolLen:], in[:])
	return in
}

// next returns the index after j.
func next(j int) int { return skip(j, 1) }

// skip returns the index k after j. Requires: k <= maxBatch.
func skip(j, k int) int {
	if j += k; j < poolLen {
		return j
	}
	return j - poolLen
}

// differ returns how many of the items got are not those expected from index j.
func differ[T comparable](in *items[T], j int, got []T) (wrong int) {
	for i, v := range in[j : j+len(got)] {
		if got[i] != v {
			wrong++
		}
	}
	return wrong
}

// words returns items of one machine word. None is zero, so that a slot read
// too early is noticed.
func words() *items[uint64] {
	return newItems(func(i int) uint64 { return uint64(i) + 1 })
}

// A job is what the pointers point to. Consumers compare the pointer and leave
// the job alone: the transfer of its cache line is not the queue's cost.
type job struct{ id uint64 }

// pointers returns items that the garbage collector follows.
func pointers() *items[*job] {
	return newItems(func(i int) *job { return &job{uint64(i)} })
}
