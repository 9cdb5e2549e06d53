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
	}
	if got := withoutValues(*p); !reflect.DeepEqual(got, want) {
		t.Errorf("apple-m1 is\n%+v, want\n%+v", got, want)
	}
}

func TestIdealHasTheLimitsAndNoLatency(t *testing.T) {
	want := profile.Profile{Name: "ideal", Slots: 127, Buffer: 128, Ring: 1280,
		VertexShare: 200_000, Engines: renderAndMedia}
	if got := withoutValues(*load(t, "ideal")); !reflect.DeepEqual(got, want) {
		t.Errorf("ideal is\n%+v, want\n%+v", got, want)
	}
}

// withoutValues returns the exported fields of p alone.
func withoutValues(p profile.Profile) profile.Profile {
	return profile.Profile{
		Name: p.Name, Slots: p.Slots, Buffer: p.Buffer, Ring: p.Ring,
		SubmitCost: p.SubmitCost, HostWake: p.HostWake, RunCost: p.RunCost, Doorbell: p.Doorbell,
		FirmwareWake: p.FirmwareWake, PickUp: p.PickUp, Dispatch: p.Dispatch, Retire: p.Retire,
		IRQ: p.IRQ, IdleOff: p.IdleOff, VertexShare: p.VertexShare,
		SharedSchedulers: p.SharedSchedulers, Engines: p.Engines,
	}
}

func TestBuiltins(t *testing.T) {
	if got, want := profile.Names(), []string{"apple-m1", "ideal"}; !slices.Equal(got, want) {
		t.Fatalf("Names() = %q, want %q", got, want)
	}
	for _, name := range profile.Names() {
		t.Run(name, func(t *testing.T) {
			p := load(t, name)
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
			if len(seen) != len(keys) || len(keys) != 16 {
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
		"apple-m9": `device "apple-m9": unknown; there are apple-m1, ideal, ` +
			"and files by a path that ends in .profile",
		"": `device "": unknown; there are apple-m1, ideal, and files by a path that ends in .profile`,
	} {
		if p, err := profile.Load(name); err == nil || err.Error() != want || p != nil {
			t.Errorf("Load(%q) = %v\nwant %s", name, err, want)
		}
	}
}
