//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package sched_test

import (
	"errors"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// violation runs f and returns the text of the invariant that it broke, or "".
func violation(t *testing.T, f func()) (text string) {
	t.Helper()
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			v, ok := errors.AsType[*invariant.Violation](r)
			if !ok {
				panic(r)
			}
			text = v.Error()
		default:
			panic(r)
		}
	}()
	f()
	return ""
}

// everyCallback takes the machine through each callback of a backend, for job 42
// in each of them, and tells in.
func everyCallback(t *testing.T, in func(call string, j *sched.Job)) {
	p := newPlain(t, sched.Config{Admission: admission(t, "canrun"), Timeout: fence.Second})
	p.in = in
	e := p.entity(1)
	p.push(42, e, 1) // CanRun, PrepareJob, RunJob
	p.advance(2 * fence.Second)
	p.sched.Fault()
	p.drain()
	p.complete(fence.OK) // FreeJob
	p.push(42, e, 1)
	p.close(e) // CancelJob
}

var backendCalls = []string{"CanRun", "PrepareJob", "RunJob", "TimedOutJob", "FreeJob", "CancelJob"}

// TestEveryCallbackHasTheToken in the very section of its scheduler, open, at
// the callback and its job.
func TestEveryCallbackHasTheToken(t *testing.T) {
	seen := map[string]bool{}
	everyCallback(t, func(call string, j *sched.Job) {
		seen[call] = true
		got := violation(t, func() { invariant.MightBlock(j.Section(), "a test") })
		want := "waits inside the signalling critical section: a test; in sched 5, " + call +
			" of job 42"
		if !strings.Contains(got, want) {
			t.Errorf("in %s: %q, want %q in it", call, got, want)
		}
	})
	for _, c := range backendCalls {
		if !seen[c] {
			t.Errorf("%s was not called", c)
		}
	}
}

// TestPlantedBackendsAreCaught, whatever they do wrong and wherever, with the
// place: who, which callback, which job.
func TestPlantedBackendsAreCaught(t *testing.T) {
	var resv sched.Resv
	external := new(sched.Job)
	for _, deed := range []struct {
		name, want string
		do         func(j *sched.Job)
	}{
		{"allocates with blocking", "L2: allocates with blocking",
			func(j *sched.Job) { invariant.MightAlloc(j.Section(), "a page table") }},
		{"locks a reservation", "L2: locks a reservation",
			func(j *sched.Job) { resv.Lock(j.Section()) }},
		{"makes room in a reservation", "L2: allocates with blocking",
			func(j *sched.Job) {
				resv.Lock(nil)
				defer resv.Unlock()
				resv.Reserve(1, j.Section())
			}},
		{"waits for a fence", "L2: waits",
			func(j *sched.Job) { j.Entity().Flush(1, sched.Exit{Exiting: true}) }},
		{"kills its entity", "L2: waits", func(j *sched.Job) { j.Entity().Kill() }},
		{"submits a job", "L2: allocates with blocking",
			func(j *sched.Job) { _ = external.Init(j.Entity(), sched.Need{Credits: 1}) }},
		{"makes an entity", "L2: allocates with blocking", func(j *sched.Job) {
			_ = new(sched.Entity).Init([]*sched.Scheduler{j.Entity().Scheduler()}, sched.EntityConfig{})
		}},
	} {
		for _, call := range backendCalls {
			caught := 0
			everyCallback(t, func(c string, j *sched.Job) {
				if c != call {
					return
				}
				got := violation(t, func() { deed.do(j) })
				if !strings.Contains(got, deed.want) ||
					!strings.Contains(got, "sched 5, "+call+" of job 42") {
					t.Errorf("a backend that %s in %s: %q", deed.name, call, got)
				}
				caught++
			})
			if caught == 0 {
				t.Errorf("%s was not called", call)
			}
		}
	}
}

// TestHandlerHasTheTokenToo, by its Recovery.
func TestHandlerHasTheTokenToo(t *testing.T) {
	p := newPlain(t, sched.Config{Timeout: fence.Second})
	called := false
	p.verdict = func(j *sched.Job, r *sched.Recovery) sched.Verdict {
		called = r.Section() == j.Section() && r.Section().Open()
		return sched.VerdictNoHang
	}
	e := p.entity(1)
	p.push(1, e, 1)
	p.advance(2 * fence.Second)
	if !called {
		t.Error("the handler is in no section")
	}
	p.complete(fence.OK)
	p.close(e)
}

// TestProducerIsInTheSectionFromArmToPush, and outside before and after.
func TestProducerIsInTheSectionFromArmToPush(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	j := p.job(7, e, 1)
	j.Arm()
	token := j.Section()
	got := violation(t, func() { invariant.MightAlloc(token, "a list") })
	if !strings.Contains(got, "sched 5, Arm without Push of job 7") {
		t.Errorf("between Arm and Push: %q", got)
	}
	j.Push()
	if token.Open() {
		t.Error("the producer is in the section after Push")
	}
	p.drain()
	p.complete(fence.OK)
	if p.sched.Section().Open() {
		t.Error("the worker is in the section with nothing to do")
	}
	p.close(e)
}

// TestCallsFromOutsideAreLetBe: the same calls that a backend must not make.
func TestCallsFromOutsideAreLetBe(t *testing.T) {
	if got := violation(t, func() {
		p := newPlain(t, sched.Config{})
		e := p.entity(1)
		p.push(1, e, 1)
		p.sched.Pause()
		p.sched.Resume()
		e.SetPriority(sched.High)
		e.Kill()
		p.complete(fence.OK)
		p.close(e)
		var r sched.Resv
		r.Lock(nil)
		r.Reserve(3, nil)
		r.Unlock()
	}); got != "" {
		t.Error(got)
	}
}
