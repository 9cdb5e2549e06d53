package rig_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

func ideal(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("ideal")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestWakeUpsAreJudged by what follows them: a job that can run at once makes
// none in vain. Under prepare, one that waits for a fence of the full queue costs
// a RUN item that runs nothing.
func TestWakeUpsAreJudged(t *testing.T) {
	many := strings.Repeat("1.CCS.100.0.0\n", 200) // more than a queue's 126 slots
	for _, c := range []struct {
		flow   sched.FlowKind
		text   string
		inVain bool
	}{
		{sched.FlowLanes, "1.CCS.100.0.1\n", false},
		{sched.FlowPrepare, "1.CCS.100.0.1\n", false},
		{sched.FlowLanes, many, false},
		{sched.FlowPrepare, many, true},
	} {
		s := newSystem(t, rig.Config{
			Profile: ideal(t), Flow: sched.Flow{Kind: c.flow}, Capacity: 256,
		})
		s.add(c.text, workload.Options{Repeats: 1})
		for s.Step(fence.Never) {
		}
		n := s.Counts()
		alone := n.Completed == 1 // one wake-up runs the job, one frees it
		if (n.InVain > 0) != c.inVain || n.WakeUps == 0 || alone && n.Spurious != 0 {
			t.Errorf("%s, %d jobs: %+v", c.flow, n.Completed, n)
		}
	}
}

// TestSpuriousWakeUps: the push of a job that waits for a software fence
// wakes a worker for nothing.
func TestSpuriousWakeUps(t *testing.T) {
	s := newSystem(t, rig.Config{
		Profile: ideal(t), Flow: sched.Flow{Kind: sched.FlowLanes},
	})
	s.add("f\n1.RCS.100.f-1.0\nd.1000\n1.RCS.100.0.0\nd.1000\na.-5\ns.-3\n",
		workload.Options{Repeats: 1})
	for s.Step(fence.Never) {
	}
	n := s.Counts()
	if n.Completed != 2 || n.Spurious != 1 || n.InVain == 0 {
		t.Errorf("%+v", n)
	}
}
