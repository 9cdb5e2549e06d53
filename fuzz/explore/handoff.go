//go:build explore && !race

package explore

import (
	"runtime"
	"unsafe"

	"credence/core/xatomic"
)

// hook returns what asks e.
func (e *engine) hook() xatomic.Hook { return e }

// call runs code of the program for t, on t's stack.
func (t *thread) call(f func()) {
	if t.e.stacks && !t.inside {
		enterCode(f)
		return
	}
	f()
}

// choose, loop and raise are what Choose, Await and Raise ask the engine.
func (e *engine) choose(n int) int {
	v := e.decide(n)
	if e.stacks {
		wipe()
	}
	return v
}

func (e *engine) loop() { e.beginLoop() }

func (e *engine) raise(f func()) {
	e.running.raised = append(e.running.raised, f)
	if e.stacks {
		wipe()
	}
}

// apply leaves in a word what the operation does: one thread runs at a time.
func (e *engine) apply(w *xatomic.Word, next uint64) { w.V = next }

func (e *engine) applyRef(r *xatomic.Ref, next unsafe.Pointer) { r.P = next }

// peek and peekRef look at a word.
func peek(w *xatomic.Word) uint64 { return w.V }

func peekRef(r *xatomic.Ref) unsafe.Pointer { return r.P }

// callers returns where in its code t is, as runtime.Callers does.
func (t *thread) callers(pcs []uintptr) int { return runtime.Callers(1, pcs) }

// user is nothing: the program's code runs on the engine's coroutines.
type user struct{}

func (user) end() {}

// raceDetector tells whether this is built with it.
const raceDetector = false

// detector is nothing: no race detector need be told of the order between the
// engine and threads that begin and end.
type detector struct{}

func (detector) restored()  {}
func (detector) collected() {}
