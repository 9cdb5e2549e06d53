package fence_test

import (
	"reflect"
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
)

func TestNothingAllocates(t *testing.T) {
	var f fence.Single
	var p fence.Pair
	var o told
	var hs [8]hook
	for i := range hs {
		hs[i].Init(&hs[i])
	}
	early := newHook(func(_ *fence.Fence, cb *fence.Callback) { cb.Done() })
	for _, c := range []struct {
		name string
		do   func()
	}{
		{"signal", func() { f.Signal() }},
		{"signal with an error", func() { f.SignalError(fence.EIO) }},
		{"signal and put", func() { f.SignalPut(fence.EIO) }},
		{"set error", func() { f.SetError(fence.EIO) }},
		{"get and put", func() { f.Get().Put() }},
		{"try get", func() { f.TryGet() }},
		{"arm and disarm", func() { f.Arm(&hs[0].Callback); hs[0].Disarm() }},
		{"arm and signal", func() { f.Arm(&hs[0].Callback); f.Signal() }},
		{"arm and signal with Done", func() { f.Arm(&early.Callback); f.Signal() }},
		{"arm too late", func() { f.Signal(); f.Arm(&hs[0].Callback) }},
		{"arm eight, disarm them in the same order, arm again, signal", func() {
			for i := range hs {
				f.Arm(&hs[i].Callback)
			}
			for i := range hs {
				hs[i].Disarm()
			}
			for i := range hs {
				f.Arm(&hs[i].Callback)
			}
			f.Signal()
		}},
		{"a pair's life", func() {
			p.Init(1, 1, &o, 2)
			p.Finished.Arm(&hs[1].Callback)
			p.Scheduled.Signal()
			p.Finished.SignalPut(fence.OK)
			p.Finished.Put()
		}},
	} {
		if n := testing.AllocsPerRun(100, func() {
			f.Init(1, 1, &o)
			c.do()
		}); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
	if hs[0].runs == 0 || early.runs == 0 || hs[1].runs == 0 || o.n == 0 {
		t.Error("nothing happened that could have allocated")
	}
}

// A job carries a pair and a callback, and an entity a callback, for life. The
// sizes are those of 64-bit platforms.
func TestSizes(t *testing.T) {
	if reflect.TypeFor[uintptr]().Size() != 8 {
		t.Skip("not a 64-bit platform")
	}
	if invariant.Enabled {
		t.Skip("with the checks a fence knows which life it is in")
	}
	for _, c := range []struct {
		of   reflect.Type
		want uintptr
	}{
		{reflect.TypeFor[fence.Fence](), 56},
		{reflect.TypeFor[fence.Single](), 80},
		{reflect.TypeFor[fence.Pair](), 136},
		{reflect.TypeFor[fence.Callback](), 56},
	} {
		if got := c.of.Size(); got != c.want {
			t.Errorf("%v has %d bytes, want %d", c.of, got, c.want)
		}
	}
}
