package main

import (
	"credence/core/fence"
	"credence/core/live"
	"credence/core/sched"
)

// credenceScheduler is the project's own scheduler: as it comes, or, with
// upstream's habits, as it is held against the recordings that the plain one is
// held against.
func credenceScheduler(impl string, habits sched.Upstream) schedContender {
	return schedContender{
		impl:  impl,
		whole: func(entities int) ends { return ends{a: newCredenceLoop(entities, habits).steps} },
		flow: func(f flow) ends {
			spinner := new(credenceSpinner)
			x := newCredenceFlow(f, spinner, habits)
			return ends{a: x.produce, b: func(n int) int { return x.work(n, spinner.runAll) }}
		},
		parked: func(f flow) ends {
			w := live.Start()
			f.publish = 1
			x := newCredenceFlow(f, w, habits)
			stop := func() {
				x.entity.Fini()
				x.sched.Fini()
				w.Close()
			}
			return ends{
				a:      func(n int) int { return x.produce(n) + x.settle() },
				worker: &sleeper{wakes: w.Wakes, stop: stop},
			}
		},
	}
}

// newCredence returns a scheduler with a credit for each slot.
func newCredence(b sched.Backend, e sched.Executor, habits sched.Upstream) *sched.Scheduler {
	a, err := sched.Flow{Kind: sched.FlowCredits, Limit: wholeSlots}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		panic(err)
	}
	s, err := sched.New(sched.Config{
		Backend: b, Executor: e, Admission: a, Policy: sched.FIFO,
		Compat: sched.Compat{Upstream: habits},
	})
	if err != nil {
		panic(err)
	}
	return s
}

func initCredenceEntity(e *sched.Entity, s *sched.Scheduler, capacity int) {
	c := sched.EntityConfig{Priority: sched.Normal, Capacity: capacity}
	if err := e.Init([]*sched.Scheduler{s}, c); err != nil {
		panic(err)
	}
}

// noControl is the part of an executor that only control operations and
// timeouts use, of which there are none here.
type noControl struct{}

// Cancel is sched.Executor's.
func (noControl) Cancel(*sched.Work) bool { panic("peers: Cancel") }

// SetTimer is sched.Executor's.
func (noControl) SetTimer(*sched.Work, fence.Time) { panic("peers: SetTimer") }

// Wait is sched.Executor's.
func (noControl) Wait(*sched.Scheduler, func() bool, fence.Time) bool { panic("peers: Wait") }

// Wake is sched.Executor's: nobody waits.
func (noControl) Wake(*sched.Scheduler) {}
