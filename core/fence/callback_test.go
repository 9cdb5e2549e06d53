package fence_test

import (
	"testing"

	"credence/core/fence"
)

func arm(t *testing.T, f *fence.Fence, h *hook, want fence.Outcome) {
	t.Helper()
	if got := f.Arm(&h.Callback); got != want {
		t.Errorf("Arm is %d, want %d", got, want)
	}
}

func disarm(t *testing.T, h *hook, want bool) {
	t.Helper()
	if got := h.Disarm(); got != want {
		t.Errorf("Disarm is %t, want %t", got, want)
	}
}

// named returns a hook that writes name into j.
func named(j *journal, name string) *hook {
	return newHook(func(*fence.Fence, *fence.Callback) { j.add("%s", name) })
}

func TestCallbacksRunOnceInOrderOfArmingBeforeSignalReturns(t *testing.T) {
	var j journal
	f := newSingle(nil)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		arm(t, &f.Fence, named(&j, name), fence.Armed)
	}
	j.add("signal")
	f.Signal()
	j.add("signalled")
	f.Signal()
	f.SignalError(fence.EIO)
	f.SignalPut(fence.EIO)
	j.expect(t, "signal", "a", "b", "c", "d", "e", "signalled")
}

func TestHandlerIsGivenItsFenceAndCallback(t *testing.T) {
	var p fence.Pair
	p.Init(1, 1, nil, 1)
	for _, f := range []*fence.Fence{&p.Scheduled, &p.Finished} {
		h := newHook(nil)
		h.do = func(got *fence.Fence, cb *fence.Callback) {
			if got != f || cb != &h.Callback || !h.Running() {
				t.Errorf("handler of %p got %p, %p; running %t", f, got, cb, h.Running())
			}
		}
		if h.Running() {
			t.Error("running before it is armed")
		}
		arm(t, f, h, fence.Armed)
		f.Signal()
		if h.runs != 1 || h.Running() {
			t.Errorf("%d runs, running %t", h.runs, h.Running())
		}
	}
}

func TestArmOnSignaledFenceIsRefusedAndNeverRuns(t *testing.T) {
	for watchers := range 4 {
		f, g, h := newSingle(nil), newSingle(nil), newHook(nil)
		for range watchers {
			arm(t, &f.Fence, newHook(nil), fence.Armed)
		}
		f.Signal()
		arm(t, &f.Fence, h, fence.AlreadySignaled)
		disarm(t, h, false)
		arm(t, &g.Fence, h, fence.Armed)
		if h.runs != 0 {
			t.Fatal("a refused callback ran")
		}
		// Nothing was left behind on the fence that refused.
		f.Init(1, 2, nil)
		f.Signal()
		g.Signal()
		if h.runs != 1 {
			t.Errorf("%d runs, want 1", h.runs)
		}
	}
}

func TestArmOfAnArmedCallbackPanics(t *testing.T) {
	f, g, h := newSingle(nil), newSingle(nil), newHook(nil)
	arm(t, &f.Fence, h, fence.Armed)
	expectPanic(t, "Arm of an armed callback", func() { f.Arm(&h.Callback) })
	expectPanic(t, "Arm of an armed callback", func() { g.Arm(&h.Callback) })
	f.Signal()
	g.Signal()
	if h.runs != 1 {
		t.Errorf("%d runs, want 1", h.runs)
	}
}

func TestDisarmTellsWhetherItWasInTime(t *testing.T) {
	f, h := newSingle(nil), newHook(nil)
	disarm(t, h, false) // never armed
	arm(t, &f.Fence, h, fence.Armed)
	disarm(t, h, true)
	disarm(t, h, false) // disarmed already
	f.Signal()
	disarm(t, h, false)
	if h.runs != 0 {
		t.Fatal("a disarmed callback ran")
	}
	g := newSingle(nil)
	arm(t, &g.Fence, h, fence.Armed)
	g.Signal()
	disarm(t, h, false) // it has run
	if h.runs != 1 || h.Running() {
		t.Errorf("%d runs, running %t", h.runs, h.Running())
	}
}

func TestDisarmInItsOwnHandlerIsTooLate(t *testing.T) {
	f, h := newSingle(nil), newHook(nil)
	h.do = func(_ *fence.Fence, cb *fence.Callback) {
		disarm(t, h, false)
		if !h.Running() {
			t.Error("not running before Done")
		}
		cb.Done()
		disarm(t, h, false)
		if h.Running() {
			t.Error("running after Done")
		}
	}
	arm(t, &f.Fence, h, fence.Armed)
	f.Signal()
	if h.runs != 1 {
		t.Errorf("%d runs, want 1", h.runs)
	}
}

// Those who were disarmed do not run, wherever they stood in the list, and the
// others keep their order.
func TestDisarmAnywhereInTheList(t *testing.T) {
	for skip := range 1 << 4 {
		var j, want journal
		f := newSingle(nil)
		var hs []*hook
		for i, name := range []string{"a", "b", "c", "d"} {
			hs = append(hs, named(&j, name))
			arm(t, &f.Fence, hs[i], fence.Armed)
			if skip>>i&1 == 0 {
				want.add("%s", name)
			}
		}
		for i := range hs {
			if skip>>i&1 != 0 {
				disarm(t, hs[i], true)
			}
		}
		f.Signal()
		j.expect(t, want...)
		// All were given back: any fence takes them.
		g := newSingle(nil)
		for _, h := range hs {
			arm(t, &g.Fence, h, fence.Armed)
		}
		g.Signal()
		j.expect(t, "a", "b", "c", "d")
	}
}

func TestHandlerArmsAnotherOnTheFenceBeingSignaled(t *testing.T) {
	f, other := newSingle(nil), newHook(nil)
	h := newHook(func(s *fence.Fence, _ *fence.Callback) {
		arm(t, s, other, fence.AlreadySignaled)
	})
	arm(t, &f.Fence, h, fence.Armed)
	f.Signal()
	if h.runs != 1 || other.runs != 0 {
		t.Errorf("runs %d %d, want 1 0", h.runs, other.runs)
	}
}

// The first handler runs when the signaller holds the whole list, and nobody
// has claimed the nodes behind it.
func TestHandlerChangesNodesBehindIt(t *testing.T) {
	f, g := newSingle(nil), newSingle(nil)
	armed, again, off := newHook(nil), newHook(nil), newHook(nil)
	first := newHook(func(s *fence.Fence, _ *fence.Callback) {
		disarm(t, off, true)
		disarm(t, again, true)
		arm(t, &g.Fence, again, fence.Busy) // the signaller holds it
		arm(t, s, again, fence.Armed)       // and takes it back
		expectPanic(t, "armed callback", func() { g.Arm(&armed.Callback) })
	})
	last := newHook(func(*fence.Fence, *fence.Callback) {
		arm(t, &g.Fence, off, fence.Armed) // given back meanwhile
		arm(t, &g.Fence, again, fence.Armed)
	})
	for _, h := range []*hook{first, armed, again, off, last} {
		arm(t, &f.Fence, h, fence.Armed)
	}
	f.Signal()
	if armed.runs != 1 || again.runs != 1 || off.runs != 0 || last.runs != 1 {
		t.Fatalf("runs %d %d %d %d, want 1 1 0 1", armed.runs, again.runs, off.runs, last.runs)
	}
	g.Signal()
	if again.runs != 2 || off.runs != 1 {
		t.Errorf("runs %d %d, want 2 1", again.runs, off.runs)
	}
}

// Who signals a fence in a handler gets its callbacks run at once, in between.
func TestSignalInsideAHandler(t *testing.T) {
	var j journal
	f, g := newSingle(nil), newSingle(nil)
	arm(t, &f.Fence, named(&j, "f1"), fence.Armed)
	arm(t, &f.Fence, newHook(func(s *fence.Fence, _ *fence.Callback) {
		j.add("in")
		if s.Signal() || !g.Signal() {
			t.Error("signalled the wrong fence")
		}
		j.add("out")
	}), fence.Armed)
	arm(t, &f.Fence, named(&j, "f3"), fence.Armed)
	arm(t, &g.Fence, named(&j, "g"), fence.Armed)
	f.Signal()
	j.expect(t, "f1", "in", "g", "out", "f3")
}

func TestCallbackMisusePanics(t *testing.T) {
	f, h, newer := newSingle(nil), newHook(nil), newHook(nil)
	expectPanic(t, "Done outside a run", func() { h.Done() })
	h.do = func(_ *fence.Fence, cb *fence.Callback) {
		expectPanic(t, "Init of a callback", func() { cb.Init(h) })
		cb.Done()
		expectPanic(t, "Done outside a run", func() { cb.Done() })
		cb.Init(h)
	}
	occupy(t, &f.Fence)
	arm(t, &f.Fence, h, fence.Armed)
	expectPanic(t, "Init of a callback", func() { h.Init(h) })
	arm(t, &f.Fence, newer, fence.Armed)
	disarm(t, h, true)
	expectPanic(t, "Init of a callback", func() { h.Init(h) }) // linked still
	arm(t, &f.Fence, h, fence.Armed)
	f.Signal()
	h.Init(newer)
	if h.runs != 1 {
		t.Errorf("%d runs, want 1", h.runs)
	}
}

func TestArmingCountWraps(t *testing.T) {
	h := newHook(nil)
	h.SetArmings(1<<30 - 3)
	for i := 1; i <= 6; i++ {
		f, newer := newSingle(nil), newHook(nil)
		arm(t, &f.Fence, h, fence.Armed)
		disarm(t, h, true)
		arm(t, &f.Fence, h, fence.Armed)
		arm(t, &f.Fence, newer, fence.Armed)
		disarm(t, h, true)
		arm(t, &f.Fence, h, fence.Armed)
		f.Signal()
		disarm(t, h, false)
		if h.runs != i {
			t.Fatalf("%d runs, want %d", h.runs, i)
		}
	}
}
