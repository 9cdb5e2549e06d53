package rig_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// TestStop: RunUntil returns after the step in which Stop is called, goes on from
// there when it is called again, and what happens is what happens without a stop.
func TestStop(t *testing.T) {
	const span = fence.Time(20 * fence.Millisecond)
	history := func(every int) (rig.Counts, int) {
		done, stops := 0, 0
		var r *rig.Rig
		r, err := rig.New(rig.Config{
			Profile: parts(t, "apple-m1"), Flow: flow(t, "lanes"), Capacity: 16,
			Completed: func(fence.Duration) {
				if done++; every > 0 && done%every == 0 {
					r.Stop()
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		p := compile(t, "1.RCS.100.0.0\n2.CCS.30.-1.0\n", r)
		if _, err := r.AddClients(p, workload.Options{Clients: 3}); err != nil {
			t.Fatal(err)
		}
		for r.Now() < span {
			before := done
			if err := r.RunUntil(span); err != nil {
				t.Fatal(err)
			}
			if r.Now() < span || done != before && done%max(every, 1) == 0 {
				stops++
			}
			if every > 0 && done-before > every {
				t.Fatalf("%d jobs were done after the stop was due", done-before-every)
			}
		}
		return r.Counts(), stops
	}
	want, _ := history(0)
	for _, every := range []int{1, 7} {
		got, stops := history(every)
		if got != want || uint64(stops) < want.Completed/uint64(2*every) {
			t.Errorf("%d stops: %+v, without %+v", stops, got, want)
		}
	}
}
