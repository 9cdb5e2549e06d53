package sim

import (
	"errors"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/workload"
)

// whyText has jobs that wait for room, for fences of other contexts, for their
// own entity and for the hardware.
const whyText = "1.RCS.300.0.0\n2.CCS.200.-1.0\n2.CCS.100.0.0\n3.BCS.50.-1.0\n1.RCS.100.0.0\n"

func whyConfig(t *testing.T, device, flow string) Config {
	t.Helper()
	c := on(t, device, whyText, workload.Options{Clients: 2})
	f, err := sched.ParseFlow(flow)
	if err != nil {
		t.Fatal(err)
	}
	c.Flow, c.Time = f, 100*ms
	return c
}

// TestStoriesAreWhole: the waits of a job fill its life from the push to the
// free without a gap, and the hardware's is from its run to its end.
func TestStoriesAreWhole(t *testing.T) {
	seen := map[sched.WaitKind]int{}
	for _, flow := range []string{"count:2", "lanes", "prepare"} {
		for _, job := range []uint64{1, 2, 7, 33, 64} {
			s, err := Why(t.Context(), whyConfig(t, "apple-m1", flow), job, fence.Never)
			if err != nil {
				t.Fatal(err)
			}
			if s.Freed == fence.Never || len(s.Chain) != 0 || s.Err != fence.OK {
				t.Fatalf("%s: job %d: %+v", flow, job, s)
			}
			at := s.Pushed
			for _, w := range s.Waits {
				seen[w.First.Kind]++
				if w.From != at || w.To < w.From {
					t.Errorf("%s: job %d waits %d to %d, want it from %d", flow, job, w.From, w.To, at)
				}
				if w.First.Kind == sched.WaitHardware && (w.From != s.Run || w.To != s.Done) {
					t.Errorf("%s: job %d is with the hardware %d to %d, its events say %d to %d", flow,
						job, w.From, w.To, s.Run, s.Done)
				}
				at = w.To
			}
			if at != s.Freed {
				t.Errorf("%s: job %d waits until %d, and is freed at %d", flow, job, at, s.Freed)
			}
		}
	}
	for _, k := range []sched.WaitKind{
		sched.WaitHardware, sched.WaitFence, sched.WaitRoom, sched.WaitEntity, sched.WaitFree,
	} {
		if seen[k] == 0 {
			t.Errorf("no job waited for %s", k)
		}
	}
}

// TestChainsEndAtTheHardware, or with a job that flow control holds back for want
// of it.
func TestChainsEndAtTheHardware(t *testing.T) {
	longest := 0
	for job := uint64(1); job < 40; job += 3 {
		c := whyConfig(t, "apple-m1", "lanes")
		if job%2 == 0 {
			c = whyConfig(t, "apple-m1", "count:2")
		}
		whole, err := Why(t.Context(), c, job, fence.Never)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range whole.Waits {
			if w.To == w.From {
				continue
			}
			at := w.From + (w.To-w.From)/2
			s, err := Why(t.Context(), c, job, at)
			if err != nil {
				t.Fatal(err)
			}
			if s.At != at || len(s.Chain) == 0 || s.Chain[0].Job != job ||
				s.Chain[0].Kind != w.First.Kind {
				t.Fatalf("job %d at %d: %+v, want it to wait for %s", job, at, s, w.First.Kind)
			}
			longest = max(longest, len(s.Chain))
			switch last := s.Chain[len(s.Chain)-1]; last.Kind {
			case sched.WaitHardware, sched.WaitRoom, sched.WaitWorker, sched.WaitFree:
			default:
				t.Errorf("job %d at %d: the chain ends with %s", job, at, &last)
			}
		}
	}
	if longest < 3 {
		t.Errorf("the longest chain has %d jobs", longest)
	}
}

// TestStoryIsThatOfTheRun: to look changes nothing.
func TestStoryIsThatOfTheRun(t *testing.T) {
	for _, flow := range []string{"count:2", "lanes"} {
		c := whyConfig(t, "apple-m1", flow)
		var events []sched.Event
		c.Observer = collect(func(e sched.Event) {
			if e.Job == 60 {
				events = append(events, e)
			}
		})
		if _, err := Run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		s, err := Why(t.Context(), c, 60, fence.Never)
		if err != nil {
			t.Fatal(err)
		}
		want := []fence.Time{s.Pushed, s.Run, s.Run, s.Done, s.Freed}
		for i, e := range events {
			if e.Kind == sched.EventScheduled {
				continue // after the backend's call
			}
			if i >= len(want) || e.At != want[i] {
				t.Errorf("%s: %v at %d, the story says %v", flow, e.Kind, e.At, want)
			}
		}
		if len(events) != len(want) {
			t.Errorf("%s: %d events", flow, len(events))
		}
	}
}

type collect func(sched.Event)

func (f collect) Observe(e sched.Event) { f(e) }

func TestNoSuchJob(t *testing.T) {
	c := whyConfig(t, "apple-m1", "lanes")
	_, err := Why(t.Context(), c, 1<<40, fence.Never)
	if !errors.Is(err, ErrNoSuchJob) || !strings.Contains(err.Error(), "were pushed") {
		t.Errorf("got %v", err)
	}
	if _, err = Why(t.Context(), c, 1, fence.Time(1)); err == nil {
		t.Error("a job was pushed in no time")
	}
}
