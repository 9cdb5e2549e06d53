package main

import (
	"sync"

	"credence/bench/peers/plainsched"
	"credence/core/fence"
)

// plainScheduler is the scheduler written the plain Go way.
func plainScheduler() schedContender {
	return schedContender{
		impl:  "plain",
		whole: func(entities int) ends { return ends{a: newPlainLoop(entities).steps} },
		flow: func(f flow) ends {
			q := plainsched.NewWorkqueue()
			x := newPlainFlow(f, q)
			return ends{a: x.produce, b: func(n int) int { return x.work(n, q.Poll) }}
		},
		parked: func(f flow) ends {
			q := plainsched.NewWorkqueue()
			f.publish = 1
			x := newPlainFlow(f, q)
			var worker sync.WaitGroup
			worker.Go(q.Run)
			stop := func() {
				q.Close()
				worker.Wait()
			}
			return ends{
				a:      func(n int) int { return x.produce(n) + x.settle() },
				worker: &sleeper{wakes: q.Wakes, stop: stop},
			}
		},
	}
}

// stillClock is a time that somebody else moves.
type stillClock struct {
	plainsched.Clock // for what only timeouts and waits use: there are none
	now              fence.Time
}

// Now is plainsched.Clock's.
func (c *stillClock) Now() fence.Time { return c.now }

func newPlain(
	b plainsched.Backend, q *plainsched.Workqueue, c plainsched.Clock, credits uint32,
) *plainsched.Scheduler {
	s, err := plainsched.New(plainsched.Config{Backend: b, Queue: q, Clock: c, Credits: credits})
	if err != nil {
		panic(err)
	}
	return s
}

func initPlainEntity(e *plainsched.Entity, s *plainsched.Scheduler, capacity int) {
	c := plainsched.EntityConfig{Priority: plainsched.Normal, Capacity: capacity}
	if err := e.Init([]*plainsched.Scheduler{s}, c); err != nil {
		panic(err)
	}
}
