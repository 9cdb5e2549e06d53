package rig_test

import (
	"fmt"
	"testing"

	"credence/core/fence"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// TestSoftFenceOutlivesItsRelease: a job that waits for a signalled and released
// fence must not wait for the one that comes next.
func TestSoftFenceOutlivesItsRelease(t *testing.T) {
	s := newSystem(t, rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "count:1"), Capacity: 2})
	s.add("f\n1.RCS.1000.0.0\n1.RCS.10.f-2.0\na.-3\n", workload.Options{Repeats: 20})
	s.finish()
	if live, made := s.Live(); live > 1 || made > 20 {
		t.Errorf("%d batches and fences are left of %d", live, made)
	}
}

// TestReleasedHandleIsRefused, even if another batch has its memory.
func TestReleasedHandleIsRefused(t *testing.T) {
	s := newSystem(t, rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "lanes")})
	var host workload.Host
	g, err := s.AddClientsThrough(compile(t, "1.RCS.10.0.0\n", s.Rig), workload.Options{},
		func(h workload.Host) workload.Host { host = h; return h })
	if err != nil {
		t.Fatal(err)
	}
	a := host.NewSoftFence()
	host.SignalSoftFence(a)
	host.Release(a)
	b := host.NewSoftFence()
	if a == b || host.Done(b) {
		t.Errorf("handles %#x and %#x, the second is done %t", a, b, host.Done(b))
	}
	defer func() {
		want := fmt.Sprintf("rig: handle %#x was released", uint64(a))
		if got := fmt.Sprint(recover()); got != want {
			t.Errorf("it panics with %q, want %q", got, want)
		}
		g.Close()
	}()
	host.Done(a)
	t.Error("the released handle is known")
}

// TestGroupsHaveIndicesOfTheirOwn, whatever their options say.
func TestGroupsHaveIndicesOfTheirOwn(t *testing.T) {
	r, err := rig.New(rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "lanes")})
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	for range 3 {
		g, err := r.AddClients(compile(t, "1.RCS.10.0.1\n", r),
			workload.Options{Clients: 2, FirstIndex: 77, Repeats: 5})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range g.Clients() {
			if c.Index() != next {
				t.Errorf("client %d has index %d", next, c.Index())
			}
			defer func() {
				if !c.Finished() {
					t.Errorf("client %d is not finished: %q", c.Index(), c.Blocked())
				}
			}()
			next++
		}
	}
	_, err = r.AddClients(compile(t, "1.RCS.10.0.1\n", r), workload.Options{Clients: -1})
	if err == nil {
		t.Error("-1 clients are accepted")
	}
	if err := r.RunUntil(fence.Time(fence.Second)); err != nil {
		t.Error(err)
	}
}

// TestSoftFenceHoldsUntilItIsSignalled, by a step or by the end of the file.
func TestSoftFenceHoldsUntilItIsSignalled(t *testing.T) {
	s := newSystem(t, rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "lanes")})
	s.add("f\n1.RCS.10.f-1.0\n2.BCS.10.-1.0\n3.CCS.10.0.0\nd.500\na.-5\ns.-4\n"+
		"f\n1.RCS.10.f-1.0\nd.70\n", workload.Options{Repeats: 1})
	s.finish()
	for i, want := range []fence.Duration{510, 520, 10, 590 + 10} {
		if d := s.batches[i].done; d != fence.Time(want*us) {
			t.Errorf("batch %d ends at %d, want %d us", i, d, want)
		}
	}
}

// TestFullQueueResumesTheClientOnce: a client that found its queue full goes on
// when a job of that context runs. It would panic if it were resumed twice, or
// for another context's job.
func TestFullQueueResumesTheClientOnce(t *testing.T) {
	for _, capacity := range []int{1, 3, 16, 64} {
		s := newSystem(t, rig.Config{
			Profile: parts(t, "ideal"), Flow: flow(t, "count:1"), Capacity: capacity,
		})
		s.add("1.RCS.100.0.0\n1.RCS.100.0.0\n2.BCS.30.0.0\n",
			workload.Options{Repeats: 50, Clients: 2})
		waiting := map[int]bool{}
		s.accepted = func(r *record) {
			n := s.Contexts()[r.client*2+r.context].Entity().Queued()
			if n > capacity+capacity/8 {
				t.Errorf("%d jobs are queued, the capacity is %d", n, capacity)
			}
			waiting[r.client] = true
		}
		s.finish()
		if len(s.batches) != 300 || s.refused == 0 || s.refused > 300 {
			t.Errorf("capacity %d: %d batches, %d refusals", capacity, len(s.batches), s.refused)
		}
		// 200 fragment parts of 80 us behind the first vertex part.
		if end := s.Now(); end != fence.Time((20+200*80)*us) {
			t.Errorf("capacity %d: it takes %d ns", capacity, end)
		}
	}
}
