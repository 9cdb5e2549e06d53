package profile_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/profile"
)

func load(t *testing.T, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// renderAndMedia are the engines of the built-in profiles: a render is two of
// them, everything else one behind the compute queue.
var renderAndMedia = []profile.Engine{
	{"vtx", profile.RCS, 1, profile.Vertex},
	{"frag", profile.RCS, 1, profile.Fragment},
	{"ccs1", profile.CCS, 1, profile.Compute},
	{"vcs1", profile.VCS, 1, profile.Compute},
	{"vcs2", profile.VCS, 2, profile.Compute},
	{"vecs1", profile.VECS, 1, profile.Compute},
	{"bcs1", profile.BCS, 1, profile.Compute},
}

func TestAppleM1(t *testing.T) {
	p := load(t, "apple-m1")
	want := profile.Profile{
		Name: "apple-m1", Slots: 127, Buffer: 128, Ring: 1280,
		SubmitCost: 5 * fence.Microsecond, HostWake: 37 * fence.Microsecond,
		RunCost: 2 * fence.Microsecond, Doorbell: 500, FirmwareWake: 257 * fence.Microsecond,
		PickUp: 5 * fence.Microsecond, Dispatch: 15_800, Retire: 27_500, IRQ: fence.Microsecond,
		IdleOff: 2 * fence.Millisecond, VertexShare: 200_000, Engines: renderAndMedia,
		EventSlots: 128, VMSlots: 63, Channel: 256,
		VMRebind: 10 * fence.Microsecond, ChannelPoll: 8 * fence.Millisecond,
		PStates:      []int{396_000, 528_000, 720_000, 924_000, 1_128_000, 1_278_000},
		PStateTarget: 850_000, SwitchCost: 100 * fence.Microsecond, Timeout: 100 * fence.Second,
		Halt: 100 * fence.Millisecond, RecoverChannel: fence.Second,
	}
	if got := withoutValues(*p); !reflect.DeepEqual(got, want) {
		t.Errorf("apple-m1 is\n%+v, want\n%+v", got, want)
	}
}

func TestIdealHasTheLimitsAndNoLatency(t *testing.T) {
	want := profile.Profile{Name: "ideal", Slots: 127, Buffer: 128, Ring: 1280,
		VertexShare: 200_000, Engines: renderAndMedia, EventSlots: 128, VMSlots: 63, Channel: 65_536,
		PStates: []int{1_000_000}, PStateTarget: 1_000_000, Resets: true}
	if got := withoutValues(*load(t, "ideal")); !reflect.DeepEqual(got, want) {
		t.Errorf("ideal is\n%+v, want\n%+v", got, want)
	}
}

// withoutValues returns p without its text.
func withoutValues(p profile.Profile) profile.Profile {
	p.DropText()
	return p
}

// builtins are the names, in the order of the listing.
var builtins = []string{"apple-m1", "apple-m1-max", "apple-m2", "amdgpu-2017", "adreno-gmu",
	"mali-csf", "nvidia-tsg", "kernel-mock", "ideal"}

// TestAppleFamily: the other two differ from apple-m1 in their clocks alone.
func TestAppleFamily(t *testing.T) {
	m1 := withoutValues(*load(t, "apple-m1"))
	for name, top := range map[string]int{"apple-m1-max": 1_296_000, "apple-m2": 1_398_000} {
		p := withoutValues(*load(t, name))
		if p.PStates[len(p.PStates)-1] != top {
			t.Errorf("%s runs at up to %d kHz", name, p.PStates[len(p.PStates)-1])
		}
		p.Name, p.PStates = m1.Name, m1.PStates
		if !reflect.DeepEqual(p, m1) {
			t.Errorf("%s is\n%+v, apple-m1\n%+v", name, p, m1)
		}
	}
}

// TestRings: what the ring-shaped devices are known for.
func TestRings(t *testing.T) {
	for name, slots := range map[string]int{"amdgpu-2017": 2, "adreno-gmu": 8, "kernel-mock": 32767} {
		p := load(t, name)
		if p.Shape != profile.ShapeRing || p.Slots != slots || p.SharedSchedulers != 1 ||
			len(p.Engines) != 1 || p.Engines[0].Queue != profile.RingQueue {
			t.Errorf("%s is %+v", name, withoutValues(*p))
		}
	}
	p := load(t, "kernel-mock")
	if p.HostWake+p.RunCost+p.Doorbell+p.FirmwareWake+p.PickUp+p.Dispatch+p.Retire+p.IRQ != 0 {
		t.Errorf("something takes time on the mock: %+v", withoutValues(*p))
	}
}

func TestBuiltins(t *testing.T) {
	if got := profile.Names(); !slices.Equal(got, builtins) {
		t.Fatalf("Names() = %q, want %q", got, builtins)
	}
	for _, name := range profile.Names() {
		t.Run(name, func(t *testing.T) {
			p := load(t, name)
			if p.About == "" {
				t.Error("nothing says what it is about")
			}
			seen, line := map[string]int{}, 0
			for _, v := range p.Values() {
				if v.Mark != profile.Sourced && v.Mark != profile.Derived && v.Mark != profile.Assumed {
					t.Errorf("line %d, %s: mark %q", v.Line, v.Key, byte(v.Mark))
				}
				if v.Source == "" || v.Doc == "" || v.Value == "" {
					t.Errorf("line %d, %s: something is empty: %+v", v.Line, v.Key, v)
				}
				if v.Line <= line {
					t.Errorf("line %d, %s: after line %d", v.Line, v.Key, line)
				}
				line = v.Line
				seen[v.Key]++
			}
			keys := profile.KeyNames()
			for _, k := range keys {
				if n := seen[k]; n == 0 || n > 1 && k != "engine" {
					t.Errorf("%s stands there %d times", k, n)
				}
			}
			if len(seen) != len(keys) || len(keys) != 35 {
				t.Errorf("%d keys of %d", len(seen), len(keys))
			}
		})
	}
}

// TestBuiltinIsTheFile holds that each built-in profile is the file of its name:
// read from disk, it is the same.
func TestBuiltinIsTheFile(t *testing.T) {
	for _, name := range profile.Names() {
		fromFile := load(t, "./"+name+profile.Extension)
		if builtin := load(t, name); !reflect.DeepEqual(builtin, fromFile) {
			t.Errorf("%s differs from its file", name)
		}
	}
	files, err := filepath.Glob("*" + profile.Extension)
	if err != nil || len(files) != len(profile.Names()) {
		t.Errorf("files %q (%v) for the profiles %q", files, err, profile.Names())
	}
}

func TestLoadOwnFile(t *testing.T) {
	text, err := os.ReadFile("apple-m1.profile")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	own := strings.Replace(string(text), "per-queue", "shared:3", 1)
	path := filepath.Join(dir, "mine"+profile.Extension)
	if err := os.WriteFile(path, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := load(t, path); p.Name != "mine" || p.SharedSchedulers != 3 {
		t.Errorf("name %q, %d shared schedulers", p.Name, p.SharedSchedulers)
	}
	t.Chdir(dir)
	load(t, "mine.profile")

	if err := os.WriteFile("wrong.profile", []byte("slots = 1 # S: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"wrong.profile": `wrong.profile:1: slots: "1" is out of range; ` +
			"permitted: a whole number from 2 to 32768",
		"none.profile": "open none.profile: no such file or directory",
		"./":           "./: read ./: is a directory",
		"apple-m9": `device "apple-m9": unknown; there are ` + strings.Join(builtins, ", ") +
			", and files by a path that ends in .profile",
		"": `device "": unknown; there are ` + strings.Join(builtins, ", ") +
			", and files by a path that ends in .profile",
	} {
		if p, err := profile.Load(name); err == nil || err.Error() != want || p != nil {
			t.Errorf("Load(%q) = %v\nwant %s", name, err, want)
		}
	}
}
