//go:build explore

package scenario

import (
	"fmt"

	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// waitLoop is the wait loop with as few words as it can do with, each of them
// written by one thread where that is possible: small enough to exhaust three
// jobs, and the yardstick of the explorer's speed. A word that two threads add to,
// in place of two that one writes each, makes ten times as many interleavings.
type waitLoop struct {
	submitted xatomic.Uint32 // jobs; the submitter writes
	given     xatomic.Uint32 // to the hardware, which has room for one; the worker writes
	completed xatomic.Uint32 // the interrupt writes
	armed     xatomic.Uint32 // 1: the worker is about to sleep
	wq        xatomic.Parker
	jobs      uint32
	late      bool // signals before it frees
	silent    bool // completions wake nobody
}

func (l *waitLoop) submit() {
	for i := range l.jobs {
		l.submitted.Store(i + 1)
		l.wake()
	}
}

func (l *waitLoop) wake() {
	if l.armed.Swap(0) == 1 {
		l.wq.Unpark()
	}
}

// work gives the jobs to the hardware, each when it is submitted and the one
// before it is completed.
func (l *waitLoop) work() {
	for i := range l.jobs {
		ready := func() bool { return l.submitted.Load() > i && l.completed.Load() == i }
		for !ready() {
			l.armed.Store(1)
			if ready() {
				break
			}
			l.wq.Park()
		}
		l.given.Store(i + 1)
	}
}

func (l *waitLoop) irq() {
	for i := range l.jobs {
		explore.Await(func() bool { return l.given.Load() > i })
		if l.late {
			l.wake()
		}
		l.completed.Store(i + 1)
		if !l.late && !l.silent {
			l.wake()
		}
	}
}

func (l *waitLoop) end() error {
	if g, c := l.given.Load(), l.completed.Load(); g != l.jobs || c != l.jobs {
		return fmt.Errorf("%d of %d jobs given, %d completed", g, l.jobs, c)
	}
	return nil
}

func (l *waitLoop) program() *explore.Program {
	l.wq = xatomic.NewParker()
	return &explore.Program{State: l, Check: l.end, Threads: []explore.Thread{
		{Name: "submitter", Run: l.submit},
		{Name: "worker", Run: l.work},
		{Name: "irq", Run: l.irq, Role: explore.Interrupt, Polls: true},
	}}
}

func waits() []Scenario {
	list := []Scenario{
		{Name: "wait/1 job", Doc: "the smallest wait loop",
			New: func() *explore.Program { return (&waitLoop{jobs: 1}).program() }},
		{Name: "wait/2 jobs", Doc: "the same, the second job waiting for the first",
			New: func() *explore.Program { return (&waitLoop{jobs: 2}).program() }},
		{Name: "wait/3 jobs", Doc: "the same with three", Options: all,
			New: func() *explore.Program { return (&waitLoop{jobs: 3}).program() }},
		{Name: "wait/silent", Doc: "completions wake nobody", Expect: explore.LostWakeup,
			New: func() *explore.Program { return (&waitLoop{jobs: 2, silent: true}).program() }},
		{Name: "wait/late", Doc: "completions signal before they free", Expect: explore.LostWakeup,
			New: func() *explore.Program { return (&waitLoop{jobs: 2, late: true}).program() }},
	}
	for i := range list {
		list[i].Holds = "the worker is woken for every job, and one is in the hardware at a time"
	}
	return list
}
