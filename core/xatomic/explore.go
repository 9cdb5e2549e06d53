//go:build explore

// Package xatomic, built with the tag explore, is the core's door to shared
// memory with somebody behind it: every operation asks the installed Hook, which
// decides when it happens. It refuses to decide anything itself, and imports
// nothing of the model checker. Without a Hook the operations are what their
// names say, on real memory, slower.
package xatomic

import (
	"runtime"
	"sync"
	"unsafe"
)

// Op is a kind of operation.
type Op uint8

// The operations. The 32-bit addition wraps where the type does.
const (
	OpLoad Op = iota
	OpStore
	OpSwap
	OpAdd
	OpAdd32
	OpAnd
	OpOr
	OpCompareAndSwap
	OpLock
	OpUnlock
	OpPark
	OpTryPark
	OpUnpark
	numOps
)

var opNames = [numOps]string{
	"load", "store", "swap", "add", "add", "and", "or", "cas",
	"lock", "unlock", "park", "trypark", "unpark",
}

// String returns the operation's name as it stands in traces.
func (o Op) String() string { return opNames[o] }

// Blocks reports whether an operation that fails is one to sleep on until
// somebody changes the word.
func (o Op) Blocks() bool { return o == OpLock || o == OpPark }

// Location is the Hook's own note on a piece of shared memory.
type Location struct{ ID, Gen uint32 }

// Word is a word of shared memory. Only its Hook, or nobody, touches V.
type Word struct {
	Location
	V uint64
}

// Ref is a shared pointer.
type Ref struct {
	Location
	P unsafe.Pointer
}

// Hook decides when an operation happens, and does it: Effect says what it
// leaves, Apply and ApplyRef do it for real. One goroutine at a time may be
// outside a Hook; it is called in the goroutine that operates.
type Hook interface {
	// Word does op with the operands a and b and returns its result: the old
	// value for OpLoad, OpSwap, OpAnd and OpOr, the new one for additions, 1 or 0
	// for those that succeed or fail. An operation that Blocks returns when it
	// has succeeded.
	Word(w *Word, op Op, a, b uint64) uint64
	// Ref does the same for a pointer; ok is the result of OpCompareAndSwap.
	Ref(r *Ref, op Op, a, b unsafe.Pointer) (p unsafe.Pointer, ok bool)
	// Var is told of a plain access, just before it.
	Var(l *Location, write bool)
	// Yield is told that the caller waits for others by looking again.
	Yield()
}

var hook Hook

// Install has h asked before each operation from now on, or nobody for nil. No
// other goroutine may be operating.
func Install(h Hook) { hook = h }

func word(w *Word, op Op, a, b uint64) uint64 {
	if hook == nil {
		return Apply(w, op, a, b)
	}
	return hook.Word(w, op, a, b)
}

func ref(r *Ref, op Op, a, b unsafe.Pointer) (unsafe.Pointer, bool) {
	if hook == nil {
		return ApplyRef(r, op, a, b)
	}
	return hook.Ref(r, op, a, b)
}

// Var is a plain slot whose ownership passes between goroutines through an
// atomic elsewhere. The Hook checks the hand-over.
type Var[T any] struct {
	at Location
	v  T
}

// Get returns the value. Requires: the caller owns the slot.
func (v *Var[T]) Get() T {
	if hook != nil {
		hook.Var(&v.at, false)
	}
	return v.v
}

// Set stores x. Requires: the caller owns the slot.
func (v *Var[T]) Set(x T) {
	if hook != nil {
		hook.Var(&v.at, true)
	}
	v.v = x
}

// Mutex is a lock. A Hook holds it in the word, nobody in the real one.
type Mutex struct {
	w    Word
	real sync.Mutex
}

// Lock takes the lock.
func (m *Mutex) Lock() {
	if hook == nil {
		m.real.Lock()
		return
	}
	hook.Word(&m.w, OpLock, 0, 0)
}

// Unlock gives it back.
func (m *Mutex) Unlock() {
	if hook == nil {
		m.real.Unlock()
		return
	}
	hook.Word(&m.w, OpUnlock, 0, 0)
}

// Parker blocks one goroutine until another wakes it. It holds one token. The
// zero value is not ready; use NewParker.
type Parker struct{ s *parking }

type parking struct {
	w    Word
	real chan struct{}
}

// NewParker returns a Parker without a token. It allocates.
func NewParker() Parker { return Parker{&parking{real: make(chan struct{}, 1)}} }

// Park blocks until there is a token and takes it.
func (p Parker) Park() {
	if hook == nil {
		<-p.s.real
		return
	}
	hook.Word(&p.s.w, OpPark, 0, 0)
}

// TryPark takes a token if there is one and reports whether it did.
func (p Parker) TryPark() bool {
	if hook != nil {
		return hook.Word(&p.s.w, OpTryPark, 0, 0) != 0
	}
	select {
	case <-p.s.real:
		return true
	default:
		return false
	}
}

// Unpark leaves a token.
func (p Parker) Unpark() {
	if hook != nil {
		hook.Word(&p.s.w, OpUnpark, 0, 0)
		return
	}
	select {
	case p.s.real <- struct{}{}:
	default:
	}
}

// Yield lets others run. It is for bounded spins only.
func Yield() {
	if hook == nil {
		runtime.Gosched()
		return
	}
	hook.Yield()
}
