package fence_test

import (
	"testing"

	"credence/core/fence"
)

func TestSignalPutTellsTheOwnerOnceAfterTheCallbacks(t *testing.T) {
	for _, watchers := range []int{0, 1, 3} {
		var j journal
		f := newSingle(nil)
		f.Init(1, 1, &told{do: func() {
			j.add("released, signalled %t, %v", f.Signaled(), f.Err())
		}})
		var want journal
		for range watchers {
			arm(t, &f.Fence, newHook(func(s *fence.Fence, _ *fence.Callback) {
				j.add("ran with %d", s.Refs())
			}), fence.Armed)
			want.add("ran with 1")
		}
		if !f.SignalPut(fence.EIO) {
			t.Error("SignalPut says that it was not the one")
		}
		want.add("released, signalled true, EIO")
		j.expect(t, want...)
		if f.Refs() != 0 {
			t.Errorf("%d references left", f.Refs())
		}
	}
}

func TestSignalPutLeavesTheOthersTheirReferences(t *testing.T) {
	for _, watched := range []bool{false, true} {
		var o told
		var p fence.Pair
		p.Init(1, 1, &o, 3)
		if watched {
			arm(t, &p.Finished, newHook(nil), fence.Armed)
		}
		if !p.Finished.SignalPut(fence.OK) || p.Finished.Refs() != 2 || o.n != 0 {
			t.Errorf("first: %d references left, told %d times", p.Finished.Refs(), o.n)
		}
		if p.Finished.SignalPut(fence.EIO) || p.Finished.Refs() != 1 || o.n != 0 {
			t.Errorf("late: %d references left, told %d times", p.Finished.Refs(), o.n)
		}
		if p.Finished.Err() != fence.OK {
			t.Errorf("a late SignalPut changed the error to %v", p.Finished.Err())
		}
		if p.Finished.SignalPut(fence.OK) || o.n != 1 {
			t.Errorf("last: told %d times, want 1", o.n)
		}
	}
}

// A watcher that left does not keep the fence, nor does it run.
func TestSignalPutAfterTheOnlyWatcherLeft(t *testing.T) {
	var o told
	f, h := newSingle(&o), newHook(nil)
	arm(t, &f.Fence, h, fence.Armed)
	disarm(t, h, true)
	if !f.SignalPut(fence.OK) || o.n != 1 || h.runs != 0 {
		t.Errorf("told %d times, %d runs", o.n, h.runs)
	}
}

// The watcher's reference may be the last: the signaller passed on its own.
func TestHandlerDropsTheLastReference(t *testing.T) {
	var j journal
	f := newSingle(nil)
	f.Init(1, 1, &told{do: func() { j.add("released") }})
	arm(t, &f.Fence, newHook(func(s *fence.Fence, _ *fence.Callback) {
		j.add("in")
		s.Put()
		j.add("out")
	}), fence.Armed)
	if !f.Signal() {
		t.Error("Signal says that it was not the one")
	}
	j.add("signalled")
	j.expect(t, "in", "released", "out", "signalled")
}

// The signaller's reference outlives those that handlers drop.
func TestFenceIsValidUntilItsLastHandlerReturned(t *testing.T) {
	var j journal
	var p fence.Pair
	p.Init(1, 1, &told{do: func() { j.add("released") }}, 4)
	for range 3 {
		arm(t, &p.Finished, newHook(func(s *fence.Fence, _ *fence.Callback) {
			s.Put()
			j.add("dropped to %d", s.Refs())
		}), fence.Armed)
	}
	p.Finished.SignalPut(fence.OK)
	j.expect(t, "dropped to 3", "dropped to 2", "dropped to 1", "released")
}

func TestOwnerIsToldWhich(t *testing.T) {
	var o told
	var p, q fence.Pair
	p.Init(1, 1, &o, 1)
	q.Init(1, 2, &o, 1)
	p.Scheduled.Put()
	first := o.last
	q.Finished.Put()
	if o.n != 2 || first == nil || o.last == nil || first == o.last {
		t.Errorf("told %d times, of %p and %p", o.n, first, o.last)
	}
}

// An owner may ready the fence for its next life as soon as it is told.
func TestOwnerReusesTheFenceAtOnce(t *testing.T) {
	f, h := new(fence.Single), newHook(nil)
	var o told
	o.do = func() { f.Init(1, uint64(o.n)+1, &o) }
	f.Init(1, 1, &o)
	for life := 1; life <= 6; life++ {
		arm(t, &f.Fence, h, fence.Armed)
		if life%2 == 0 {
			f.Get()
			f.Signal()
			f.Put()
			f.Put()
		} else {
			f.SignalPut(fence.EIO)
		}
		if h.runs != life || o.n != life || f.Refs() != 1 {
			t.Fatalf("life %d: %d runs, told %d times, %d references", life, h.runs, o.n, f.Refs())
		}
		if f.Signaled() || f.Err() != fence.OK || f.Seqno() != uint64(life)+1 {
			t.Fatalf("life %d left signalled %t, %v, seqno %d", life, f.Signaled(), f.Err(), f.Seqno())
		}
	}
}
