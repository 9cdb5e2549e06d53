package rig_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// TestOverrunIsReported: one credit a job, as many as the ring has entries, lets
// more commands through than the firmware holds. Its client waits for ever.
func TestOverrunIsReported(t *testing.T) {
	text := read(t, "../../bench/workloads/burst.wsim")
	for _, name := range agx(t) {
		s := newSystem(t, rig.Config{
			Profile: parts(t, name), Flow: flow(t, "credits-job:1280"), Capacity: 1024,
		})
		s.add(text, workload.Options{})
		if err := s.RunUntil(fence.Time(fence.Second)); err != nil {
			t.Fatal(err)
		}
		over := s.Device().Overruns()
		if len(over) == 0 || s.Counts().Overruns != uint64(len(over)) {
			t.Fatalf("%s: over-runs %v, counted %d", name, over, s.Counts().Overruns)
		}
		for _, o := range over {
			r := s.batches[o.Job-1]
			if o.Outstanding != 129 || o.Limit != 128 || r.run != o.At || r.done != fence.Never {
				t.Errorf("%s: %v: the job ran at %d and ended at %d", name, o, r.run, r.done)
			}
		}
		c := s.clients[0]
		if b := c.Blocked(); !strings.HasPrefix(b, "test.wsim:") || c.Metrics().Iterations != 0 {
			t.Errorf("%s: the client is blocked as %q after %d iterations", name, b,
				c.Metrics().Iterations)
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
	want := rig.Lost{At: fence.Time(40 * us), File: "test.wsim", Line: 2, Err: device.EBUSY}
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
	c, finished := s.Counts(), s.clients[1].Finished()
	if n != 8 || c.RingFull != 1 || c.Failed != 1 || c.Completed != 108 || !finished {
		t.Errorf("%d batches of the lost client, the other finished %t; counted %+v", n, finished,
			c)
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
	if len(lost) != 1 || lost[0].Err != fence.ESRCH || lost[0].Line != 1 ||
		lost[0].At != fence.Time(1100*us) {
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
