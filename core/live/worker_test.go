package live_test

import (
	"testing"
	"time"

	"credence/core/fence"
	"credence/core/live"
	"credence/core/sched"
)

// idler is a backend whose jobs are done at once.
type idler struct{ freed chan struct{} }

func (b *idler) RunJob(*sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	return nil, fence.OK, 0
}

func (b *idler) FreeJob(j *sched.Job) sched.Duration {
	j.Cleanup()
	b.freed <- struct{}{}
	return 0
}

func newIdler(t *testing.T, jobs int) (*live.Worker, *sched.Scheduler, *sched.Entity, *idler) {
	t.Helper()
	b := &idler{freed: make(chan struct{}, jobs)}
	a, err := sched.Flow{Kind: sched.FlowCount, Limit: 1}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		t.Fatal(err)
	}
	w := live.Start()
	s, err := sched.New(sched.Config{Backend: b, Executor: w, Admission: a})
	if err != nil {
		t.Fatal(err)
	}
	e := new(sched.Entity)
	if err := e.Init([]*sched.Scheduler{s}, sched.EntityConfig{Capacity: jobs}); err != nil {
		t.Fatal(err)
	}
	return w, s, e, b
}

// TestOneWakeUpForABurst counts the channel operations of a burst of pushes that
// reaches a stopped scheduler: nothing wakes a worker that cannot do anything,
// and the one or two by Resume are enough for all of it.
func TestOneWakeUpForABurst(t *testing.T) {
	const jobs = 1000
	w, s, e, b := newIdler(t, jobs)
	s.Pause()
	before := w.Wakes()
	list := make([]sched.Job, jobs)
	for i := range list {
		j := &list[i]
		if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
			t.Fatal(err)
		}
		j.Arm()
		j.Push()
	}
	if n := w.Wakes() - before; n != 0 {
		t.Errorf("%d wake-ups of a stopped scheduler", n)
	}
	s.Resume()
	for range jobs {
		<-b.freed
	}
	// Resume queues two items, and each may find the worker parked; none of the
	// items that follow may.
	if n := w.Wakes() - before; n > 2 {
		t.Errorf("%d wake-ups for %d jobs, want at most 2", n, jobs)
	}
	e.Fini()
	s.Fini()
	w.Close()
}

// TestEveryPushWakes pushes to a worker that has had time to park, many times:
// a lost wake-up would hang.
func TestEveryPushWakes(t *testing.T) {
	w, s, e, b := newIdler(t, 1)
	var j sched.Job
	for range 20_000 {
		if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
			t.Fatal(err)
		}
		j.Arm()
		j.Push()
		select {
		case <-b.freed:
		case <-time.After(20 * time.Second):
			t.Fatal("a push was lost")
		}
	}
	e.Fini()
	s.Fini()
	w.Close()
}

func TestAWorkerServesOneScheduler(t *testing.T) {
	w, s, e, _ := newIdler(t, 1)
	a, _ := sched.Flow{Kind: sched.FlowCount, Limit: 1}.Admission([sched.NumLanes]uint32{})
	other, err := sched.New(sched.Config{Backend: &idler{}, Executor: w, Admission: a})
	if err != nil {
		t.Fatal(err)
	}
	s.Resume()
	defer func() {
		if recover() == nil {
			t.Error("a second scheduler was accepted")
		}
		e.Fini()
		s.Fini()
		w.Close()
	}()
	other.Resume()
}

func TestFlushWaitsForTheQueue(t *testing.T) {
	w, s, e, b := newIdler(t, 1)
	var j sched.Job
	if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
		t.Fatal(err)
	}
	j.Arm()
	s.Pause()
	j.Push()
	if left := e.Flush(fence.Millisecond, sched.Exit{Exiting: true}); left != 0 {
		t.Errorf("flush of a stopped scheduler left %d ns", left)
	}
	time.AfterFunc(time.Millisecond, s.Resume)
	if left := e.Flush(100*fence.Second, sched.Exit{Exiting: true}); left <= 0 {
		t.Error("flush gave up")
	}
	<-b.freed
	e.Destroy(fence.Never)
	s.Fini()
	w.Close()
}

func TestWaitFence(t *testing.T) {
	var f fence.Single
	f.Init(1, 1, nil)
	if live.WaitFence(&f.Fence, 0) || live.WaitFence(&f.Fence, time.Millisecond) {
		t.Error("waited for a fence that nobody signals")
	}
	time.AfterFunc(time.Millisecond, func() { f.Signal() })
	if !live.WaitFence(&f.Fence, -1) || !live.WaitFence(&f.Fence, 0) {
		t.Error("missed a signal")
	}
}

// busy is a backend whose first job keeps the worker awake until it is told, and
// whose others are done when somebody signals their fences.
type busy struct {
	inside, release chan struct{}
	hw              []*fence.Single
	freed           chan struct{}
}

func (b *busy) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	if j.ID == 0 {
		close(b.inside)
		<-b.release
		return nil, fence.OK, 0
	}
	return b.hw[j.ID].Get(), fence.OK, 0
}

func (b *busy) FreeJob(j *sched.Job) sched.Duration {
	j.Cleanup()
	b.freed <- struct{}{}
	return 0
}

// TestAwakeWorkerIsNotSignaled: while the worker is in the backend, pushes to
// entities that had nothing queued, completions of what is in flight, dependency
// callbacks and kicks by control operations reach it without any channel
// operation, and it finds all of it when it comes back.
func TestAwakeWorkerIsNotSignaled(t *testing.T) {
	const flying, pushed = 50, 200
	b := &busy{
		inside: make(chan struct{}), release: make(chan struct{}),
		freed: make(chan struct{}, 1+flying+pushed),
	}
	a, err := sched.Flow{Kind: sched.FlowCount, Limit: 1000}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		t.Fatal(err)
	}
	w := live.Start()
	s, err := sched.New(sched.Config{Backend: b, Executor: w, Admission: a})
	if err != nil {
		t.Fatal(err)
	}
	entities := make([]sched.Entity, 1+flying+pushed)
	jobs := make([]sched.Job, len(entities))
	var gate fence.Single
	gate.Init(1000, 1, nil)
	push := func(i int, deps ...*fence.Fence) {
		b.hw[i].Init(fence.Context(2000+i), 1, nil)
		if err := entities[i].Init([]*sched.Scheduler{s}, sched.EntityConfig{Capacity: 1}); err != nil {
			t.Fatal(err)
		}
		jobs[i].ID = uint64(i)
		if err := jobs[i].Init(&entities[i], sched.Need{Credits: 1}); err != nil {
			t.Fatal(err)
		}
		for _, d := range deps {
			jobs[i].AddDependency(d.Get())
		}
		jobs[i].Arm()
		jobs[i].Push()
	}
	for range entities {
		b.hw = append(b.hw, new(fence.Single))
	}
	for i := range flying {
		if i%2 == 0 {
			push(1 + i)
		} else {
			push(1+i, &gate.Fence)
		}
	}
	// All of them have reached the hardware or wait for the gate.
	for i := range flying {
		for i%2 == 0 && entities[1+i].Queued() != 0 {
			time.Sleep(time.Millisecond)
		}
	}
	push(0)
	<-b.inside
	before := w.Wakes()
	for i := range pushed {
		push(1 + flying + i)
	}
	for i := range flying {
		b.hw[1+i].Signal()
	}
	gate.Signal()
	if n := w.Wakes() - before; n != 0 {
		t.Errorf("%d channel operations for a worker that is awake", n)
	}
	close(b.release)
	for i := range pushed {
		b.hw[1+flying+i].Signal()
	}
	for range entities {
		<-b.freed
	}
	for i := range entities {
		entities[i].Fini()
		b.hw[i].Put()
	}
	gate.Put()
	s.Fini()
	w.Close()
}
