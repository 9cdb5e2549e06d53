//go:build explore

package explore

import "sort"

// The state of an execution is what all words hold, who wrote each Var last, and
// what each thread has seen: a thread that has seen the same will do the same. It
// is kept as 64 bits of hash, so that two of n states are taken for one with a
// probability of about n^2/2^65: one in 37 million for a million states.

// hash takes t's operation into the state. Pointers are known by who wrote them,
// and those to memory that was there at the start by where they point.
func (e *engine) hash(t *thread, old, next, result uint64) {
	l := &e.locs[t.loc]
	if t.word == nil {
		was := l.shadow
		if was == 0 {
			was = e.address(uintptr(old))
		}
		now := was
		if old != next {
			if now = e.address(uintptr(next)); now == 0 {
				now = mix(t.history, 1)
			}
			l.shadow = now
		}
		changed := uint64(0)
		if old != next {
			changed = 1
		}
		old, next, result = was, now, mix(was, changed)
	}
	t.history = mix(t.history, uint64(t.op)<<32|uint64(t.loc)) + result*0x9e3779b97f4a7c15
	if old != next {
		e.state ^= holds(t.loc, old) ^ holds(t.loc, next)
	}
}

// holds hashes that something holds a value.
func holds(what uint32, value uint64) uint64 {
	return mix(mix(0, uint64(what)), value)
}

// hashVar takes an access to plain memory into the state.
func (e *engine) hashVar(t *thread, id uint32, write bool) {
	l := &e.locs[id]
	if !write {
		t.history = mix(t.history, l.shadow^uint64(id)<<32)
		return
	}
	now := mix(t.history, uint64(id)<<32|2)
	e.state ^= holds(id, l.shadow) ^ holds(id, now)
	l.shadow = now
	t.history = now
}

// address names a pointer to memory that was there at the start; 0 for others.
func (e *engine) address(p uintptr) uint64 {
	if p == 0 {
		return 1
	}
	r := e.memory.regions
	i := sort.Search(len(r), func(i int) bool { return r[i].to > p })
	if i < len(r) && r[i].from <= p {
		return uint64(p)
	}
	return 0
}

// key is the state before a choice.
func (e *engine) key() uint64 {
	h := e.state ^ uint64(e.asleep)<<56 ^ uint64(e.alive)<<48
	for i, t := range e.threads {
		h ^= holds(uint32(i), t.history)
	}
	return mix(h, 0)
}
