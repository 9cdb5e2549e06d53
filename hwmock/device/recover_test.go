package device_test

import (
	"reflect"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// ends counts how jobs ended.
type ends struct {
	done  map[fence.Errno]int
	order []uint64 // jobs, by their end
	at    map[uint64]fence.Time
}

func (e *ends) Observe(v sched.Event) {
	if v.Kind == sched.EventDone {
		e.done[v.Err]++
		e.order = append(e.order, v.Job)
		e.at[v.Job] = v.At
	}
}

// play runs a workload under flow lanes for a while, with the device in trouble.
func play(t *testing.T, p *profile.Profile, c rig.Config, text string, o workload.Options,
	trouble func(*device.Device), span fence.Duration) (*rig.Rig, *ends) {
	t.Helper()
	e := &ends{done: map[fence.Errno]int{}, at: map[uint64]fence.Time{}}
	c.Profile, c.Observer, c.Flow = p, e, sched.Flow{Kind: sched.FlowLanes}
	r, err := rig.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w, err := workload.Parse("test.wsim", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	program, err := w.Compile(r.Capabilities())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.AddClients(program, o); err != nil {
		t.Fatal(err)
	}
	if trouble != nil {
		trouble(r.Device())
	}
	if err := r.RunUntil(fence.Time(span)); err != nil {
		t.Fatal(err)
	}
	return r, e
}

// builtin returns a copy of a built-in profile.
func builtin(t *testing.T, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const ms = fence.Millisecond

// TestHungJobIsResetAway: on a ring that two contexts share the hung one's job is
// cancelled after the timeout and the reset, and the other's, which was behind it
// in the ring, is run again and completes.
func TestHungJobIsResetAway(t *testing.T) {
	p := builtin(t, "amdgpu-2017")
	r, e := play(t, p, rig.Config{Timeout: 20 * ms}, "1.RCS.1000.0.0\n2.RCS.500.0.1\n",
		workload.Options{Repeats: 1}, func(d *device.Device) { d.Inject(device.Hang, nil) },
		2*fence.Second)
	if e.done[fence.ECANCELED] != 1 || e.done[fence.OK] != 1 || len(e.done) != 2 {
		t.Fatalf("jobs end as %v", e.done)
	}
	// The job that was run first hangs; the other one is run again when the reset,
	// which the timeout starts, is over.
	hung := r.Device().Faulted()[0].Job
	ran := fence.Time(p.SubmitCost + p.HostWake)
	after := ran.Add(20*ms + p.Reset)
	if got := e.at[3-hung]; got < after || got > after.Add(2*ms) {
		t.Errorf("the innocent job ends at %d, want soon after %d", got, after)
	}
	if got := e.at[hung]; got < ran.Add(20*ms) || got > after {
		t.Errorf("the hung job ends at %d", got)
	}
	if len(r.Lost()) != 1 || r.Device().Dead() {
		t.Errorf("%d clients are lost, dead %t", len(r.Lost()), r.Device().Dead())
	}
}

// TestResetFails, or there is none: every job ends with ENODEV, those that come
// later too.
func TestResetFails(t *testing.T) {
	for _, name := range []string{"amdgpu-2017", "apple-m1"} {
		p := builtin(t, name)
		r, e := play(t, p, rig.Config{Timeout: 20 * ms},
			"1.RCS.1000.0.0\n1.RCS.1000.0.0\n1.RCS.1000.0.0\n1.RCS.1000.0.0\n1.RCS.1000.0.0\n",
			workload.Options{Repeats: 1, Clients: 2}, func(d *device.Device) {
				d.Inject(device.Hang, nil)
				d.Inject(device.ResetFails, nil)
			}, 5*fence.Second)
		c := r.Counts()
		if !r.Device().Dead() || e.done[fence.ENODEV] == 0 || c.Completed != c.Pushed ||
			e.done[fence.OK]+e.done[fence.ENODEV] != int(c.Pushed) {
			t.Errorf("%s: dead %t, jobs end as %v, %+v", name, r.Device().Dead(), e.done, c)
		}
	}
}

// TestLostInterruptIsFound by the timeout handler, which looks at the stamps: the
// job did not hang.
func TestLostInterruptIsFound(t *testing.T) {
	r, e := play(t, builtin(t, "apple-m1"), rig.Config{Timeout: 20 * ms}, "1.CCS.1000.0.0\n",
		workload.Options{Repeats: 1}, func(d *device.Device) { d.Inject(device.LostInterrupt, nil) },
		fence.Second)
	if e.done[fence.OK] != 1 || r.Device().Dead() || len(r.Lost()) != 0 {
		t.Errorf("jobs end as %v, dead %t", e.done, r.Device().Dead())
	}
	if at := e.at[1]; at < fence.Time(20*ms) || at > fence.Time(21*ms) {
		t.Errorf("it is found at %d", at)
	}
}

// TestOverrunIsRecovered: a ring that was given more than the hardware holds is
// stuck until the timeout resets it, and works again.
func TestOverrunIsRecovered(t *testing.T) {
	p := builtin(t, "amdgpu-2017")
	p.Buffer = 1 // the driver counts two
	r, e := play(t, p, rig.Config{Timeout: 20 * ms}, "1.RCS.1000.0.0\n2.RCS.500.0.1\n",
		workload.Options{Repeats: 1}, nil, 2*fence.Second)
	if c := r.Counts(); c.Overruns != 1 || e.done[fence.OK] != 1 || e.done[fence.ECANCELED] != 1 {
		t.Errorf("%+v, jobs end as %v", c, e.done)
	}
}

// trouble is everything at once, but for what ends the device.
func trouble(seed uint64) *device.Faults {
	f := &device.Faults{Seed: seed, Delay: 300 * fence.Microsecond}
	for k := range device.NumFaults {
		f.Rate[k] = 20_000
	}
	f.Rate[device.Crash], f.Rate[device.ResetFails] = 0, 0
	f.Rate[device.Hang] = 3000
	return f
}

const troubled = `1.RCS.20-40.0.0
2.CCS.30.0.0
2.VCS.10.-1.0
3.BCS.15.-1/-3.0
1.RCS.10.0.0
3.VECS.5.0.1
`

// TestEveryJobEndsWhateverGoesWrong, on each device and topology: once, and all
// slots are free in the end. The same seed gives the same history, another one
// another.
func TestEveryJobEndsWhateverGoesWrong(t *testing.T) {
	s := seed(t)
	var kinds [device.NumFaults]int
	for _, name := range []string{"apple-m1", "mali-csf", "nvidia-tsg", "amdgpu-2017"} {
		for n := range uint64(4) {
			text := troubled
			p := builtin(t, name)
			p.Resets, p.Reset, p.Halt, p.RecoverChannel = true, 252*ms, ms, 2*ms
			if n%2 == 1 && p.Shape == profile.ShapeFirmware {
				p.SharedSchedulers = 2
			}
			if p.Shape == profile.ShapeRing {
				text = "1.RCS.20-40.0.0\n2.RCS.30.0.0\n3.RCS.10.-1.0\n1.RCS.10.0.1\n"
			}
			run := func(seed uint64) (*rig.Rig, *ends) {
				return play(t, p, rig.Config{Timeout: 20 * ms, Faults: trouble(seed), Stamps: 0xFFFFFF00},
					text, workload.Options{Seed: seed, Clients: 4, Repeats: 80}, nil, 200*fence.Second)
			}
			r, e := run(s + n)
			c, total := r.Counts(), 0
			for _, n := range e.done {
				total += n
			}
			if c.Completed != c.Pushed || total != int(c.Pushed) || r.Device().Dead() {
				t.Errorf("%s, seed %d: %+v, jobs end as %v, dead %t", name, s+n, c, e.done,
					r.Device().Dead())
			}
			if events, spaces := r.Device().Taken(); events+spaces != 0 {
				t.Errorf("%s, seed %d: %d event slots and %d VM slots are taken", name, s+n, events, spaces)
			}
			again, _ := run(s + n)
			if !reflect.DeepEqual(again.Counts(), c) ||
				!reflect.DeepEqual(again.Device().Faulted(), r.Device().Faulted()) {
				t.Errorf("%s, seed %d: a second run differs: %+v, %+v", name, s+n, c, again.Counts())
			}
			if other, _ := run(s + n + 100); other.Counts().History == c.History {
				t.Errorf("%s: seeds %d and %d give one history", name, s+n, s+n+100)
			}
			for k := range kinds {
				kinds[k] += r.Device().FaultCount(device.FaultKind(k))
			}
		}
	}
	for k, n := range kinds {
		switch k := device.FaultKind(k); {
		case k == device.Crash || k == device.ResetFails:
		case n == 0:
			t.Errorf("no %s", k)
		}
	}
	t.Logf("faults by kind: %v", kinds)
}
