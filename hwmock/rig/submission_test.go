package rig_test

import (
	"errors"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// ends notes when jobs are done, and by how much later than they were pushed
// their scheduler ran them.
type ends struct{ pushed, ran, done map[uint64]fence.Time }

func (n *ends) Observe(e sched.Event) {
	switch e.Kind {
	case sched.EventQueue:
		n.pushed[e.Job] = e.At
	case sched.EventRun:
		n.ran[e.Job] = e.At
	case sched.EventDone:
		n.done[e.Job] = e.At
	}
}

// TestSubmissions run without a workload: in the order of their dependencies,
// with a wake-up that each can set, until the entity is full.
func TestSubmissions(t *testing.T) {
	n := &ends{map[uint64]fence.Time{}, map[uint64]fence.Time{}, map[uint64]fence.Time{}}
	wake := 5 * fence.Microsecond
	r, err := rig.New(rig.Config{
		Profile: parts(t, "ideal"), Flow: flow(t, "lanes"), Capacity: 2, Observer: n,
		Wake: func() fence.Duration { return wake },
	})
	if err != nil {
		t.Fatal(err)
	}
	var contexts []*rig.Context
	for range 2 {
		c, err := r.NewContext(sched.Normal)
		if err != nil {
			t.Fatal(err)
		}
		contexts = append(contexts, c)
	}
	s := rig.Submission{Context: contexts[0], Engines: 1, Duration: 100 * fence.Microsecond}
	first, h, err := r.Submit(&s)
	if err != nil || r.Done(h) {
		t.Fatal(err, "done:", r.Done(h))
	}
	s.Context, s.Deps = contexts[1], []workload.Handle{h}
	second, last, err := r.Submit(&s)
	if err != nil {
		t.Fatal(err)
	}
	r.Release(last)
	if err := r.RunUntil(fence.Time(fence.Second)); err != nil {
		t.Fatal(err)
	}
	if first != 1 || second != 2 || !r.Done(h) || n.ran[1] != fence.Time(wake) ||
		n.done[2] != n.done[1]+fence.Time(100*fence.Microsecond+wake) {
		t.Errorf("jobs %d and %d run at %v and are done at %v", first, second, n.ran, n.done)
	}
	r.Release(h)
	wake = 0
	s.Deps = nil
	for full := 0; ; full++ {
		_, h, err := r.Submit(&s)
		if errors.Is(err, sched.ErrQueueFull) && full >= 2 {
			break
		} else if err != nil || full > 10 {
			t.Fatalf("submission %d: %v", full, err)
		}
		r.Release(h)
	}
	if err := r.RunUntil(fence.Time(2 * fence.Second)); err != nil {
		t.Fatal(err)
	}
	if live, _ := r.Live(); live != 0 || n.ran[3] != n.pushed[3] {
		t.Errorf("%d batches are left; job 3 is pushed at %d and runs at %d", live, n.pushed[3], n.ran[3])
	}
}
