package fence_test

import (
	"testing"

	"credence/core/fence"
)

// occupy arms a callback in the slot of f, so that what comes later is in its
// list.
func occupy(t *testing.T, f *fence.Fence) *hook {
	t.Helper()
	h := newHook(nil)
	arm(t, f, h, fence.Armed)
	return h
}

func TestRearmBehindNewerNodesKeepsThePlace(t *testing.T) {
	var j journal
	f := newSingle(nil)
	occupy(t, &f.Fence)
	a, b, c := named(&j, "a"), named(&j, "b"), named(&j, "c")
	for _, h := range []*hook{a, b, c} {
		arm(t, &f.Fence, h, fence.Armed)
	}
	for range 3 {
		disarm(t, a, true)
		arm(t, &f.Fence, a, fence.Armed)
		disarm(t, b, true)
		disarm(t, a, true)
		arm(t, &f.Fence, b, fence.Armed)
		arm(t, &f.Fence, a, fence.Armed)
	}
	f.Signal()
	j.expect(t, "a", "b", "c")
}

// The first callback of a fence is in no list, so nothing holds its place.
func TestRearmOfTheFirstGoesToTheEnd(t *testing.T) {
	var j journal
	f, g := newSingle(nil), newSingle(nil)
	a, b, c := named(&j, "a"), named(&j, "b"), named(&j, "c")
	for _, h := range []*hook{a, b} {
		arm(t, &f.Fence, h, fence.Armed)
	}
	disarm(t, a, true)
	arm(t, &g.Fence, a, fence.Armed) // free at once, unlike one in the list
	disarm(t, a, true)
	arm(t, &f.Fence, c, fence.Armed) // behind b, though the slot is free
	arm(t, &f.Fence, a, fence.Armed)
	f.Signal()
	g.Signal()
	j.expect(t, "b", "c", "a")
}

func TestRearmAfterBeingNewestGoesToTheEnd(t *testing.T) {
	var j journal
	f := newSingle(nil)
	occupy(t, &f.Fence)
	a, b := named(&j, "a"), named(&j, "b")
	arm(t, &f.Fence, a, fence.Armed)
	disarm(t, a, true)
	arm(t, &f.Fence, b, fence.Armed)
	arm(t, &f.Fence, a, fence.Armed)
	f.Signal()
	j.expect(t, "b", "a")
}

func TestRearmOnAnotherFence(t *testing.T) {
	f, g := newSingle(nil), newSingle(nil)
	occupy(t, &f.Fence)
	a, b := newHook(nil), newHook(nil)
	arm(t, &f.Fence, a, fence.Armed)
	arm(t, &f.Fence, b, fence.Armed)
	disarm(t, a, true)
	arm(t, &g.Fence, a, fence.Busy) // linked behind b
	disarm(t, a, false)             // and still not armed
	disarm(t, b, true)
	arm(t, &g.Fence, b, fence.Armed) // b was the head
	arm(t, &g.Fence, a, fence.Busy)  // a became it too late
	f.Signal()
	arm(t, &g.Fence, a, fence.Armed) // given back
	g.Signal()
	if a.runs != 1 || b.runs != 1 {
		t.Errorf("runs %d %d, want 1 1", a.runs, b.runs)
	}
}

func TestRearmInsideTheHandler(t *testing.T) {
	f, g := newSingle(nil), newSingle(nil)
	h := newHook(nil)
	h.do = func(s *fence.Fence, cb *fence.Callback) {
		if s == &g.Fence {
			return
		}
		arm(t, s, h, fence.Busy)
		arm(t, &g.Fence, h, fence.Busy)
		cb.Done()
		arm(t, s, h, fence.AlreadySignaled)
		arm(t, &g.Fence, h, fence.Armed)
	}
	arm(t, &f.Fence, h, fence.Armed)
	f.Signal()
	if h.runs != 1 {
		t.Fatalf("%d runs, want 1", h.runs)
	}
	disarm(t, h, true) // the handler's return did not undo the arming
	arm(t, &g.Fence, h, fence.Armed)
	g.Signal()
	if h.runs != 2 {
		t.Errorf("%d runs, want 2", h.runs)
	}
}

// The fence on which a handler arms its callback again may signal before that
// handler returns.
func TestHandlerOfTheNextArmingRunsInsideTheFirst(t *testing.T) {
	f, g, k := newSingle(nil), newSingle(nil), newSingle(nil)
	h := newHook(nil)
	h.do = func(s *fence.Fence, cb *fence.Callback) {
		switch s {
		case &f.Fence:
			cb.Done()
			arm(t, &g.Fence, h, fence.Armed)
			g.Signal()
			arm(t, &k.Fence, h, fence.Armed)
		case &g.Fence:
			arm(t, &k.Fence, h, fence.Busy)
		}
	}
	arm(t, &f.Fence, h, fence.Armed)
	f.Signal()
	if h.runs != 2 {
		t.Fatalf("%d runs, want 2", h.runs)
	}
	// It is armed on k: neither return of a handler undid that.
	disarm(t, h, true)
	arm(t, &k.Fence, h, fence.Armed)
	k.Signal()
	if h.runs != 3 || h.Running() {
		t.Errorf("%d runs, running %t", h.runs, h.Running())
	}
}

// A callback that is linked to another fence meanwhile does not lead the
// signaller there.
func TestSignalerGoesOnInItsOwnList(t *testing.T) {
	var j journal
	f, g := newSingle(nil), newSingle(nil)
	newer := named(&j, "newer on g")
	occupy(t, &f.Fence)
	occupy(t, &g.Fence)
	h := newHook(nil)
	h.do = func(s *fence.Fence, cb *fence.Callback) {
		if s == &g.Fence {
			j.add("h on g")
			return
		}
		j.add("h on f")
		cb.Done()
		arm(t, &g.Fence, h, fence.Armed)
		arm(t, &g.Fence, newer, fence.Armed)
		g.Signal()
	}
	arm(t, &f.Fence, h, fence.Armed)
	arm(t, &f.Fence, named(&j, "behind h on f"), fence.Armed)
	f.Signal()
	j.expect(t, "h on f", "h on g", "newer on g", "behind h on f")
}
