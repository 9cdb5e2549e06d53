package rig_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
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

// TestDependenciesOnOneContextThatEndOutOfOrder: of two fences of one context a
// job waits for the later one, which must not stand for the earlier one if that
// takes longer on another engine.
func TestDependenciesOnOneContextThatEndOutOfOrder(t *testing.T) {
	for _, topology := range []string{"per-queue", "shared:1", "shared:2"} {
		s := newSystem(t, rig.Config{
			Profile: parts(t, "ideal", "topology = "+topology), Flow: flow(t, "lanes"),
		})
		s.add("1.CCS.9000.0.0\n1.VCS1.500.0.0\n1.RCS.1000.0.0\n2.BCS.5.-1/-2/-3.0\n",
			workload.Options{Repeats: 1})
		if err := s.RunUntil(fence.Time(2000 * us)); err != nil {
			t.Fatal(err)
		}
		// Across schedulers one barrier on the last of the compute jobs is enough.
		want := 2
		if topology == "shared:1" {
			want = 4
		}
		if n := s.Contexts()[1].Queue().Entries(device.Compute); n != want {
			t.Errorf("%s: %d ring entries, want %d", topology, n, want)
		}
		s.finish()
		slow, last := s.batches[0], s.batches[3]
		if len(last.deps) != 3 || slow.done != fence.Time(9000*us) || last.done != fence.Time(9005*us) {
			t.Errorf("%s: the slow one ends at %d, who waits for it at %d", topology, slow.done, last.done)
		}
	}
}

// TestPriorityReachesSchedulerAndFirmware from the workload's P steps.
func TestPriorityReachesSchedulerAndFirmware(t *testing.T) {
	s := newSystem(t, rig.Config{
		Profile: parts(t, "ideal", "topology = shared:1"), Flow: flow(t, "lanes"), Policy: sched.FIFO,
	})
	s.add("1.RCS.10.0.1\nP.1.1\n1.RCS.10.0.1\nP.1.-1\n1.RCS.10.0.1\n2.BCS.1.0.1\n",
		workload.Options{Repeats: 1})
	var got []sched.Priority
	s.accepted = func(r *record) { got = append(got, s.Contexts()[r.context].Entity().Priority()) }
	s.finish()
	want := []sched.Priority{sched.Normal, sched.High, sched.Low, sched.Normal}
	if !slices.Equal(got, want) {
		t.Errorf("priorities at submission are %v, want %v", got, want)
	}

	// Of those that wait for the engine the most urgent goes first.
	s = newSystem(t, rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "lanes")})
	s.add("3.CCS.50.0.0\n4.CCS.50.0.1\nP.3.-1\nP.4.1\n"+
		"1.CCS.100.0.0\n2.CCS.100.0.0\n3.CCS.100.0.0\n4.CCS.100.0.0\n", workload.Options{Repeats: 1})
	s.finish()
	low, high := s.batches[4], s.batches[5]
	if low.done != fence.Time(500*us) || high.done != fence.Time(300*us) {
		t.Errorf("on the engine the low one ends at %d, the high one at %d", low.done, high.done)
	}
}

// TestBarrierOnABatchWhoseMemoryIsUsedAgain: the batch that a barrier was made
// for is over, and a long one has its place when the barrier is written.
func TestBarrierOnABatchWhoseMemoryIsUsedAgain(t *testing.T) {
	s := newSystem(t, rig.Config{
		Profile: parts(t, "ideal", "topology = shared:1"), Flow: flow(t, "lanes"),
	})
	s.add("f\n1.CCS.10.0.0\n1.VCS1.5.0.0\n2.BCS.10.-1/-2/f-3.0\ns.-3\n"+
		"3.VECS.1000.0.0\nd.5\na.-7\nd.2000\n", workload.Options{Repeats: 1})
	s.finish()
	if _, made := s.Live(); made != 4 {
		t.Errorf("memory for %d batches and fences, want 4: one is used twice", made)
	}
	if b := s.batches[2]; b.done != fence.Time(25*us) {
		t.Errorf("it ends at %d, want 25 us", b.done)
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
		if got, want := fmt.Sprint(recover()), fmt.Sprintf("rig: handle %#x was released", uint64(a)); got != want {
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
		g, err := r.AddClients(compile(t, "1.RCS.10.0.1\n", r), workload.Options{Clients: 2, FirstIndex: 77, Repeats: 5})
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
	if _, err := r.AddClients(compile(t, "1.RCS.10.0.1\n", r), workload.Options{Clients: -1}); err == nil {
		t.Error("-1 clients are accepted")
	}
	if err := r.RunUntil(fence.Time(fence.Second)); err != nil {
		t.Error(err)
	}
}

// TestSoftFenceHoldsUntilItIsSignalled, by a step or by the end of the file.
func TestSoftFenceHoldsUntilItIsSignalled(t *testing.T) {
	s := newSystem(t, rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "lanes")})
	s.add("f\n1.RCS.10.f-1.0\n2.BCS.10.-1.0\n3.CCS.10.0.0\nd.500\na.-5\ns.-4\nf\n1.RCS.10.f-1.0\nd.70\n",
		workload.Options{Repeats: 1})
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
		s.add("1.RCS.100.0.0\n1.RCS.100.0.0\n2.BCS.30.0.0\n", workload.Options{Repeats: 50, Clients: 2})
		waiting := map[int]bool{}
		s.accepted = func(r *record) {
			if n := s.Contexts()[r.client*2+r.context].Entity().Queued(); n > capacity+capacity/8 {
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

// TestPipelinedDependenciesBecomeBarriers: jobs of one scheduler are given to the
// hardware in order at once, and barriers keep them apart; of two schedulers the
// later job waits in its entity.
func TestPipelinedDependenciesBecomeBarriers(t *testing.T) {
	for _, c := range []struct {
		topology         string
		run              fence.Duration // of the dependent job
		entries, samerun int            // of its ring, and that of a job that needs no barrier
	}{{"shared:1", 0, 2, 1}, {"per-queue", 1000, 0, 1}, {"shared:2", 1000, 0, 1}, {"shared:3", 1000, 0, 1}} {
		s := newSystem(t, rig.Config{
			Profile: parts(t, "ideal", "topology = "+c.topology), Flow: flow(t, "lanes"),
		})
		s.add("1.CCS.1000.0.0\n2.BCS.10.-1.0\n3.VCS1.500.0.0\n3.VCS1.10.-1.0\n", workload.Options{Repeats: 1})
		if err := s.RunUntil(1); err != nil {
			t.Fatal(err)
		}
		q := s.Contexts()
		if e := q[1].Queue().Entries(device.Compute); e != c.entries {
			t.Errorf("%s: %d entries are written for the dependent job, want %d", c.topology, e, c.entries)
		}
		// One engine behind one queue keeps the order by itself.
		if e, o := q[2].Queue().Entries(device.Compute), q[2].Queue().Outstanding(device.Compute); e != 2 || o != 2 {
			t.Errorf("%s: one engine: %d entries for %d commands", c.topology, e, o)
		}
		s.finish()
		if b := s.batches[1]; b.run != fence.Time(c.run*us) || b.done != fence.Time(1010*us) {
			t.Errorf("%s: the dependent job runs at %d and ends at %d", c.topology, b.run, b.done)
		}
		if n := len(s.Schedulers()); c.topology == "per-queue" && n != 3 || c.topology == "shared:1" && n != 1 ||
			c.topology == "shared:2" && n != 2 {
			t.Errorf("%s: %d schedulers", c.topology, n)
		}
	}
}

// TestSharedSchedulersServeByPriority, which one scheduler a queue cannot.
func TestSharedSchedulersServeByPriority(t *testing.T) {
	ends := func(topology string) (low, high fence.Time) {
		s := newSystem(t, rig.Config{
			Profile: parts(t, "ideal", "topology = "+topology), Flow: flow(t, "count:1"), Policy: sched.FIFO,
		})
		s.add("P.1.-1\nP.2.1\n3.BCS.50.0.0\n1.CCS.100.0.0\n2.CCS.100.0.0\n", workload.Options{Repeats: 1})
		s.finish()
		return s.batches[1].done, s.batches[2].done
	}
	if low, high := ends("shared:1"); high != fence.Time(100*us) || low != fence.Time(250*us) {
		t.Errorf("shared: low ends at %d, high at %d", low, high)
	}
	if low, high := ends("per-queue"); low != fence.Time(100*us) || high != fence.Time(200*us) {
		t.Errorf("per queue: low ends at %d, high at %d", low, high)
	}
}

// TestOverrunIsReported: one credit a job, as many as the ring has entries, lets
// more commands through than the firmware holds. Its client waits for ever.
func TestOverrunIsReported(t *testing.T) {
	text, err := os.ReadFile("../../bench/workloads/burst.wsim")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range profile.Names() {
		s := newSystem(t, rig.Config{
			Profile: parts(t, name), Flow: flow(t, "credits-job:1280"), Capacity: 1024,
		})
		s.add(string(text), workload.Options{})
		if err := s.RunUntil(fence.Time(fence.Second)); err != nil {
			t.Fatal(err)
		}
		over := s.Device().Overruns()
		if len(over) == 0 || s.Counts().Overruns != uint64(len(over)) {
			t.Fatalf("%s: over-runs %v, counted %d", name, over, s.Counts().Overruns)
		}
		for _, o := range over {
			if r := s.batches[o.Job-1]; o.Outstanding != 129 || o.Limit != 128 || r.run != o.At || r.done != fence.Never {
				t.Errorf("%s: %v: the job ran at %d and ended at %d", name, o, r.run, r.done)
			}
		}
		c := s.clients[0]
		if b := c.Blocked(); !strings.HasPrefix(b, "test.wsim:") || c.Metrics().Iterations != 0 {
			t.Errorf("%s: the client is blocked as %q after %d iterations", name, b, c.Metrics().Iterations)
		}
		if s.Step(fence.Never) {
			t.Errorf("%s: something happens after a second", name)
		}
	}
}

// TestClientOfAFailedBatchStops, where the ring is full and nobody counts.
func TestClientOfAFailedBatchStops(t *testing.T) {
	s := newSystem(t, rig.Config{
		Profile: parts(t, "ideal", "ring = 8"), Flow: flow(t, "credits-job:1280"),
	})
	s.add("d.5\n1.CCS.100.0.0\n", workload.Options{})
	s.add("2.BCS.30.0.1\n", workload.Options{Repeats: 100})
	if err := s.RunUntil(fence.Time(10 * fence.Millisecond)); err != nil {
		t.Fatal(err)
	}
	lost := s.Lost()
	if len(lost) != 1 {
		t.Fatalf("%d clients are lost", len(lost))
	}
	// Seven entries fill the ring, and the eighth job is refused at 8 x 5 us.
	want := rig.Lost{At: fence.Time(40 * us), Client: 0, File: "test.wsim", Line: 2, Err: device.EBUSY}
	if *lost[0] != want {
		t.Errorf("lost is %+v, want %+v", *lost[0], want)
	}
	if e := lost[0].Error(); e != "test.wsim:2: client 0 stopped: its batch failed: EBUSY" {
		t.Errorf("it reads %q", e)
	}
	n := 0
	for _, b := range s.batches {
		if b.client == 0 {
			n++
		}
	}
	c := s.Counts()
	if n != 8 || c.RingFull != 1 || c.Failed != 1 || c.Completed != 108 || !s.clients[1].Finished() {
		t.Errorf("%d batches of the lost client, the other finished %t, counted %+v", n,
			s.clients[1].Finished(), c)
	}
}

// TestKillEndsAClient: what its context has queued ends with an error that the
// client sees, and no memory stays behind.
func TestKillEndsAClient(t *testing.T) {
	r, err := rig.New(rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "count:1")})
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.AddClients(compile(t, "1.RCS.100.0.0\n2.BCS.100.0.0\n", r), workload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.RunUntil(fence.Time(1050 * us)); err != nil {
		t.Fatal(err)
	}
	r.Contexts()[0].Entity().Kill()
	if err := r.RunUntil(fence.Time(fence.Second)); err != nil {
		t.Fatal(err)
	}
	lost := r.Lost()
	if len(lost) != 1 || lost[0].Err != fence.ESRCH || lost[0].Line != 1 || lost[0].At != fence.Time(1100*us) {
		t.Fatalf("lost clients: %+v", lost)
	}
	c := r.Counts()
	if c.Failed < 50 || c.Completed != c.Pushed {
		t.Errorf("counted %+v", c)
	}
	g.Close()
	for _, x := range r.Contexts() {
		x.Entity().Fini()
	}
	if live, _ := r.Live(); live != 0 {
		t.Errorf("%d batches are left", live)
	}
}
