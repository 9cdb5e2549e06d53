//go:build explore

package xatomic

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"unsafe"
)

// TestWordsAreAtomics holds the instrumented types to those of sync/atomic on
// random operations, both without a Hook and by what Effect says.
func TestWordsAreAtomics(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values := []uint64{0, 1, 2, 1<<32 - 1, 1 << 32, 1<<64 - 1, 1 << 63}
	var u32 Uint32
	var u64 Uint64
	var i64 Int64
	var w32 atomic.Uint32
	var w64 atomic.Uint64
	var s64 atomic.Int64
	for i := range 20_000 {
		a, b := values[r.IntN(len(values))], values[r.IntN(len(values))]
		var got, want [3]uint64
		bit := func(b bool) uint64 { return uint64(*(*byte)(unsafe.Pointer(&b))) }
		switch op := r.IntN(7); op {
		case 0:
			u32.Store(uint32(a))
			u64.Store(a)
			i64.Store(int64(a))
			w32.Store(uint32(a))
			w64.Store(a)
			s64.Store(int64(a))
		case 1:
			got = [3]uint64{uint64(u32.Swap(uint32(a))), u64.Swap(a), uint64(i64.Swap(int64(a)))}
			want = [3]uint64{uint64(w32.Swap(uint32(a))), w64.Swap(a), uint64(s64.Swap(int64(a)))}
		case 2:
			got = [3]uint64{uint64(u32.Add(uint32(a))), u64.Add(a), uint64(i64.Add(int64(a)))}
			want = [3]uint64{uint64(w32.Add(uint32(a))), w64.Add(a), uint64(s64.Add(int64(a)))}
		case 3:
			got = [3]uint64{uint64(u32.And(uint32(a))), u64.And(a), uint64(i64.And(int64(a)))}
			want = [3]uint64{uint64(w32.And(uint32(a))), w64.And(a), uint64(s64.And(int64(a)))}
		case 4:
			got = [3]uint64{uint64(u32.Or(uint32(a))), u64.Or(a), uint64(i64.Or(int64(a)))}
			want = [3]uint64{uint64(w32.Or(uint32(a))), w64.Or(a), uint64(s64.Or(int64(a)))}
		default:
			got = [3]uint64{bit(u32.CompareAndSwap(uint32(a), uint32(b))), bit(u64.CompareAndSwap(a, b)),
				bit(i64.CompareAndSwap(int64(a), int64(b)))}
			want = [3]uint64{bit(w32.CompareAndSwap(uint32(a), uint32(b))), bit(w64.CompareAndSwap(a, b)),
				bit(s64.CompareAndSwap(int64(a), int64(b)))}
		}
		if got != want || u32.Load() != w32.Load() || u64.Load() != w64.Load() || i64.Load() != s64.Load() {
			t.Fatalf("step %d, operands %#x %#x: %v, want %v; %#x %#x %#x, want %#x %#x %#x", i, a, b, got, want,
				u32.Load(), u64.Load(), i64.Load(), w32.Load(), w64.Load(), s64.Load())
		}
	}
}

// TestPointer does the operations of a pointer.
func TestPointer(t *testing.T) {
	var p Pointer[int]
	a, b := new(int), new(int)
	if p.Load() != nil || p.CompareAndSwap(a, b) || !p.CompareAndSwap(nil, a) || p.Load() != a ||
		p.Swap(b) != a || p.Load() != b {
		t.Error("a pointer is not what was written")
	}
	p.Store(nil)
	if p.Load() != nil {
		t.Error("a pointer is not what was stored")
	}
}

// TestWithoutHook parks, locks and wakes for real.
func TestWithoutHook(t *testing.T) {
	p := NewParker()
	var m Mutex
	n, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		m.Lock()
		n++
		m.Unlock()
		p.Unpark()
		p.Unpark()
	}()
	p.Park()
	<-done
	m.Lock()
	defer m.Unlock()
	if n != 1 {
		t.Errorf("n is %d", n)
	}
}

// TestFailuresLeaveNothing wants Apply to leave a word alone where Effect does.
func TestFailuresLeaveNothing(t *testing.T) {
	for _, c := range []struct {
		op                    Op
		v, a, b, next, result uint64
	}{
		{OpLock, 0, 0, 0, 1, 1}, {OpLock, 1, 0, 0, 1, 0}, {OpUnlock, 1, 0, 0, 0, 1},
		{OpPark, 1, 0, 0, 0, 1}, {OpPark, 0, 0, 0, 0, 0}, {OpTryPark, 1, 0, 0, 0, 1},
		{OpUnpark, 0, 0, 0, 1, 0}, {OpUnpark, 1, 0, 0, 1, 0}, {OpCompareAndSwap, 3, 4, 5, 3, 0},
		{OpAdd32, 1<<32 - 1, 1, 0, 0, 0},
	} {
		next, result := Effect(c.op, c.v, c.a, c.b)
		w := Word{V: c.v}
		applied := Apply(&w, c.op, c.a, c.b)
		if next != c.next || result != c.result || w.V != next || applied != result {
			t.Errorf("%v of %d: Effect %d %d, Apply %d %d, want %d %d",
				c.op, c.v, next, result, w.V, applied, c.next, c.result)
		}
	}
}
