//go:build explore

package explore

import "credence/core/xatomic"

// plain is who accessed a Var last: the write, and the reads since, by the count
// of their threads' accesses (C. Flanagan, S. Freund, "FastTrack", PLDI 2009).
type plain struct {
	writer  int8
	written uint16 // 0: nobody did
	read    clock
}

// change is what something was before, to be put back.
type change struct {
	depth  int // of the path when it changed
	what   changed
	index  uint32
	known  clock
	plain  plain
	silent bool
}

type changed uint8

const (
	threadKnown changed = iota
	wordKnown
	varAccessed
)

// learn passes on what threads know of accesses to plain memory, as Go's memory
// model has it: an operation that reads a word comes after the one that wrote
// what it reads.
func (e *engine) learn(t *thread, l *location, written bool) {
	reads, publishes := true, true
	switch t.op {
	case xatomic.OpLoad:
		publishes = false
	case xatomic.OpStore, xatomic.OpUnlock:
		reads = false
	case xatomic.OpCompareAndSwap:
		publishes = t.succeeds()
	case xatomic.OpLock:
		reads, publishes = written, false
	case xatomic.OpPark, xatomic.OpTryPark, xatomic.OpUnpark:
		// A token left where one lies orders nothing.
		reads, publishes = written, written
	}
	if reads && !l.known.within(&t.known) {
		e.log = append(e.log, change{depth: e.depth + 1, what: threadKnown,
			index: uint32(t.index), known: t.known, silent: t.silent})
		t.known.join(&l.known)
	}
	if !publishes {
		return
	}
	if l.known != t.known {
		e.log = append(e.log, change{depth: e.depth + 1, what: wordKnown, index: t.loc, known: l.known})
		l.known = t.known
	}
	if !t.silent {
		e.log = append(e.log, change{depth: e.depth + 1, what: threadKnown,
			index: uint32(t.index), known: t.known, silent: false})
		t.silent = true
	}
}

// Var is xatomic's word of an access to plain memory.
func (e *engine) Var(l *xatomic.Location, write bool) {
	e.access(l, write)
	if e.stacks {
		wipe()
	}
}

//go:noinline
func (e *engine) access(l *xatomic.Location, write bool) {
	t := e.running
	if t == nil || e.over {
		return
	}
	id := e.locate(l)
	if e.stacks && !e.locs[id].isVar {
		e.locs[id].isVar = true
		e.vars = append(e.vars, id)
	}
	if e.hashes {
		e.hashVar(t, id, write)
	}
	if e.depth <= e.kept {
		return
	}
	if t.silent { // what it published does not cover this access
		e.log = append(e.log, change{depth: e.depth, what: threadKnown,
			index: uint32(t.index), known: t.known, silent: true})
		t.silent = false
		t.known[t.index]++
	}
	v := &e.locs[id].plain
	if v.written != 0 && t.known[v.writer] < v.written {
		e.racy(t, id, write, int(v.writer), true)
	}
	if write {
		for i, r := range v.read {
			if r > t.known[i] {
				e.racy(t, id, write, i, false)
			}
		}
	}
	now := t.known[t.index]
	if write && v.written == now && int(v.writer) == t.index && v.read == (clock{}) ||
		!write && v.read[t.index] == now {
		return
	}
	e.log = append(e.log, change{depth: e.depth, what: varAccessed, index: id, plain: *v})
	if write {
		*v = plain{writer: int8(t.index), written: now}
	} else {
		v.read[t.index] = now
	}
}

func (e *engine) racy(t *thread, id uint32, write bool, other int, wrote bool) {
	access := [2]string{"reads", "writes"}
	a, b := access[0], access[0]
	if write {
		a = access[1]
	}
	if wrote {
		b = access[1]
	}
	e.finish(DataRace, t.Name+" "+a+" "+e.name(id)+", which "+e.threads[other].Name+" "+b+
		", and nothing orders the two")
	if e.tracing != nil {
		e.tracing.access(t, a, id)
	}
	panic(unwind{})
}

// rollback forgets all that was learnt on the path after node to was chosen.
func (e *engine) rollback(to int) {
	if e.order {
		for d := e.depth - 1; d >= max(to, 0); d-- {
			e.forget(d)
		}
	}
	for len(e.log) > 0 {
		c := &e.log[len(e.log)-1]
		if c.depth <= to {
			break
		}
		switch c.what {
		case threadKnown:
			e.threads[c.index].known, e.threads[c.index].silent = c.known, c.silent
		case wordKnown:
			e.locs[c.index].known = c.known
		case varAccessed:
			e.locs[c.index].plain = c.plain
		}
		e.log = e.log[:len(e.log)-1]
	}
	for len(e.holds) > 0 && e.holds[len(e.holds)-1].at > to {
		e.holds = e.holds[:len(e.holds)-1]
	}
	e.kept = to
}
