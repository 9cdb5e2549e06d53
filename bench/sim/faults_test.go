package sim_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/workload"
)

// faulty simulates 200 ms of renders and computes on a device with faults.
func faulty(t *testing.T, name, faults string) *sim.Result {
	t.Helper()
	p, err := profile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	caps, err := sim.Capabilities(p)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sim.Open("gen:bursty:every=2000,jobs=4,us=300,clients=3", caps,
		workload.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := &device.Faults{}
	if err := f.Parse(faults); err != nil {
		t.Fatal(err)
	}
	c, err := s.On(sim.Config{
		Profile: p, Flow: sched.Flow{Kind: sched.FlowLanes}, Time: 200 * fence.Millisecond,
		Faults: f, Timeout: 20 * fence.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// noted reports whether a note counts faults of the kind, at least n.
func noted(r *sim.Result, kind string, n int) bool {
	return slices.ContainsFunc(r.Notes, func(note string) bool {
		list, ok := strings.CutPrefix(note, "faults: ")
		for part := range strings.SplitSeq(list, ", ") {
			var name string
			var count int
			if fmt.Sscan(part, &name, &count); ok && name == kind && count >= n {
				return true
			}
		}
		return false
	})
}

// TestEveryFaultHappens at a time and at a rate, and the run repeats.
func TestEveryFaultHappens(t *testing.T) {
	for _, kind := range device.FaultNames() {
		name, more := "apple-m1", ""
		if kind == "reset-fails" {
			name, more = "amdgpu-2017", ",hang@30ms"
		}
		timed := faulty(t, name, kind+"@25ms"+more)
		if !noted(timed, kind, 1) || noted(timed, kind, 2) {
			t.Errorf("%s at a time: %q", kind, timed.Notes)
		}
		rate := "=200000"
		often := faulty(t, name, kind+rate+",seed=5"+more)
		least := 2
		if kind == "crash" || kind == "hang" || kind == "mmu-fault" || kind == "channel-error" ||
			kind == "reset-fails" {
			least = 1 // It ends clients, or the device.
			if kind == "reset-fails" {
				often = faulty(t, name, kind+"=1000000"+more)
			}
		}
		if !noted(often, kind, least) {
			t.Errorf("%s at a rate: %q", kind, often.Notes)
		}
		if again := faulty(t, name, kind+"@25ms"+more); !reflect.DeepEqual(timed, again) {
			t.Errorf("%s: two runs differ", kind)
		}
	}
}

// TestFaultsFollowTheirSeed: another seed, other faults.
func TestFaultsFollowTheirSeed(t *testing.T) {
	a := faulty(t, "apple-m1", "late-interrupt=100000,seed=1")
	b := faulty(t, "apple-m1", "late-interrupt=100000,seed=2")
	if reflect.DeepEqual(a.Notes, b.Notes) {
		t.Errorf("both seeds give %q", a.Notes)
	}
	if r := faulty(t, "apple-m1", "seed=1"); len(r.Notes) != 0 {
		t.Errorf("no fault was asked for: %q", r.Notes)
	}
}
