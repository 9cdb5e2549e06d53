package profile_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"credence/core/fence"
	"credence/hwmock/profile"
)

// small is a profile with one line a key, in the order of the lines below.
var small = []string{
	"slots = 127 # S: a",
	"buffer = 128 # S: b",
	"ring = 1280 # S: c",
	"submit_cost = 1 ns # D: d",
	"host_wake = 2 us # A: e",
	"run_cost = 3 ms # A: f",
	"doorbell = 4 s # A: g",
	"fw_wake = 5 ns # A: h",
	"fw_pickup = 6 ns # A: i",
	"fw_dispatch = 7 ns # A: j",
	"fw_retire = 8 ns # A: k",
	"irq = 9 ns # A: l",
	"idle_off = 10 s # A: m",
	"vertex_share = 999999 ppm # A: n",
	"topology = shared:1024 # A: o",
	"engine = v class=RCS instance=1 queue=vertex # A: p",
	"engine = f class=RCS instance=1 queue=fragment # A: q",
	"engine = c class=CCS instance=1 queue=compute # A: r",
	"shape = firmware # S: s",
	"event_slots = 128 # S: t",
	"vm_slots = 63 # S: u",
	"channel = 256 # S: v",
	"notify = threshold # S: w",
	"vm_rebind = 11 us # A: x",
	"channel_poll = 8 ms # S: y",
	"contention = 250000 ppm # A: z",
	"pstates = 396000,1278000 kHz # S: aa",
	"pstate_sample = 12 ms # S: ab",
	"pstate_target = 850000 ppm # S: ac",
	"timeslice = 13 us # A: ad",
	"preempt = fragment,vertex # A: ae",
	"switch_cost = 14 us # A: af",
	"timeout = 1000 s # S: ag",
	"on_timeout = reset # A: ah",
	"reset = 252 ms # S: ai",
	"halt = 100 ms # S: aj",
	"recover_channel = 1 s # S: ak",
}

func parse(lines []string) (*profile.Profile, error) {
	return profile.Parse("dir/x.profile", strings.NewReader(strings.Join(lines, "\n")))
}

func TestParse(t *testing.T) {
	p, err := parse(small)
	if err != nil {
		t.Fatal(err)
	}
	want := profile.Profile{
		Name: "x", Slots: 127, Buffer: 128, Ring: 1280, SubmitCost: 1,
		HostWake: 2 * fence.Microsecond, RunCost: 3 * fence.Millisecond, Doorbell: 4 * fence.Second,
		FirmwareWake: 5, PickUp: 6, Dispatch: 7, Retire: 8, IRQ: 9, IdleOff: 10 * fence.Second,
		VertexShare: 999_999, SharedSchedulers: 1024,
		EventSlots: 128, VMSlots: 63, Channel: 256, Notify: profile.NotifyThreshold,
		VMRebind: 11 * fence.Microsecond, ChannelPoll: 8 * fence.Millisecond, Contention: 250_000,
		PStates: []int{396_000, 1_278_000}, PStateSample: 12 * fence.Millisecond,
		PStateTarget: 850_000, TimeSlice: 13 * fence.Microsecond,
		Preempt: 1<<profile.Vertex | 1<<profile.Fragment, SwitchCost: 14 * fence.Microsecond,
		Timeout: 1000 * fence.Second, Resets: true, Reset: 252 * fence.Millisecond,
		Halt: 100 * fence.Millisecond, RecoverChannel: fence.Second,
		Engines: []profile.Engine{
			{"v", profile.RCS, 1, profile.Vertex},
			{"f", profile.RCS, 1, profile.Fragment},
			{"c", profile.CCS, 1, profile.Compute},
		},
	}
	if got := withoutValues(*p); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
}

// TestParseForgives has what a hand-written file may look like and still be
// read as meant: spaces, tabs, empty lines, notes, carriage returns, any order.
func TestParseForgives(t *testing.T) {
	want, err := parse(small)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"# a note", "", "   # another = one"}
	for i := range small {
		l := small[len(small)-1-i]
		if strings.HasPrefix(l, "engine") {
			continue
		}
		l = strings.Replace(l, " # ", "#", 1)
		lines = append(lines, "\t "+strings.ReplaceAll(l, " ", " \t ")+"  \r")
	}
	lines = append(lines, small[15:18]...)
	got, err := parse(append(lines, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := withoutValues(*got), withoutValues(*want); !reflect.DeepEqual(a, b) {
		t.Errorf("got\n%+v, want\n%+v", a, b)
	}
}

func TestValuesRoundTrip(t *testing.T) {
	for _, name := range profile.Names() {
		p := load(t, name)
		var lines []string
		for _, v := range p.Values() {
			lines = append(lines, v.String())
		}
		q, err := profile.Parse(name, strings.NewReader(strings.Join(lines, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := withoutValues(*p), withoutValues(*q); !reflect.DeepEqual(a, b) {
			t.Errorf("got\n%+v, want\n%+v", b, a)
		}
		same := func(v, w profile.Value) bool { v.Line = w.Line; return v == w }
		if !slices.EqualFunc(p.Values(), q.Values(), same) {
			t.Errorf("values changed:\n%v\n%v", p.Values(), q.Values())
		}
	}
}

func TestValuesAreAsWritten(t *testing.T) {
	p, err := parse(small)
	if err != nil {
		t.Fatal(err)
	}
	values := p.Values()
	for i, v := range values {
		if v.Line != i+1 || v.String() != strings.Replace(small[i], " #", "  #", 1) {
			t.Errorf("line %d: %s, want %s", v.Line, v, small[i])
		}
	}
	if v := values[4]; v.Key != "host_wake" || v.Value != "2" || v.Unit != "us" ||
		v.Mark != profile.Assumed || v.Source != "e" {
		t.Errorf("line 5 is %+v", v)
	}
	values[0].Key = "changed"
	if p.Values()[0].Key != "slots" {
		t.Error("the caller can change the profile")
	}
}

// TestNames holds the words of the closed sets, and that no other value panics.
func TestNames(t *testing.T) {
	got := fmt.Sprint(profile.RCS, profile.BCS, profile.VCS, profile.VECS, profile.CCS,
		profile.Class(5), profile.Vertex, profile.Fragment, profile.Compute, profile.RingQueue,
		profile.Queue(4), profile.Sourced, profile.Derived, profile.Assumed, profile.Mark(7),
		profile.ShapeFirmware, profile.ShapeRing, profile.Shape(2), profile.NotifyEach,
		profile.NotifyThreshold, profile.Notify(2))
	want := "RCS BCS VCS VECS CCS class(5) vertex fragment compute ring queue(4) " +
		"sourced derived assumed mark(7) firmware ring shape(2) each threshold notify(2)"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestAbout is the first sentence of the notes before the first key.
func TestAbout(t *testing.T) {
	for notes, want := range map[string]string{
		"":                             "",
		"# One line":                   "One line",
		"# Two\n# lines. And more.\n":  "Two lines",
		"\n# With a stop.\n\n# Second": "With a stop",
	} {
		p, err := parse(append([]string{notes}, append(small, "# Not this.")...))
		if err != nil || p.About != want {
			t.Errorf("%q: %v, %q", notes, err, p.About)
		}
	}
}

func TestReadErrorIsPassedOn(t *testing.T) {
	cause := errors.New("cable pulled")
	_, err := profile.Parse("x", iotest.ErrReader(cause))
	if !errors.Is(err, cause) || err.Error() != "x: cable pulled" {
		t.Errorf("got %v", err)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"slots", "slots", 0}, {"slot", "slots", 1},
		{"solts", "slots", 2}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}} {
		if got := profile.Distance(c.a, c.b); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
