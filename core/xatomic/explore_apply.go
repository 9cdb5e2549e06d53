//go:build explore

package xatomic

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

// Effect returns what op leaves in a word that holds v, and its result. It
// touches nothing.
func Effect(op Op, v, a, b uint64) (next, result uint64) {
	switch op {
	case OpLoad:
		return v, v
	case OpStore:
		return a, 0
	case OpSwap:
		return a, v
	case OpAdd:
		return v + a, v + a
	case OpAdd32:
		n := uint64(uint32(v) + uint32(a))
		return n, n
	case OpAnd:
		return v & a, v
	case OpOr:
		return v | a, v
	case OpCompareAndSwap:
		if v == a {
			return b, 1
		}
		return v, 0
	case OpLock:
		if v == 0 {
			return 1, 1
		}
		return v, 0
	case OpUnlock, OpTryPark, OpPark:
		return 0, v
	case OpUnpark:
		return 1, 0
	}
	panic(fmt.Sprintf("xatomic: operation %d", op))
}

// Apply does op on w with the machine's own atomics, as the race detector sees
// them. A lock or a token is taken if it is free; nothing blocks.
func Apply(w *Word, op Op, a, b uint64) uint64 {
	switch op {
	case OpLoad:
		return atomic.LoadUint64(&w.V)
	case OpStore:
		atomic.StoreUint64(&w.V, a)
		return 0
	case OpAdd:
		return atomic.AddUint64(&w.V, a)
	}
	for {
		v := atomic.LoadUint64(&w.V)
		next, result := Effect(op, v, a, b)
		if next == v && (op >= OpCompareAndSwap && (op != OpCompareAndSwap || result == 0)) {
			return result // it failed, or left a token where one lies: no write
		}
		if atomic.CompareAndSwapUint64(&w.V, v, next) {
			return result
		}
	}
}

// EffectRef is Effect for a pointer.
func EffectRef(op Op, v, a, b unsafe.Pointer) (next, result unsafe.Pointer, ok bool) {
	switch op {
	case OpLoad:
		return v, v, true
	case OpStore:
		return a, nil, true
	case OpSwap:
		return a, v, true
	case OpCompareAndSwap:
		if v == a {
			return b, nil, true
		}
		return v, nil, false
	}
	panic(fmt.Sprintf("xatomic: %v of a pointer", op))
}

// ApplyRef is Apply for a pointer.
func ApplyRef(r *Ref, op Op, a, b unsafe.Pointer) (unsafe.Pointer, bool) {
	switch op {
	case OpLoad:
		return atomic.LoadPointer(&r.P), true
	case OpStore:
		atomic.StorePointer(&r.P, a)
		return nil, true
	case OpSwap:
		return atomic.SwapPointer(&r.P, a), true
	case OpCompareAndSwap:
		return nil, atomic.CompareAndSwapPointer(&r.P, a, b)
	}
	panic(fmt.Sprintf("xatomic: %v of a pointer", op))
}
