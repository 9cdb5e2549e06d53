//go:build explore

package explore

import (
	"math/bits"
	"runtime"
	"slices"
	"unsafe"
)

// states goes through all states depth first: an execution ends where it comes to
// one that was met before. A state is what the memory of the program and the stacks
// of its threads hold, so that orders of operations that come to the same are
// followed once. Sleep sets leave out steps that lead to states which are met
// anyway; a state remembers who slept when it was met, and those are made up for if
// it is met again with them awake (P. Godefroid, LNCS 1032, section 5).
type states struct {
	bound int // on preemptions; < 0: none
	met   map[uint64]visit
	// A search that is known to have to be repeated goes on for a while, to learn.
	began, patience int
}

// visit is how a state was met: who slept then, who was to be followed, and, of a
// bounded search, the preemptions up to there.
type visit struct {
	sleep, follow mask
	used          uint8
}

func (s *states) choose(*engine, int) int { return 0 }

func (s *states) pick(e *engine, enabled mask) int {
	key := e.stateKey()
	if s.bound >= 0 {
		key = mix(key, uint64(e.last+1))
	}
	n := node{enabled: enabled, sleep: e.sleep, before: uint8(e.preempted), key: key}
	n.backtrack = enabled
	if e.futures != nil {
		n.backtrack = e.enough(enabled)
	}
	going := e.last >= 0 && enabled>>e.last&1 != 0
	if going && s.bound >= 0 && e.preempted >= s.bound {
		if enabled&(enabled-1) != 0 {
			e.cut = true
		}
		n.backtrack = 1 << e.last
	}
	if was, ok := s.met[key]; ok {
		if verdict := s.returned(e, key); verdict != 0 {
			return verdict
		}
		if !s.again(&n, was) {
			e.drop()
			return -1
		}
	} else {
		s.met[key] = visit{sleep: n.sleep, follow: n.backtrack, used: n.before}
	}
	can := n.backtrack &^ n.sleep
	if can == 0 {
		e.drop()
		return -1
	}
	p := bits.TrailingZeros8(uint8(can))
	if going && can>>e.last&1 != 0 {
		p = e.last
	}
	n.thread, n.done = uint8(p), 1<<p
	e.nodes = append(e.nodes[:e.depth], n)
	e.preempted = min(e.preempted+e.preemption(p, enabled), 255)
	return p
}

// again readies what is left to do at a state that was met before, and reports
// whether there is anything: those who slept then and do not now; in a bounded
// search all, if fewer preemptions led here.
func (s *states) again(n *node, was visit) bool {
	if s.bound >= 0 {
		if was.used <= n.before {
			return false
		}
		was.used = n.before
	} else {
		n.backtrack = was.follow & was.sleep &^ n.sleep
		n.sleep &= was.sleep
		was.sleep = n.sleep
	}
	s.met[n.key] = was
	return true
}

// retry is what pick returns if it has put somebody to sleep: another is to be
// picked.
const retry = -2

// learning is how many executions are drawn to begin with, so as to know something
// of what threads go on to do.
var learning = 100

func (s *states) advance(e *engine) bool {
	f := e.futures
	if f == nil {
		return e.back()
	}
	if f.stale && s.patience == 0 {
		s.patience = 2 * (e.executed - s.began)
	}
	if more := e.back(); more && (!f.stale || e.executed-s.began < s.patience) {
		return true
	} else if !more && !f.stale {
		return false
	}
	s.began, s.patience = e.executed, 0
	clear(s.met)
	f.again()
	e.restart()
	return true
}

// learn plays executions that are drawn, and finds out whether they allocate.
func (s *states) learn(e *engine) {
	for _, w := range []strategy{newWalk(0), newPCT(0, 3)} {
		e.strategy = w
		for range learning / 2 {
			e.execute()
			w.advance(e)
		}
	}
	e.spots.allocates = e.allocating()
	if e.futures != nil {
		e.futures.again()
	}
	e.restart()
	e.strategy, e.executed, e.steps, e.longest = s, 0, 0, 0
	e.stacks, e.tells = !raceDetector, !raceDetector
}

const (
	// weighed is how many executions are asked whether they allocate, and
	// allocations how often they may all in all: what the engine itself grows.
	weighed     = 64
	allocations = 8
)

// allocating reports whether executions allocate. If they do, a pointer on a stack
// that leads nowhere known may lead to something that only this execution has;
// otherwise it is what is left of a call.
func (e *engine) allocating() bool {
	var before, after runtime.MemStats
	e.quiet = true
	runtime.ReadMemStats(&before)
	for range weighed {
		e.strategy.advance(e)
		e.execute()
	}
	runtime.ReadMemStats(&after)
	e.quiet = false
	return after.Mallocs-before.Mallocs > allocations
}

// returned deals with an execution that is back at a state of its own. If one
// thread came back on its own, it is in a loop: if it polls, it is held until
// somebody changes what it looks at, and otherwise it is a BusyLoop. If all that
// can go on did, and changed something, it is a Livelock. It returns what pick is
// to return, or 0 if the state is to be treated as any other.
func (s *states) returned(e *engine, key uint64) int {
	from := e.depth - 1
	for ; from >= 0; from-- {
		if n := &e.nodes[from]; !n.choice && n.key == key {
			break
		}
	}
	if from < 0 {
		return 0
	}
	var who mask
	changes := false
	for i := from; i < e.depth; i++ {
		n := &e.nodes[i]
		if n.choice {
			s.closed(e)
			return 0
		}
		who |= 1 << n.thread
		changes = changes || n.write
	}
	if who&(who-1) == 0 {
		return e.holdLooper(e.threads[bits.TrailingZeros8(uint8(who))], from)
	}
	if changes && who == e.alive&^e.asleep {
		e.livelocked(who)
		return -1
	}
	s.closed(e)
	return 0
}

// closed has all follow the last choice of a path that comes back to itself: those
// who were left out there might be for ever.
func (s *states) closed(e *engine) {
	d := e.depth - 1
	for d >= 0 && e.nodes[d].choice {
		d--
	}
	if d < 0 {
		return
	}
	n := &e.nodes[d]
	n.backtrack = n.enabled
	if was, ok := s.met[n.key]; ok {
		was.follow = n.enabled
		s.met[n.key] = was
	}
}

// hold says that a thread is put to sleep before the choice at a node, on all that
// it has operated on since another.
type hold struct{ at, from, thread int }

// holdLooper puts a thread that is in a loop since a node to sleep, or ends the
// execution.
func (e *engine) holdLooper(t *thread, from int) int {
	if !t.Polls {
		e.finish(BusyLoop, t.Name+" goes round without sleeping, and nobody changes "+
			e.name(e.nodes[from].what>>5)+" or anything else that it looks at")
		return -1
	}
	if e.depth >= e.replay {
		e.holds = append(e.holds, hold{e.depth, from, t.index})
	}
	t.waits = t.waits[:0]
	t.rounds.restless = false
	for i := from; i < e.depth; i++ {
		n := &e.nodes[i]
		t.rounds.restless = t.rounds.restless || n.write
		if l := n.what >> 5; !n.choice && e.locs[l].waiters&t.bit == 0 {
			e.locs[l].waiters |= t.bit
			t.waits = append(t.waits, l)
		}
	}
	e.asleep |= t.bit
	t.retry = true
	return retry
}

// announce notes where t is, about to do an operation, for strategies that want to
// know states. from is where the stack of the program's code ends. On a part of the
// path that is repeated all this is known already.
func (t *thread) announce(from unsafe.Pointer) {
	e := t.e
	var n *node
	if d := e.depth - 1; d >= 0 && int(e.nodes[d].thread) == t.index {
		if n = &e.nodes[d]; d < e.kept {
			t.local, t.at = n.local, n.at
			return
		}
	}
	if t.local = 0; e.stacks {
		t.see(from)
	}
	if e.futures != nil {
		t.arrive(e.futures)
	}
	if n != nil {
		n.local, n.at = t.local, t.at
	}
}

// see hashes t's stack and its operation.
func (t *thread) see(from unsafe.Pointer) {
	e := t.e
	h, _, exact := e.look(from)
	if !exact {
		return
	}
	h = mix(h, uint64(t.op)<<32|uint64(t.loc))
	if t.word != nil {
		h = mix(mix(h, t.a), t.b)
	} else {
		h = mix(mix(h, uint64(uintptr(t.pa))), uint64(uintptr(t.pb)))
		exact = e.spots.harmless(t.pa) && e.spots.harmless(t.pb)
	}
	if exact {
		t.local = h | 1
	}
}

// stateKey names the state before a choice: memory, what each thread is about to do
// and will do then, and what is known of accesses to plain memory. Where a thread's
// stack leads to memory that came to be during the execution, the thread is known by
// all that it has seen; where shared memory does, all are.
func (e *engine) stateKey() uint64 {
	h, exact := uint64(0), false
	if e.stacks {
		h, exact = e.memory.differs(e.spots)
	}
	historic := !exact
	for _, t := range e.threads {
		if e.alive&t.bit == 0 {
			continue
		}
		x := t.local
		if x == 0 || !exact || len(t.raised) > 0 {
			x, historic = t.history, true
		}
		x = mix(x, uint64(t.spurned)<<3|uint64(len(t.raised))<<32|uint64(set(t.inside))<<1|
			uint64(set(t.rounds.restless)))
		for _, l := range t.waits {
			x += mix(0, uint64(l))
		}
		h = mix(h, x)
	}
	h = mix(h, uint64(e.alive)<<8|uint64(e.asleep))
	if historic {
		h = mix(h, e.state)
	}
	if len(e.vars) > 0 {
		h = mix(h, e.knowledge())
	}
	return h
}

func set(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// knowledge names what is known of accesses to Vars: of each holder of a clock which
// of the latest accesses to each Var it covers, in place of how many there were.
// Accesses that all threads know of can be in no race any more.
func (e *engine) knowledge() (h uint64) {
	var all clock // what all know of
	first := true
	for _, t := range e.threads {
		if e.alive&t.bit == 0 {
			continue
		}
		for i, n := range t.known {
			if first || n < all[i] {
				all[i] = n
			}
		}
		first = false
	}
	ranks := &e.ranks
	for i := range e.threads {
		ranks[i] = ranks[i][:0]
	}
	for _, id := range e.vars {
		p := &e.locs[id].plain
		if p.written > all[p.writer] {
			ranks[p.writer] = insert(ranks[p.writer], p.written)
		}
		for i := range e.threads {
			if p.read[i] > all[i] {
				ranks[i] = insert(ranks[i], p.read[i])
			}
		}
	}
	for _, id := range e.vars {
		p := &e.locs[id].plain
		x := e.ranked(&p.read)
		if r := rank(ranks[p.writer], p.written); r != 0 {
			x ^= mix(2, uint64(p.writer)<<8|r)
		}
		if x != 0 {
			h += mix(1, mix(uint64(id), x))
		}
	}
	for i, t := range e.threads {
		if e.alive&t.bit != 0 {
			h += mix(uint64(2+i), e.ranked(&t.known))
		}
	}
	for i := range e.used {
		if l := &e.locs[i]; l.known != (clock{}) {
			if x := e.ranked(&l.known); x != 0 {
				h += mix(uint64(i)<<8|10, x)
			}
		}
	}
	return h
}

// ranked names a clock by ranks, eight bits each: 0 for one that covers no access.
func (e *engine) ranked(c *clock) (x uint64) {
	for i := range e.threads {
		x |= rank(e.ranks[i], c[i]) << (8 * i)
	}
	return x
}

// insert puts a number into an ascending list, once.
func insert(list []uint16, n uint16) []uint16 {
	i, there := slices.BinarySearch(list, n)
	if there {
		return list
	}
	return slices.Insert(list, i, n)
}

// rank returns how many of an ascending list are n or less, at most 255.
func rank(list []uint16, n uint16) uint64 {
	r := 0
	for r < len(list) && list[r] <= n {
		r++
	}
	return uint64(min(r, 255))
}
