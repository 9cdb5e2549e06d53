package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"credence/hwmock/profile"
)

// TestProfilesListsWhatIsAssumed of each built-in profile: every assumption, and
// nothing else.
func TestProfilesListsWhatIsAssumed(t *testing.T) {
	o := call(t, "profiles")
	if o.code != exitOK || o.stderr != "" {
		t.Fatalf("%+v", o)
	}
	blocks := strings.Split(o.stdout, "\n\n")
	if len(blocks) != len(profile.Names()) {
		t.Fatalf("%d blocks for %d profiles", len(blocks), len(profile.Names()))
	}
	for i, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(blocks[i]), " ")
		head, assumed, _ := strings.Cut(text, " assumed: ")
		if !strings.HasPrefix(head, name+": "+p.About) {
			t.Errorf("block %d begins %q", i, head)
		}
		var want []string
		counts := map[profile.Mark]int{}
		for _, v := range p.Values() {
			counts[v.Mark]++
			if v.Mark == profile.Assumed {
				w := strings.TrimSpace(v.Key + " " + v.Value + " " + v.Unit)
				if v.Key == "engine" {
					w = "engine " + strings.Fields(v.Value)[0]
				}
				want = append(want, w)
			}
		}
		if assumed != strings.Join(want, ", ") {
			t.Errorf("%s: assumed %s\nwant %s", name, assumed, strings.Join(want, ", "))
		}
		sum := fmt.Sprintf("%d values: %d sourced, %d derived, %d assumed", len(p.Values()),
			counts[profile.Sourced], counts[profile.Derived], counts[profile.Assumed])
		if !strings.HasSuffix(head, sum) {
			t.Errorf("%s: %q does not end in %q", name, head, sum)
		}
	}
}

// TestProfilesShowsEveryValue of a profile that is named, a file of one's own
// included.
func TestProfilesShowsEveryValue(t *testing.T) {
	chdirRoot(t)
	text, err := os.ReadFile("hwmock/profile/apple-m1.profile")
	if err != nil {
		t.Fatal(err)
	}
	own := put(t, "own.profile", strings.Replace(string(text), "37 us", "5 us", 1))
	o := call(t, "profiles", "kernel-mock", own)
	if o.code != exitOK || o.stderr != "" {
		t.Fatalf("%+v", o)
	}
	got := strings.Join(strings.Fields(o.stdout), " ")
	for _, name := range []string{"kernel-mock", own} {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range p.Values() {
			want := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s: %s %s", v.Key, v.Value,
				v.Unit, v.Mark, v.Source, v.Doc)), " ")
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing", name, want)
			}
		}
	}
	if !strings.Contains(got, "own: Apple M1") {
		t.Error("the file is not named")
	}
}

func TestProfilesRefuses(t *testing.T) {
	wrong := put(t, "wrong.profile", "# mine\nslots = 0 # S: x\n")
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"apple-m9"}, []string{`device "apple-m9": unknown; there are apple-m1`}},
		{[]string{wrong, "none.profile"}, []string{
			wrong + `:2: slots: "0" is out of range; permitted: a whole number from 2 to 32768`,
			"open none.profile: no such file",
		}},
		{[]string{"ideal", wrong}, []string{wrong + ":2: slots"}},
		{[]string{"-v"}, []string{"profiles: flag provided but not defined: -v; see schedbench profiles -h"}},
	} {
		o := call(t, append([]string{"profiles"}, c.args...)...)
		if o.code != exitUsage || o.stdout != "" {
			t.Errorf("%q: %+v", c.args, o)
		}
		for _, w := range c.want {
			if !strings.Contains(o.stderr, "schedbench: "+w) {
				t.Errorf("%q: no %q in %q", c.args, w, o.stderr)
			}
		}
	}
}
