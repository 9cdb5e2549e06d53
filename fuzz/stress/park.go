package stress

import (
	"credence/core/fence"
	"credence/core/live"
	"credence/core/sched"
)

const (
	parkRounds  = 100 // of a bout
	parkHelpers = 3
)

// quick is a backend whose jobs are done as soon as they run: without a fence, or
// with one that is signalled.
type quick struct{ fenced bool }

// RunJob ends the job.
func (q quick) RunJob(*sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	if !q.fenced {
		return nil, fence.OK, 0
	}
	f := new(fence.Single)
	f.Init(1<<40, 1, nil) // a timeline of its own
	f.Signal()
	return &f.Fence, fence.OK, 0
}

// FreeJob ends its life.
func (q quick) FreeJob(sj *sched.Job) sched.Duration {
	sj.Owner.(*job).end()
	return 0
}

// runPark has a worker run out of work each round, and jobs come from several
// sides as it parks. Each is waited for, so a wake-up that is lost is a bout
// without an end.
func runPark(b *Bout) {
	w := live.Start()
	a, err := sched.Flow{Kind: sched.FlowCount, Limit: 1 + uint32(b.Seed%3)}.Admission(
		[sched.NumLanes]uint32{})
	if err != nil {
		panic(err)
	}
	s, err := sched.New(sched.Config{
		Backend: quick{b.Seed%2 == 1}, Executor: w, Admission: a, Policy: sched.Policy(b.Seed % 3),
	})
	if err != nil {
		panic(err)
	}
	var members []func(int)
	var entities [parkHelpers]sched.Entity
	for i := range entities {
		e, r, h := &entities[i], b.Rand(i), newHome(b, i, 1)
		if err := e.Init([]*sched.Scheduler{s}, sched.EntityConfig{ID: uint32(i)}); err != nil {
			panic(err)
		}
		members = append(members, func(int) {
			Dawdle(r)
			j := <-h.jobs
			if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
				b.Fail("L1", "park: %v with no job queued", err)
				return
			}
			j.Arm()
			f := j.Finished().Get()
			j.pushed.Store(true)
			j.Push()
			if r.IntN(4) == 0 {
				// For as long as it takes: the queue becomes empty.
				e.Flush(fence.Second, sched.Exit{})
			}
			live.WaitFence(f, -1)
			f.Put()
			h.jobs <- <-h.jobs // it comes home
		})
	}
	c := NewCrew(members...)
	for round := 0; round < parkRounds && !b.Failed(); round++ {
		c.Play(round)
		b.Did(parkHelpers)
	}
	c.Dismiss()
	for i := range entities {
		entities[i].Fini()
	}
	s.Fini()
	w.Close()
	if n := s.Score(); n != 0 {
		b.Fail("I10", "park: score %d at the end", n)
	}
}
