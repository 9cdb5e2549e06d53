package fence_test

import (
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
)

func TestReferencesAreCounted(t *testing.T) {
	var o told
	f := newSingle(&o)
	if f.Get() != &f.Fence || f.Refs() != 2 {
		t.Fatalf("Get: %d references, want 2", f.Refs())
	}
	if !f.TryGet() || f.Refs() != 3 {
		t.Fatalf("TryGet: %d references, want 3", f.Refs())
	}
	f.Put()
	f.Put()
	if o.n != 0 {
		t.Fatalf("told with %d references left", f.Refs())
	}
	f.Put()
	if o.n != 1 || f.Refs() != 0 {
		t.Fatalf("told %d times, %d references left", o.n, f.Refs())
	}
	if f.TryGet() || f.Refs() != 0 {
		t.Error("TryGet of a released fence")
	}
	if f.Init(1, 2, &o); !f.TryGet() {
		t.Error("TryGet refuses the next life")
	}
}

func TestReferenceMisusePanics(t *testing.T) {
	var o told
	released := func() *fence.Single {
		f := newSingle(&o)
		f.Put()
		return f
	}
	expectPanic(t, "Put without a reference", func() { released().Put() })
	if !invariant.Enabled { // otherwise any signal of a released fence is one too many
		expectPanic(t, "Put without a reference", func() { released().SignalPut(fence.OK) })
		o.n = 0
		f := released()
		f.Signal()
		if o.n != 1 {
			t.Errorf("told %d times, by a Signal that drops nothing too", o.n)
		}
	}
	defer func() {
		if v, ok := recover().(*invariant.Violation); !ok || v.ID != invariant.I5 {
			t.Errorf("Get on a released fence: %v, want I5", v)
		}
	}()
	released().Get()
}

func TestReferencesHaveALimit(t *testing.T) {
	var p fence.Pair
	p.Init(1, 1, nil, fence.MaxRefs-1)
	if !p.Scheduled.TryGet() || p.Scheduled.Refs() != fence.MaxRefs {
		t.Fatalf("%d references, want %d", p.Scheduled.Refs(), fence.MaxRefs)
	}
	expectPanic(t, "more than", func() { p.Scheduled.TryGet() })
	expectPanic(t, "more than", func() { p.Scheduled.Get() })
	if p.Scheduled.Signaled() || p.Finished.Signaled() {
		t.Error("too many references signalled a fence")
	}
}

func TestPairSharesReferences(t *testing.T) {
	var o told
	var p fence.Pair
	p.Init(1, 1, &o, 2)
	if p.Sole() {
		t.Error("Sole with two references")
	}
	p.Scheduled.Get()
	if p.Finished.Refs() != 3 {
		t.Errorf("%d references through Finished, want 3", p.Finished.Refs())
	}
	p.Finished.Put()
	p.Scheduled.Signal()
	if p.Finished.Signaled() {
		t.Error("Scheduled's signal reached Finished")
	}
	p.Finished.SignalPut(fence.OK)
	if !p.Sole() || o.n != 0 {
		t.Errorf("Sole is %t with %d references; told %d times", p.Sole(), p.Finished.Refs(), o.n)
	}
	p.Scheduled.Put()
	if o.n != 1 || p.Sole() {
		t.Errorf("released: told %d times, Sole is %t", o.n, p.Sole())
	}
}

func TestPairErrors(t *testing.T) {
	var p fence.Pair
	p.Init(1, 1, nil, 1)
	p.Finished.SetError(fence.ESRCH)
	p.Scheduled.SetError(fence.EIO)
	if p.Scheduled.Err() != fence.OK || p.Finished.Err() != fence.ESRCH {
		t.Errorf("errors %v %v, want ok ESRCH", p.Scheduled.Err(), p.Finished.Err())
	}
	p.Scheduled.SignalError(fence.EINVAL)
	if p.Scheduled.Err() != fence.OK || p.Finished.Err() != fence.ESRCH {
		t.Errorf("errors %v %v, want ok ESRCH", p.Scheduled.Err(), p.Finished.Err())
	}
	expectPanic(t, "SetError after the signal", func() { p.Scheduled.SetError(fence.EIO) })
	p.Finished.SetError(fence.ECANCELED) // Scheduled's signal does not fix it
	p.Finished.Signal()
	if p.Finished.Err() != fence.ECANCELED {
		t.Errorf("finished with %v, want ECANCELED", p.Finished.Err())
	}
}

func TestPairFencesAreWatchedApart(t *testing.T) {
	var p fence.Pair
	p.Init(1, 1, nil, 1)
	s, d := newHook(nil), newHook(nil)
	p.Scheduled.Arm(&s.Callback)
	p.Finished.Arm(&d.Callback)
	p.Finished.Signal() // out of the scheduler's order: they know nothing of each other
	if s.runs != 0 || d.runs != 1 {
		t.Errorf("after Finished: scheduled ran %d, finished %d times", s.runs, d.runs)
	}
	p.Scheduled.Signal()
	if s.runs != 1 || d.runs != 1 {
		t.Errorf("after both: scheduled ran %d, finished %d times", s.runs, d.runs)
	}
}
