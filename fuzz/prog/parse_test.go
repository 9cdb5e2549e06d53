package prog_test

import (
	"strings"
	"testing"

	"credence/core/sched"
	"credence/fuzz/prog"
)

const example = `# credence-program 2
device profile=apple-m1 slots=7 ring=16 drain=0
compat free-one,timeout-postponed
sched 0 policy=fifo credits=6 timeout=500 hang_limit=2 timedout=cancelall
sched 1 policy=rr flow=lanes
entity 0 prio=normal scheds=0
entity 1 prio=kernel scheds=1,0 capacity=3 guilty=1
job 3 entity=1 vertex=2 fragment=2 dur=10 barriers=vf,dep tmo=nohang prep=0 keep=1 deps=1:finished,ext:0,timeline:15
push 3
submit 4 entity=0 vertex=1 redur=4 refail=-5 anyway=1
submit 5 entity=0 credits=0 resignaled=0
job 100 entity=7 compute=15 credits=128 fail=-5 deps=3:scheduled
job 101 entity=0 signaled=0
submit 102 entity=0 dur=300 later=-5 keep=1
abort 100
drop 3
deadline 4 100
advance 131056
step 127
signal 15 err=-127
signal 0
timeline 2
hwdone 1 3 from=2 err=-5
kill 1
fini 0
destroy 7
flush 1 1000 sigkill
revive 0 prio=low scheds=0,1,2,3
setprio 1 high
modsched 1 scheds=1,0
fault 3
pause 0
resume 0
stop 1
start 1 err=-62
finisched 0
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
		Barriers: prog.VertexFragment | prog.OtherJob, Verdict: prog.NoHang, Prepare: 1,
		Deps: [...]prog.Dep{
			{Kind: prog.OnFinished, Target: 1}, {Kind: prog.OnExternal},
			{Kind: prog.OnTimeline, Target: 15}, {},
		},
	}
	if got := p.Ops[0]; got.Job != want || got.Target != 3 || got.Kind != prog.MakeJob {
		t.Errorf("the first operation is %+v", got)
	}
	seen := map[prog.Kind]bool{}
	for i := range p.Ops {
		seen[p.Ops[i].Kind] = true
	}
	if len(seen) != prog.NumKinds {
		t.Errorf("the example has %d kinds of operations, of %d", len(seen), prog.NumKinds)
	}
}

func TestDefaults(t *testing.T) {
	p, err := prog.Parse("p", "# credence-program 2\n\njob 0 # no more\n  push   0\n----\n= 0\n")
	if err != nil {
		t.Fatal(err)
	}
	q := &prog.Program{
		Device: prog.Device{Slots: 127, Ring: 1280},
		Scheds: []prog.Sched{{
			Flow: sched.Flow{Kind: sched.FlowCredits, Limit: 1}, Verdict: prog.KillIt,
		}},
		Entities: []prog.Entity{{Priority: sched.Normal, Capacity: 64}},
		Ops: []prog.Op{
			{Kind: prog.MakeJob, Job: prog.Job{Credits: 1}},
			{Kind: prog.Push},
		},
	}
	if !p.Equal(q) {
		t.Errorf("got\n%s", p)
	}
	for _, other := range []string{
		"entity 0 prio=low", "device slots=9", "sched 0 flow=count:1", "sched 0 policy=rr", "push 1",
		"compat score-leak",
	} {
		x, err := prog.Parse("p", "# credence-program 2\n"+other+"\njob 0\n")
		if err != nil {
			t.Fatal(err)
		}
		if x.Equal(p) {
			t.Errorf("%s makes no difference", other)
		}
	}
}

// What was saved in version 1 means the same now.
func TestVersion1IsMigrated(t *testing.T) {
	p, err := prog.Parse("old", `# credence-program 1
device profile=apple-m1 slots=7 ring=16 drain=0
sched 0 policy=fifo flow=credits-max:6
sched 1 policy=rr
entity 0 prio=normal sched=0 capacity=64
entity 1 prio=kernel sched=1 capacity=3
job 3 entity=1 vertex=2 barriers=vf,dep keep=1
job 100 entity=7 compute=15 credits=128 return=-5 deps=3:scheduled
submit 102 entity=0 compute=1 later=-5 dur=300 keep=1
`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `# credence-program 2
device profile=apple-m1 slots=7 ring=16 drain=0
sched 0 policy=fifo flow=credits-max:6
sched 1 policy=rr flow=lanes
entity 0 prio=normal scheds=0
entity 1 prio=kernel scheds=1 capacity=3
job 3 entity=1 vertex=2 dur=1 barriers=vf,dep keep=1
job 100 entity=7 compute=15 credits=128 fail=-5 deps=3:scheduled
submit 102 entity=0 compute=1 dur=300 later=-5 keep=1
`
	if got := p.String(); got != want {
		t.Errorf("migrated to\n%s", got)
	}
	p, err = prog.Parse("bare", "# credence-program 1\nsubmit 1\n")
	if err != nil {
		t.Fatal(err)
	}
	const bare = `# credence-program 2
device profile=ideal slots=127 ring=1280
sched 0 policy=fair flow=lanes
entity 0 prio=normal scheds=0
submit 1 entity=0 dur=1
`
	if got := p.String(); got != bare {
		t.Errorf("migrated to\n%s", got)
	}
}

func TestEveryFlowCanBeSaid(t *testing.T) {
	for _, name := range sched.FlowNames() {
		name = strings.Replace(name, ":N", ":2", 1)
		p, err := prog.Parse("p", "# credence-program 2\nsched 0 flow="+name+"\n")
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
	for _, text := range []string{
		"", "# credence-program 3\n", "\n# credence-program 2\n", "# drm-sched-vector 1 ref=x\n",
		"# drm-sched-vector 2 policy=rr\n", "# drm-sched-vector 1 policy=best\n",
	} {
		expectError(t, text, `p:1: the first line is not "# credence-program 2"; give a program`)
	}
	for _, c := range []struct{ line, want string }{
		{"jump 3", `"jump" is no operation; there are device, compat, sched, entity, submit, job, push`},
		{"push", `push lacks a job; add it`},
		{"push x", `a job after push is "x"; permitted: 0 to 127`},
		{"push 128", `"128"; permitted: 0 to 127`},
		{"push -1", `"-1"; permitted: 0 to 127`},
		{"push 1 2", `push has no use for "2"; remove it`},
		{"push 1 now=1", `push has no use for this now=; remove it`},
		{"job 1 dur=3 2", `"2" is not of the form key=value; write job N key=value`},
		{"device 3", `device has no use for "3"; remove it`},
		{"device slots=1", `slots is "1"; permitted: 2 to 127`},
		{"device ring=200", "ring is 200; permitted: 3 to 129, or 1280"},
		{"device profile=m9", `profile is "m9"; permitted: engine, ideal, apple-m1`},
		{"device drain=2", `drain is "2"; permitted: 0 to 1`},
		{"compat free-two", `compat is "free-two"; permitted: free-one, sticky-priority`},
		{"compat", "compat lacks the habits; add it"},
		{"sched 1", "sched 1 is not the next one; number them from 0"},
		{"sched 0 policy=best", `policy is "best"; permitted: fair, fifo, rr`},
		{"sched 0 flow=magic", `flow "magic": unknown; there are`},
		{"sched 0 flow=count:500", "the limit of count:500; permitted: 1 to 127, or 1280"},
		{"sched 0 credits=0", `credits is "0"; permitted: 1 to 1280`},
		{"sched 0 timeout=20001", "timeout is 20001 us; above 16383 write a multiple of 16, such as 20016"},
		{"sched 0 timedout=", `timedout is ""; permitted: kill, nohang, enodev, cancelall, resubmit`},
		{"sched 0 hang_limit=4", `hang_limit is "4"; permitted: 0 to 3`},
		{"sched 0 num_rqs=4", "sched has no use for this num_rqs="},
		{"entity 0 scheds=4", `scheds is "4"; permitted: 0 to 3`},
		{"entity 0 scheds=0,1,2,3,0", "scheds names 5 schedulers; permitted: 1 to 4"},
		{"entity 0 capacity=9", "capacity is 9; permitted: 1 to 8, 64 or 256"},
		{"entity 0 prio=urgent", `prio is "urgent"; permitted: kernel, high, normal, low`},
		{"push 0\nsched 0", "sched after an operation; move it above the first one"},
		{"job 1 entity=8", `entity is "8"; permitted: 0 to 7`},
		{"job 1 vertex=16", `vertex is "16"; permitted: 0 to 15`},
		{"job 1 credits=129", `credits is "129"; permitted: 0 to 128`},
		{"job 1 refail=-32", `refail is "-32"; permitted: -31 to 0`},
		{"job 1 fail=-1 refail=-2", "job has no use for this refail="},
		{"job 1 dur=131057", `dur is "131057"; permitted: 0 to 131056`},
		{"job 1 dur=1 dur=2", "job has no use for this dur="},
		{"job 1 fail=-5 dur=2", "job has no use for this dur="},
		{"job 1 return=-5", "job has no use for this return="},
		{"job 1 later=-5 barriers=vf", "job has no use for this barriers="},
		{"job 1 later=-5 fail=0", "job has no use for this "},
		{"job 1 fail=5", `fail is "5"; permitted: -127 to 0`},
		{"job 1 tmo=maybe", `tmo is "maybe"; permitted: kill, nohang`},
		{"job 1 prep=16", `prep is "16"; permitted: 0 to 15`},
		{"job 1 barriers=vf,xx", `barriers is "vf,xx"; permitted: vf,fc,dep`},
		{"job 1 deps=1", `dependency "1"; write J:finished, J:scheduled, ext:F or timeline:F`},
		{"job 1 deps=ext:16", `the number in dependency ext:16 is "16"; permitted: 0 to 15`},
		{"job 1 deps=128:finished", `permitted: 0 to 127`},
		{"job 1 deps=ext:1,ext:2,ext:3,ext:4,ext:5", "5 dependencies; permitted: 1 to 4"},
		{"advance 131057", `permitted: 0 to 131056`},
		{"advance 20001", `write a multiple of 16, such as 20016`},
		{"step 128", `permitted: 0 to 127`},
		{"signal 16", `permitted: 0 to 15`},
		{"signal 1 err=-128", `err is "-128"; permitted: -127 to 0`},
		{"flush 1 5", "flush lacks the caller's end; add it"},
		{"flush 1 5 dies", `the caller's end is "dies"; permitted: lives, exit, sigkill`},
		{"setprio 1", "setprio lacks a priority; add it"},
		{"hwdone 4 1", `a scheduler after hwdone is "4"; permitted: 0 to 3`},
		{"hwdone 1 1 from=128", `from is "128"; permitted: 0 to 127`},
	} {
		n := 2 + strings.Count(c.line, "\n")
		expectError(t, "# credence-program 2\n"+c.line+"\n", c.want)
		expectError(t, "# credence-program 2\n"+c.line+"\n", "p:"+string(rune('0'+n))+": ")
	}
	expectError(t, "# credence-program 1\nentity 0 sched=1\n",
		"entity on scheduler 1 of 1; add the sched line above it")
	expectError(t, "# drm-sched-vector 1 policy=rr\njob 1 entity=9\n", "entity is 9, which is not there")
	expectError(t, "# credence-program 2\n"+strings.Repeat("step 1\n", prog.MaxOps+1),
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
	f.Add("# credence-program 1\njob 1 return=-5 dur=0\n")
	f.Add("# drm-sched-vector 1 policy=rr\nentity 7\njob 1000 entity=7\nadvance 20001\n")
	f.Add("# credence-program 2\njob 1 deps=,\nsched 0 flow=lanes:3")
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
