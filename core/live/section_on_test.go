//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package live_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/live"
	"credence/core/sched"
)

// waiter is a backend that, in RunJob or in a fence's callback, does on the
// worker's goroutine what it must not, without any token in hand.
type waiter struct {
	never fence.Single
	deed  func(*waiter, *sched.Job)
	hook  fence.Callback
	said  chan string
	freed chan struct{}
}

func (w *waiter) try(j *sched.Job) {
	defer func() {
		err, _ := recover().(error)
		if v, ok := errors.AsType[*invariant.Violation](err); ok {
			w.said <- v.Error()
		} else {
			w.said <- "nothing"
		}
	}()
	w.deed(w, j)
}

func (w *waiter) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	w.try(j)
	return nil, fence.OK, 0
}

func (w *waiter) FreeJob(j *sched.Job) sched.Duration {
	j.Cleanup()
	w.freed <- struct{}{}
	return 0
}

// TestBackendThatWaitsIsCaught on the worker's own goroutine, where it has to
// show no token: the goroutine is the worker.
func TestBackendThatWaitsIsCaught(t *testing.T) {
	for _, c := range []struct {
		name, what string
		deed       func(*waiter, *sched.Job)
	}{
		{"a fence", "live.WaitFence",
			func(w *waiter, _ *sched.Job) { live.WaitFence(&w.never.Fence, -1) }},
		{"a fence, for a while", "live.WaitFence",
			func(w *waiter, _ *sched.Job) { live.WaitFence(&w.never.Fence, time.Hour) }},
		{"a flush", "Entity.Flush", func(_ *waiter, j *sched.Job) {
			j.Entity().Flush(fence.Second, sched.Exit{Exiting: true})
		}},
		{"its own scheduler", "Scheduler.Pause",
			func(_ *waiter, j *sched.Job) { j.Entity().Scheduler().Pause() }},
	} {
		w := &waiter{deed: c.deed, said: make(chan string, 1), freed: make(chan struct{}, 1)}
		w.never.Init(1, 1, nil)
		worker, s, e := start(t, w)
		var j sched.Job
		j.ID = 31
		if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
			t.Fatal(err)
		}
		j.Arm()
		j.Push()
		said := <-w.said
		for _, want := range []string{"L2: waits", c.what, "sched 9, RunJob of job 31", "run item"} {
			if !strings.Contains(said, want) {
				t.Errorf("a backend that waits for %s: %q lacks %q", c.name, said, want)
			}
		}
		<-w.freed
		if live.WaitFence(&w.never.Fence, time.Nanosecond) {
			t.Error("the fence is signalled")
		}
		e.Fini()
		s.Fini()
		worker.Close()
	}
}

// TestHandlerThatWaitsIsCaught: the callbacks of a job's fences run on the
// worker too.
func TestHandlerThatWaitsIsCaught(t *testing.T) {
	w := &waiter{said: make(chan string, 2), freed: make(chan struct{}, 1)}
	w.never.Init(1, 1, nil)
	w.deed = func(*waiter, *sched.Job) {}
	worker, s, e := start(t, w)
	var j sched.Job
	if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
		t.Fatal(err)
	}
	j.Arm()
	w.hook.Init(onSignal(func() {
		w.deed = func(*waiter, *sched.Job) { live.WaitFence(&w.never.Fence, -1) }
		w.try(nil)
	}))
	j.Finished().Get().Arm(&w.hook)
	done := j.Finished()
	j.Push()
	if said := <-w.said; said != "nothing" {
		t.Errorf("RunJob: %q", said)
	}
	if said := <-w.said; !strings.Contains(said, "L2: waits") || !strings.Contains(said, "run item") {
		t.Errorf("a handler that waits: %q", said)
	}
	<-w.freed
	done.Put()
	e.Fini()
	s.Fini()
	worker.Close()
}

type onSignal func()

func (f onSignal) FenceSignaled(*fence.Fence, *fence.Callback) { f() }

func start(t *testing.T, b sched.Backend) (*live.Worker, *sched.Scheduler, *sched.Entity) {
	t.Helper()
	a, err := sched.Flow{Kind: sched.FlowCount, Limit: 1}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		t.Fatal(err)
	}
	w := live.Start()
	s, err := sched.New(sched.Config{ID: 9, Backend: b, Executor: w, Admission: a})
	if err != nil {
		t.Fatal(err)
	}
	e := new(sched.Entity)
	if err := e.Init([]*sched.Scheduler{s}, sched.EntityConfig{}); err != nil {
		t.Fatal(err)
	}
	return w, s, e
}
