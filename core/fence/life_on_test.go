//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package fence_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
)

// broken returns the text of the invariant that f broke, or "".
func broken(f func()) (text string) {
	defer func() {
		err, _ := recover().(error)
		if v, ok := errors.AsType[*invariant.Violation](err); ok {
			text = v.Error()
		}
	}()
	f()
	return ""
}

// TestReleasedFenceIsPoisoned: whatever is done to it names the call, the fence
// and its life, until the owner begins the next one.
func TestReleasedFenceIsPoisoned(t *testing.T) {
	var f fence.Single
	other := newSingle(nil)
	h := newHook(func(*fence.Fence, *fence.Callback) {})
	before := fence.Live()
	for life := range 3 {
		f.Init(7, 30+uint64(life), nil)
		if n := fence.Live() - before; n != 1 {
			t.Errorf("%d fences live, want 1", n)
		}
		f.SignalPut(fence.EIO)
		if n := fence.Live() - before; n != 0 {
			t.Errorf("%d fences live, want 0", n)
		}
		for call, do := range map[string]func(){
			"Signaled": func() { f.Signaled() }, "Err": func() { f.Err() },
			"Owner": func() { f.Owner() }, "SetError": func() { f.SetError(fence.EIO) },
			"Signal": func() { f.Signal() }, "Get": func() { f.Get() },
			"Arm": func() { f.Arm(&h.Callback) },
		} {
			want := fmt.Sprintf("I5: fence: %s of fence 7:%d after its last reference was dropped, "+
				"at the end of life %d", call, 30+life, life+1)
			if got := broken(do); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		if f.TryGet() {
			t.Error("TryGet of a released fence")
		}
	}
	if got := broken(func() { other.Signaled() }); got != "" {
		t.Errorf("another fence: %s", got)
	}
}

// TestOwnerMayLookAndBeginAnew while it is told.
func TestOwnerMayLookAndBeginAnew(t *testing.T) {
	var f fence.Single
	before := fence.Live()
	o := &told{}
	o.do = func() {
		if !f.Signaled() || f.Err() != fence.EIO {
			t.Error("the owner sees something else")
		}
		if o.n == 1 {
			f.Init(1, 2, o)
		}
	}
	f.Init(1, 1, o)
	f.SignalPut(fence.EIO)
	if f.Signaled() || f.Life() != 2 || fence.Live() != before+1 {
		t.Errorf("life %d, %d live", f.Life(), fence.Live()-before)
	}
	f.SignalPut(fence.EIO)
	if got := broken(func() { f.Err() }); !strings.Contains(got, "life 2") || o.n != 2 {
		t.Errorf("told %d times; %q", o.n, got)
	}
}

// TestRetiredPairIsPoisoned although its last reference is kept.
func TestRetiredPairIsPoisoned(t *testing.T) {
	var p fence.Pair
	before := fence.Live()
	for life := 1; life < 4; life++ {
		p.Init(3, 1, nil, 2)
		p.Finished.SignalPut(fence.OK)
		if !p.Sole() {
			t.Fatal("not alone")
		}
		p.Retire()
		if fence.Live() != before {
			t.Errorf("%d pairs live", fence.Live()-before)
		}
		want := fmt.Sprintf("Signaled of fence 4:1 after its last reference was dropped, at the end "+
			"of life %d", life)
		if got := broken(func() { p.Finished.Signaled() }); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := broken(p.Retire); !strings.Contains(got, "retired in life 3, which is over") {
		t.Errorf("a second Retire: %q", got)
	}
	if got := broken(p.Finished.Put); !strings.Contains(got, "released in life 3, which is over") {
		t.Errorf("Put after Retire: %q", got)
	}
}
