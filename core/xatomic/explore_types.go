//go:build explore

package xatomic

import "unsafe"

// Uint32 is an instrumented Uint32 of sync/atomic.
type Uint32 struct{ w Word }

// Load returns the value.
func (x *Uint32) Load() uint32 { return uint32(word(&x.w, OpLoad, 0, 0)) }

// Store writes v.
func (x *Uint32) Store(v uint32) { word(&x.w, OpStore, uint64(v), 0) }

// Swap writes v and returns the old value.
func (x *Uint32) Swap(v uint32) uint32 { return uint32(word(&x.w, OpSwap, uint64(v), 0)) }

// Add adds d and returns the new value.
func (x *Uint32) Add(d uint32) uint32 { return uint32(word(&x.w, OpAdd32, uint64(d), 0)) }

// And keeps the bits of mask and returns the old value.
func (x *Uint32) And(mask uint32) uint32 { return uint32(word(&x.w, OpAnd, uint64(mask), 0)) }

// Or sets the bits of mask and returns the old value.
func (x *Uint32) Or(mask uint32) uint32 { return uint32(word(&x.w, OpOr, uint64(mask), 0)) }

// CompareAndSwap writes v if the value is old, and reports whether it was.
func (x *Uint32) CompareAndSwap(old, v uint32) bool {
	return word(&x.w, OpCompareAndSwap, uint64(old), uint64(v)) != 0
}

// Uint64 is an instrumented Uint64 of sync/atomic.
type Uint64 struct{ w Word }

// Load returns the value.
func (x *Uint64) Load() uint64 { return word(&x.w, OpLoad, 0, 0) }

// Store writes v.
func (x *Uint64) Store(v uint64) { word(&x.w, OpStore, v, 0) }

// Swap writes v and returns the old value.
func (x *Uint64) Swap(v uint64) uint64 { return word(&x.w, OpSwap, v, 0) }

// Add adds d and returns the new value.
func (x *Uint64) Add(d uint64) uint64 { return word(&x.w, OpAdd, d, 0) }

// And keeps the bits of mask and returns the old value.
func (x *Uint64) And(mask uint64) uint64 { return word(&x.w, OpAnd, mask, 0) }

// Or sets the bits of mask and returns the old value.
func (x *Uint64) Or(mask uint64) uint64 { return word(&x.w, OpOr, mask, 0) }

// CompareAndSwap writes v if the value is old, and reports whether it was.
func (x *Uint64) CompareAndSwap(old, v uint64) bool {
	return word(&x.w, OpCompareAndSwap, old, v) != 0
}

// Int64 is an instrumented Int64 of sync/atomic.
type Int64 struct{ w Word }

// Load returns the value.
func (x *Int64) Load() int64 { return int64(word(&x.w, OpLoad, 0, 0)) }

// Store writes v.
func (x *Int64) Store(v int64) { word(&x.w, OpStore, uint64(v), 0) }

// Swap writes v and returns the old value.
func (x *Int64) Swap(v int64) int64 { return int64(word(&x.w, OpSwap, uint64(v), 0)) }

// Add adds d and returns the new value.
func (x *Int64) Add(d int64) int64 { return int64(word(&x.w, OpAdd, uint64(d), 0)) }

// And keeps the bits of mask and returns the old value.
func (x *Int64) And(mask int64) int64 { return int64(word(&x.w, OpAnd, uint64(mask), 0)) }

// Or sets the bits of mask and returns the old value.
func (x *Int64) Or(mask int64) int64 { return int64(word(&x.w, OpOr, uint64(mask), 0)) }

// CompareAndSwap writes v if the value is old, and reports whether it was.
func (x *Int64) CompareAndSwap(old, v int64) bool {
	return word(&x.w, OpCompareAndSwap, uint64(old), uint64(v)) != 0
}

// Pointer is an instrumented Pointer of sync/atomic.
type Pointer[T any] struct {
	_ [0]*T // what it points to, for those who walk the memory
	r Ref
}

// Load returns the pointer.
func (x *Pointer[T]) Load() *T {
	p, _ := ref(&x.r, OpLoad, nil, nil)
	return (*T)(p)
}

// Store writes p.
func (x *Pointer[T]) Store(p *T) { ref(&x.r, OpStore, unsafe.Pointer(p), nil) }

// Swap writes p and returns the old pointer.
func (x *Pointer[T]) Swap(p *T) *T {
	old, _ := ref(&x.r, OpSwap, unsafe.Pointer(p), nil)
	return (*T)(old)
}

// CompareAndSwap writes p if the pointer is old, and reports whether it was.
func (x *Pointer[T]) CompareAndSwap(old, p *T) bool {
	_, ok := ref(&x.r, OpCompareAndSwap, unsafe.Pointer(old), unsafe.Pointer(p))
	return ok
}
