package main

import (
	"credence/core/fence"
	"credence/core/sched"
)

// credenceLoop is the whole life of jobs on one goroutine: flow control is at
// its limit, every entity has jobs queued, and the hardware ends the oldest job
// at each step. The time is the number of pushes.
type credenceLoop struct {
	noControl
	sched    *sched.Scheduler
	entities []sched.Entity
	items    [loopItems]*sched.Work // a ring
	head     int
	waiting  int
	now      fence.Time

	flying [wholeSlots]*credenceJob // a ring, oldest at oldest
	oldest int
	runs   int
	frees  int
	freed  *credenceJob
}

// loopItems is room for each of a scheduler's items, and a power of two.
const loopItems = 8

type credenceJob struct {
	sched.Job
	entity *sched.Entity
	hw     fence.Single
}

func newCredenceLoop(entities int, habits sched.Upstream) *credenceLoop {
	x := &credenceLoop{entities: make([]sched.Entity, entities)}
	x.sched = newCredence(x, x, habits)
	for i := range x.entities {
		initCredenceEntity(&x.entities[i], x.sched, wholeJobs(1))
	}
	for i := range wholeJobs(entities) {
		j := &credenceJob{entity: &x.entities[i%entities]}
		j.ID, j.Owner = uint64(i), j
		x.push(j)
		x.drain()
	}
	return x
}

// steps ends, frees, and pushes again n jobs, and has as many run.
func (x *credenceLoop) steps(n int) (wrong int) {
	jobs := wholeJobs(len(x.entities))
	for range n {
		due, runs := uint64(x.frees%jobs), x.runs
		x.flying[x.oldest].hw.SignalPut(fence.OK)
		x.drain()
		if x.runs != runs+1 || x.freed.ID != due {
			wrong++
		}
		x.push(x.freed)
	}
	return wrong
}

func (x *credenceLoop) push(j *credenceJob) {
	if err := j.Init(j.entity, sched.Need{Credits: 1}); err != nil {
		panic(err)
	}
	j.Arm()
	x.now++
	j.Push()
}

func (x *credenceLoop) drain() {
	for x.waiting > 0 {
		w := x.items[x.head]
		x.head = (x.head + 1) % loopItems
		x.waiting--
		w.Run()
	}
}

// Now is sched.Executor's.
func (x *credenceLoop) Now() fence.Time { return x.now }

// Queue is sched.Executor's.
func (x *credenceLoop) Queue(w *sched.Work) {
	x.items[(x.head+x.waiting)%loopItems] = w
	x.waiting++
}

// RunJob is sched.Backend's.
func (x *credenceLoop) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, fence.Duration) {
	m := j.Owner.(*credenceJob)
	m.hw.Init(0, uint64(x.runs), nil)
	x.flying[x.runs%wholeSlots] = m
	x.runs++
	return m.hw.Get(), fence.OK, 0
}

// FreeJob is sched.Backend's.
func (x *credenceLoop) FreeJob(j *sched.Job) fence.Duration {
	x.frees++
	x.oldest = x.frees % wholeSlots
	x.freed = j.Owner.(*credenceJob)
	j.Cleanup()
	return 0
}
