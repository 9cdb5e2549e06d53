package gen_test

import (
	"math"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/gen"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// arrivals notes when jobs are pushed.
type arrivals []fence.Time

func (a *arrivals) Observe(e sched.Event) {
	if e.Kind == sched.EventQueue {
		*a = append(*a, e.At)
	}
}

// builtin returns a built-in profile.
func builtin(t *testing.T, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// load runs a system on a device for a while, looks after each step, and
// returns when its jobs arrived.
func load(t *testing.T, name string, p *profile.Profile, span fence.Duration, look func(r *rig.Rig)) arrivals {
	t.Helper()
	s := make1(t, name)
	a := new(arrivals)
	r, err := rig.New(rig.Config{
		Profile: p, Flow: sched.Flow{Kind: sched.FlowLanes}, Observer: a, Capacity: max(1024, s.Capacity),
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range s.Loads {
		w, err := l.Workload.Compile(r.Capabilities())
		if err != nil {
			t.Fatal(err)
		}
		o := workload.Options{Seed: uint64(i), Clients: l.Clients, Repeats: l.Repeats}
		if _, err := r.AddClients(w, o); err != nil {
			t.Fatal(err)
		}
	}
	for r.Step(fence.Time(span)) {
		if look != nil {
			look(r)
		}
	}
	if c := r.Counts(); len(r.Lost()) != 0 || c.Overruns != 0 || c.Completed == 0 {
		t.Errorf("%s: %+v, lost %v", name, c, r.Lost())
	}
	return *a
}

// TestEveryKindRunsOnADevice that has what it names.
func TestEveryKindRunsOnADevice(t *testing.T) {
	for _, k := range gen.Kinds() {
		load(t, gen.Prefix+k.Name, builtin(t, "apple-m1"), 50*fence.Millisecond, nil)
	}
}

// TestPoissonArrivals have the rate and the spread of a Poisson process, within
// four standard errors: of the count, and of the gaps' variance.
func TestPoissonArrivals(t *testing.T) {
	const mean = 500.0 // us
	a := load(t, "gen:poisson:every=1000,us=100,clients=2", builtin(t, "ideal"), 20*fence.Second, nil)
	want := 20e6 / mean
	if n := float64(len(a)); math.Abs(n-want) > 4*math.Sqrt(want) {
		t.Errorf("%v arrivals, want %v", n, want)
	}
	squares := 0.0
	for i := 1; i < len(a); i++ {
		x := float64(a[i]-a[i-1]) / 1000 / mean
		squares += x * x
	}
	n := float64(len(a) - 1)
	if got := squares / n; math.Abs(got-2) > 4*math.Sqrt(20/n) {
		t.Errorf("the second moment of the gaps is %v means squared, want 2", got)
	}
}

// TestBurstsArriveAtOnce.
func TestBurstsArriveAtOnce(t *testing.T) {
	a := load(t, "gen:bursty:every=1000,jobs=7,us=10", builtin(t, "ideal"), fence.Second, nil)
	bursts := 0
	for i := 0; i+7 <= len(a); i += 7 {
		bursts++
		if a[i] != a[i+6] || i > 0 && a[i] == a[i-1] {
			t.Fatalf("arrivals %d to %d are at %v", i, i+6, a[i:i+7])
		}
	}
	if math.Abs(float64(bursts)-1000) > 4*math.Sqrt(1000) {
		t.Errorf("%d bursts in a second, want 1000", bursts)
	}
}

// active counts the user queues and the firmware queues with entries in use.
func active(r *rig.Rig) (users, firmware int) {
	for _, c := range r.Contexts() {
		n := 0
		for k := range device.NumKinds {
			if c.Queue().Entries(k) > 0 {
				n++
			}
		}
		firmware += n
		users += min(n, 1)
	}
	return users, firmware
}

// TestStormsWantMoreSlotsThanThereAre: with slots for everybody all clients are
// busy at once; with the 63 address spaces of apple-m1 no more than that are, and
// with its 128 events no more firmware queues, of which a client takes three.
func TestStormsWantMoreSlotsThanThereAre(t *testing.T) {
	for _, c := range []struct {
		name            string
		slots           int // for address spaces
		users, firmware [2]int
	}{
		{"gen:vm-storm", 1024, [2]int{64, 64}, [2]int{64, 128}},
		{"gen:vm-storm", 63, [2]int{63, 63}, [2]int{63, 126}},
		{"gen:vm-storm:vms=200", 63, [2]int{63, 63}, [2]int{63, 126}},
		{"gen:event-storm:queues=40", 63, [2]int{40, 40}, [2]int{110, 120}},
		{"gen:event-storm:queues=60", 63, [2]int{43, 63}, [2]int{120, 128}},
	} {
		p := *builtin(t, "apple-m1")
		p.VMSlots = c.slots
		users, firmware := 0, 0
		load(t, c.name, &p, 10*fence.Millisecond, func(r *rig.Rig) {
			u, f := active(r)
			users, firmware = max(users, u), max(firmware, f)
		})
		if users < c.users[0] || users > c.users[1] || firmware < c.firmware[0] ||
			firmware > c.firmware[1] {
			t.Errorf("%s with %d slots: %d users, %d firmware queues at once, want %v and %v", c.name,
				c.slots, users, firmware, c.users, c.firmware)
		}
	}
}

// TestSaturateFillsOneQueue to the last slot, and no other.
func TestSaturateFillsOneQueue(t *testing.T) {
	most := 0
	load(t, "gen:saturate:engine=CCS", builtin(t, "apple-m1"), 10*fence.Millisecond, func(r *rig.Rig) {
		if q := r.Contexts(); len(q) > 0 {
			most = max(most, q[0].Queue().Outstanding(device.Compute))
			if q[0].Queue().Entries(device.Vertex) != 0 {
				t.Fatal("vertex commands")
			}
		}
	})
	if most != 126 {
		t.Errorf("at most %d commands are outstanding, want 126", most)
	}
}

// TestBarriersTakeTheRing before its slots are used up.
func TestBarriersTakeTheRing(t *testing.T) {
	most, slots := 0, 0
	load(t, "gen:barriers:width=16", builtin(t, "apple-m1"), 20*fence.Millisecond, func(r *rig.Rig) {
		if q := r.Contexts(); len(q) > 0 {
			if n := q[0].Queue().Entries(device.Compute); n > most {
				most, slots = n, q[0].Queue().Outstanding(device.Compute)
			}
		}
	})
	if most < 1200 || slots >= 126 {
		t.Errorf("%d entries of the ring are in use with %d slots", most, slots)
	}
}
