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

// digits are latencies each with a digit of its own.
var digits = []string{
	"submit_cost = 7 ns", "host_wake = 30 ns", "run_cost = 200 ns", "doorbell = 1000 ns",
	"fw_wake = 6000000 ns", "fw_pickup = 20000 ns", "fw_dispatch = 300000 ns",
	"fw_retire = 40000000 ns", "irq = 500000000 ns", "idle_off = 1 s",
}

// TestPathOfOneBatch adds up all that happens to one batch, by hand.
func TestPathOfOneBatch(t *testing.T) {
	var latency []fence.Duration
	c := rig.Config{
		Profile: parts(t, "apple-m1", digits...), Flow: flow(t, "lanes"),
		Completed: func(d fence.Duration) { latency = append(latency, d) },
	}
	s := newSystem(t, c)
	s.add("1.CCS.10.0.1\nd.100\n1.CCS.10.0.0\n", workload.Options{Repeats: 1})
	s.finish()
	const way, work = 546_321_000, 10_000
	first, second := s.batches[0], s.batches[1]
	end := fence.Time(37 + way + work)
	want := record{
		line: 1, engines: first.engines, dur: 10 * us,
		submitted: 0, pushed: 7, run: 37, done: end, freed: end + 30,
	}
	check := func(got, want record) {
		t.Helper()
		got.deps, got.fences = nil, nil
		if got.submitted != want.submitted || got.pushed != want.pushed || got.run != want.run ||
			got.done != want.done || got.freed != want.freed || got.line != want.line {
			t.Errorf("it went as %+v, want %+v", got, want)
		}
	}
	check(first, want)
	at := end + 100_000
	check(second, record{
		line: 3, submitted: at, pushed: at + 7, run: at + 37,
		done: at + 37 + way - 6_000_000 + work, freed: at + 37 + way - 6_000_000 + work + 30,
	})
	if len(latency) != 2 || latency[0] != end.Sub(7) ||
		latency[1] != second.done.Sub(second.pushed) {
		t.Errorf("latencies are %v", latency)
	}
	if n := s.Counts().WakeUps; n != 4 { // to run and to free, twice
		t.Errorf("%d wake-ups, want 4", n)
	}
}

// TestSubmissionsOfAClientFollowEachOther: each call takes its time, whatever
// its context, and clients do not wait for each other.
func TestSubmissionsOfAClientFollowEachOther(t *testing.T) {
	s := newSystem(t, rig.Config{
		Profile: parts(t, "apple-m1", "submit_cost = 100 ns"), Flow: flow(t, "lanes"),
	})
	s.add("1.CCS.10.0.0\n2.BCS.10.0.0\n1.CCS.10.0.0\n3.VCS.10.0.0\nd.1000\n1.CCS.10.0.0\n",
		workload.Options{Repeats: 1, Clients: 2})
	s.finish()
	var pushed [2][]fence.Time
	for _, b := range s.batches {
		pushed[b.client] = append(pushed[b.client], b.pushed)
	}
	want := []fence.Time{100, 200, 300, 400, 1_000_100}
	for c := range pushed {
		for i, at := range want {
			if len(pushed[c]) != len(want) || pushed[c][i] != at {
				t.Fatalf("client %d pushes at %v, want %v", c, pushed[c], want)
			}
		}
	}
}

// TestRenderTakesItsShareOfVertexTime on engines of its own.
func TestRenderTakesItsShareOfVertexTime(t *testing.T) {
	p := parts(t, "ideal", "vertex_share = 300000 ppm")
	s := newSystem(t, rig.Config{Profile: p, Flow: flow(t, "lanes")})
	s.add("1.RCS.1000.0.0\n2.RCS.500.0.0\n", workload.Options{Repeats: 1})
	s.finish()
	v, f := s.Device().Busy(engine(t, p, "vtx")), s.Device().Busy(engine(t, p, "frag"))
	// The second's vertex work runs beside the first's fragment work.
	a, b := s.batches[0], s.batches[1]
	if v != 450*us || f != 1050*us || a.done != fence.Time(1000*us) ||
		b.done != fence.Time(1350*us) {
		t.Errorf("vertex %d, fragment %d, ends at %d and %d", v, f, a.done, b.done)
	}
}

// TestShortestRender keeps both of its engines busy for some time.
func TestShortestRender(t *testing.T) {
	p := parts(t, "ideal")
	s := newSystem(t, rig.Config{Profile: p, Flow: flow(t, "lanes")})
	s.add("1.RCS.1.0.0\n", workload.Options{Repeats: 1, DurationScale: 1e-6})
	s.finish()
	v, f := s.Device().Busy(engine(t, p, "vtx")), s.Device().Busy(engine(t, p, "frag"))
	if v != 1 || f != 1 {
		t.Errorf("vertex %d, fragment %d ns", v, f)
	}
}

// TestMixedEnginesTakeTheIdlerSide: a batch that a render engine or others may
// run is composed for whichever has less before it.
func TestMixedEnginesTakeTheIdlerSide(t *testing.T) {
	p := parts(t, "ideal")
	for _, c := range []struct{ load, engine string }{
		{"RCS", "ccs1"}, {"CCS", "frag"}, {"BCS", "frag"},
	} {
		s := newSystem(t, rig.Config{Profile: p, Flow: flow(t, "lanes")})
		s.add("M.2.RCS|CCS,B.2\n1."+c.load+".1000.0.0\nd.1\n2.DEFAULT.40.0.1\n",
			workload.Options{Repeats: 1})
		s.finish()
		end := s.batches[1].done
		if b := s.Device().Busy(engine(t, p, c.engine)); b == 0 || end > fence.Time(50*us) {
			t.Errorf("beside %s it ends at %d, %s was busy for %d", c.load, end, c.engine, b)
		}
	}
}

// TestCapabilities are the engines that workloads know, each once; a device that
// takes all work through one ring has one.
func TestCapabilities(t *testing.T) {
	for _, name := range profile.Names() {
		p := parts(t, name)
		r, err := rig.New(rig.Config{Profile: p, Flow: flow(t, "lanes")})
		if err != nil {
			t.Fatal(err)
		}
		want := "RCS1-0 CCS1-0 VCS1-0 VCS2-0 VECS1-0 BCS1-0"
		if p.Shape == profile.ShapeRing {
			want = "RCS1-0"
		}
		var list []string
		for _, e := range r.Capabilities().Engines {
			list = append(list, e.String())
		}
		got := strings.Join(list, " ")
		if got != want || r.Capabilities().Device != name {
			t.Errorf("%s has %s", r.Capabilities().Device, got)
		}
	}
}

// TestNewRefuses what no machine can be made of.
func TestNewRefuses(t *testing.T) {
	half := *parts(t, "ideal")
	half.Engines = half.Engines[1:]
	for _, c := range []struct {
		what, want string
		config     rig.Config
	}{
		{"no profile", "rig: Config.Profile is nil", rig.Config{Flow: flow(t, "lanes")}},
		{"half a render engine",
			"rig: profile ideal: engine RCS1-0 needs a vertex and a fragment part",
			rig.Config{Profile: &half, Flow: flow(t, "lanes")}},
		{"no limit", "sched: flow count:0: credit: limit is zero",
			rig.Config{Profile: parts(t, "ideal"), Flow: sched.Flow{Kind: sched.FlowCount}}},
		{"no flow", "sched: flow kind 99 does not exist",
			rig.Config{Profile: parts(t, "ideal"), Flow: sched.Flow{Kind: 99}}},
	} {
		if _, err := rig.New(c.config); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.what, err, c.want)
		}
	}
}

// TestFailuresStopTheRig with the place in the workload where there is one.
func TestFailuresStopTheRig(t *testing.T) {
	barriers := strings.Repeat("1.RCS.10.0.0\n", 12) +
		"3.BCS.1.-1/-2/-3/-4/-5/-6/-7/-8/-9/-10/-11/-12.0\n"
	for _, c := range []struct {
		what, text, want string
		config           rig.Config
	}{
		{"capacity", "1.RCS.10.0.0\n", "sched: entity 0: capacity -3; permitted: 1 to 65536",
			rig.Config{Profile: parts(t, "ideal"), Capacity: -3}},
		{"policy", "1.RCS.10.0.0\n", "sched: Config.Policy 77; permitted: 0 to 2",
			rig.Config{Profile: parts(t, "ideal"), Policy: 77}},
		{"more than a ring holds", barriers,
			"test.wsim:13: device: job of 1 commands in 13 entries of the compute queue, " +
				"which holds 126 in 10; split it",
			rig.Config{
				Profile: parts(t, "ideal", "ring = 12", "topology = shared:1"), Capacity: 99,
			}},
	} {
		c.config.Flow = flow(t, "lanes")
		s := newSystem(t, c.config)
		s.add(c.text, workload.Options{})
		for s.Step(fence.Time(fence.Second)) {
		}
		err := s.RunUntil(fence.Time(fence.Second))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.what, err, c.want)
		}
		if s.Step(fence.Never) || s.Now() != 0 {
			t.Errorf("%s: it goes on until %d", c.what, s.Now())
		}
	}
}

// TestContextsAreBounded by MaxContexts.
func TestContextsAreBounded(t *testing.T) {
	r, err := rig.New(rig.Config{
		Profile: parts(t, "ideal", "topology = shared:3"), Flow: flow(t, "lanes"), Capacity: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rig.MaxContexts {
		c, err := r.NewContext(sched.Normal)
		if err != nil {
			t.Fatal(err)
		}
		id, s := c.Entity().ID(), c.Entity().Scheduler()
		if id != uint32(i) || s.ID() != uint32(i%3) || c.Queue().ID() != i {
			t.Fatalf("context %d has entity %d on %s, queue %d", i, id, s, c.Queue().ID())
		}
	}
	if _, err := r.NewContext(sched.Normal); err == nil || len(r.Schedulers()) != 3 {
		t.Errorf("one more: %v, %d schedulers", err, len(r.Schedulers()))
	}
}
