package spsc

import "credence/core/xatomic"

// position is a published slot index. One end writes it, both read it.
//
// It is no generic type, on purpose: the compiler hands the bodies of the
// atomics on to importers of this package only if code compiled here inlines
// them, and the methods of a generic type are compiled where they are used. With
// the atomics called as functions a push and a pop took 98 instructions in place
// of 60.
type position struct{ word xatomic.Uint64 }

func (p *position) load() uint32      { return uint32(p.word.Load()) }
func (p *position) publish(at uint32) { p.word.Store(uint64(at)) }

// ring is the slots of a queue. The owner of a slot is the producer from its
// return until its publication, and the consumer from then on.
type ring[T any] []xatomic.Var[T]

// distance returns how many slots there are from one position up to another.
func (r ring[T]) distance(from, to uint32) int {
	n := int(to) - int(from)
	if n < 0 {
		n += len(r)
	}
	return n
}

// fill stores vs in the slots from at on and returns the position after them.
// Requires: len(vs) is below the ring's size.
func (r ring[T]) fill(at uint32, vs []T) uint32 {
	for len(vs) > 0 { // twice at most: up to the end of the ring, and from its start
		run := r[at:min(len(r), int(at)+len(vs))]
		for i, v := range vs[:len(run)] {
			run[i].Set(v)
		}
		vs = vs[len(run):]
		if at += uint32(len(run)); at == uint32(len(r)) {
			at = 0
		}
	}
	return at
}

// drain moves the items of the slots from at on to dst, clears the slots and
// returns the position after them. Requires: len(dst) is below the ring's size.
func (r ring[T]) drain(at uint32, dst []T) uint32 {
	var zero T
	for len(dst) > 0 { // twice at most, as in fill
		run := r[at:min(len(r), int(at)+len(dst))]
		out := dst[:len(run)]
		for i := range run {
			out[i] = run[i].Get()
			run[i].Set(zero)
		}
		dst = dst[len(run):]
		if at += uint32(len(run)); at == uint32(len(r)) {
			at = 0
		}
	}
	return at
}
