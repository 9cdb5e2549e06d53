//go:build explore

package scenario

import (
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// leaving is an entity that is killed while the loop of 2023 looks at it: select
// says that the entity is busy, and the kill waits until somebody says that it is
// idle again.
type leaving struct {
	removed xatomic.Uint32 // 1: off the run queue
	idle    xatomic.Uint32
	used    xatomic.Uint32 // of the hardware, which has room for one
	told    xatomic.Parker // the killer sleeps on it
	says    bool           // the way back from the predicate says idle too
}

func (l *leaving) work() {
	for l.removed.Load() == 0 {
		l.idle.Store(0)
		if l.used.Load() == 0 {
			l.sayIdle()
			return
		}
		if l.says {
			l.sayIdle()
		}
		xatomic.Yield()
	}
}

func (l *leaving) sayIdle() {
	l.idle.Store(1)
	l.told.Unpark()
}

func (l *leaving) kill() {
	l.removed.Store(1)
	for l.idle.Load() == 0 {
		l.told.Park()
	}
}

func newLeaving(says bool) *explore.Program {
	l := &leaving{told: xatomic.NewParker(), says: says}
	l.idle.Store(1)
	l.used.Store(1)
	return &explore.Program{State: l, Threads: []explore.Thread{
		{Name: "kthread", Run: l.work, Polls: true},
		{Name: "killer", Run: l.kill},
		{Name: "irq", Run: func() { l.used.Store(0) }, Role: explore.Interrupt},
	}}
}

// ordered is a predicate over plain memory: read at any time, or only by who has
// seen the fence.
type ordered struct {
	used     xatomic.Var[int]
	signaled xatomic.Uint32
}

func newOrdered(anyTime bool) *explore.Program {
	o := new(ordered)
	return &explore.Program{State: o, Threads: []explore.Thread{
		{Name: "kthread", Run: func() {
			if (o.signaled.Load() == 1 || anyTime) && o.used.Get() == 0 && !anyTime {
				explore.Failf("the fence is signalled, and nothing is free")
			}
		}},
		{Name: "irq", Role: explore.Interrupt, Run: func() {
			o.used.Set(1)
			o.signaled.Store(1)
		}},
	}}
}

// kills are further readings of the argument of 2023.
func kills() []Scenario {
	list := []Scenario{
		{Name: "2023/kill", Doc: "as posted, the way back from the predicate leaves the entity busy",
			Expect: explore.LostWakeup, New: func() *explore.Program { return newLeaving(false) }},
		{Name: "2023/kill, told", Doc: "the same, and the way back says idle",
			New: func() *explore.Program { return newLeaving(true) }},
		{Name: "2023/plain predicate", Doc: "a predicate over plain memory, read at any time",
			Expect: explore.DataRace, New: func() *explore.Program { return newOrdered(true) }},
		{Name: "2023/plain, behind the fence", Doc: "the same memory, read by who has seen the fence",
			New: func() *explore.Program { return newOrdered(false) }},
	}
	for i := range list {
		list[i].Holds = "the kill comes to its end; what is free is seen to be free"
	}
	return list
}
