package rig_test

import (
	"slices"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// TestPipelinedDependenciesBecomeBarriers: jobs of one scheduler are given to the
// hardware in order at once, and barriers keep them apart; of two schedulers the
// later job waits in its entity.
func TestPipelinedDependenciesBecomeBarriers(t *testing.T) {
	for _, c := range []struct {
		topology string
		scheds   int
		run      fence.Duration // of the dependent job
		entries  int            // of its ring, meanwhile
	}{
		{"shared:1", 1, 0, 2}, {"shared:2", 2, 1000, 0}, {"shared:3", 3, 1000, 0},
		{"per-queue", 3, 1000, 0},
	} {
		s := newSystem(t, rig.Config{
			Profile: parts(t, "ideal", "topology = "+c.topology), Flow: flow(t, "lanes"),
		})
		s.add("1.CCS.1000.0.0\n2.BCS.10.-1.0\n3.VCS1.500.0.0\n3.VCS1.10.-1.0\n",
			workload.Options{Repeats: 1})
		if err := s.RunUntil(1); err != nil {
			t.Fatal(err)
		}
		q := s.Contexts()
		if e := q[1].Queue().Entries(device.Compute); e != c.entries {
			t.Errorf("%s: %d entries are written for the dependent job, want %d", c.topology, e,
				c.entries)
		}
		// One engine behind one queue keeps the order by itself.
		e, o := q[2].Queue().Entries(device.Compute), q[2].Queue().Outstanding(device.Compute)
		if e != 2 || o != 2 {
			t.Errorf("%s: one engine: %d entries for %d commands", c.topology, e, o)
		}
		s.finish()
		if b := s.batches[1]; b.run != fence.Time(c.run*us) || b.done != fence.Time(1010*us) {
			t.Errorf("%s: the dependent job runs at %d and ends at %d", c.topology, b.run, b.done)
		}
		if n := len(s.Schedulers()); n != c.scheds {
			t.Errorf("%s: %d schedulers", c.topology, n)
		}
	}
}

// TestSharedSchedulersServeByPriority; with one a queue the firmware does, which
// reads what has arrived by priority.
func TestSharedSchedulersServeByPriority(t *testing.T) {
	ends := func(topology string) (low, high fence.Time) {
		s := newSystem(t, rig.Config{
			Profile: parts(t, "ideal", "topology = "+topology), Flow: flow(t, "count:1"),
			Policy: sched.FIFO,
		})
		s.add("P.1.-1\nP.2.1\n3.BCS.50.0.0\n1.CCS.100.0.0\n2.CCS.100.0.0\n",
			workload.Options{Repeats: 1})
		s.finish()
		return s.batches[1].done, s.batches[2].done
	}
	if low, high := ends("shared:1"); high != fence.Time(100*us) || low != fence.Time(250*us) {
		t.Errorf("shared: low ends at %d, high at %d", low, high)
	}
	if low, high := ends("per-queue"); high != fence.Time(100*us) || low != fence.Time(200*us) {
		t.Errorf("per queue: low ends at %d, high at %d", low, high)
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
		if len(last.deps) != 3 || slow.done != fence.Time(9000*us) ||
			last.done != fence.Time(9005*us) {
			t.Errorf("%s: the slow one ends at %d, who waits for it at %d", topology, slow.done,
				last.done)
		}
	}
}

// TestBarrierOnABatchWhoseMemoryIsUsedAgain: the batch that a barrier was made
// for is over, and a long one has its place when the barrier is written.
func TestBarrierOnABatchWhoseMemoryIsUsedAgain(t *testing.T) {
	s := newSystem(t, rig.Config{
		Profile: parts(t, "ideal", "topology = shared:1"), Flow: flow(t, "lanes"),
	})
	s.add("f\n1.CCS.10.0.0\n1.VCS1.5.0.0\n2.BCS.10.-1/-2/f-3.0\ns.-3\n"+
		"1.VECS.1000.0.0\nd.5\na.-7\nd.2000\n", workload.Options{Repeats: 1})
	s.finish()
	if _, made := s.Live(); made != 4 {
		t.Errorf("memory for %d batches and fences, want 4: one is used twice", made)
	}
	if b := s.batches[2]; b.done != fence.Time(25*us) {
		t.Errorf("it ends at %d, want 25 us", b.done)
	}
}

// TestPriorityReachesSchedulerAndFirmware from the workload's P steps.
func TestPriorityReachesSchedulerAndFirmware(t *testing.T) {
	s := newSystem(t, rig.Config{
		Profile: parts(t, "ideal", "topology = shared:1"), Flow: flow(t, "lanes"),
		Policy: sched.FIFO,
	})
	s.add("1.RCS.10.0.1\nP.1.1\n1.RCS.10.0.1\nP.1.-1\n1.RCS.10.0.1\n2.BCS.1.0.1\n",
		workload.Options{Repeats: 1})
	var got []sched.Priority
	s.accepted = func(r *record) {
		got = append(got, s.Contexts()[r.context].Entity().Priority())
	}
	s.finish()
	want := []sched.Priority{sched.Normal, sched.High, sched.Low, sched.Normal}
	if !slices.Equal(got, want) {
		t.Errorf("priorities at submission are %v, want %v", got, want)
	}

	// Of those that wait for the engine the most urgent goes first.
	s = newSystem(t, rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "lanes")})
	s.add("3.CCS.50.0.0\n4.CCS.50.0.1\nP.3.-1\nP.4.1\n"+
		"1.CCS.100.0.0\n2.CCS.100.0.0\n3.CCS.100.0.0\n4.CCS.100.0.0\n",
		workload.Options{Repeats: 1})
	s.finish()
	low, high := s.batches[4], s.batches[5]
	if low.done != fence.Time(500*us) || high.done != fence.Time(300*us) {
		t.Errorf("on the engine the low one ends at %d, the high one at %d", low.done, high.done)
	}
}
