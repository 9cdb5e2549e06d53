//go:build explore

package explore

import (
	"math/bits"

	"credence/core/xatomic"
)

// futures is what has been seen of what threads go on to do: for each place in a
// thread's code the operations that can follow. It is learnt while executions are
// played, and is right of those that were. A search that has left out steps because
// of it, and has learnt since that a thread can do more from there, has to begin
// again: what it leaves out is then made up for. One that ends with nothing new has
// left out only what does not matter: were there an operation that was not learnt,
// the shortest way to it could be put in an order that was played.
type futures struct {
	places []place
	number map[uint64]int32
	edges  map[edge]bool
	todo   []int32
	names  int
	// pass counts the searches begun; stale says that this one has to be repeated.
	pass  int32
	stale bool
	off   bool // threads meet in memory that came to be meanwhile: nothing is left out
}

// place is where a thread is about to do an operation.
type place struct {
	born      int32 // the pass in which it was met first
	relied    bool  // something was left out because of what is known of it
	reads     []uint64
	writes    []uint64
	preceding []int32
}

type edge struct{ from, to int32 }

func newFutures(names int) *futures {
	return &futures{number: make(map[uint64]int32), edges: make(map[edge]bool), names: names}
}

// at returns the number of a place.
func (f *futures) at(what uint64) int32 {
	n, ok := f.number[what]
	if !ok {
		n = int32(len(f.places))
		f.number[what] = n
		size := (f.names + 63) / 64
		bits := make([]uint64, 2*size)
		f.places = append(f.places, place{born: f.pass, reads: bits[:size], writes: bits[size:]})
	}
	return n
}

// does notes that a thread at a place is about to read or to write a location.
func (f *futures) does(at int32, loc uint32, write bool) {
	if int(loc) >= f.names {
		f.off, f.stale = true, true
		return
	}
	p := &f.places[at]
	set := p.reads
	if write {
		set = p.writes
	}
	if set[loc>>6]>>(loc&63)&1 != 0 {
		return
	}
	set[loc>>6] |= 1 << (loc & 63)
	f.grown(at)
	f.spread()
}

// leads notes that one place follows another.
func (f *futures) leads(from, to int32) {
	e := edge{from, to}
	if f.edges[e] {
		return
	}
	f.edges[e] = true
	f.places[to].preceding = append(f.places[to].preceding, from)
	if f.places[from].take(&f.places[to]) {
		f.grown(from)
	}
	f.spread()
}

func (f *futures) grown(at int32) {
	f.todo = append(f.todo, at)
	if f.places[at].relied {
		f.stale = true
	}
}

// spread has all places know what can follow those behind them.
func (f *futures) spread() {
	for len(f.todo) > 0 {
		at := f.todo[len(f.todo)-1]
		f.todo = f.todo[:len(f.todo)-1]
		for _, p := range f.places[at].preceding {
			if f.places[p].take(&f.places[at]) {
				f.grown(p)
			}
		}
	}
}

// take adds what can follow q, and reports whether that is new.
func (p *place) take(q *place) (more bool) {
	for i := range p.reads {
		more = more || q.reads[i]&^p.reads[i] != 0 || q.writes[i]&^p.writes[i] != 0
		p.reads[i] |= q.reads[i]
		p.writes[i] |= q.writes[i]
	}
	return more
}

// again begins another search with all that was learnt.
func (f *futures) again() {
	f.pass++
	f.stale = false
	for i := range f.places {
		f.places[i].relied = false
	}
}

// meets reports whether a thread at a place may come to an operation on a location
// that does not commute with a read, or with a write.
func (f *futures) meets(at int32, loc uint32, write bool) bool {
	p := &f.places[at]
	if f.off || int(loc) >= f.names || p.born == f.pass {
		return true // too little is known
	}
	p.relied = true
	return (p.writes[loc>>6]|ifSet(write, p.reads[loc>>6]))>>(loc&63)&1 != 0
}

func ifSet(b bool, v uint64) uint64 {
	if b {
		return v
	}
	return 0
}

// arrive notes where t is, which has announced an operation.
func (t *thread) arrive(f *futures) {
	at := t.place()
	n := f.at(mix(mix(at, uint64(t.index)), uint64(t.op)<<32|uint64(t.loc)))
	f.does(n, t.loc, t.op != xatomic.OpLoad)
	if t.at >= 0 {
		f.leads(t.at, n)
	}
	t.at = n
}

// enough returns threads that suffice to be followed from here: no other can come
// to anything that does not commute with what they do next, or lets one of them go
// on, before one of them has moved (A. Valmari, "Stubborn sets for reduced state
// space generation", 1991). It is the smallest such set that one thread leads to.
func (e *engine) enough(enabled mask) mask {
	best := enabled
	for i := range e.threads {
		if enabled>>i&1 == 0 || bits.OnesCount8(uint8(best)) == 1 {
			continue
		}
		if s := e.closure(1<<i) & enabled; bits.OnesCount8(uint8(s)) < bits.OnesCount8(uint8(best)) {
			best = s
		}
	}
	return best
}

// closure adds to a set of threads those that can interfere with it.
func (e *engine) closure(s mask) mask {
	for done := mask(0); s != done; {
		t := e.threads[bits.TrailingZeros8(uint8(s&^done))]
		done |= t.bit
		for rest := e.alive &^ s; rest != 0; rest &= rest - 1 {
			u := e.threads[bits.TrailingZeros8(uint8(rest))]
			if e.interferes(u, t) {
				s |= u.bit
			}
		}
	}
	return s
}

// interferes reports whether u, while t does nothing, can come to something that
// does not commute with t's next operation, or that lets t go on.
func (e *engine) interferes(u, t *thread) bool {
	f := e.futures
	if f.meets(u.at, t.loc, t.writes()) {
		return true
	}
	for _, l := range t.waits {
		if f.meets(u.at, l, false) {
			return true
		}
	}
	return false
}
