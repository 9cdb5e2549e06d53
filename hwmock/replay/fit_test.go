package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/trace"
)

// TestFitFindsTheConstants of a recording that a model wrote.
func TestFitFindsTheConstants(t *testing.T) {
	p := amdgpu(t)
	truth := &Model{Finish: 37 * us, worker: map[string]int16{"g": 0}}
	var b strings.Builder
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		at := 11_000 * (i + 1)
		quiet := 1500 + r.IntN(500)
		fmt.Fprintf(&b, "g,1,%d,a,%d,%d,,\ng,2,%d,b,1,%d,,\ng,1,%d,a2,1,%d,,\n",
			2*i, r.IntN(3), at, i, at+quiet, 2*i+1, at+3700)
	}
	in := table(t, b.String())
	truth.Classes = []ClassModel{
		{Class: in.Classes[0], Wake: 42 * us, WakeSame: 24 * us, Duration: 5000 * us,
			Quiet: Slope{Rate: 0.06, Mean: 1750 * us, Low: 0, High: 9999 * us}},
		{Class: in.Classes[1], Wake: 16 * us, WakeSame: 16 * us, Duration: 350 * us},
		{Class: in.Classes[2], Wake: 16 * us, WakeSame: 16 * us, Duration: 8 * us},
	}
	out, err := truth.Run(p, in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range in.Jobs {
		in.Jobs[i].Run, in.Jobs[i].End, in.Jobs[i].RunCPU = out[i].Run, out[i].End, 0
	}
	first := func(i int) bool { return i < 150 }
	m, err := Fit(p, in, first)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "completion to run", m.Finish, truth.Finish)
	for i := range truth.Classes {
		got, want := &m.Classes[i], &truth.Classes[i]
		if got.Class != want.Class {
			t.Fatalf("class %d is %v, want %v", i, got.Class, want.Class)
		}
		if i < 2 { // the third always waits
			near(t, "wake", got.Wake, want.Wake)
			near(t, "wake on the same processor", got.WakeSame, want.WakeSame)
		}
		if x := got.Quiet.Rate - want.Quiet.Rate; x < -0.002 || x > 0.002 {
			t.Errorf("class %d: rate %v, want %v", i, got.Quiet.Rate, want.Quiet.Rate)
		}
		shift := fence.Duration(got.Quiet.Rate * float64(got.Quiet.Mean-want.Quiet.Mean))
		near(t, "duration", got.Duration-shift, want.Duration)
	}
	out, err = m.Run(p, in)
	if err != nil {
		t.Fatal(err)
	}
	s := Judge(in, out, func(i int) bool { return !first(i) })
	if e := s.SubmitDoneMAPE(); e > 0.05 || s.Judged != 150 {
		t.Errorf("%d jobs judged, mean relative error %v %%", s.Judged, e)
	}
}

func near(t *testing.T, what string, got, want fence.Duration) {
	t.Helper()
	if d := got - want; d < -2*us || d > 2*us {
		t.Errorf("%s: %d ns, want %d", what, got, want)
	}
}

// TestFitOfABusyRing: the durations are found where the engine hardly ever pauses,
// so that each job's error would be in all that follow.
func TestFitOfABusyRing(t *testing.T) {
	p := amdgpu(t)
	r := rand.New(rand.NewPCG(1, 3))
	var b strings.Builder
	at := 0
	for i := range 400 {
		at += 400 + r.IntN(60)
		if i%100 == 0 {
			at += 100_000
		}
		fmt.Fprintf(&b, "g,1,%d,a%d,0,%d,,\n", i, i%2, at)
	}
	in := table(t, b.String())
	truth := &Model{Finish: 20 * us, Classes: []ClassModel{
		{Class: in.Classes[0], Wake: 20 * us, WakeSame: 20 * us, Duration: 300 * us},
		{Class: in.Classes[1], Wake: 20 * us, WakeSame: 20 * us, Duration: 600 * us},
	}}
	out, err := truth.Run(p, in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range in.Jobs {
		in.Jobs[i].Run, in.Jobs[i].End = out[i].Run, out[i].End.Add(fence.Duration(r.IntN(20))*us)
	}
	m, err := Fit(p, in, everyJob)
	if err != nil {
		t.Fatal(err)
	}
	for i := range truth.Classes {
		near(t, "duration", m.Classes[i].Duration, truth.Classes[i].Duration)
	}
}

// TestFitDoesNotPeek: what became of jobs that are not fitted to changes nothing.
func TestFitDoesNotPeek(t *testing.T) {
	p := amdgpu(t)
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 1))
		one, two := recorded(t, seed), recorded(t, seed)
		use := func(i int) bool { return i >= 40 && i < 140 }
		for i := range two.Jobs {
			if j := &two.Jobs[i]; !use(i) {
				j.Run = j.Submit.Add(fence.Duration(r.IntN(5000)) * us)
				j.End = j.Run.Add(fence.Duration(r.IntN(9000)) * us)
				j.RunCPU = int16(r.IntN(4))
			}
		}
		a, err := Fit(p, one, use)
		b, err2 := Fit(p, two, use)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if a.String() != b.String() {
			t.Errorf("seed %d: the fit is\n%s, and with other outcomes elsewhere\n%s", seed, a, b)
		}
	}
}

// recorded returns random arrivals with outcomes that a naive replay gave.
func recorded(t *testing.T, seed uint64) *Input {
	in := random(t, seed, 2, 200)
	n := &Naive{slots: 2, latency: 30 * us, rest: 180 * us}
	for i, o := range n.Run(in) {
		in.Jobs[i].Run, in.Jobs[i].End = o.Run, o.End
	}
	return in
}

// shared returns a trace of the recorded desktop, or skips the test.
func shared(t *testing.T, name string) *Input {
	t.Helper()
	tr, err := trace.ReadFile("../../../shared/data/traces/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the recorded desktop is not there")
	} else if err != nil {
		t.Fatal(err)
	}
	in, err := NewInput(tr)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestRecordedDesktop: fitted to one half, the replay is nearer to the other than
// the naive one, and where processors were recorded within 0.65 %.
func TestRecordedDesktop(t *testing.T) {
	for _, c := range []struct {
		name string
		most float64
	}{{"amdgpu_events.txt", 0.65}, {"amdgpu_jobs.csv", 0.70}} {
		in := shared(t, c.name)
		p := amdgpu(t)
		half := func(i int) bool { return i < len(in.Jobs)/2 }
		other := func(i int) bool { return !half(i) }
		m, err := Fit(p, in, half)
		if err != nil {
			t.Fatal(err)
		}
		out, err := m.Run(p, in)
		if err != nil {
			t.Fatal(err)
		}
		got := Judge(in, out, other).SubmitDoneMAPE()
		naive := Judge(in, FitNaive(p, in, half).Run(in), other).SubmitDoneMAPE()
		if got >= naive || got > c.most || naive > 0.72 {
			t.Errorf("%s: %.3f %%, naive %.3f %%, want at most %.2f %%", c.name, got, naive, c.most)
		}
	}
}
