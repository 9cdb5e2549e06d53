//go:build explore

package explore

import (
	"errors"
	"strings"
	"testing"

	"credence/core/xatomic"
)

// meeting is what the programs of these tests share.
type meeting struct {
	a, b xatomic.Uint32
	l, m xatomic.Mutex
	p    xatomic.Parker
	v    xatomic.Var[int]
	n    int
}

func program(p Program, threads ...Thread) (*Program, *meeting) {
	s := &meeting{p: xatomic.NewParker()}
	p.Name, p.State, p.Threads = "test", s, threads
	return &p, s
}

// expect explores p by every strategy that is exhaustive and wants the verdict
// and the words in the message.
func expect(t *testing.T, make func() *Program, v Verdict, message string) {
	t.Helper()
	for _, st := range []Strategy{DPOR, SleepSets, Full, Cached, States} {
		if (st == DPOR || st == SleepSets) && make().Invariant != nil {
			if _, err := Run(make(), Options{Strategy: st}); err == nil {
				t.Errorf("%v takes an Invariant", st)
			}
			continue
		}
		r, err := Run(make(), Options{Strategy: st, Executions: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != v || !strings.Contains(r.Message, message) {
			t.Errorf("%v: %v, want %v: %s", st, r, v, message)
		}
		if v == Passed && r.Coverage.Kind != exhausted {
			t.Errorf("%v: %v", st, r)
		}
	}
}

func TestLocksInOppositeOrder(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "one"}, Thread{Name: "two"})
		p.Threads[0].Run = func() { s.l.Lock(); s.m.Lock(); s.n++; s.m.Unlock(); s.l.Unlock() }
		p.Threads[1].Run = func() { s.m.Lock(); s.l.Lock(); s.n++; s.l.Unlock(); s.m.Unlock() }
		return p
	}, LostWakeup, "one sleeps on m, two sleeps on l")
}

func TestLockOrdersPlainMemory(t *testing.T) {
	for _, locked := range []bool{true, false} {
		v, m := Passed, ""
		if !locked {
			v, m = DataRace, "v, which"
		}
		expect(t, func() *Program {
			p, s := program(Program{}, Thread{Name: "one"}, Thread{Name: "two"}, Thread{Name: "three"})
			for i := range p.Threads {
				p.Threads[i].Run = func() {
					if locked || i != 2 {
						s.l.Lock()
						defer s.l.Unlock()
					}
					s.v.Set(s.v.Get() + 1)
				}
			}
			p.Check = func() error {
				if s.v.Get() != 3 {
					return errors.New("an increment is lost")
				}
				return nil
			}
			return p
		}, v, m)
	}
}

// TestLockFreePublishing passes plain memory on by each operation that orders it.
func TestLockFreePublishing(t *testing.T) {
	for name, publish := range map[string]func(*meeting){
		"store":   func(s *meeting) { s.a.Store(1) },
		"swap":    func(s *meeting) { s.a.Swap(1) },
		"add":     func(s *meeting) { s.a.Add(1) },
		"or":      func(s *meeting) { s.a.Or(1) },
		"cas":     func(s *meeting) { s.a.CompareAndSwap(0, 1) },
		"nothing": func(s *meeting) { s.a.CompareAndSwap(2, 1) },
	} {
		v := Passed
		if name == "nothing" {
			v = DataRace
		}
		expect(t, func() *Program {
			p, s := program(Program{}, Thread{Name: "writer"}, Thread{Name: "reader"}, Thread{Name: "other"})
			p.Threads[0].Run = func() { s.v.Set(1); publish(s) }
			p.Threads[1].Run = func() {
				if s.a.Load() == 1 {
					s.v.Get()
				}
			}
			p.Threads[2].Run = func() {
				if name == "nothing" {
					s.a.Store(1)
				}
			}
			return p
		}, v, "")
	}
}

func TestLooperIsWokenWithOthers(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "one", Polls: true}, Thread{Name: "two", Polls: true},
			Thread{Name: "three"})
		for i := range 2 {
			p.Threads[i].Run = func() {
				for s.a.Load() == 0 {
				}
			}
		}
		p.Threads[2].Run = func() { s.a.Store(1) }
		return p
	}, Passed, "")
}

func TestTokenWhereOneLiesOrdersNothing(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "first"}, Thread{Name: "second"}, Thread{Name: "sleeper"})
		p.Threads[0].Run = func() { s.p.Unpark() }
		p.Threads[1].Run = func() { s.v.Set(1); s.p.Unpark() }
		p.Threads[2].Run = func() { s.p.Park(); s.v.Get() }
		return p
	}, DataRace, "v, which")
}

func TestInterruptMustNotBlock(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "irq", Role: Interrupt})
		p.Threads[0].Run = func() { s.l.Lock() }
		return p
	}, Assertion, "lock of l in interrupt context")
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "host"})
		p.Threads[0].Run = func() { Raise(func() { s.p.Park() }) }
		return p
	}, Assertion, "park of p in interrupt context")
}

func TestBusyLoop(t *testing.T) {
	for _, polls := range []bool{false, true} {
		v := BusyLoop
		if polls {
			v = Passed
		}
		expect(t, func() *Program {
			p, s := program(Program{}, Thread{Name: "spinner", Polls: polls}, Thread{Name: "other"})
			p.Threads[0].Run = func() {
				for s.a.Load() == 0 {
				}
			}
			p.Threads[1].Run = func() { s.b.Store(1); s.a.Store(1) }
			return p
		}, v, "")
	}
	for v, polls := range []bool{true, false} { // wakes itself
		v := uint32(v)
		expect(t, func() *Program {
			p, s := program(Program{}, Thread{Name: "self", Polls: polls}, Thread{Name: "other"})
			p.Threads[0].Run = func() {
				for s.a.Load() == 0 {
					s.p.Unpark()
					s.p.Park()
				}
			}
			p.Threads[1].Run = func() { s.a.Store(v) }
			return p
		}, BusyLoop, "self goes round")
	}
}

// TestLoopThatChangesIsNotHeld has a poller that changes words on its way round:
// what it looked at before the change is part of the loop.
func TestLoopThatChangesIsNotHeld(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "poller", Polls: true}, Thread{Name: "other"})
		p.Threads[0].Run = func() {
			for s.a.Load() == 0 {
				s.b.Store(1)
				s.b.Store(0)
				s.p.Unpark()
				xatomic.Yield()
			}
		}
		p.Threads[1].Run = func() { s.a.Store(1) }
		return p
	}, Passed, "")
}

func TestLivelock(t *testing.T) {
	r, err := Run(func() *Program { // both step back as soon as they see each other
		p, s := program(Program{}, Thread{Name: "one", Polls: true}, Thread{Name: "two", Polls: true})
		politely := func(mine, other *xatomic.Uint32) func() {
			return func() {
				for {
					mine.Store(1)
					if other.Load() == 0 {
						mine.Store(0)
						return
					}
					mine.Store(0)
				}
			}
		}
		p.Threads[0].Run = politely(&s.a, &s.b)
		p.Threads[1].Run = politely(&s.b, &s.a)
		return p
	}(), Options{Strategy: Full, Executions: 200_000})
	if err != nil || r.Verdict != Livelock {
		t.Errorf("%v, %v", r, err)
	}
}

func TestStepLimit(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{MaxSteps: 100}, Thread{Name: "counter"})
		p.Threads[0].Run = func() {
			for {
				s.a.Add(1)
			}
		}
		return p
	}, StepLimit, "cut off")
}

func TestPanicsAreFindings(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "one"}, Thread{Name: "two"})
		p.Threads[0].Run = func() { s.a.Store(1); s.a.Store(0) }
		p.Threads[1].Run = func() {
			list := []int{7}
			s.n = list[s.a.Load()]
		}
		return p
	}, Assertion, "index out of range")
}

func TestInvariantIsAskedAtEachStep(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "one"}, Thread{Name: "two"})
		p.Threads[0].Run = func() { s.a.Store(1); s.a.Store(0) }
		p.Threads[1].Run = func() { s.b.Store(1); s.b.Store(0) }
		p.Invariant = func() error {
			if s.a.Load() == 1 && s.b.Load() == 1 {
				return errors.New("both")
			}
			return nil
		}
		return p
	}, Assertion, "both")
}

func TestUnreachableStateIsFoundOut(t *testing.T) {
	n := 0 // outside Program.State
	r, err := Run(func() *Program {
		p, s := program(Program{}, Thread{Name: "one"}, Thread{Name: "two"})
		p.Threads[0].Run = func() {
			for range n {
				s.a.Load()
			}
			n++
			s.a.Store(1)
			s.a.Store(2)
		}
		p.Threads[1].Run = func() { s.a.Store(3) }
		return p
	}(), Options{})
	if err != nil || r.Verdict != Assertion || r.Message != unrepeatable {
		t.Errorf("%v, %v", r, err)
	}
}

func TestRefusals(t *testing.T) {
	ok, s := program(Program{}, Thread{Name: "one"})
	ok.Threads[0].Run = func() { s.a.Store(1) }
	for _, o := range []Options{
		{Strategy: numStrategies}, {Strategy: PCT}, {Bounded: true, Bound: 1},
		{Strategy: SleepSets, Bounded: true}, {Strategy: Full, Bounded: true, Bound: 201},
	} {
		if r, err := Run(ok, o); err == nil {
			t.Errorf("%+v: %v", o, r)
		}
	}
	for _, p := range []*Program{{Name: "none", State: s}, {Name: "x", State: s, Threads: []Thread{{Name: "a"}}}} {
		if r, err := Run(p, Options{}); err == nil {
			t.Errorf("%s: %v", p.Name, r)
		}
	}
	for _, bad := range []string{"z", "a(", "(300)", "a0", "a99999999", "(1", "A"} {
		if _, err := Replay(ok, bad); err == nil || !strings.Contains(err.Error(), "schedule: ") {
			t.Errorf("schedule %q: %v", bad, err)
		}
	}
	for _, other := range []string{"b", "aa", "(0)a"} {
		if _, err := Replay(ok, other); err == nil || !strings.Contains(err.Error(), "cannot be taken") {
			t.Errorf("schedule %q: %v", other, err)
		}
	}
}
