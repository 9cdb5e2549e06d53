package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/bench/study"
)

// works are of which shards are made.
var shardWorks = []string{"bench/workloads/burst.wsim", "gen:poisson", "bench/workloads/vr90.wsim",
	"bench/workloads/media.wsim", "gen:saturate"}

// Shards that are merged, in any order, give the bytes of the whole, in every format
// and with options.
func TestSimShards(t *testing.T) {
	chdirRoot(t)
	dir := t.TempDir()
	for _, format := range formats {
		args := append([]string{"sim", "-time", "20ms", "-flow", "credits-max:126", "-seed", "7", "-format",
			format.name}, shardWorks...)
		whole := call(t, args...)
		if whole.code != exitOK {
			t.Fatalf("%+v", whole)
		}
		for _, n := range []string{"2", "3", "7"} {
			var files []string
			for part := 1; part <= int(n[0]-'0'); part++ {
				shard := []string{"-shard=" + string(rune('0'+part)) + "/" + n}
				o := call(t, slices.Concat(args[:1], shard, args[1:])...)
				if o.code != exitOK {
					t.Fatalf("%q: %+v", shard, o)
				}
				path := filepath.Join(dir, n+"-"+string(rune('0'+part)))
				if err := os.WriteFile(path, []byte(o.stdout), 0o666); err != nil {
					t.Fatal(err)
				}
				files = append([]string{path}, files...)
			}
			if o := call(t, append([]string{"merge"}, files...)...); o.code != exitOK || o.stdout != whole.stdout {
				t.Errorf("%s of %s parts: %s\n%s\nwant\n%s", format.name, n, o.stderr, o.stdout, whole.stdout)
			}
		}
	}
}

func TestCutShard(t *testing.T) {
	for _, c := range []struct {
		args, rest string
		shard      study.Shard
	}{
		{"-flow lanes a.wsim", "-flow lanes a.wsim", study.Whole},
		{"-shard 3/16 -flow lanes a.wsim", "-flow lanes a.wsim", study.Shard{Part: 3, Of: 16}},
		{"-flow lanes --shard=1/2 a.wsim", "-flow lanes a.wsim", study.Shard{Part: 1, Of: 2}},
		{"-shard=2/2 a.wsim", "a.wsim", study.Shard{Part: 2, Of: 2}},
		{"--shard 2/3 a", "a", study.Shard{Part: 2, Of: 3}},
	} {
		rest, shard, err := cutShard(strings.Fields(c.args))
		if err != nil || strings.Join(rest, " ") != c.rest || shard != c.shard {
			t.Errorf("%s: %q %v %v", c.args, rest, shard, err)
		}
	}
}

// A broken shard is refused with file, line and remedy.
func TestMergeSimRefuses(t *testing.T) {
	chdirRoot(t)
	args := append([]string{"sim", "-time", "1ms", "-shard", "1/2"}, shardWorks...)
	good := call(t, args...).stdout
	args[4] = "2/2"
	second := put(t, "second", call(t, args...).stdout)
	args[2] = "2ms"
	other := put(t, "other", call(t, args...).stdout)
	first, lines := put(t, "first", good), strings.SplitAfter(good, "\n")
	short := put(t, "short", strings.Join(lines[:2], ""))
	noise := put(t, "noise", lines[0]+lines[1]+"{}\n"+lines[3])
	cannot := put(t, "cannot", strings.Replace(good, `"Part":1`, `"Part":9`, 1))
	flags := put(t, "flags", strings.Replace(good, `"-time"`, `"-tyme"`, 1))
	flags2 := put(t, "flags2", strings.Replace(call(t, append([]string{"sim", "-time", "1ms", "-shard", "2/2"},
		shardWorks...)...).stdout, `"-time"`, `"-tyme"`, 1))
	for _, c := range []struct {
		files []string
		want  string
	}{
		{[]string{first}, "shard 2/2 is missing"},
		{[]string{first, first}, first + ":1: shard 1/2 is in " + first + " already"},
		{[]string{first, other}, other + ":1: not of the same command"},
		{[]string{short, second}, short + ":3: the file is cut short"},
		{[]string{noise, second}, noise + ":3: no row of a report"},
		{[]string{cannot, second}, cannot + ":1: shard 9/2 of 5 files cannot be"},
		{[]string{first, filepath.Join(t.TempDir(), "none")}, "it cannot be read; check the path"},
		{[]string{flags, flags2}, "run schedbench sim -shard again"},
		{[]string{"-o", "x.md", first}, "leave -o out"},
	} {
		if o := call(t, append([]string{"merge"}, c.files...)...); o.code != exitUsage ||
			!strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v, want %q", c.files, o, c.want)
		}
	}
	for _, c := range [][2]string{{"0/2", "as in 3/16"}, {"3/2", "as in 3/16"}, {"x", "as in 3/16"}} {
		if o := call(t, "sim", "-shard", c[0], "gen:poisson"); o.code != exitUsage ||
			!strings.Contains(o.stderr, c[1]) {
			t.Errorf("%s: %+v", c[0], o)
		}
	}
	if o := call(t, "sim", "-shard"); o.code != exitUsage || !strings.Contains(o.stderr, "needs an argument") {
		t.Errorf("%+v", o)
	}
	trace := filepath.Join(t.TempDir(), "x.pftrace")
	if o := call(t, "sim", "-shard", "1/2", "-trace", trace, "gen:poisson"); o.code != exitUsage ||
		!strings.Contains(o.stderr, "leave one out") {
		t.Errorf("%+v", o)
	}
}
