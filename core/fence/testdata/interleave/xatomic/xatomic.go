// Package xatomic stands in for the real one: before each atomic operation it
// calls Step, where another thread may go on. Threads take turns on one
// processor, so the operations themselves are plain.
package xatomic

// Step is called before each atomic operation.
var Step = func() {}

func load[T any](p *T) T {
	Step()
	return *p
}

func store[T any](p *T, x T) {
	Step()
	*p = x
}

func swap[T any](p *T, x T) T {
	Step()
	old := *p
	*p = x
	return old
}

func add[T uint32 | uint64](p *T, x T) T {
	Step()
	*p += x
	return *p
}

func cas[T comparable](p *T, old, x T) bool {
	Step()
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
func (a *Uint32) Add(x uint32) uint32               { return add(&a.v, x) }
func (a *Uint32) CompareAndSwap(old, x uint32) bool { return cas(&a.v, old, x) }

type Uint64 struct{ v uint64 }

func (a *Uint64) Load() uint64                      { return load(&a.v) }
func (a *Uint64) Store(x uint64)                    { store(&a.v, x) }
func (a *Uint64) Swap(x uint64) uint64              { return swap(&a.v, x) }
func (a *Uint64) Add(x uint64) uint64               { return add(&a.v, x) }
func (a *Uint64) CompareAndSwap(old, x uint64) bool { return cas(&a.v, old, x) }

type Pointer[T any] struct{ v *T }

func (a *Pointer[T]) Load() *T                      { return load(&a.v) }
func (a *Pointer[T]) Store(x *T)                    { store(&a.v, x) }
func (a *Pointer[T]) Swap(x *T) *T                  { return swap(&a.v, x) }
func (a *Pointer[T]) CompareAndSwap(old, x *T) bool { return cas(&a.v, old, x) }

// Var is plain memory: nobody else looks at it.
type Var[T any] struct{ v T }

func (v *Var[T]) Get() T  { return v.v }
func (v *Var[T]) Set(x T) { v.v = x }

type NoCopy struct{}
