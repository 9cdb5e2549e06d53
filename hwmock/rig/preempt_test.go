package rig_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// TestPreemptionStepReachesTheDevice: on one that shares an engine by time slices
// of 100 us, a batch that allows it every 70 us lets the other go after 140, and
// one that does not allow it runs to its end.
func TestPreemptionStepReachesTheDevice(t *testing.T) {
	p := parts(t, "ideal", "timeslice = 100 us", "preempt = compute")
	for text, want := range map[string]fence.Time{
		"":         fence.Time(110 * us), // every 100 us
		"X.1.70\n": fence.Time(150 * us),
		"X.1.0\n":  fence.Time(1010 * us),
	} {
		s := newSystem(t, rig.Config{Profile: p, Flow: flow(t, "lanes")})
		s.add(text+"1.CCS.1000.0.0\n2.CCS.10.0.0\n", workload.Options{Repeats: 1})
		s.finish()
		if s.batches[1].done != want {
			t.Errorf("after %q the short batch ends at %d, want %d", text, s.batches[1].done, want)
		}
	}
}
