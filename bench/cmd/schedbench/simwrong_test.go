package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodFile = "bench/workloads/vr90.wsim"

// Whatever is wrong with flags or files is said before anything runs, with the
// place and the remedy, and ends in exit code 2.
func TestSimRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	vr90, err := os.ReadFile(filepath.Join(root, goodFile))
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, line int) string {
		return fmt.Sprintf("%s:%d: ", filepath.Join(dir, name), line)
	}
	for _, c := range []struct {
		name string
		args []string // before goodFile, unless they end in a file
		want []string
	}{
		{"no file", []string{}, []string{"no workload file", "as in schedbench sim bench/workloads"}},
		{"unknown flag", []string{"-flwo", "lanes", goodFile}, []string{"-flwo",
			"see schedbench sim -h"}},
		{"flag without value", []string{"-flow"}, []string{"flag needs an argument: -flow"}},
		{"flag behind a file", []string{goodFile, "-flow", "lanes"},
			[]string{`"-flow" stands behind a file`}},
		{"device", []string{"-device", "nonsense", goodFile}, []string{"nonsense", "there are apple-m1, apple-m1-max"}},
		{"device file", []string{"-device", "./nonsense.profile", goodFile}, []string{"no such file"}},
		{"flow", []string{"-flow", "nonsense", goodFile}, []string{"nonsense", "credits-max:126",
			"lanes"}},
		{"flow without limit", []string{"-flow", "credits", goodFile}, []string{"needs a limit"}},
		{"flow of 0", []string{"-flow", "credits-max:0", goodFile}, []string{"1 to 4294967295"}},
		{"flow limit", []string{"-flow", "lanes:3", goodFile}, []string{"write lanes"}},
		{"empty flow", []string{"-flow", "", goodFile}, []string{"there are"}},
		{"policy", []string{"-policy", "lifo", goodFile}, []string{"lifo", "fair, fifo, rr"}},
		{"time of 0", []string{"-time", "0", goodFile}, []string{"1µs to 1h0m0s, as in 500ms"}},
		{"negative time", []string{"-time", "-1s", goodFile}, []string{"1µs to 1h0m0s"}},
		{"time without unit", []string{"-time", "5", goodFile}, []string{"with its unit"}},
		{"long time", []string{"-time", "61m", goodFile}, []string{"1µs to 1h0m0s"}},
		{"endless time", []string{"-time", "9999999999h", goodFile}, []string{"1µs to 1h0m0s"}},
		{"seed", []string{"-seed", "-1", goodFile}, []string{"0 to 2^64-1"}},
		{"clients of 0", []string{"-clients", "0", goodFile}, []string{"1 to 4096"}},
		{"clients", []string{"-clients", "4097", goodFile}, []string{"1 to 4096"}},
		{"clients in words", []string{"-clients", "two", goodFile}, []string{"1 to 4096"}},
		{"repeats", []string{"-repeats", "-1", goodFile}, []string{"0 to 1000000000"}},
		{"scale of 0", []string{"-scale", "0", goodFile}, []string{"a factor above 0"}},
		{"scale", []string{"-scale", "NaN", goodFile}, []string{"a factor above 0"}},
		{"endless scale", []string{"-scale", "Inf", goodFile}, []string{"up to 1000000"}},
		{"delay scale", []string{"-delay-scale", "-2", goodFile}, []string{"a factor above 0"}},
		{"capacity of 0", []string{"-capacity", "0", goodFile}, []string{"1 to 65536"}},
		{"capacity", []string{"-capacity", "65537", goodFile}, []string{"1 to 65536"}},
		{"format", []string{"-format", "xml", goodFile}, []string{"text, benchfmt, json"}},
		{"memory", []string{"-clients", "4096", "-capacity", "65536", goodFile},
			[]string{goodFile + ": ", "lower the capacity"}},

		{"missing file", []string{dir + "/none.wsim"},
			[]string{"none.wsim: no such file; check the path"}},
		{"directory", []string{dir}, []string{dir + ": is a directory; name the files in it"}},
		{"empty path", []string{""}, []string{"no such file"}},
		{"empty file", []string{file("empty.wsim", "")}, []string{at("empty.wsim", 1), "no step"}},
		{"only comments", []string{file("comments.wsim", "# a\n# b\n")},
			[]string{at("comments.wsim", 2)}},
		{"binary file", []string{file("binary.wsim", "\x7fELF\x02\x01\x01\x00\x00")},
			[]string{at("binary.wsim", 1), "not text"}},
		{"zeros", []string{file("zero.wsim", strings.Repeat("\x00", 4096))},
			[]string{at("zero.wsim", 1)}},
		{"huge file", []string{file("huge.wsim", strings.Repeat("1.RCS.1.0.0\n", 1<<17))},
			[]string{"huge.wsim:", "longer than 1048576 bytes"}},
		{"long line", []string{file("line.wsim", strings.Repeat("#", 1<<17))},
			[]string{at("line.wsim", 1)}},
		{"truncated file", []string{file("truncated.wsim", string(vr90[:len(vr90)-3])+".")},
			[]string{at("truncated.wsim", 13)}},
		{"truncated step", []string{file("step.wsim", "1.RCS.100.0.0\n1.RCS.5")},
			[]string{at("step.wsim", 2)}},
		{"unknown step", []string{file("what.wsim", "1.RCS.100.0.0\nz.1\n")},
			[]string{at("what.wsim", 2)}},
		{"engine", []string{file("engine.wsim", "1.VCS9.100.0.0\n")},
			[]string{at("engine.wsim", 1), "apple-m1", "VCS"}},
		{"bond", []string{file("bond.wsim", "M.1.VCS1|VCS2\nb.1.VCS2.VCS1\n1.VCS1.100.0.0\n")},
			[]string{at("bond.wsim", 2), "need load balancing"}},
		{"slices", []string{file("slices.wsim", "1.VCS1.100.0.0\nS.1.1\n")},
			[]string{at("slices.wsim", 2), "device apple-m1 has no slices to mask"}},
		{"endless batch", []string{file("endless.wsim", "1.VCS1.*.0.0\n1.VCS1.10.0.0\n")},
			[]string{at("endless.wsim", 1), "no T step names it"}},
		{"waits for endless batch", []string{file("spin.wsim", "1.VCS1.*.0.1\nT.-1\n")},
			[]string{at("spin.wsim", 1), "would wait forever"}},
		{"generator", []string{"gen:fog"}, []string{"gen:fog: no generator", "there are poisson, bursty"}},
		{"parameter", []string{"gen:poisson:us=0"}, []string{"us=0: permitted: 1 to 1000000"}},
		{"generator's capacity", []string{"-capacity", "10", "-device", "ideal", "gen:kunit-two:case=1"},
			[]string{"gen:kunit-two:case=1 needs entities that hold 125 jobs, not 10; raise"}},
		{"generator's clients", []string{"-clients", "65", "gen:vm-storm:vms=64"},
			[]string{"gen:vm-storm:vms=64: 4160 clients, and 4096 is the most"}},
		{"generator on the wrong device", []string{"-device", "kernel-mock", "gen:barriers"},
			[]string{"gen:barriers:width=12,us=40:3: no engine CCS on device kernel-mock"}},
		{"no batch", []string{file("delay.wsim", "d.100\n")}, []string{at("delay.wsim", 1)}},
		{"two of three", []string{file("a.wsim", "1.XCS.1.0.0\n"), goodFile, file("b.wsim", "q\n")},
			[]string{at("a.wsim", 1), at("b.wsim", 1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			chdirRoot(t)
			o := call(t, append([]string{"sim"}, c.args...)...)
			if o.code != exitUsage || o.stdout != "" {
				t.Errorf("exit %d, stdout %q", o.code, o.stdout)
			}
			for line := range strings.SplitSeq(strings.TrimSuffix(o.stderr, "\n"), "\n") {
				if !strings.HasPrefix(line, "schedbench: ") {
					t.Errorf("stderr %q", o.stderr)
				}
			}
			for _, w := range c.want {
				if !strings.Contains(o.stderr, w) {
					t.Errorf("no %q in %q", w, o.stderr)
				}
			}
		})
	}
}

// A file that turns out impossible while it runs costs its own row only.
func TestSimGoesOnBehindAFileThatFails(t *testing.T) {
	chdirRoot(t)
	// A compute batch that must wait for more render batches of its context than
	// a ring has room for barriers.
	var b strings.Builder
	b.WriteString("w.1.1300n4k\n")
	for i := range 1300 {
		fmt.Fprintf(&b, "1.RCS.1000.w1-%d.0\n", i)
	}
	b.WriteString("1.CCS.1000.r1-0-1299.0\n")
	bad := put(t, "bad.wsim", b.String())
	o := call(t, "sim", "-capacity", "2000", "-format", "benchfmt", bad, goodFile)
	if o.code != exitUsage || strings.Count(o.stdout, "BenchmarkSim/") != 1 ||
		!strings.Contains(o.stdout, "work=vr90/") {
		t.Errorf("exit %d, %s", o.code, o.stdout)
	}
	if !strings.HasPrefix(o.stderr, "schedbench: "+bad+":1302: ") || strings.Count(o.stderr,
		"\n") != 1 {
		t.Errorf("stderr %q", o.stderr)
	}
}

// Files with bytes changed, lost and doubled run or are refused; nothing panics
// and nothing hangs.
func TestSimSurvivesMangledFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "bench", "workloads", "*.wsim"))
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	const alphabet = "0123456789.-/|*fsrwWMBbPXSTqtpad\n,#RCVE\x00\xff"
	rng := rand.New(rand.NewPCG(1, 1))
	ran, refused := 0, 0
	for i := range 400 {
		text, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + rng.IntN(3) {
			at := rng.IntN(len(text))
			switch rng.IntN(4) {
			case 0:
				text[at] = alphabet[rng.IntN(len(alphabet))]
			case 1:
				text = append(text[:at:at], text[at+1:]...)
			case 2:
				text = append(text[:at:at], append([]byte{alphabet[rng.IntN(len(alphabet))]}, text[at:]...)...)
			case 3:
				text = text[:at+1]
			}
		}
		path := filepath.Join(t.TempDir(), "mangled.wsim")
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		switch o := call(t, "sim", "-time", "2ms", path); o.code {
		case exitOK:
			ran++
		case exitUsage:
			refused++
			if !strings.HasPrefix(o.stderr, "schedbench: "+path+":") {
				t.Errorf("%q is refused with %s", text, o.stderr)
			}
		default:
			t.Errorf("%q: %+v", text, o)
		}
	}
	if ran < 20 || refused < 20 {
		t.Errorf("%d files ran, %d were refused: the test is one-sided", ran, refused)
	}
}
