package sim

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

func load(t *testing.T, device string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(device)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func flow(t *testing.T, s string) sched.Flow {
	t.Helper()
	f, err := sched.ParseFlow(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// on returns a Config that runs one file of the given text.
func on(t *testing.T, device, text string, o workload.Options) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.wsim")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return onFile(t, device, path, o)
}

func onFile(t *testing.T, device, path string, o workload.Options) Config {
	t.Helper()
	p := load(t, device)
	caps, err := Capabilities(p)
	if err != nil {
		t.Fatal(err)
	}
	w, err := CompileFile(path, caps)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Profile: p, Flow: flow(t, "lanes"), Policy: sched.FIFO, Time: fence.Second,
		Loads: []Load{{w, o}},
	}
}

func mustRun(t *testing.T, c Config) *Result {
	t.Helper()
	r, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const us, ms = fence.Microsecond, fence.Millisecond

// On a device on which only execution takes time the figures follow from the
// file: 500 us of rendering, a fifth of it vertex work, then 9500 us of rest.
func TestFiguresOfAnIdealDevice(t *testing.T) {
	r := mustRun(t, on(t, "ideal", "1.RCS.500.0.1,d.9500", workload.Options{}))
	if r.Time != fence.Second || r.Jobs != 100 || r.Failed != 0 || r.Iterations != 100 ||
		r.Missed != 0 || r.P50 != 500*us || r.P99 != 500*us || r.IdleReady() != 0 ||
		r.PerKilosecond() != 100_000 || r.Notes != nil || r.Device != "ideal" {
		t.Errorf("%+v", r)
	}
	for i, e := range r.Engines {
		want := map[string]fence.Duration{"vtx": 10 * ms, "frag": 40 * ms}[e.Name]
		if e.Busy != want || r.BusyPPM(i) != int64(want/us) {
			t.Errorf("%s: busy %d ns, %d ppm; want %d ns", e.Name, e.Busy, r.BusyPPM(i), want)
		}
	}
	if l := r.Loads[0]; l.Iterations != 100 || l.Longest != 10*ms || !strings.HasSuffix(l.Name,
		"test.wsim") {
		t.Errorf("load %+v", l)
	}
}

func TestMissedPeriods(t *testing.T) {
	// 30 ms of work in a period of 20 ms: every period is missed.
	r := mustRun(t, on(t, "ideal", "1.CCS.30000.0.1,p.20000", workload.Options{}))
	if r.Iterations != 33 || r.Missed != 33 {
		t.Errorf("%d of %d periods missed, want 33 of 33", r.Missed, r.Iterations)
	}
}

// Three contexts compete for an engine: latencies are 1, 2 and 3 ms in turn.
func TestPercentilesOfAQueue(t *testing.T) {
	r := mustRun(t, on(t, "ideal", "1.CCS.1000.0.0,2.CCS.1000.0.0,3.CCS.1000.0.0,s.-1,d.1000",
		workload.Options{}))
	if r.Jobs != 750 || r.P50 != 2*ms || r.P99 != 3*ms {
		t.Errorf("%d jobs, p50 %d, p99 %d", r.Jobs, r.P50, r.P99)
	}
}

func TestRepeatsEndTheRun(t *testing.T) {
	r := mustRun(t, on(t, "ideal", "1.CCS.1000.0.0,2.VCS1.3000.0.0,d.2000",
		workload.Options{Repeats: 4, Clients: 1}))
	// The last of the 3 ms batches of the fourth iteration starts at 9 ms.
	if r.Iterations != 4 || r.Jobs != 8 || r.Time != 12*ms || r.Notes != nil {
		t.Errorf("%d iterations, %d jobs, %d ns: %q", r.Iterations, r.Jobs, r.Time, r.Notes)
	}
}

func TestClientsAreCountedTogether(t *testing.T) {
	c := on(t, "ideal", "1.CCS.1000.0.1", workload.Options{Repeats: 5, Clients: 3})
	c.Loads = append(c.Loads, Load{c.Loads[0].Program, workload.Options{Repeats: 2}})
	r := mustRun(t, c)
	if r.Iterations != 17 || r.Jobs != 17 || r.Time != 17*ms || r.Loads[0].Iterations != 15 ||
		r.Loads[1].Iterations != 2 {
		t.Errorf("%+v", r)
	}
}

// watcher computes the figures from the schedulers' events: the dumb twin of
// what the machine counts and of how percentiles are taken.
type watcher struct {
	pushed    map[uint64]fence.Time
	latency   []fence.Duration
	completed uint64
}

func (w *watcher) Observe(e sched.Event) {
	switch e.Kind {
	case sched.EventQueue:
		w.pushed[e.Job] = e.At
	case sched.EventDone:
		w.latency = append(w.latency, e.At.Sub(w.pushed[e.Job]))
		w.completed++
	}
}

// percentile is the smallest latency that at least p per cent do not exceed.
func (w *watcher) percentile(p int) fence.Duration {
	for _, d := range w.latency {
		covered := 0
		for _, x := range w.latency {
			if x <= d {
				covered++
			}
		}
		if covered*100 >= p*len(w.latency) {
			return d
		}
	}
	return 0
}

func TestFiguresAgreeWithTheEvents(t *testing.T) {
	for _, name := range []string{"game60", "media", "vr90", "hog", "interactive"} {
		for _, f := range []string{"lanes", "credits-job", "credits:2"} {
			for _, device := range []string{"apple-m1", "ideal"} {
				c := onFile(t, device, "../workloads/"+name+Suffix, workload.Options{Clients: 2, Seed: 3})
				c.Flow, c.Time = flow(t, f), 200*ms
				r := mustRun(t, c)
				w := &watcher{pushed: map[uint64]fence.Time{}}
				x, err := rig.New(rig.Config{Profile: c.Profile, Flow: c.Flow, Policy: c.Policy, Observer: w})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := x.AddClients(c.Loads[0].Program, c.Loads[0].Options); err != nil {
					t.Fatal(err)
				}
				if err := x.RunUntil(fence.Time(0).Add(c.Time)); err != nil {
					t.Fatal(err)
				}
				slices.Sort(w.latency)
				if r.Jobs+r.Failed != w.completed || w.completed == 0 ||
					r.P50 != w.percentile(50) || r.P99 != w.percentile(99) {
					t.Errorf("%s, %s, %s: %d jobs, p50 %d, p99 %d; by the events %d, %d, %d", name, f, device,
						r.Jobs+r.Failed, r.P50, r.P99, w.completed, w.percentile(50), w.percentile(99))
				}
				if h := x.Counts().History; r.Counts.History != h {
					t.Errorf("%s, %s, %s: hash %d when watched, %d when not", name, f, device, h, r.Counts.History)
				}
			}
		}
	}
}

func TestPercentilesFollowTheirDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 250; n++ {
		var l latencies
		w := &watcher{}
		for range n {
			d := fence.Duration(rng.IntN(2*n)) + fence.Duration(rng.Int64N(1<<40))<<12
			l.add(d)
			w.latency = append(w.latency, d)
		}
		slices.Sort(w.latency)
		var r Result
		err := l.percentiles(&r)
		if err != nil || r.P50 != w.percentile(50) || r.P90 != w.percentile(90) ||
			r.P99 != w.percentile(99) || r.Max != w.latency[n-1] {
			t.Fatalf("of %d: %+v, %v; want %d, %d, %d and %d", n, r, err, w.percentile(50),
				w.percentile(90), w.percentile(99), w.latency[n-1])
		}
		// Of fewer than a thousand latencies one at most lies above 99.9 %.
		if r.P999 != r.Max {
			t.Fatalf("of %d: p99.9 is %d and the longest %d", n, r.P999, r.Max)
		}
	}
	var r Result
	if err := new(latencies).percentiles(&r); err != nil || r.P50 != 0 || r.P99 != 0 || r.Max != 0 {
		t.Errorf("of none: %+v, %v", r, err)
	}
}

func TestSameConfigSameResult(t *testing.T) {
	c := onFile(t, "apple-m1", "../workloads/game60.wsim", workload.Options{Seed: 7, Clients: 2})
	a, b := mustRun(t, c), mustRun(t, c)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%+v, then %+v", a, b)
	}
	c.Loads[0].Options.Seed = 8
	if b = mustRun(t, c); a.Counts.History == b.Counts.History {
		t.Errorf("seeds 7 and 8 have the history %d", a.Counts.History)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := on(t, "apple-m1", "1.CCS.1.0.0", workload.Options{})
	c.Time = MaxTime
	c.Progress = func(now fence.Time) {
		if now > fence.Time(10*ms) {
			cancel()
		}
	}
	if r, err := Run(ctx, c); !errors.Is(err, context.Canceled) || r != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestProgressGoesOn(t *testing.T) {
	c := on(t, "apple-m1", "1.CCS.1.0.0", workload.Options{})
	var seen []fence.Time
	c.Progress = func(now fence.Time) { seen = append(seen, now) }
	mustRun(t, c)
	if len(seen) < 5 || !slices.IsSorted(seen) || seen[len(seen)-1] > fence.Time(fence.Second) {
		t.Errorf("progress %d", seen)
	}
}

func TestTooManyJobs(t *testing.T) {
	x, err := start(on(t, "ideal", "1.CCS.1.0.1", workload.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	x.latency.many = hdrhistogram.New(1, int64(MaxTime), histogramDigits)
	if err := x.latency.many.RecordValues(1, MaxJobs-10); err != nil {
		t.Fatal(err)
	}
	err = x.simulate(t.Context())
	if !errors.Is(err, ErrTooManyJobs) || !strings.Contains(err.Error(), "; shorten") {
		t.Fatal(err)
	}
	if n := x.latency.many.TotalCount(); n != MaxJobs {
		t.Errorf("%d latencies kept", n)
	}
	if now := x.rig.Now(); now > fence.Time(100*ms) {
		t.Errorf("it went on until %d", now)
	}
}

func TestStandstill(t *testing.T) {
	x, err := start(on(t, "ideal", "1.CCS.1.0.1", workload.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := x.look(t.Context(), MaxStepsPerInstant); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if err := x.look(t.Context(), MaxStepsPerInstant+1); !errors.Is(err, ErrStandstill) {
		t.Errorf("over the limit: %v", err)
	}
}
