package main

import (
	"credence/bench/peers/plainsched"
	"credence/core/fence"
)

// plainLoop is credenceLoop for the plain scheduler.
type plainLoop struct {
	sched    *plainsched.Scheduler
	entities []plainsched.Entity
	queue    *plainsched.Workqueue
	clock    stillClock

	flying [wholeSlots]*plainJob // a ring, oldest at oldest
	oldest int
	runs   int
	frees  int
	freed  *plainJob
}

type plainJob struct {
	plainsched.Job
	entity *plainsched.Entity
	hw     plainsched.Fence
}

func newPlainLoop(entities int) *plainLoop {
	x := &plainLoop{
		entities: make([]plainsched.Entity, entities), queue: plainsched.NewWorkqueue(),
	}
	x.sched = newPlain(x, x.queue, &x.clock, wholeSlots)
	for i := range x.entities {
		initPlainEntity(&x.entities[i], x.sched, wholeJobs(1))
	}
	for i := range wholeJobs(entities) {
		j := &plainJob{entity: &x.entities[i%entities]}
		j.ID, j.Owner = uint64(i), j
		x.push(j)
		x.drain()
	}
	return x
}

// steps ends, frees, and pushes again n jobs, and has as many run.
func (x *plainLoop) steps(n int) (wrong int) {
	jobs := wholeJobs(len(x.entities))
	for range n {
		due, runs := uint64(x.frees%jobs), x.runs
		x.flying[x.oldest].hw.Signal(fence.OK)
		x.drain()
		if x.runs != runs+1 || x.freed.ID != due {
			wrong++
		}
		x.push(x.freed)
	}
	return wrong
}

func (x *plainLoop) push(j *plainJob) {
	if err := j.Init(j.entity, 1); err != nil {
		panic(err)
	}
	j.Arm()
	x.clock.now++
	j.Push()
}

func (x *plainLoop) drain() {
	for x.queue.RunOne() {
	}
}

// RunJob is plainsched.Backend's.
func (x *plainLoop) RunJob(j *plainsched.Job) (*plainsched.Fence, fence.Errno) {
	m := j.Owner.(*plainJob)
	m.hw.Init(0, uint64(x.runs))
	x.flying[x.runs%wholeSlots] = m
	x.runs++
	return &m.hw, fence.OK
}

// FreeJob is plainsched.Backend's.
func (x *plainLoop) FreeJob(j *plainsched.Job) {
	x.frees++
	x.oldest = x.frees % wholeSlots
	x.freed = j.Owner.(*plainJob)
	j.Cleanup()
}
