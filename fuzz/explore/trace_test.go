//go:build explore

package explore

import (
	"regexp"
	"strings"
	"testing"

	"credence/core/xatomic"
)

// tooLate is the wait loop of 2023 with the two halves of a completion swapped:
// it signals before it frees.
type tooLate struct {
	used, armed, inflight xatomic.Uint32
	wq                    xatomic.Parker
}

func (s *tooLate) worker() {
	for {
		s.armed.Store(1)
		if s.used.Load() == 0 {
			return
		}
		s.wq.Park()
	}
}

func (s *tooLate) irq() {
	s.inflight.Store(0)
	if s.armed.Swap(0) == 1 {
		s.wq.Unpark()
	}
	s.used.Store(0)
}

func tooLateProgram() *Program {
	s := &tooLate{wq: xatomic.NewParker()}
	s.used.Store(1)
	s.inflight.Store(1)
	return &Program{
		Name: "too-late", State: s,
		Threads: []Thread{
			{Name: "worker", Run: s.worker}, {Name: "irq", Run: s.irq, Role: Interrupt},
		},
	}
}

// line is the number of a line of this file.
var line = regexp.MustCompile(`:\d+\b`)

const tooLateTrace = `      worker                irq
   1                        inflight 1 -> 0 (store)  explore/trace_test.go
   2                        armed stays 0 (swap)     explore/trace_test.go
   3  armed 0 -> 1 (store)                           explore/trace_test.go
   4  used is 1                                      explore/trace_test.go
   5  park wq: SLEEPS                                explore/trace_test.go
   6  z                     used 1 -> 0 (store)      explore/trace_test.go
lost-wakeup: worker sleeps on wq, and nobody is left to wake it

The nearest run that passes, in 5 steps, differs from step 4 on:
   4                        used 1 -> 0 (store)      explore/trace_test.go
   5  used is 0                                      explore/trace_test.go
`

func TestTraceOfLostWakeup(t *testing.T) {
	for st := range numStrategies {
		r, err := Run(tooLateProgram(), Options{Strategy: st, Executions: 10_000, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != LostWakeup {
			t.Fatalf("%v: %v", st, r)
		}
		short, err := Minimize(tooLateProgram(), r)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := short.Trace.Print(&b); err != nil {
			t.Fatal(err)
		}
		if got := line.ReplaceAllString(b.String(), ""); got != tooLateTrace {
			t.Errorf("%v: schedule %s, trace\n%s\nwant\n%s", st, short.Schedule, got, tooLateTrace)
		}
		again, err := Replay(tooLateProgram(), short.Schedule)
		if err != nil || again.Verdict != LostWakeup || again.Schedule != short.Schedule {
			t.Errorf("replay of %s: %v, %v", short.Schedule, again, err)
		}
	}
}
