package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamplesOfStudy runs every example of study -h and merge -h that takes less
// than a minute, one after the other in one folder.
func TestExamplesOfStudy(t *testing.T) {
	chdirRoot(t)
	dir := t.TempDir()
	ran := 0
	for line := range strings.SplitSeq(call(t, "study", "-h").stdout, "\n") {
		args := strings.Fields(line)
		if len(args) < 3 || args[0] != "schedbench" || strings.Contains(line, "results/") {
			continue
		}
		for i, a := range args {
			if strings.HasSuffix(a, ".json") || strings.HasSuffix(a, ".md") {
				args[i] = filepath.Join(dir, a)
			}
		}
		if !strings.Contains(line, "-quick") && args[1] == "study" {
			args = append(args[:2], append([]string{"-time", "5ms"}, args[2:]...)...)
		}
		ran++
		if o := call(t, args[1:]...); o.code != exitOK || o.stderr != "" {
			t.Errorf("%s: exit %d, %s", line, o.code, o.stderr)
		}
	}
	if ran != 5 {
		t.Errorf("study -h has %d examples", ran)
	}
	whole := call(t, "study", "-quick").stdout
	merged, err := os.ReadFile(filepath.Join(dir, "flow-control.md"))
	if err != nil || string(merged) != whole {
		t.Errorf("the merged report is not that of the whole: %v", err)
	}
	for _, name := range []string{"flow-control.csv", "flow-control-work.svg"} {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStudyRefuses(t *testing.T) {
	chdirRoot(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-nonsense"}, "see schedbench study -h"},
		{[]string{"-device", "m9"}, "-device: "},
		{[]string{"-device", ""}, "-device: "},
		{[]string{"-queues", "0"}, "want integers of 1 to 4096, ascending"},
		{[]string{"-queues", "4,4"}, "ascending"},
		{[]string{"-queues", "4,x"}, "ascending"},
		{[]string{"-queues", "4097"}, "want integers of 1 to 4096"},
		{[]string{"-policy", "lifo"}, "lifo"},
		{[]string{"-time", "5"}, "with its unit"},
		{[]string{"-time", "-5ms"}, "with its unit"},
		{[]string{"-seed", "-1"}, "0 to 2^64-1"},
		{[]string{"-shard", "0/4"}, "PART from 1"},
		{[]string{"-shard", "5/4"}, "as in 3/16"},
		{[]string{"-shard", "3"}, "as in 3/16"},
		{[]string{"-shard", "1/4097"}, "up to 4096"},
		{[]string{"-o", "x.html"}, "end its name in .md"},
		{[]string{"-quick", "-o", filepath.Join(t.TempDir(), "no", "x.md")}, "that can be written"},
		{[]string{"gen:poisson", "-quick"}, `"-quick" stands behind a workload`},
		{[]string{"none.wsim"}, "none.wsim: no such file; check the path"},
		{[]string{"none.txt"}, "none.txt"},
		{[]string{"gen:fog"}, "gen:fog: no generator"},
		{[]string{"-device", "kernel-mock", "gen:barriers"}, "no engine CCS on device kernel-mock"},
	} {
		o := call(t, append([]string{"study"}, c.args...)...)
		if o.code != exitUsage || o.stdout != "" || !strings.HasPrefix(o.stderr, "schedbench: ") ||
			!strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v; want %q", c.args, o, c.want)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	bad := put(t, "part.json", "{}\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "no shard to merge"},
		{[]string{"-nonsense"}, "see schedbench merge -h"},
		{[]string{"-o", "x"}, "end its name in .md"},
		{[]string{"none.json"}, "none.json: no such file or directory; check the path"},
		{[]string{t.TempDir()}, "is a directory"},
		{[]string{bad}, bad + ":1: no shard of a study"},
	} {
		o := call(t, append([]string{"merge"}, c.args...)...)
		if o.code != exitUsage || o.stdout != "" || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v; want %q", c.args, o, c.want)
		}
	}
}

// An interrupted study writes nothing and says so.
func TestStudyInterrupted(t *testing.T) {
	chdirRoot(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := filepath.Join(t.TempDir(), "x.md")
	o := callWith(ctx, "study", "-quick", "-o", out)
	if _, err := os.Stat(out); err == nil || o.code != exitInconclusive || o.stdout != "" ||
		!strings.Contains(o.stderr, "interrupted; nothing was written") {
		t.Errorf("%+v, %v", o, err)
	}
}
