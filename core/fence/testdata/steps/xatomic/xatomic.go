// Package xatomic stands in for the real one and counts what is executed. For
// one goroutine.
package xatomic

// What has been executed so far. A compare-and-swap that fails counts too.
var RMWs, Stores, Loads int

func load[T any](p *T) T {
	Loads++
	return *p
}

func store[T any](p *T, x T) {
	Stores++
	*p = x
}

func swap[T any](p *T, x T) T {
	RMWs++
	old := *p
	*p = x
	return old
}

func cas[T comparable](p *T, old, x T) bool {
	RMWs++
	if *p != old {
		return false
	}
	*p = x
	return true
}

type Uint32 struct{ v uint32 }

func (a *Uint32) Load() uint32                      { return load(&a.v) }
func (a *Uint32) Store(x uint32)                    { store(&a.v, x) }
func (a *Uint32) Swap(x uint32) uint32              { return swap(&a.v, x) }
func (a *Uint32) Add(x uint32) uint32               { return swap(&a.v, a.v+x) + x }
func (a *Uint32) And(x uint32) uint32               { return swap(&a.v, a.v&x) }
func (a *Uint32) Or(x uint32) uint32                { return swap(&a.v, a.v|x) }
func (a *Uint32) CompareAndSwap(old, x uint32) bool { return cas(&a.v, old, x) }

type Uint64 struct{ v uint64 }

func (a *Uint64) Load() uint64                      { return load(&a.v) }
func (a *Uint64) Store(x uint64)                    { store(&a.v, x) }
func (a *Uint64) Swap(x uint64) uint64              { return swap(&a.v, x) }
func (a *Uint64) Add(x uint64) uint64               { return swap(&a.v, a.v+x) + x }
func (a *Uint64) And(x uint64) uint64               { return swap(&a.v, a.v&x) }
func (a *Uint64) Or(x uint64) uint64                { return swap(&a.v, a.v|x) }
func (a *Uint64) CompareAndSwap(old, x uint64) bool { return cas(&a.v, old, x) }

type Pointer[T any] struct{ v *T }

func (a *Pointer[T]) Load() *T                      { return load(&a.v) }
func (a *Pointer[T]) Store(x *T)                    { store(&a.v, x) }
func (a *Pointer[T]) Swap(x *T) *T                  { return swap(&a.v, x) }
func (a *Pointer[T]) CompareAndSwap(old, x *T) bool { return cas(&a.v, old, x) }

// Var is plain memory and costs nothing that is counted.
type Var[T any] struct{ v T }

func (v *Var[T]) Get() T  { return v.v }
func (v *Var[T]) Set(x T) { v.v = x }

type NoCopy struct{}
