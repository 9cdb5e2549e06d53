package prog_test

import (
	"strings"
	"testing"

	"credence/core/sched"
	"credence/fuzz/prog"
)

const example = `# credence-program 1
device profile=apple-m1 slots=7 ring=16 drain=0
sched 0 policy=fifo flow=credits-max:6
sched 1 policy=rr flow=lanes
entity 0 prio=normal sched=0 capacity=64
entity 1 prio=kernel sched=1 capacity=3
job 3 entity=1 vertex=2 fragment=2 dur=10 barriers=vf,dep keep=1 deps=1:finished,ext:0,timeline:15
push 3
submit 4 entity=0 vertex=1 dur=1
job 100 entity=7 compute=15 credits=128 return=-5 deps=3:scheduled
job 101 entity=0 compute=1 signaled=0
submit 102 entity=0 compute=1 later=-5 dur=300 keep=1
abort 100
advance 16383
step 127
signal 15 err=-127
signal 0
timeline 2
drop 3
`

func TestExampleIsReadAndPrinted(t *testing.T) {
	p, err := prog.Parse("example", example)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != example {
		t.Errorf("printed as\n%s", got)
	}
	if q := prog.Decode(p.Encode()); !q.Equal(p) {
		t.Errorf("encoded as\n%s", q)
	}
	want := prog.Job{
		Entity: 1, Credits: 1, Commands: [...]uint8{2, 2, 0}, Micros: 10, Keep: true,
		Barriers: prog.VertexFragment | prog.OtherJob,
		Deps: [...]prog.Dep{
			{Kind: prog.OnFinished, Target: 1}, {Kind: prog.OnExternal},
			{Kind: prog.OnTimeline, Target: 15}, {},
		},
	}
	if got := p.Ops[0]; got.Job != want || got.Target != 3 || got.Kind != prog.MakeJob {
		t.Errorf("the first operation is %+v", got)
	}
}

func TestDefaults(t *testing.T) {
	p, err := prog.Parse("p", "# credence-program 1\n\njob 0 # no more\n  push   0\n")
	if err != nil {
		t.Fatal(err)
	}
	q := &prog.Program{
		Device:   prog.Device{Slots: 127, Ring: 1280},
		Scheds:   []prog.Sched{{Policy: sched.Fair, Flow: sched.Flow{Kind: sched.FlowLanes}}},
		Entities: []prog.Entity{{Priority: sched.Normal, Capacity: 64}},
		Ops: []prog.Op{
			{Kind: prog.MakeJob, Job: prog.Job{Credits: 1, Commands: [...]uint8{0, 0, 1}, Micros: 1}},
			{Kind: prog.Push},
		},
	}
	if !p.Equal(q) {
		t.Errorf("got\n%s", p)
	}
	for _, other := range []string{
		"entity 0 prio=low", "device slots=9", "sched 0 flow=count:1", "sched 0 policy=rr", "push 1",
	} {
		x, err := prog.Parse("p", "# credence-program 1\n"+other+"\njob 0\n")
		if err != nil {
			t.Fatal(err)
		}
		if x.Equal(p) {
			t.Errorf("%s makes no difference", other)
		}
	}
}

func TestEveryFlowCanBeSaid(t *testing.T) {
	for _, name := range sched.FlowNames() {
		name = strings.Replace(name, ":N", ":2", 1)
		p, err := prog.Parse("p", "# credence-program 1\nsched 0 flow="+name+"\n")
		if err != nil {
			t.Error(err)
			continue
		}
		if got := prog.Decode(p.Encode()).Scheds[0].Flow.String(); got != name {
			t.Errorf("%s is encoded as %s", name, got)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `p:1: the first line is not "# credence-program 1"`},
		{"# credence-program 2\n", `p:1: the first line is not`},
		{"\n# credence-program 1\n", `p:1: the first line is not`},
	} {
		expectError(t, c.text, c.want)
	}
	for _, c := range []struct{ line, want string }{
		{"jump 3", `"jump" is no operation; there are device, sched, entity, submit, job, push`},
		{"push", `the number after push is ""; permitted: 0 to 127`},
		{"push x", `the number after push is "x"`},
		{"push 128", `"128"; permitted: 0 to 127`},
		{"push -1", `"-1"; permitted: 0 to 127`},
		{"push 1 2", `"2" is not of the form key=value; write push N key=value`},
		{"push 1 now=1", `push has no use for this now=; remove it`},
		{"device 3", "device takes no number; remove 3"},
		{"device slots=1", `slots is "1"; permitted: 2 to 127`},
		{"device ring=200", "ring is 200; permitted: 3 to 129, or 1280"},
		{"device profile=m9", `profile is "m9"; permitted: ideal, apple-m1`},
		{"device drain=2", `drain is "2"; permitted: 0 to 1`},
		{"sched 1", "sched 1 is not the next one; number them from 0"},
		{"sched 0 policy=best", `policy is "best"; permitted: fair, fifo, rr`},
		{"sched 0 flow=magic", `flow "magic": unknown; there are`},
		{"sched 0 flow=count:500", "the limit of count:500; permitted: 1 to 127, or 1280"},
		{"entity 0 sched=1", "entity on scheduler 1 of 1; add the sched line above it"},
		{"entity 0 prio=urgent", `prio is "urgent"; permitted: kernel, high, normal, low`},
		{"entity 0 capacity=9", "capacity is 9; permitted: 1 to 8, or 64"},
		{"push 0\nsched 0", "sched after an operation; move it above the first one"},
		{"job 1 entity=8", `entity is "8"; permitted: 0 to 7`},
		{"job 1 vertex=16", `vertex is "16"; permitted: 0 to 15`},
		{"job 1 credits=0", `credits is "0"; permitted: 1 to 128`},
		{"job 1 dur=0", `dur is "0"; permitted: 1 to 16383`},
		{"job 1 dur=1 dur=2", "job has no use for this dur="},
		{"job 1 return=-5 dur=2", "job has no use for this dur="},
		{"job 1 later=-5 barriers=vf", "job has no use for this barriers="},
		{"job 1 later=-5 return=0", "job has no use for this "},
		{"job 1 return=5", `return is "5"; permitted: -127 to 0`},
		{"job 1 barriers=vf,xx", `barriers is "vf,xx"; permitted: vf,fc,dep`},
		{"job 1 deps=1", `dependency "1"; write J:finished, J:scheduled, ext:F or timeline:F`},
		{"job 1 deps=ext:16", `the number in dependency ext:16 is "16"; permitted: 0 to 15`},
		{"job 1 deps=128:finished", `permitted: 0 to 127`},
		{"job 1 deps=ext:1,ext:2,ext:3,ext:4,ext:5", "5 dependencies; permitted: 1 to 4"},
		{"advance 16384", `permitted: 0 to 16383`},
		{"step 128", `permitted: 0 to 127`},
		{"signal 16", `permitted: 0 to 15`},
		{"signal 1 err=-128", `err is "-128"; permitted: -127 to 0`},
	} {
		n := 2 + strings.Count(c.line, "\n")
		expectError(t, "# credence-program 1\n"+c.line+"\n", c.want)
		expectError(t, "# credence-program 1\n"+c.line+"\n", "p:"+string(rune('0'+n))+": ")
	}
	expectError(t, "# credence-program 1\n"+strings.Repeat("step 1\n", prog.MaxOps+1),
		"p:258: more than 256 operations; split the program")
}

func expectError(t *testing.T, text, want string) {
	t.Helper()
	p, err := prog.Parse("p", text)
	if err == nil || !strings.Contains(err.Error(), want) || p != nil {
		t.Errorf("%.40q: error %v, want %s", text, err, want)
	}
}

// Text that is a program is one in its printed form too.
func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Add("# credence-program 1\n")
	f.Add("# credence-program 1\njob 1 deps=,\nsched 0 flow=lanes:3")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := prog.Parse("p", text)
		if err != nil {
			return
		}
		q, err := prog.Parse("q", p.String())
		if err != nil || !q.Equal(p) || !prog.Decode(p.Encode()).Equal(p) {
			t.Fatalf("%v: read as\n%sand then as\n%s", err, p, q)
		}
	})
}
