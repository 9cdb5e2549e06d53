//go:build explore && !race

package explore

import (
	"reflect"
	"unsafe"
)

// What a thread does next depends on its stack, from the frame that operates up to
// the one that called the program's code, and on the memory that this leads to:
// Go's calling convention keeps nothing in registers across a call. So two threads
// with the same stack, at the same operation, in the same memory, are in the same
// state, whatever they did before. A stack holds remains of calls that have
// returned as well, which can only make equal states look different; wipe keeps
// the engine's own out of it.

// mark ends the part of a stack that is looked at.
const mark0, mark1 = 0x6578706c6f726572, 0x9e3779b97f4a7c15

const (
	// maxStack is the deepest stack of a thread that is looked at, in words.
	maxStack = 1 << 12
	// wiped is how much stack an operation of the engine leaves clean, in words.
	wiped = 128
)

// enter runs the program's code with a mark on the stack before it.
//
//go:noinline
func enterCode(f func()) {
	m := [2]uint64{mark0, mark1}
	keep(&m)
	wipe()
	f()
	keep(&m)
}

//go:noinline
func keep(*[2]uint64) {}

// wipe clears the stack below its caller's frame.
//
//go:noinline
func wipe() {
	var clean [wiped]uint64
	used(&clean)
}

//go:noinline
func used(*[wiped]uint64) {}

// look hashes the stack from an address on it up to the mark. place is a hash of
// the return addresses, and of whatever else lies in the range of code. exact says
// that all of it leads to memory that the snapshot holds, or that nobody writes.
//
//go:noinline
func (e *engine) look(from unsafe.Pointer) (hash, place uint64, exact bool) {
	s := e.spots
	words := uintptr(0)
	for ; ; words++ {
		if words == maxStack {
			return 0, 0, false
		}
		at := unsafe.Add(from, words*8)
		if *(*uint64)(at) == mark0 && *(*uint64)(unsafe.Add(at, 8)) == mark1 {
			break
		}
	}
	exact = true
	// The least stack is of 2 KiB and begins at a multiple of that.
	low, size := uint64(uintptr(from))&^2047, uint64(words*8)
	size += uint64(uintptr(from)) - low
	for i := range words {
		v := *(*uint64)(unsafe.Add(from, i*8))
		switch {
		case v-low < size: // on this stack, which may have moved
			v -= uint64(uintptr(from))
		case v>>heapShift == s.heap:
			if s.allocates && !s.known(v) {
				exact = false
			}
		case v-s.code < codeSize:
			place = (place ^ v) * 0x9e3779b97f4a7c15
		}
		hash = (hash ^ v) * 0xd6e8feb86659fd93
		hash ^= hash >> 32
	}
	return hash, place, exact
}

// heapShift takes the part of an address that all of the heap has in common.
const heapShift = 38

// codeSize is the size of the range that is taken for code, around this package's.
const codeSize = 64 << 20

// spots knows which addresses on the heap are harmless: those of memory that the
// snapshot puts back and hashes, and those that were in it or are the engine's.
type spots struct {
	heap, code uint64
	allocates  bool // executions allocate: what is not known may be one's own
	cache      [512]uint64
	memory     *snapshot
	fixed      map[uint64]bool
}

func newSpots(e *engine) *spots {
	s := &spots{memory: e.memory, fixed: make(map[uint64]bool)}
	s.heap = uint64(uintptr(unsafe.Pointer(e))) >> heapShift
	s.code = uint64(reflect.ValueOf(enterCode).Pointer()) - codeSize/2
	add := func(p unsafe.Pointer) { s.fixed[uint64(uintptr(p))] = true }
	add(unsafe.Pointer(e))
	for _, t := range e.threads {
		add(unsafe.Pointer(t))
		add(*(*unsafe.Pointer)(unsafe.Pointer(&t.Run)))
	}
	for i := range s.memory.images {
		m := &s.memory.images[i]
		for w := range m.words {
			if v := m.was(w); v>>heapShift == s.heap {
				s.fixed[v] = true
			}
		}
	}
	return s
}

// known reports whether an address on the heap is harmless.
func (s *spots) known(v uint64) bool {
	c := &s.cache[(v*0x9e3779b97f4a7c15)>>55]
	if *c == v {
		return true
	}
	if !s.memory.holds(uintptr(v)) && !s.fixed[v] {
		return false
	}
	*c = v
	return true
}

// harmless reports whether a pointer leads to memory that the snapshot holds, or
// nowhere.
func (s *spots) harmless(p unsafe.Pointer) bool {
	v := uint64(uintptr(p))
	return v>>heapShift != s.heap || s.known(v)
}
