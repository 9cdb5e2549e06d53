package workload_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

func TestFullQueueBlocksAndRetriesWithTheSameDuration(t *testing.T) {
	p := compile(t, "1.RCS.100-900.0.0\n1.RCS.100-900.0.0\n1.RCS.100-900.0.0\n")
	wide, narrow := newHost(64), newHost(1)
	drawn := func(h *testHost) (list []fence.Duration) {
		h.onSubmit = func(_ *job, b *workload.Batch) { list = append(list, b.Duration) }
		g := group(t, p, h, workload.Options{Seed: 3, Repeats: 4})
		h.run(g, fence.Never)
		if m := g.Clients()[0].Metrics(); m.Batches != 12 || !g.Clients()[0].Finished() {
			t.Errorf("%d batches, want 12 and the client finished", m.Batches)
		}
		return list
	}
	a, b := drawn(wide), drawn(narrow)
	if len(a) != len(b) {
		t.Fatalf("%d and %d submissions", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("batch %d took %d with room and %d without", i, a[i], b[i])
		}
	}
}

func TestClientFinishesWhenItsBatchesAreDone(t *testing.T) {
	p := compile(t, "1.RCS.100.0.0\n1.BCS.900.0.0\n")
	h := newHost(64)
	g := group(t, p, h, once)
	c := g.Clients()[0]
	h.run(g, fence.Time(500*us))
	if c.Finished() || c.Metrics().Iterations != 1 || c.Program() != p {
		t.Errorf("finished %v with %d iterations while a batch runs", c.Finished(),
			c.Metrics().Iterations)
	}
	const want = "test.wsim: after the last iteration: waits for the batch of line 2"
	if got := c.Blocked(); got != want {
		t.Errorf("blocked: %q, want %q", got, want)
	}
	for h.tick(fence.Never) {
		h.resume()
	}
	if !c.Finished() || h.now != fence.Time(900*us) || c.Blocked() != "" {
		t.Errorf("finished %v at %d, blocked %q", c.Finished(), h.now, c.Blocked())
	}
}

func TestBlockedSaysWhere(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"1.RCS.100.0.0\n\n1.RCS.100.0.1\n", "test.wsim:3: waits for the batch of line 3"},
		{"1.RCS.100.0.0\ns.-1\n", "test.wsim:2: waits for the batch of line 1"},
		{"1.RCS.100.0.0\nd.5000\n", "test.wsim:2: sleeps"},
		{"1.RCS.100.0.0\n1.RCS.100.0.0\n", "test.wsim:2: waits for room in the context's queue"},
	} {
		h := newHost(1)
		if strings.Contains(c.text, "0.1") {
			h = newHost(2)
		}
		g := group(t, compile(t, c.text), h, workload.Options{})
		g.Clients()[0].Resume()
		if got := g.Clients()[0].Blocked(); got != c.want {
			t.Errorf("%q: blocked %q, want %q", c.text, got, c.want)
		}
	}
}

func TestResumeAtTheWrongMomentPanics(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"asleep", "1.RCS.1.0.0\nd.10\n", "workload: client 0 resumed at 0, before 10000"},
		{"waiting", "1.RCS.1.0.1\n", "workload: client 0 resumed though 4294967297 is not done"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := group(t, compile(t, c.text), newHost(4), once)
			g.Clients()[0].Resume()
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("panic is %v, want %q", got, c.want)
				}
			}()
			g.Clients()[0].Resume()
		})
	}
	t.Run("inside", func(t *testing.T) {
		h := newHost(4)
		g := group(t, compile(t, "1.RCS.1.0.0\nd.1\n"), h, once)
		defer func() {
			const want = "workload: client 0 resumed by a host that it is calling"
			if got := recover(); got != want {
				t.Errorf("panic is %v, want %q", got, want)
			}
		}()
		h.onSubmit = func(*job, *workload.Batch) { g.Clients()[0].Resume() }
		g.Clients()[0].Resume()
	})
	t.Run("finished", func(t *testing.T) {
		g, _ := play(t, "1.RCS.1.0.1\n", once, fence.Second)
		defer func() {
			if got, want := recover(), "workload: client 0 resumed but finished or closed"; got != want {
				t.Errorf("panic is %v, want %q", got, want)
			}
		}()
		g.Clients()[0].Resume()
	})
}
