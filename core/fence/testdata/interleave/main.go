// The program of TestInterleavings, which builds it as a package of the module
// over an xatomic that stops before each atomic operation: threads meet at a
// fence in every order, up to a number of preemptions.
package main

import (
	"fmt"
	"os"

	"credence/core/fence"
)

// Threads that several scenarios have.

func signal(w *world) { w.signalPut(fence.EIO) }

func signalOther(w *world) { w.g.Signal() }

func armOnly(w *world) {
	w.a[0].arm(w.f)
	w.f.Put()
}

// comeAndGo has a callback that no other of these threads has.
func comeAndGo(w *world) {
	w.a[2].arm(w.f)
	w.a[2].disarm()
	w.f.Put()
}

// thereAndBack disarms a callback behind a newer one and arms it again.
func thereAndBack(w *world) {
	w.a[0].arm(w.f)
	w.a[1].arm(w.f)
	if w.a[0].disarm() {
		w.a[0].arm(w.f)
	}
	w.f.Put()
}

// elsewhere takes a callback to another fence, if it is let go.
func elsewhere(w *world) {
	w.a[0].arm(w.f)
	if w.a[0].disarm() {
		w.a[0].arm(w.g)
	}
	w.f.Put()
}

// onwards arms a callback elsewhere as soon as it is given back by a run.
func onwards(w *world) {
	if w.a[0].arm(w.f) == fence.Armed && w.a[0].settled() {
		w.a[0].arm(w.g)
	}
	w.f.Put()
}

func setError(w *world) {
	defer func() {
		if r := recover(); r != nil && !w.f.Signaled() {
			w.fail("%v, before it", r)
		}
		if w.f.Signaled() && w.f.Err() != fence.EIO {
			w.fail("error %v, signalled with EIO", w.f.Err())
		}
		w.f.Put()
	}()
	w.f.SetError(fence.ETIME)
}

// visit comes without a reference, and gives the one it is owed at once.
func visit(w *world) {
	w.f.Put()
	if !w.f.TryGet() {
		return
	}
	if w.told != 0 {
		w.fail("a reference to a released fence")
	}
	w.f.Put()
}

func both(w *world) {
	w.a[0].arm(w.f)
	w.a[1].arm(w.g)
	w.f.Put()
}

func signalOtherPut(w *world) { w.g.SignalPut(fence.ETIME) }

var scenarios = []scenario{
	{name: "arm, signal", preemptions: 99, threads: threads(armOnly, signal)},
	{name: "arm, signal, signal", preemptions: 3, threads: threads(armOnly, signal, signal)},
	{name: "arm, disarm, signal", preemptions: 99, threads: threads(comeAndGo, signal)},
	{name: "disarm at the head among others", preemptions: 3,
		threads: threads(armOnly, comeAndGo, signal)},
	{name: "disarm and arm behind a newer", preemptions: 4, threads: threads(thereAndBack, signal)},
	{name: "the same among others", preemptions: 2,
		threads: threads(thereAndBack, comeAndGo, signal)},
	{name: "disarm and arm elsewhere", preemptions: 3,
		threads: threads(elsewhere, comeAndGo, signal)},
	{name: "arm elsewhere after the run", preemptions: 3,
		threads: threads(onwards, signal, putAnd(signalOther))},
	{name: "arm elsewhere after Done", preemptions: 3, early: true,
		threads: threads(onwards, signal, putAnd(signalOther))},
	{name: "set the error", preemptions: 99, threads: threads(setError, signal)},
	{name: "try get", preemptions: 99, threads: threads(visit, signal)},
	{name: "a pair", preemptions: 2, pair: true, threads: threads(both, signal, signalOtherPut)},
}

func threads(t ...func(*world)) []func(*world) { return t }

func putAnd(t func(*world)) func(*world) {
	return func(w *world) {
		w.f.Put()
		t(w)
	}
}

func main() {
	for i := range scenarios {
		s := &scenarios[i]
		n, err := s.explore()
		if err != nil {
			fmt.Printf("%s: schedule %d: %v\n", s.name, n, err)
			os.Exit(1)
		}
		fmt.Printf("%s: %d schedules\n", s.name, n)
	}
}
