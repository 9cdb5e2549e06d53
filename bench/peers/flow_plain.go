package main

import (
	"credence/bench/peers/plainsched"
	"credence/core/fence"
)

// plainFlow is credenceFlow for the plain scheduler.
type plainFlow struct {
	circulation
	sched  *plainsched.Scheduler
	entity plainsched.Entity
	jobs   []plainsched.Job
}

func newPlainFlow(f flow, q *plainsched.Workqueue) *plainFlow {
	x := &plainFlow{circulation: newCirculation(f), jobs: make([]plainsched.Job, f.jobs)}
	x.sched = newPlain(x, q, new(stillClock), wholeSlots)
	initPlainEntity(&x.entity, x.sched, flowCapacity)
	return x
}

// produce pushes n jobs, each as soon as there is one to use.
func (x *plainFlow) produce(n int) (wrong int) {
	for range n {
		i, id := x.take()
		j := &x.jobs[i]
		if err := j.Init(&x.entity, 1); err != nil {
			panic(err)
		}
		j.ID = id
		j.Arm()
		j.Push()
	}
	return 0
}

// RunJob is plainsched.Backend's.
func (x *plainFlow) RunJob(j *plainsched.Job) (*plainsched.Fence, fence.Errno) {
	x.runs(j.ID)
	return nil, fence.OK
}

// FreeJob is plainsched.Backend's.
func (x *plainFlow) FreeJob(j *plainsched.Job) {
	id := j.ID
	j.Cleanup()
	x.frees(id)
}
