package target_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/fuzz/prog"
	"credence/fuzz/target"
	"credence/hwmock/trace"
)

// singing is a program with the canary.
const singing = `# credence-program 2
sched 0 policy=fifo credits=4
entity 0 prio=normal scheds=0
entity 1 prio=normal scheds=0
submit 1 entity=0 dur=5
submit 2 entity=0 dur=5
submit 3 entity=0 dur=5
pause 0
kill 1
resume 0
`

func parse(t *testing.T, text string) *prog.Program {
	t.Helper()
	p, err := prog.Parse("p", text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The canary is a pause, a kill and a resume of what was paused, in this order.
func TestSings(t *testing.T) {
	for _, c := range []struct {
		old, new string
		want     bool
	}{
		{"", "", true},
		{"pause 0\n", "", false},
		{"kill 1\n", "", false},
		{"resume 0\n", "", false},
		{"pause 0\nkill 1\n", "kill 1\npause 0\n", false},
		{"submit 3 entity=0 dur=5\n", "", false},
	} {
		p := parse(t, strings.Replace(singing, c.old, c.new, 1))
		r := target.Run(p)
		if got := target.Sings(p, &r); got != c.want {
			t.Errorf("%q for %q: %t", c.new, c.old, got)
		}
	}
	r := target.Judge(parse(t, singing))
	if r.Finding != nil {
		t.Errorf("the canary is found without being asked for: %v", r.Finding)
	}
}

// helperEnv has the test's own program do the part of an engine's process.
const helperEnv = "CREDENCE_TEST_ENGINE"

// TestEngineProcess is no test: it is what TestEnter starts.
func TestEngineProcess(t *testing.T) {
	inputs := os.Getenv(helperEnv)
	if inputs == "" {
		t.Skip("this is TestEnter's helper")
	}
	data := parse(t, singing).Encode()
	for range len(inputs) {
		if _, f := target.Enter("Core", data); f != nil {
			fmt.Println(f.Class)
		}
	}
}

// Entry points count what they run for the campaign that asks, report the canary
// if it is wanted, and not what is known.
func TestEnter(t *testing.T) {
	dir := t.TempDir()
	known := filepath.Join(dir, "known")
	run := func(env ...string) string {
		t.Helper()
		c := exec.Command(os.Args[0], "-test.run", "^TestEngineProcess$")
		c.Env = append(append(os.Environ(), helperEnv+"=xx"), env...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	const class = "canary/resume\n"
	if out := run(target.TallyEnv + "=" + dir); strings.Contains(out, class) {
		t.Errorf("nobody asked for the canary: %s", out)
	}
	if out := run(target.TallyEnv+"="+dir, target.CanaryEnv+"=1"); strings.Count(out, class) != 2 {
		t.Errorf("the canary is not found twice: %s", out)
	}
	if err := os.WriteFile(known, []byte("I1/a\n"+class), 0o666); err != nil {
		t.Fatal(err)
	}
	if out := run(target.KnownEnv+"="+known, target.CanaryEnv+"=1"); strings.Contains(out, class) {
		t.Errorf("what is known is found: %s", out)
	}
	sum, err := target.ReadTally(dir)
	if err != nil || sum.Inputs != 2 || sum.Operations != 12 {
		t.Errorf("two processes wrote %+v, want the first input of each, %v", sum, err)
	}
}

// The operations of the canary are counted as pairs with the state they met.
func TestPairs(t *testing.T) {
	var p target.Pairs
	r := target.Run(parse(t, singing))
	// Submissions meet no job and a job, pause a job, kill and resume what is
	// paused: four kinds, one of them twice.
	if n := r.Pairs.Len(); n != 5 {
		t.Errorf("%d pairs", n)
	}
	if !p.Add(&r.Pairs) || p.Add(&r.Pairs) || p.Len() != 5 {
		t.Errorf("a union of %d", p.Len())
	}
	m := &prog.Mutator{Rand: rand.New(rand.NewPCG(1, 0)), Weights: prog.DefaultWeights}
	for range 20_000 {
		m.Swarm()
		r := target.Run(m.Generate(40))
		p.Add(&r.Pairs)
		if p.Len() > target.MaxPairs*9/10 {
			return
		}
	}
	t.Errorf("%d of %d pairs are reached", p.Len(), target.MaxPairs)
}

// A recording is read back as the jobs of the program.
func TestRecord(t *testing.T) {
	r := target.Record(parse(t, singing))
	var text, tracks bytes.Buffer
	if err := r.WriteFtrace(&text); err != nil {
		t.Fatal(err)
	}
	back, err := trace.Read("t", &text)
	if err != nil || len(back.Jobs) != 3 || back.Complete() != 3 {
		t.Errorf("%+v, %v", back, err)
	}
	if err := r.WritePerfetto(&tracks); err != nil || tracks.Len() == 0 {
		t.Errorf("%d bytes, %v", tracks.Len(), err)
	}
	device := parse(t, strings.Replace(singing, "sched 0", "device profile=apple-m1\nsched 0", 1))
	var more bytes.Buffer
	if err := target.Record(device).WritePerfetto(&more); err != nil || more.Len() <= tracks.Len() {
		t.Errorf("with a device %d bytes, without %d, %v", more.Len(), tracks.Len(), err)
	}
}

// Every target is for folders that there are.
func TestTargetsNameFolders(t *testing.T) {
	for _, x := range target.Targets {
		if x.Weight < 1 || len(x.Folders) == 0 || target.Lookup(x.Name).Name != x.Name {
			t.Errorf("%s: %+v", x.Name, x)
		}
		for _, f := range x.Folders {
			if info, err := os.Stat(filepath.Join("../..", f)); err != nil || !info.IsDir() {
				t.Errorf("%s is for %s: %v", x.Name, f, err)
			}
		}
	}
	if target.Lookup("None") != nil || !slices.Contains(target.Names(), "System") {
		t.Error("a target that there is not, or none that there is")
	}
}

// What is being run survives in the box.
func TestBox(t *testing.T) {
	file := filepath.Join(t.TempDir(), "box")
	if _, _, ok := target.ReadBox(file); ok {
		t.Error("there is no box")
	}
	b, err := target.NewBox(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, data, ok := target.ReadBox(file); ok {
		t.Errorf("the box is empty: %q", data)
	}
	for _, want := range []string{"a longer input", "x", ""} {
		b.Put("Spsc", []byte(want))
		if name, data, ok := target.ReadBox(file); !ok || name != "Spsc" || string(data) != want {
			t.Errorf("%q: %s %q %t", want, name, data, ok)
		}
	}
	b.Put("Spsc", make([]byte, 1<<20))
	if _, _, ok := target.ReadBox(file); ok {
		t.Error("what does not fit is there")
	}
	b.Put("Spsc", nil)
	b.Clear()
	if _, _, ok := target.ReadBox(file); ok {
		t.Error("it was taken out")
	}
}
