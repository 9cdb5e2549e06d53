package fence_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
)

// journal is what happened, in order.
type journal []string

func (j *journal) add(format string, args ...any) { *j = append(*j, fmt.Sprintf(format, args...)) }

func (j *journal) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(*j, want) {
		t.Errorf("happened %q, want %q", *j, want)
	}
	*j = nil
}

// hook is a callback with its handler: it counts runs, and calls do if there is
// one.
type hook struct {
	fence.Callback
	runs int
	do   func(f *fence.Fence, cb *fence.Callback)
}

func newHook(do func(f *fence.Fence, cb *fence.Callback)) *hook {
	h := &hook{do: do}
	h.Init(h)
	return h
}

func (h *hook) FenceSignaled(f *fence.Fence, cb *fence.Callback) {
	h.runs++
	if h.do != nil {
		h.do(f, cb)
	}
}

// told is an Owner that counts, and calls do if there is one.
type told struct {
	n    int
	last *fence.Base
	do   func()
}

func (o *told) FenceReleased(b *fence.Base) {
	o.n++
	o.last = b
	if o.do != nil {
		o.do()
	}
}

func newSingle(owner fence.Owner) *fence.Single {
	f := new(fence.Single)
	f.Init(1, 1, owner)
	return f
}

// expectPanic runs do and requires that it panics with a text that contains
// want.
func expectPanic(t *testing.T, want string, do func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), want) {
			t.Errorf("panic %v, want one with %q", r, want)
		}
	}()
	do()
}

func TestSignalOnce(t *testing.T) {
	f := newSingle(nil)
	if f.Signaled() || f.Err() != fence.OK {
		t.Fatalf("a new fence: signalled %t, error %v", f.Signaled(), f.Err())
	}
	if !f.Signal() {
		t.Error("the first Signal says that it was not the one")
	}
	if !f.Signaled() || f.Err() != fence.OK {
		t.Errorf("after Signal: signalled %t, error %v", f.Signaled(), f.Err())
	}
	if f.Signal() || f.SignalError(fence.EIO) {
		t.Error("a second signal says that it was the one")
	}
	if f.Err() != fence.OK {
		t.Errorf("a late SignalError changed the error to %v", f.Err())
	}
	if f.Refs() != 1 {
		t.Errorf("%d references after signals, want 1", f.Refs())
	}
}

func TestErrorIsFixedBeforeTheSignal(t *testing.T) {
	f := newSingle(nil)
	f.SetError(fence.EIO)
	if f.Err() != fence.EIO || f.Signaled() {
		t.Errorf("after SetError: %v, signalled %t", f.Err(), f.Signaled())
	}
	f.SetError(fence.MaxErrno)
	if f.Err() != fence.MaxErrno {
		t.Errorf("a second SetError left %v", f.Err())
	}
	f.SetError(fence.ETIME)
	h := newHook(func(f *fence.Fence, _ *fence.Callback) {
		if !f.Signaled() || f.Err() != fence.ETIME {
			t.Errorf("in the handler: signalled %t, error %v", f.Signaled(), f.Err())
		}
		expectPanic(t, "SetError after the signal", func() { f.SetError(fence.EIO) })
	})
	f.Arm(&h.Callback)
	f.Signal()
	expectPanic(t, "SetError after the signal", func() { f.SetError(fence.OK) })
	if h.runs != 1 || f.Err() != fence.ETIME {
		t.Errorf("%d runs, error %v", h.runs, f.Err())
	}
}

func TestSignalErrorReplacesUnlessOK(t *testing.T) {
	for _, c := range []struct{ before, with, want fence.Errno }{
		{fence.OK, fence.OK, fence.OK},
		{fence.OK, fence.EIO, fence.EIO},
		{fence.EIO, fence.OK, fence.EIO},
		{fence.MaxErrno, fence.ENOENT, fence.ENOENT},
		{fence.ENOENT, fence.MaxErrno, fence.MaxErrno},
	} {
		f, g := newSingle(nil), newSingle(nil)
		g.Get()
		f.SetError(c.before)
		g.SetError(c.before)
		if !f.SignalError(c.with) || f.Err() != c.want {
			t.Errorf("SignalError(%v) after %v: %v, want %v", c.with, c.before, f.Err(), c.want)
		}
		if !g.SignalPut(c.with) || g.Err() != c.want {
			t.Errorf("SignalPut(%v) after %v: %v, want %v", c.with, c.before, g.Err(), c.want)
		}
	}
}

func TestErrorNumbersThatDoNotFitAreRefused(t *testing.T) {
	f := newSingle(nil)
	for _, e := range []fence.Errno{fence.MaxErrno + 1, 1<<16 - 1} {
		expectPanic(t, "error number", func() { f.SetError(e) })
		expectPanic(t, "error number", func() { f.SignalError(e) })
		expectPanic(t, "error number", func() { f.SignalPut(e) })
	}
	if f.Signaled() || f.Err() != fence.OK || f.Refs() != 1 {
		t.Errorf("refused, and yet: signalled %t, error %v, %d references",
			f.Signaled(), f.Err(), f.Refs())
	}
}

func TestContextsAreNeverHandedOutTwice(t *testing.T) {
	var c fence.Contexts
	for _, step := range []struct {
		n    int
		want fence.Context
	}{{1, 1}, {2, 2}, {1, 4}, {64, 5}, {2, 69}} {
		if got := c.Next(step.n); got != step.want {
			t.Errorf("Next(%d) = %d, want %d", step.n, got, step.want)
		}
	}
}

func TestFenceTellsWhatInitGaveIt(t *testing.T) {
	var o, q told
	var f fence.Single
	var p fence.Pair
	f.Init(7, 1<<63, &o)
	p.Init(8, 42, &q, 1)
	if f.Context() != 7 || f.Seqno() != 1<<63 || f.Owner() != &o {
		t.Errorf("single %d:%d of %v", f.Context(), f.Seqno(), f.Owner())
	}
	s, d := &p.Scheduled, &p.Finished
	if s.Context() != 8 || s.Seqno() != 42 || s.Owner() != &q {
		t.Errorf("scheduled %d:%d of %v", s.Context(), s.Seqno(), s.Owner())
	}
	if d.Context() != 9 || d.Seqno() != 42 || d.Owner() != &q {
		t.Errorf("finished %d:%d of %v", d.Context(), d.Seqno(), d.Owner())
	}
}

func TestIsLaterWrapsAround(t *testing.T) {
	const top = 1<<64 - 1
	at := func(seqno uint64) *fence.Fence {
		f := new(fence.Single)
		f.Init(1, seqno, nil)
		return &f.Fence
	}
	for _, c := range []struct {
		f, g uint64
		want bool
	}{
		{1, 0, true}, {0, 1, false}, {5, 5, false}, {top, top, false},
		{top, top - 1, true}, {0, top, true}, {top, 0, false},
		{3, top - 3, true}, {top - 3, 3, false},
		{1<<63 - 1, 0, true}, {0, 1<<63 - 1, false},
		{1<<63 + 4, 5, true}, {5, 1<<63 + 6, true}, {1<<63 + 6, 5, false},
	} {
		if got := at(c.f).IsLater(at(c.g)); got != c.want {
			t.Errorf("%d later than %d: %t, want %t", c.f, c.g, got, c.want)
		}
	}
}

func TestInitRefuses(t *testing.T) {
	var p fence.Pair
	for _, n := range []int{-1, 0, fence.MaxRefs + 1} {
		expectPanic(t, "references, outside 1 to", func() { p.Init(1, 1, nil, n) })
	}
	for _, n := range []int{1, fence.MaxRefs} {
		p.Init(1, 1, nil, n)
		if p.Finished.Refs() != n || p.Finished.Signaled() || p.Scheduled.Signaled() {
			t.Errorf("with %d references: %d of them, signalled %t %t", n,
				p.Finished.Refs(), p.Scheduled.Signaled(), p.Finished.Signaled())
		}
	}
	f, h := newSingle(nil), newHook(nil)
	f.Arm(&h.Callback)
	expectPanic(t, "somebody watches", func() { f.Init(1, 2, nil) })
	f.Signal()
	f.Init(1, 2, nil)
	if f.Signaled() || f.Arm(&h.Callback) != fence.Armed {
		t.Error("a second life does not start as the first did")
	}
}
