package plainsched_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"credence/bench/peers/plainsched"
	"credence/core/fence"
)

// liveBackend completes every third job in RunJob, every third inline after it,
// and the rest from a goroutine of its own.
type liveBackend struct {
	later      chan *plainsched.Fence
	ran, freed int // the worker's
	finished   atomic.Int64
}

func (b *liveBackend) RunJob(j *plainsched.Job) (*plainsched.Fence, fence.Errno) {
	b.ran++
	if j.Finished().Err() != fence.OK || b.ran%3 == 0 {
		return nil, fence.OK
	}
	hw := new(plainsched.Fence)
	hw.Init(1, uint64(b.ran))
	if b.ran%3 == 1 {
		hw.Signal(fence.OK)
	} else {
		b.later <- hw
	}
	return hw, fence.OK
}

func (b *liveBackend) FreeJob(j *plainsched.Job) {
	b.freed++
	if j.Finished().Signaled() {
		b.finished.Add(1)
	}
	j.Cleanup()
}

// TestLive runs producers, a worker that sleeps, and completions on goroutines
// of their own; under -race it looks for what the locks forgot. Every job ends
// once, and all credits come back.
func TestLive(t *testing.T) {
	const producers, jobs = 4, 3000
	b := &liveBackend{later: make(chan *plainsched.Fence, 8)}
	q := plainsched.NewWorkqueue()
	s, err := plainsched.New(plainsched.Config{
		Backend: b, Queue: q, Clock: plainsched.SystemClock{}, Credits: 5,
	})
	if err != nil {
		t.Fatal(err)
	}
	var worker, completer, clients sync.WaitGroup
	worker.Go(q.Run)
	completer.Go(func() {
		for hw := range b.later {
			hw.Signal(fence.OK)
		}
	})
	for p := range producers {
		clients.Go(func() { produce(t, s, p, jobs) })
	}
	clients.Wait()
	for b.finished.Load() < producers*jobs {
		time.Sleep(time.Millisecond)
	}
	s.Pause()
	q.Close()
	worker.Wait()
	close(b.later)
	completer.Wait()
	if b.freed != producers*jobs || s.InFlight() != 0 {
		t.Errorf("%d of %d jobs freed, %d credits in flight", b.freed, producers*jobs, s.InFlight())
	}
	s.Fini()
}

// produce pushes jobs of one entity, each eighth after the one before it has
// finished, and kills the entity with the last of them queued.
func produce(t *testing.T, s *plainsched.Scheduler, p, jobs int) {
	e := new(plainsched.Entity)
	c := plainsched.EntityConfig{Priority: plainsched.Priority(p), Capacity: 7}
	if err := e.Init([]*plainsched.Scheduler{s}, c); err != nil {
		t.Error(err)
		return
	}
	for i := range jobs {
		j := &plainsched.Job{ID: uint64(i)}
		for j.Init(e, 1+uint32(i%3)) != nil {
			time.Sleep(time.Microsecond)
		}
		j.Arm()
		done := j.Finished().Done()
		j.Push()
		if i%8 == 0 {
			<-done
		}
	}
	if p%2 == 0 {
		e.Kill()
		return
	}
	e.Destroy(fence.Never)
}

// TestSystemClock holds that a wait ends at its deadline, or when something
// changed.
func TestSystemClock(t *testing.T) {
	var c plainsched.SystemClock
	never, closed := make(chan struct{}), make(chan struct{})
	close(closed)
	if at := c.Now(); c.Wait(never, at.Add(fence.Millisecond)) || c.Now() < at.Add(fence.Millisecond) {
		t.Error("a wait for nothing ended before its deadline")
	}
	if !c.Wait(closed, fence.Never) || !c.Wait(closed, c.Now().Add(fence.Second)) {
		t.Error("a change was not seen")
	}
	fired := make(chan struct{}, 2)
	timer := c.AfterFunc(fence.Duration(time.Hour), func() { fired <- struct{}{} })
	timer.Reset(fence.Microsecond)
	<-fired
	timer.Reset(fence.Duration(time.Hour))
	timer.Stop()
}
