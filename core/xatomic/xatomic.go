//go:build !explore

// Package xatomic is the one door through which the core reaches the memory
// that goroutines share: atomic words, plain slots handed from one goroutine to
// another, locks and parking. No other core package names sync, sync/atomic or
// a channel, so whoever replaces this package sees every shared access of the
// core. It adds no ordering of its own and refuses to be a convenience library:
// a type stands here only if the core uses it.
//
// With the build tag explore the types are others of the same names, which ask a
// hook before each operation: a model checker that installs one decides which
// goroutine goes on (see Hook there).
//
// Every atomic is sequentially consistent, as Go's are; comments in the core
// name the happens-before edge that a step relies on, never a weaker ordering.
package xatomic

import (
	"runtime"
	"sync"
	"sync/atomic"
)

type (
	// Uint32 is sync/atomic's Uint32.
	Uint32 = atomic.Uint32
	// Uint64 is sync/atomic's Uint64.
	Uint64 = atomic.Uint64
	// Int64 is sync/atomic's Int64.
	Int64 = atomic.Int64
	// Pointer is sync/atomic's Pointer.
	Pointer[T any] = atomic.Pointer[T]
	// Mutex is sync's Mutex. Nothing that a completion runs may take one.
	Mutex = sync.Mutex
)

// The aliases are the very types, so production code pays nothing for the door.
var (
	_ *atomic.Uint32       = (*Uint32)(nil)
	_ *atomic.Uint64       = (*Uint64)(nil)
	_ *atomic.Int64        = (*Int64)(nil)
	_ *atomic.Pointer[int] = (*Pointer[int])(nil)
)

// Var is a plain slot whose ownership passes between goroutines through an
// atomic elsewhere: the one who holds it may read and write it, nobody else.
// It is not atomic itself. Code under test can check the hand-over, since all
// plain shared data of the core lives in a Var.
type Var[T any] struct{ v T }

// Get returns the value. Requires: the caller owns the slot.
func (v *Var[T]) Get() T { return v.v }

// Set stores x. Requires: the caller owns the slot.
func (v *Var[T]) Set(x T) { v.v = x }

// Parker blocks one goroutine until another wakes it. It holds one token:
// Unpark before Park makes the next Park return at once, and any number of
// Unparks in between count as one. The zero value is not ready; use NewParker.
type Parker struct{ token chan struct{} }

// NewParker returns a Parker without a token. It allocates.
func NewParker() Parker { return Parker{token: make(chan struct{}, 1)} }

// Park blocks until there is a token and takes it. One goroutine at a time.
// The receive orders everything before the Unpark that it answers before
// everything after Park.
func (p Parker) Park() { <-p.token }

// TryPark takes a token if there is one and reports whether it did. It never
// blocks.
func (p Parker) TryPark() bool {
	select {
	case <-p.token:
		return true
	default:
		return false
	}
}

// Unpark leaves a token. It never blocks and may be called from any goroutine,
// interrupt context included; waking a parked goroutine costs the caller a
// system call, so callers look first whether anybody sleeps.
func (p Parker) Unpark() {
	select {
	case p.token <- struct{}{}:
	default:
	}
}

// Yield lets other goroutines run. It is for bounded spins only.
func Yield() { runtime.Gosched() }
