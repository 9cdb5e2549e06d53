package replay

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/profile"
	"credence/hwmock/trace"
)

const us = fence.Microsecond

// ring returns the profile of a device of which nothing but execution takes
// time, with two jobs in flight.
func ring(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("amdgpu-2017")
	if err != nil {
		t.Fatal(err)
	}
	q := *p
	q.SubmitCost, q.HostWake, q.RunCost, q.Doorbell, q.FirmwareWake = 0, 0, 0, 0, 0
	q.PickUp, q.Dispatch, q.Retire, q.IRQ = 0, 0, 0, 0
	return &q
}

// amdgpu returns the profile of the recorded desktop.
func amdgpu(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("amdgpu-2017")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// table reads a table of jobs whose columns are ring, ctx, seqno, comm, cpu,
// submit_us, run_us, done_us.
func table(t *testing.T, rows string) *Input {
	t.Helper()
	in, err := input(rows)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func input(rows string) (*Input, error) {
	tr, err := trace.Read("t.csv", strings.NewReader(
		"ring,ctx,seqno,comm,cpu,submit_us,run_us,done_us\n"+rows))
	if err != nil {
		return nil, err
	}
	if tr.Problems.Total() > 0 {
		return nil, tr.Problems.First[0]
	}
	return NewInput(tr)
}

func everyJob(int) bool { return true }

// random returns arrivals of three contexts on some rings.
func random(t *testing.T, seed uint64, rings, jobs int) *Input {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for i, at := 0, 1; i < jobs; i++ {
		at += 1 + r.IntN(400)
		ctx := r.IntN(3)
		fmt.Fprintf(&b, "r%d,%d,%d,c%d,0,%d,,\n", r.IntN(rings), ctx+1, i, ctx, at)
	}
	return table(t, b.String())
}

// TestCoreAndDeviceDoWhatTheirTwinDoes: with no latencies the scheduler core over
// the device, two in flight a ring, gives the instants of the naive replay, which
// is written from the rules alone.
func TestCoreAndDeviceDoWhatTheirTwinDoes(t *testing.T) {
	for seed := range uint64(20) {
		p := ring(t)
		p.Slots = 1 + int(seed%4)
		in := random(t, seed, 1+int(seed%3), 300)
		m := &Model{rest: ClassModel{Duration: 77 * us}}
		n := &Naive{slots: p.Slots, durations: map[Class]fence.Duration{}, rest: 77 * us}
		for i, c := range in.Classes {
			d := fence.Duration(150+41*i) * us
			m.Classes = append(m.Classes, ClassModel{Class: c, Duration: d})
			n.durations[c] = d
		}
		got, err := m.Run(p, in)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range n.Run(in) {
			if got[i].Run != want.Run || got[i].End != want.End {
				t.Fatalf("seed %d, job %d of %d at %d: runs %d, ends %d; its twin %d, %d", seed, i,
					len(in.Jobs), in.Jobs[i].Submit, got[i].Run, got[i].End, want.Run, want.End)
			}
		}
	}
}

// TestWakeUps: a submission that finds the worker asleep waits for it, less on
// the worker's own processor; one that waits for room runs after a completion.
func TestWakeUps(t *testing.T) {
	in := table(t, "g,1,1,a,3,100,,\n"+ // wakes in 40
		"g,1,2,a,0,10000,,\n"+ // wakes in 15
		"g,2,1,b,3,10100,,\n"+ // second in flight
		"g,1,3,a,3,10200,,\n") // waits for the first of these
	m := &Model{
		Finish: 30 * us, worker: map[string]int16{"g": 0},
		Classes: []ClassModel{
			{Class: in.Classes[0], Wake: 40 * us, WakeSame: 15 * us, Duration: 1000 * us},
			{Class: in.Classes[1], Wake: 20 * us, WakeSame: 20 * us, Duration: 500 * us},
		},
	}
	out, err := m.Run(ring(t), in)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Outcome{
		{40_000, 1_040_000, -1, 0}, {9_915_000, 10_915_000, -1, 0}, {10_020_000, 11_415_000, 1, 1},
		{10_945_000, 12_415_000, 2, 2},
	} {
		if out[i] != want {
			t.Errorf("job %d: %+v, want %+v", i, out[i], want)
		}
	}
}

// TestQuietTimeStretchesAJob, but not beyond what was seen, nor if nobody else
// submits before it is expected to end.
func TestQuietTimeStretchesAJob(t *testing.T) {
	c := ClassModel{Duration: 1000, Quiet: Slope{Rate: 0.5, Mean: 400, Low: 200, High: 700}}
	for quiet, want := range map[fence.Duration]fence.Duration{
		400: 1000, 500: 1050, 300: 950, 0: 900, 999: 1150, 1000: 1000, never: 1000,
	} {
		if got := c.duration(&Job{Quiet: quiet}); got != want {
			t.Errorf("quiet for %d: %d, want %d", quiet, got, want)
		}
	}
	in := table(t, "g,1,1,a,0,10,,\ng,1,2,a,0,20,,\nh,2,1,b,0,25,,\ng,2,2,b,0,50,,\ng,1,3,a,0,90,,\n")
	for i, want := range []fence.Duration{40 * us, 30 * us, never, 40 * us, never} {
		if got := in.Jobs[i].Quiet; got != want {
			t.Errorf("job %d is quiet for %d, want %d", i, got, want)
		}
	}
}

// TestDependenciesAreWaitedFor, over rings, as the events name them.
func TestDependenciesAreWaitedFor(t *testing.T) {
	const f = "a-1 [000] 1.%06d: drm_sched_job_%s: "
	line := func(at int, event, message string, args ...any) string {
		return fmt.Sprintf(f, at, event) + fmt.Sprintf(message, args...) + "\n"
	}
	const queue = "dev=d, fence=%d:%d, ring=%s, job count:0"
	tr, err := trace.Read("t", strings.NewReader(
		line(1, "queue", queue, 1, 1, "g")+line(2, "queue", queue, 2, 1, "h")+
			line(2, "add_dep", "fence=2:1 depends on fence=1:1")+
			line(3, "queue", queue, 3, 1, "k")+line(3, "add_dep", "fence=3:1 depends on fence=2:1")+
			line(3, "add_dep", "fence=3:1 depends on fence=1:1")+
			line(4, "queue", queue, 4, 1, "k")))
	if err != nil || tr.Problems.Total() > 0 {
		t.Fatal(err, tr.Problems.First)
	}
	in, err := NewInput(tr)
	if err != nil {
		t.Fatal(err)
	}
	m := &Model{rest: ClassModel{Duration: 10 * us}}
	out, err := m.Run(ring(t), in)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []fence.Duration{10, 20, 30, 13} {
		if out[i].End != fence.Time(want*us) {
			t.Errorf("job %d ends at %d, want %d us", i, out[i].End, want)
		}
	}
}

// TestWrongInputs are refused with what to do, or what is too much.
func TestWrongInputs(t *testing.T) {
	if _, err := input("g,1,1,a,0,,2,3\n"); err == nil ||
		!strings.Contains(err.Error(), "t.csv: no job whose submission was recorded; trace the events") {
		t.Errorf("no submission: %v", err)
	}
	var b strings.Builder
	for i := range MaxContexts + 1 {
		fmt.Fprintf(&b, "g,%d,1,a,0,%d,,\n", i, i)
	}
	if _, err := input(b.String()); err == nil || !strings.Contains(err.Error(),
		"16385 contexts on 1 rings; permitted: 16384 in all") {
		t.Errorf("contexts: %v", err)
	}
	in := table(t, strings.Repeat("g,1,1,a,0,1,2,3\n", MinJobs-1)+"g,1,1,a,0,1,2,\n")
	if _, err := Fit(amdgpu(t), in, everyJob); err == nil || !strings.Contains(err.Error(),
		"t.csv: 7 jobs to fit to have all three instants; needed: 8") {
		t.Errorf("few jobs: %v", err)
	}
	flood := table(t, strings.Repeat("g,1,1,a,0,1,2,3\n", 2*capacity))
	m := &Model{rest: ClassModel{Duration: us}}
	if _, err := m.Run(amdgpu(t), flood); err == nil || !strings.Contains(err.Error(),
		"waiting: the device amdgpu-2017 is too slow") {
		t.Errorf("flood: %v", err)
	}
}

// TestColdJobs are the first of each ring.
func TestColdJobs(t *testing.T) {
	in := table(t, strings.Repeat("g,1,1,a,0,1,2,3\n", 6)+strings.Repeat("h,1,1,a,0,2,2,3\n", 3))
	var cold strings.Builder
	for _, c := range in.Cold(2) {
		fmt.Fprintf(&cold, "%t ", c)
	}
	if want := "true true true true false false true true true "; cold.String() != want {
		t.Errorf("%s, want %s", &cold, want)
	}
}

// TestOtherDevices: a trace of two rings runs on every device there is.
func TestOtherDevices(t *testing.T) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		in := random(t, 7, 2, 50)
		m := &Model{rest: ClassModel{Duration: 100 * us, Wake: us}, Finish: us}
		out, err := m.Run(p, in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, o := range out {
			if o.Run < in.Jobs[i].Submit || o.End < o.Run.Add(100*us) {
				t.Errorf("%s: job %d, submitted at %d, runs at %d, ends at %d", name, i,
					in.Jobs[i].Submit, o.Run, o.End)
			}
		}
	}
}
