//go:build explore && race

package explore

import (
	"runtime"
	"unsafe"

	"credence/core/xatomic"
)

// Under the race detector the code of each thread runs on a goroutine of its own,
// the user, which asks the thread's coroutine about each operation and then does
// it with the machine's atomics. The detector sees those, and the plain accesses,
// but not the questions: a hand-off that it saw would put everything in order,
// and no race would ever be found. So both ends of a question disable its view of
// synchronisation, and what they pass is touched in functions that it leaves out.

// user is the goroutine of one thread, and what it and the coroutine pass.
type user struct {
	ask, answer chan struct{}
	question    question
	reply       reply
}

type questionKind uint8

const (
	askWord questionKind = iota
	askRef
	askVar
	askYield
	askChoose
	askRaise
	askLoop
	askReturned // from the code that it was to run
)

// question is what a user wants of the engine.
type question struct {
	kind   questionKind
	word   *xatomic.Word
	ref    *xatomic.Ref
	loc    *xatomic.Location
	op     xatomic.Op
	a, b   uint64
	pa, pb unsafe.Pointer
	write  bool
	n      int
	f      func()
	panic  any
	place  []uintptr // where the user is
}

// reply is what it gets.
type reply struct {
	result uint64
	p      unsafe.Pointer
	ok     bool
	die    bool   // unwind
	run    func() // run this first
	end    bool   // the goroutine is not needed any more
}

// proxy is the Hook of users.
type proxy struct{ e *engine }

func (e *engine) hook() xatomic.Hook { return proxy{e} }

//go:norace
func (p proxy) current() *thread { return p.e.running }

//go:norace
func (u *user) setQuestion(q question) { u.question = q }

//go:norace
func (u *user) getQuestion() question { return u.question }

//go:norace
func (u *user) setReply(r reply) { u.reply = r }

//go:norace
func (u *user) getReply() reply { return u.reply }

// pass hands over without the detector's knowledge.
func pass(c chan struct{}) {
	runtime.RaceDisable()
	c <- struct{}{}
	runtime.RaceEnable()
}

func receive(c chan struct{}) {
	runtime.RaceDisable()
	<-c
	runtime.RaceEnable()
}

// want asks the engine, and runs what it is told to run meanwhile. The user.
func (u *user) want(q question) reply {
	var place [64]uintptr
	q.place = place[:runtime.Callers(2, place[:])]
	u.setQuestion(q)
	pass(u.ask)
	for {
		receive(u.answer)
		r := u.getReply()
		switch {
		case r.die:
			panic(unwind{})
		case r.run != nil:
			u.setQuestion(question{kind: askReturned, panic: caught(r.run)})
			pass(u.ask)
		default:
			return r
		}
	}
}

// loop is the goroutine.
func (u *user) loop(e *engine) {
	for {
		receive(u.answer)
		r := u.getReply()
		if r.end {
			return
		}
		runtime.RaceAcquire(unsafe.Pointer(&e.began))
		p := caught(r.run)
		runtime.RaceReleaseMerge(unsafe.Pointer(&e.ended))
		u.setQuestion(question{kind: askReturned, panic: p})
		pass(u.ask)
	}
}

// caught runs f and returns what it panics with.
func caught(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// say answers. The coroutine.
func (u *user) say(r reply) {
	u.setReply(r)
	pass(u.answer)
}

// call has the user run f, and answers its questions until it has.
func (t *thread) call(f func()) {
	u := &t.user
	if u.ask == nil {
		u.ask, u.answer = make(chan struct{}, 1), make(chan struct{}, 1)
		go u.loop(t.e)
	}
	u.say(reply{run: f})
	for {
		receive(u.ask)
		q := u.getQuestion()
		if q.kind == askReturned {
			if q.panic != nil {
				panic(q.panic)
			}
			return
		}
		t.serve(q)
	}
}

// serve answers one question. If the answer is that the execution is over, it
// unwinds the user first.
func (t *thread) serve(q question) {
	u := &t.user
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		for {
			u.say(reply{die: true})
			receive(u.ask)
			if u.getQuestion().kind == askReturned {
				panic(p)
			}
		}
	}()
	u.say(t.e.answer(q))
}

func (e *engine) answer(q question) (r reply) {
	switch q.kind {
	case askWord:
		r.result = e.Word(q.word, q.op, q.a, q.b)
	case askRef:
		r.p, r.ok = e.Ref(q.ref, q.op, q.pa, q.pb)
	case askVar:
		e.Var(q.loc, q.write)
	case askYield:
		e.Yield()
	case askChoose:
		r.result = uint64(e.decide(q.n))
	case askLoop:
		e.beginLoop()
	case askRaise:
		e.running.raised = append(e.running.raised, q.f)
	}
	return r
}

// Word asks, and does the operation where the detector sees it.
func (p proxy) Word(w *xatomic.Word, op xatomic.Op, a, b uint64) uint64 {
	t := p.current()
	if t == nil {
		return xatomic.Apply(w, op, a, b)
	}
	r := t.user.want(question{kind: askWord, word: w, op: op, a: a, b: b})
	xatomic.Apply(w, op, a, b)
	return r.result
}

// Ref is Word for a pointer.
func (p proxy) Ref(w *xatomic.Ref, op xatomic.Op, a, b unsafe.Pointer) (unsafe.Pointer, bool) {
	t := p.current()
	if t == nil {
		return xatomic.ApplyRef(w, op, a, b)
	}
	r := t.user.want(question{kind: askRef, ref: w, op: op, pa: a, pb: b})
	xatomic.ApplyRef(w, op, a, b)
	return r.p, r.ok
}

// Var asks; the access itself is the detector's to judge too.
func (p proxy) Var(l *xatomic.Location, write bool) {
	if t := p.current(); t != nil {
		t.user.want(question{kind: askVar, loc: l, write: write})
	}
}

// Yield asks.
func (p proxy) Yield() {
	if t := p.current(); t != nil {
		t.user.want(question{kind: askYield})
	}
}

func (e *engine) choose(n int) int {
	return int(proxy{e}.current().user.want(question{kind: askChoose, n: n}).result)
}

func (e *engine) loop() { proxy{e}.current().user.want(question{kind: askLoop}) }

func (e *engine) raise(f func()) { proxy{e}.current().user.want(question{kind: askRaise, f: f}) }

// end ends the goroutine.
func (u *user) end() {
	if u.ask != nil {
		u.say(reply{end: true})
	}
}

// callers returns where in its code t is, as runtime.Callers does.
//
//go:norace
func (t *thread) callers(pcs []uintptr) int {
	n := min(len(pcs), len(t.user.question.place))
	for i := range n {
		pcs[i] = t.user.question.place[i]
	}
	return n
}

// apply does nothing: the user does.
func (e *engine) apply(*xatomic.Word, uint64) {}

func (e *engine) applyRef(*xatomic.Ref, unsafe.Pointer) {}

//go:norace
func peek(w *xatomic.Word) uint64 { return w.V }

//go:norace
func peekRef(r *xatomic.Ref) unsafe.Pointer { return r.P }

// raceDetector tells whether this is built with it.
const raceDetector = true

// detector is what stands for the order between the engine and threads that begin
// and end.
type detector struct{ began, ended byte }

// restored orders what the engine has put back before what threads do.
func (d *detector) restored() { runtime.RaceRelease(unsafe.Pointer(&d.began)) }

// collected orders what threads did before what the engine does next.
func (d *detector) collected() { runtime.RaceAcquire(unsafe.Pointer(&d.ended)) }
