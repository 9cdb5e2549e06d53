//go:build explore

package explore

import (
	"fmt"
	"unsafe"

	"credence/core/xatomic"
)

// engine plays executions of one program. It is the Hook of the process while it
// does so: a thread that operates asks turn, and goes on at once if the turn is
// its own; otherwise it suspends itself, and the engine resumes whose turn it is.
type engine struct {
	program Program
	options Options
	memory  *snapshot
	threads []*thread
	locs    []location
	used    int    // locations met in this execution
	gen     uint32 // of locations that are not in memory at the start

	// The execution.
	quiet      bool    // nobody reads messages
	running    *thread // nil while no thread's code runs
	turnOf     int     // whose turn it is, for the engine's loop
	starting   bool    // threads run to their first operation
	over       bool    // stacks are being cleared
	alive      mask
	asleep     mask
	tasks      mask // those that must come to their end
	last       int  // whose turn it was; -1 at first
	depth      int  // choices made
	preempted  int
	verdict    Verdict
	message    string
	redundant  bool
	panicStack []byte

	// The path: nodes[:replay] are to be repeated, and what is known of them up to
	// nodes[:kept] is still right.
	nodes  []node
	replay int
	kept   int
	log    []change // what is known of plain memory, to be undone

	strategy  strategy
	sleep     mask // threads whose next step leads to what was played already
	cut       bool // the bound on preemptions left something out
	sleeps    bool // the strategy uses sleep
	order     bool // it wants to know the order that events force
	hashes    bool // it wants to know the state
	stacks    bool // it wants to know it by memory and stacks
	announces bool // or by what threads can come to
	futures   *futures
	spots     *spots
	told      bool                 // the schedule that is replayed says so
	tells     bool                 // loops are found by states, and not by rounds
	holds     []hold               // on the path, by the strategy
	held      int                  // of them, done in this execution
	vars      []uint32             // locations of Vars that were accessed
	ranks     [MaxThreads][]uint16 // of accesses to them
	state     uint64
	tracing   *recorder
	visited   map[uint64]uint8
	executed  int
	steps     int64
	longest   int

	detector
}

// location is what the engine knows of one piece of shared memory.
type location struct {
	waiters mask
	version uint32
	known   clock  // what a reader of the word learns of accesses to Vars
	last    access // the accesses that a further one may race with
	plain   plain  // of a Var
	isVar   bool
	shadow  uint64 // names what a pointer or a Var holds; 0: as at the start
}

// node is one choice on the path: whose turn it is, or what Choose returns.
type node struct {
	thread    uint8
	choice    bool
	value, of uint8 // of a choice
	enabled   mask
	sleep     mask // on arrival
	backtrack mask // to be played from here
	done      mask // played, and this one
	write     bool
	before    uint8  // preemptions on arrival
	key       uint64 // of the state, if the strategy wants it
	local     uint64 // what its thread's stack held behind it
	at        int32  // and where it was
	what      uint32 // the operation and the location of a step
	sig       uint32
	event
}

func newEngine(p *Program, o Options) *engine {
	e := &engine{program: *p, options: o}
	if e.program.MaxSteps == 0 {
		e.program.MaxSteps = 10_000
	}
	e.memory = take(p.State)
	e.locs = make([]location, len(e.memory.names), len(e.memory.names)+64)
	for i := range p.Threads {
		t := &thread{Thread: p.Threads[i], e: e, index: i, bit: 1 << i, silent: true}
		t.stack.start(t.life)
		e.threads = append(e.threads, t)
		if t.Role != Daemon {
			e.tasks |= t.bit
		}
	}
	e.kept = -1
	return e
}

// close ends the coroutines.
func (e *engine) close() {
	for _, t := range e.threads {
		t.stack.end()
		t.user.end()
	}
}

// execute plays one execution: the path that is there, and then what the
// strategy picks.
func (e *engine) execute() {
	e.begin()
	e.starting = true
	for _, t := range e.threads {
		if !e.over {
			e.resume(t)
		}
	}
	e.starting = false
	if !e.over {
		e.next()
	}
	for !e.over {
		t := e.threads[e.turnOf]
		e.resume(t)
		if !e.over && e.alive&t.bit == 0 {
			e.next()
		}
	}
	e.clear()
	e.collected()
	e.judge()
	e.executed++
	e.steps += int64(e.depth)
	e.longest = max(e.longest, e.depth)
}

func (e *engine) begin() {
	e.memory.restore()
	e.restored()
	e.gen++
	e.used = len(e.memory.names)
	e.alive = 1<<len(e.threads) - 1
	e.asleep, e.over, e.redundant = 0, false, false
	e.verdict, e.message, e.panicStack = Passed, "", nil
	e.last, e.depth, e.preempted, e.state, e.sleep = -1, 0, 0, 0, 0
	e.held = 0
	for i := range e.locs {
		e.locs[i].waiters = 0
		e.locs[i].version = 0
		e.locs[i].shadow = 0
	}
	for _, t := range e.threads {
		t.raised, t.inside, t.retry, t.spurned, t.history = t.raised[:0], false, false, 0, 0
		t.waits = t.waits[:0]
		t.rounds.reset()
		t.at = -1
		t.order.woken = 0
	}
}

func (e *engine) resume(t *thread) {
	e.running = t
	t.stack.resume()
	e.running = nil
}

// next decides whose turn it is after a thread has ended, or at the start.
func (e *engine) next() {
	if n := e.pick(); n >= 0 {
		e.turnOf = n
	}
}

// clear unwinds the stacks of threads that have not ended.
func (e *engine) clear() {
	for _, t := range e.threads {
		if e.alive&t.bit != 0 {
			e.resume(t)
		}
	}
}

// finish ends the execution with a verdict, the first one counting.
func (e *engine) finish(v Verdict, message string) {
	if !e.over {
		e.over = true
		e.verdict, e.message = v, message
	}
}

// drop ends the execution because what follows was played already.
func (e *engine) drop() {
	e.over, e.redundant = true, true
}

// judge asks the program's own check.
func (e *engine) judge() {
	if e.verdict == Passed && !e.redundant && e.program.Check != nil {
		if err := e.program.Check(); err != nil {
			e.verdict, e.message = Assertion, err.Error()
		}
	}
}

// turn returns when it is t's turn to do the operation that it has announced.
func (e *engine) turn(t *thread) {
	if e.over {
		panic(unwind{})
	}
	if e.starting {
		t.stack.suspend()
		if e.over {
			panic(unwind{})
		}
		return
	}
	n := e.pick()
	if n == t.index {
		return
	}
	if n >= 0 {
		e.turnOf = n
		t.stack.suspend()
	}
	if e.over {
		panic(unwind{})
	}
}

// pick returns whose turn it is, or -1 if the execution is over.
func (e *engine) pick() int {
	if e.depth < e.replay {
		return e.repeat()
	}
	for {
		if n := e.choose1(); n != retry {
			return n
		}
	}
}

// choose1 has the strategy pick among those who can go on.
func (e *engine) choose1() int {
	enabled := e.alive &^ e.asleep
	if enabled == 0 {
		e.stuck()
		return -1
	}
	if e.depth >= e.program.MaxSteps {
		e.tooLong()
		return -1
	}
	if e.depth >= 64 && e.depth&(e.depth-1) == 0 && e.circling() {
		return -1
	}
	return e.strategy.pick(e, enabled)
}

// unrepeatable is what a path that cannot be repeated means.
const unrepeatable = "explore: an execution did not repeat itself: the code of the threads is not " +
	"deterministic, or they meet at something outside Program.State"

// repeat returns whose turn it was on the path.
func (e *engine) repeat() int {
	n := &e.nodes[e.depth]
	for e.held < len(e.holds) && e.holds[e.held].at == e.depth {
		h := e.holds[e.held]
		e.held++
		e.holdLooper(e.threads[h.thread], h.from)
	}
	if n.choice || (e.alive&^e.asleep)>>n.thread&1 == 0 {
		e.finish(Assertion, unrepeatable)
		return -1
	}
	if e.depth == e.kept {
		e.preempted = min(int(n.before)+e.preemption(int(n.thread), n.enabled), 255)
	}
	return int(n.thread)
}

// stuck ends an execution in which nobody can go on.
func (e *engine) stuck() {
	if left := e.alive & e.tasks; left != 0 {
		for _, t := range e.threads {
			if left&t.bit != 0 && t.rounds.restless {
				e.finish(BusyLoop, t.Name+" goes round without sleeping, and nobody else is left")
			}
		}
		m := ""
		if !e.quiet {
			m = e.sleepers(left)
		}
		e.finish(LostWakeup, m)
		return
	}
	e.finish(Passed, "")
}

func (e *engine) sleepers(left mask) string {
	s := ""
	for _, t := range e.threads {
		if left&t.bit == 0 {
			continue
		}
		if s != "" {
			s += ", "
		}
		s += t.Name + " sleeps on " + e.name(t.waits[0])
	}
	return s + ", and nobody is left to wake it"
}

// decide is Choose.
//
//go:noinline
func (e *engine) decide(n int) int {
	if e.over {
		panic(unwind{})
	}
	if n < 1 || n > maxChoice {
		panic(failure(fmt.Sprintf("explore: Choose(%d); permitted: 1 to %d", n, maxChoice)))
	}
	d := e.depth
	if d >= e.replay {
		e.nodes = append(e.nodes[:d], node{
			choice: true, value: uint8(e.strategy.choose(e, n)), of: uint8(n),
			thread: uint8(e.running.index), sleep: e.sleep, before: uint8(e.preempted),
		})
	}
	e.depth++
	if !e.nodes[d].choice {
		e.finish(Assertion, unrepeatable)
		panic(unwind{})
	}
	if d >= e.kept {
		e.sleep, e.preempted = e.nodes[d].sleep, int(e.nodes[d].before)
	}
	v := int(e.nodes[d].value)
	e.running.history = mix(e.running.history, uint64(v)+1)
	if e.tracing != nil {
		e.tracing.choice(e.running, v)
	}
	return v
}

// Word is xatomic's question before an operation on a word.
func (e *engine) Word(w *xatomic.Word, op xatomic.Op, a, b uint64) uint64 {
	if !e.stacks {
		return e.operate(w, op, a, b, nil)
	}
	r := e.operate(w, op, a, b, unsafe.Pointer(&b))
	wipe()
	return r
}

// operate does the operation. from is the end of the stack of the program's code,
// if that is wanted.
//
//go:noinline
func (e *engine) operate(w *xatomic.Word, op xatomic.Op, a, b uint64, from unsafe.Pointer) uint64 {
	t := e.running
	if t == nil {
		return xatomic.Apply(w, op, a, b)
	}
	if len(t.raised) > 0 {
		t.disturbed()
	}
	loc := e.locate(&w.Location)
	if op.Blocks() && (t.Role == Interrupt || t.inside) {
		panic(failure(fmt.Sprintf("%v of %s in interrupt context", op, e.name(loc))))
	}
	for t.retry = false; ; {
		t.op, t.word, t.a, t.b, t.loc = op, w, a, b, loc
		if e.announces {
			t.announce(from)
		}
		t.rounds.check(t)
		e.turn(t)
		old := peek(w)
		next, result := xatomic.Effect(op, old, a, b)
		if op == xatomic.OpUnlock && old == 0 {
			panic(failure("unlock of " + e.name(t.loc) + ", which is not locked"))
		}
		e.step(t, old, next, result)
		e.apply(w, next)
		e.check(t)
		if result != 0 || !op.Blocks() {
			return result
		}
		if !t.fallAsleep() {
			return 0
		}
	}
}

// Ref is Word for a pointer.
func (e *engine) Ref(r *xatomic.Ref, op xatomic.Op, a, b unsafe.Pointer) (unsafe.Pointer, bool) {
	if !e.stacks {
		return e.operateRef(r, op, a, b, nil)
	}
	p, ok := e.operateRef(r, op, a, b, unsafe.Pointer(&b))
	wipe()
	return p, ok
}

//go:noinline
func (e *engine) operateRef(r *xatomic.Ref, op xatomic.Op, a, b unsafe.Pointer,
	from unsafe.Pointer) (unsafe.Pointer, bool) {
	t := e.running
	if t == nil {
		return xatomic.ApplyRef(r, op, a, b)
	}
	if len(t.raised) > 0 {
		t.disturbed()
	}
	t.op, t.word, t.ref, t.pa, t.pb, t.retry = op, nil, r, a, b, false
	t.loc = e.locate(&r.Location)
	if e.announces {
		t.announce(from)
	}
	t.rounds.check(t)
	e.turn(t)
	old := peekRef(r)
	next, result, ok := xatomic.EffectRef(op, old, a, b)
	e.step(t, uint64(uintptr(old)), uint64(uintptr(next)), uint64(uintptr(result)))
	e.applyRef(r, next)
	e.check(t)
	return result, ok
}

// locate returns the number of a location. Those that are not in memory at the
// start are numbered in the order of the first touch, which is the same in all
// executions that have the path up to there in common. The race detector must not
// see it: the code under test may overwrite a word that nobody uses, and the
// location with it.
//
//go:norace
func (e *engine) locate(l *xatomic.Location) uint32 {
	if l.Gen == static || l.Gen == e.gen {
		return l.ID
	}
	l.ID, l.Gen = uint32(e.used), e.gen
	if e.used++; e.used > len(e.locs) {
		e.locs = append(e.locs, location{})
	}
	return l.ID
}

func (e *engine) name(loc uint32) string {
	if int(loc) < len(e.memory.names) {
		return e.memory.names[loc]
	}
	return fmt.Sprintf("new#%d", int(loc)-len(e.memory.names)+1)
}

// check asks the program's invariant.
func (e *engine) check(t *thread) {
	if e.program.Invariant == nil || raceDetector {
		return
	}
	e.running = nil
	err := e.program.Invariant()
	e.running = t
	if err != nil {
		panic(failure(err.Error()))
	}
}

// step is an event: t does the operation that it has announced. It runs before
// the word changes.
func (e *engine) step(t *thread, old, next, result uint64) {
	d := e.depth
	l := &e.locs[t.loc]
	changed := old != next
	n := &e.nodes[d]
	what := t.loc<<5 | uint32(t.op)
	if d < e.kept {
		if n.what != what {
			e.finish(Assertion, unrepeatable)
			panic(unwind{})
		}
	} else {
		n.what = what
		n.sig = uint32(mix(uint64(t.index)<<40|uint64(t.op)<<32|uint64(t.loc), old*31+next))
		write := changed || t.publishes()
		n.write = write
		if e.sleeps {
			e.wakeSleepers(t, n, write)
		}
		if e.order {
			e.note(t, n, d, write)
		}
		e.learn(t, l, changed)
	}
	t.order.woken = 0
	e.last = t.index
	e.depth = d + 1
	if e.hashes {
		e.hash(t, old, next, result)
	}
	if e.tracing != nil {
		e.tracing.event(t, old, next, result)
	}
	if changed {
		l.version++
		if w := l.waiters &^ t.bit; w != 0 {
			e.wake(w, d)
		}
	}
	t.rounds.note(t, old, next, l.version)
}

// wakeSleepers leaves asleep whose next step commutes with t's.
func (e *engine) wakeSleepers(t *thread, n *node, write bool) {
	s := (n.sleep | n.done) &^ t.bit
	if s != 0 {
		for _, q := range e.threads {
			if s&q.bit != 0 && q.loc == t.loc && (write || q.writes()) {
				s &^= q.bit
			}
		}
	}
	e.sleep = s
}

// fallAsleep puts t to sleep until the word that it wants changes, and reports
// whether it is to try again.
func (t *thread) fallAsleep() bool {
	e := t.e
	if len(t.raised) > 0 && !t.inside {
		t.interrupt() // comes at any time before the wake-up, or after it
		t.retry = false
		return true
	}
	if t.op == xatomic.OpPark && t.spurned < e.program.Spurious && e.decide(2) == 1 {
		t.spurned++
		return false
	}
	t.waits = append(t.waits[:0], t.loc)
	e.locs[t.loc].waiters |= t.bit
	e.asleep |= t.bit
	t.retry = true
	return true
}

// wake lets threads go on that sleep on something that the event at d changes.
func (e *engine) wake(w mask, d int) {
	for _, t := range e.threads {
		if w&t.bit == 0 {
			continue
		}
		for _, l := range t.waits {
			e.locs[l].waiters &^= t.bit
		}
		t.waits = t.waits[:0]
		e.asleep &^= t.bit
		t.order.woken = d + 1
	}
}

// mix returns a running hash with x taken in: an asymmetric sum, and the
// finaliser of SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014). Were the two
// summed as equals, "1 in word 0" and "0 in word 1" would be the same.
func mix(h, x uint64) uint64 {
	h = h*0x9e3779b97f4a7c15 + x + 0xd1b54a32d192ed03
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
