//go:build !explore

package xatomic

import (
	"sync/atomic"
	"testing"
)

// TestParkerHoldsOneToken, however many were left.
func TestParkerHoldsOneToken(t *testing.T) {
	p := NewParker()
	if p.TryPark() {
		t.Error("a token from nowhere")
	}
	for range 3 {
		p.Unpark()
	}
	if !p.TryPark() || p.TryPark() {
		t.Error("three Unparks leave something else than one token")
	}
	p.Unpark()
	p.Park() // does not block
}

// TestParkIsWoken from another goroutine, and orders what came before.
func TestParkIsWoken(t *testing.T) {
	p, q := NewParker(), NewParker()
	var v Var[int]
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 1000 {
			p.Park()
			v.Set(v.Get() + 1)
			q.Unpark()
		}
	}()
	for i := range 1000 {
		p.Unpark()
		q.Park()
		if v.Get() != i+1 {
			t.Fatalf("round %d: %d", i, v.Get())
		}
	}
	<-done
}

// TestYieldLetsOthersRun: a spin with it ends even on one processor.
func TestYieldLetsOthersRun(t *testing.T) {
	var flag atomic.Bool
	go flag.Store(true)
	for !flag.Load() {
		Yield()
	}
}

// TestAliasesWork: what is there to have methods inlined uses them as they are
// meant.
func TestAliasesWork(t *testing.T) {
	var a Uint32
	var b Uint64
	var c Int64
	var m Mutex
	inlined(&a, &b, &c, &m)
	if !m.TryLock() {
		t.Error("the mutex is held")
	}
	m.Unlock()
	n := 7
	var p Pointer[int]
	p.Store(&n)
	inlinedPointer(&p)
	if p.Load() != nil && *p.Load() != 7 {
		t.Errorf("the pointer leads to %d", *p.Load())
	}
}
