package stress

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/prog"
)

// The clean core is quiet: some bouts of each part, which `go test -race` watches
// too.
func TestCleanCore(t *testing.T) {
	for _, p := range Parts() {
		t.Run(p.Name, func(t *testing.T) {
			for seed := range uint64(12) {
				before := goleak.IgnoreCurrent()
				b := &Bout{Seed: seed}
				p.Run(b)
				b.leftGoroutines(before)
				if f := b.find.Load(); f != nil {
					t.Fatalf("seed %d: %s: %s", seed, f.invariant, f.message)
				}
				if b.did.Load() == 0 && p.Name != "program" {
					t.Errorf("seed %d: nothing was done", seed)
				}
			}
		})
	}
}

// A program's bout does what the program says: jobs of all sorts run and end.
func TestProgramDoesWhatItSays(t *testing.T) {
	p, err := prog.Parse("p", `# credence-program 2
device profile=engine slots=3
sched 0 policy=fifo flow=credits:2 timeout=300 timedout=resubmit
sched 1 policy=rr flow=lanes
entity 0 prio=normal scheds=0
entity 1 prio=high scheds=1
submit 1 entity=0 dur=5
submit 2 entity=1 dur=5 deps=1:finished
submit 3 entity=0 credits=2 dur=0 deps=ext:0
job 4 entity=1 dur=5
push 4
signal 0 err=-5
kill 1
revive 1 prio=high scheds=1
`)
	if err != nil {
		t.Fatal(err)
	}
	var pushed, done, onHardware int64
	for seed := range uint64(20) {
		b := &Bout{Seed: 5 * seed} // with an observer
		m := newMachine(b, p)
		m.play(3)
		m.heal()
		m.account()
		if f := b.find.Load(); f != nil {
			t.Fatal(f.message)
		}
		pushed += m.producers[0].pushed
		done += m.events[sched.EventDone].Load()
		onHardware += m.units[0].made.Load()
	}
	if pushed != 20*3*2 || done <= pushed || onHardware == 0 {
		t.Errorf("%d jobs pushed to entity 0, %d done of all, %d on the hardware of scheduler 0", pushed,
			done, onHardware)
	}
}

// broken returns what a bout finds when f breaks something of it.
func broken(t *testing.T, f func(b *Bout, m *machine)) string {
	t.Helper()
	b := &Bout{Seed: 1}
	p := prog.Decode(nil)
	m := newMachine(b, p)
	m.play(1)
	m.heal()
	f(b, m)
	m.account()
	if x := b.find.Load(); x != nil {
		return x.invariant
	}
	return ""
}

// Each account at the end says what is missing.
func TestAccountsAtTheEnd(t *testing.T) {
	for _, x := range []struct {
		want string
		do   func(b *Bout, m *machine)
	}{
		{"", func(*Bout, *machine) {}},
		{"I4", func(_ *Bout, m *machine) { m.producers[0].pushed++ }},
		{"I4", func(_ *Bout, m *machine) { m.units[0].freed.Add(1) }},
		{"I10", func(_ *Bout, m *machine) { m.units[0].made.Add(1) }},
		{"I10", func(b *Bout, _ *machine) {
			before := goleak.IgnoreCurrent()
			stop := make(chan struct{})
			t.Cleanup(func() { close(stop) })
			go func() { <-stop }()
			b.leftGoroutines(before)
		}},
	} {
		if got := broken(t, x.do); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// What is judged while jobs run: their order, their dependencies, the limit, and that
// each ends once.
func TestJudgesJobsThatRun(t *testing.T) {
	u := newMachine(&Bout{}, prog.Decode(nil)).units[0]
	defer u.worker.Close()
	defer u.sched.Fini()
	find := func(f func(b *Bout)) string {
		b := new(Bout)
		u.machine.Bout = b
		f(b)
		if x := b.find.Load(); x != nil {
			return x.invariant
		}
		return ""
	}
	var never fence.Single
	never.Init(1, 1, nil)
	for _, x := range []struct {
		want string
		make func(j *job)
	}{
		{"", func(j *job) { j.number = 1 }},
		{"I2", func(j *job) { j.number = 0 }},
		{"I6", func(j *job) {
			j.number = 1
			j.deps = append(j.deps, dep{fence: never.Get()})
		}},
		{"I4", func(j *job) { j.pushed.Store(false) }},
	} {
		got := find(func(b *Bout) {
			h := newHome(b, 0, 1)
			j := h.get()
			e := &entity{}
			if err := e.Init([]*sched.Scheduler{u.sched}, sched.EntityConfig{}); err != nil {
				t.Fatal(err)
			}
			if err := j.Init(&e.Entity, sched.Need{Credits: 1}); err != nil {
				t.Fatal(err)
			}
			j.Arm()
			j.entity = e
			j.pushed.Store(true)
			x.make(j)
			u.judge(j)
		})
		if got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// Serve says which bout is played, what it found, and how much was done.
func TestServe(t *testing.T) {
	parts := []Part{
		{"good", "", func(b *Bout) { b.Did(3) }},
		{"bad", "", func(b *Bout) {
			b.Did(4)
			if b.Seed == 8 {
				b.Fail("I4", "broken by %d", b.Seed)
				b.Fail("I5", "too late")
			}
		}},
	}
	var out bytes.Buffer
	if code := Serve(&out, Order{Parts: parts, Seed: 7, Again: 1}); code != ServedFind {
		t.Errorf("exit code %d", code)
	}
	var got []Line
	for d := json.NewDecoder(&out); ; {
		var l Line
		if err := d.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	want := []Line{
		{Part: "good", Seed: 7}, {Part: "bad", Seed: 7, Bouts: 1, Operations: 3},
		{Part: "good", Seed: 8, Bouts: 2, Operations: 7},
		{Part: "bad", Seed: 8, Bouts: 3, Operations: 10},
		{Part: "bad", Seed: 8, Bouts: 4, Operations: 14, Invariant: "I4", Message: "broken by 8"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	out.Reset()
	if code := Serve(&out, Order{Parts: parts[:1], Bouts: 2, Again: 3}); code != ServedOK {
		t.Errorf("exit code %d", code)
	}
	if !strings.HasSuffix(out.String(), `{"part":"","seed":0,"bouts":6,"operations":18}`+"\n") {
		t.Errorf("%s", out.String())
	}
}

func TestChoose(t *testing.T) {
	all := Parts()
	if list, err := Choose(all, nil); err != nil || len(list) != len(all) {
		t.Errorf("%d parts, %v", len(list), err)
	}
	list, err := Choose(all, []string{"park", "spsc"})
	if err != nil || len(list) != 2 || list[0].Name != "spsc" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := Choose(all, []string{"spsc", "none"}); err == nil {
		t.Error("there is a part that is not there")
	}
}
