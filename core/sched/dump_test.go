package sched_test

import (
	"fmt"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

// line returns what the dump says of a job.
func line(t *testing.T, d *sched.Dump, job uint64) string {
	t.Helper()
	w := d.Find(job)
	if w == nil {
		t.Fatalf("job %d is not in the dump:\n%s", job, d)
	}
	return w.String()
}

// TestDumpSaysWhatEachJobWaitsFor, one job for each kind of wait, with the
// moment at which it began.
func TestDumpSaysWhatEachJobWaitsFor(t *testing.T) {
	p := newPlain(t, sched.Config{Policy: sched.FIFO, Times: true})
	var external fence.Single
	external.Init(p.contexts.Next(1), 3, nil)
	a, b, c, d := p.entity(1), p.entity(2), p.entity(3), p.entity(4)
	at := func(ns sched.Time) { p.now = ns }
	at(10)
	first := p.job(1, a, 1)
	first.Arm()
	first.Finished().SetDeadline(9000)
	done := first.Finished().Get()
	first.Push()
	p.drain()
	at(20)
	p.push(2, a, 1)
	at(30)
	p.push(3, b, 1, &external.Fence)
	at(40)
	p.push(4, b, 1)
	at(50)
	p.push(5, c, 4)
	at(60)
	p.push(6, a, 1)
	at(70)
	p.push(7, d, 1, done)
	at(80)
	p.push(8, d, 1, &external.Fence)
	p.flight[0], p.flight[1] = p.flight[1], p.flight[0]
	at(90)
	p.complete(fence.OK) // of job 2, before job 1
	at(95)
	d.Kill()
	p.drain()
	p.sched.Pause()
	want := `sched 5 at 95 ns: is stopped, policy fifo, score 10, 3 entities, 8 jobs
  credits: 3 of 4 free
  job 1 of entity 1: is with the hardware, which signals fence 1:1, wanted by 9000 ns, since 10 ns
  job 2 of entity 1: has finished, and is freed after job 1 of entity 1, which ran before it and has not, since 90 ns
  job 7 of entity 4: was killed, and waits with its end for the finished fence of job 1 of entity 1, wanted by 9000 ns
  job 8 of entity 4: was killed, and waits with its end for the finished fence of job 7 of entity 4
  job 6 of entity 1: waits for its turn: 1 entities before its own, the next one entity 3 with job 5, since 60 ns
  job 3 of entity 2: depends on fence 2:3, since 30 ns
  job 4 of entity 2: is behind 1 jobs of its entity, the oldest of them job 3, since 40 ns
  job 5 of entity 3: is next, and flow control holds it back: credits: wants 4, 3 of 4 free, since 50 ns
`
	if got := p.sched.Dump().String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	p.sched.Resume()
	external.SignalPut(fence.OK)
	p.drain()
	p.complete(fence.OK)
	if got := line(t, p.sched.Dump(), 5); !strings.HasSuffix(got, "wants 4, 2 of 4 free, since 50 ns") {
		t.Errorf("with two jobs before it: %s", got)
	}
	done.Put()
	for len(p.flight) > 0 {
		p.complete(fence.OK)
	}
	if got := p.sched.Dump(); len(got.Jobs) != 0 || got.Room[0].Free != 4 || got.Find(1) != nil {
		t.Errorf("at rest:\n%s", got)
	}
	p.close(a, b, c, d)
	if got := p.sched.Dump(); got.Members != 0 || got.Score != 0 || !got.Paused {
		t.Errorf("torn down:\n%s", got)
	}
}

// TestDumpNamesTheLane that a job lacks room in, and nothing if the flow leaves
// that to the backend.
func TestDumpNamesTheLane(t *testing.T) {
	for _, c := range []struct{ flow, want string }{
		{"lanes", "is next, and flow control holds it back: compute slots: wants 2, 1 of 4 free"},
		{"credits-max:4", "is next, and flow control holds it back: credits: wants 2, 1 of 4 free"},
		{"canrun", "is next, and flow control holds it back: the backend says that it has no room"},
		{"prepare", "waits for fence 1:1, which the backend named"},
	} {
		p := newPlain(t, sched.Config{Admission: admission(t, c.flow)})
		p.prepare = func(j *sched.Job) *fence.Fence {
			if c.flow == "prepare" && len(p.flight) == 1 {
				return p.flight[0].hw.Get()
			}
			return nil
		}
		e := p.entity(1)
		p.push(1, e, 3)
		p.full = true
		p.push(2, e, 2)
		want := "job 2 of entity 1: " + c.want
		if got := line(t, p.sched.Dump(), 2); got != want {
			t.Errorf("%s: %q, want %q", c.flow, got, want)
		}
		p.full = false
		for len(p.flight) > 0 {
			p.complete(fence.OK)
		}
		p.close(e)
	}
}

// TestDumpWithinAReset, from a timeout handler, which holds the token.
func TestDumpWithinAReset(t *testing.T) {
	p := newPlain(t, sched.Config{Timeout: fence.Second, Times: true})
	var said []string
	p.verdict = func(j *sched.Job, r *sched.Recovery) sched.Verdict {
		note := func(when string) {
			d := r.Dump()
			for i := range d.Jobs {
				said = append(said, when+": "+d.Jobs[i].String())
			}
		}
		note("called")
		r.Stop(j)
		note("stopped")
		r.Start(fence.EIO)
		note("started")
		return sched.VerdictReset
	}
	e := p.entity(1)
	p.push(1, e, 2)
	p.push(2, e, 2)
	p.push(3, e, 2)
	p.advance(2 * fence.Second)
	want := []string{
		"called: job 2 of entity 1: is with the hardware, which signals fence 1:2, since 0 ns",
		"called: job 3 of entity 1: is next, and flow control holds it back: " +
			"credits: wants 2, 0 of 4 free, since 0 ns",
		"stopped: job 1 of entity 1: was taken off the hardware by a reset, and waits for its end, " +
			"since 0 ns",
		"stopped: job 2 of entity 1: was taken off the hardware by a reset, and waits for its end, " +
			"since 0 ns",
		"stopped: job 3 of entity 1: is next, and the worker takes it, since 0 ns",
		"started: job 1 of entity 1: has finished, and is freed next, since 2000000000 ns",
		"started: job 2 of entity 1: has finished, and is freed next, since 2000000000 ns",
		"started: job 3 of entity 1: is next, and the worker takes it, since 0 ns",
	}
	if got := fmt.Sprintf("%q", said); got != fmt.Sprintf("%q", want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	p.close(e)
}

// TestDumpFollowsThePolicy in what it calls next, and by how much.
func TestDumpFollowsThePolicy(t *testing.T) {
	for _, name := range sched.PolicyNames() {
		policy, _ := sched.ParsePolicy(name)
		p := newPlain(t, sched.Config{Policy: policy})
		p.push(100, p.entity(9), 4) // takes all the room
		var entities []*sched.Entity
		for i := range uint32(6) {
			e := p.entity(i)
			e.SetPriority(sched.High + sched.Priority(i%3))
			entities = append(entities, e)
			p.now++
			p.push(uint64(i), e, 4)
		}
		for len(p.flight) > 0 {
			d := p.sched.Dump()
			next := uint64(1 << 20)
			position := map[int]bool{}
			for _, w := range d.Jobs {
				switch w.Kind {
				case sched.WaitRoom, sched.WaitWorker:
					next = w.Job
				case sched.WaitTurn:
					if position[w.Position] || w.Position == 0 {
						t.Errorf("%s: two jobs are at %d, or none before one:\n%s", name, w.Position, d)
					}
					position[w.Position] = true
				}
			}
			for _, w := range d.Jobs {
				if w.Kind == sched.WaitTurn && w.Ahead.Job != next {
					t.Errorf("%s: job %d is behind %d, next is %d", name, w.Job, w.Ahead.Job, next)
				}
			}
			p.complete(fence.OK)
			if n := len(p.runs); len(p.flight) > 0 && p.runs[n-1] != next {
				t.Errorf("%s: job %d runs, the dump said %d", name, p.runs[n-1], next)
			}
		}
		p.close(entities...)
	}
}

// TestNamesOfWaits: each kind has one.
func TestNamesOfWaits(t *testing.T) {
	seen := map[string]bool{}
	for k := sched.WaitFree; k <= sched.WaitEntity; k++ {
		if n := k.String(); n == "" || seen[n] {
			t.Errorf("kind %d is called %q", k, n)
		}
		seen[k.String()] = true
	}
}

// TestDumpOfJobsThatAreNotFoldedYet: a push that comes while the dump is taken is
// in it, although the run queue does not know of it.
func TestDumpOfJobsThatAreNotFoldedYet(t *testing.T) {
	clock := new(pushingClock)
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	p.push(1, e, 1)
	p.complete(fence.OK) // a member with nothing queued
	clock.push = func() {
		for id := range uint64(2) {
			j := p.job(10+id, e, 1)
			j.Arm()
			j.Push()
		}
	}
	p.atNow = clock.once
	d := p.sched.Dump() // looks at the clock after it has folded
	if got := line(t, d, 10); got != "job 10 of entity 1: is next, and the worker takes it, since 0 ns" {
		t.Error(got)
	}
	if got := line(t, d, 11); !strings.Contains(got, "is behind 1 jobs of its entity, the oldest of them job 10") {
		t.Error(got)
	}
	p.drain()
	p.complete(fence.OK)
	p.complete(fence.OK)
	p.close(e)
}

// pushingClock pushes at the first look at it.
type pushingClock struct{ push func() }

func (c *pushingClock) once() {
	if f := c.push; f != nil {
		c.push = nil
		f()
	}
}

// TestDumpNamesFencesOfJobs: on the same scheduler, on another one, scheduled and
// finished ones, and what a job that was just killed waits for.
func TestDumpNamesFencesOfJobs(t *testing.T) {
	p := newPlain(t, sched.Config{Admission: admission(t, "lanes")})
	other, err := sched.New(sched.Config{
		ID: 6, Backend: p, Executor: p, Admission: admission(t, "lanes"), Contexts: p.contexts,
	})
	if err != nil {
		t.Fatal(err)
	}
	a, b, c, there := p.entity(1), p.entity(2), p.entity(3), p.entity(4, other)
	p.push(1, there, 1)
	far := p.job(2, there, 1)
	far.Arm()
	end := far.Finished().Get()
	far.Push()
	gate := p.external(1)
	near := p.job(3, a, 1, &gate.Fence)
	near.Arm()
	near.Finished().SetDeadline(40)
	first := near.Finished().Get()
	near.Push()
	p.drain()
	p.push(4, b, 1, first)
	p.push(5, c, 1, end)
	d := p.sched.Dump()
	for job, want := range map[uint64]string{
		4: "depends on the scheduled fence of job 3 of entity 1",
		5: "depends on the finished fence of the job number 2 of entity 4 on sched 6",
	} {
		if got := line(t, d, job); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	a.Kill() // its job waits for the gate
	b.Kill() // and its job for that one
	if got := line(t, p.sched.Dump(), 3); !strings.Contains(got, "was killed, and waits with its end for fence") &&
		!strings.Contains(got, "was killed, and ends next") {
		t.Errorf("before its item: %q", got)
	}
	gate.Signal()
	p.drain()
	end.Put()
	first.Put()
	p.push(6, there, 1)
	c.Kill()
	for len(p.flight) > 0 {
		p.complete(fence.OK)
	}
	if n := len(p.sched.Dump().Jobs); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
	p.close(a, b, c, there)
	other.Fini()
}

// TestDumpOfAJobThatEndsNext: it was killed, and nothing is left to wait for.
func TestDumpOfAJobThatEndsNext(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	p.sched.Pause()
	p.push(1, e, 1)
	e.Kill()
	if got := line(t, p.sched.Dump(), 1); got != "job 1 of entity 1: was killed, and ends next" {
		t.Error(got)
	}
	p.drain()
	if len(p.freed) != 1 || len(p.sched.Dump().Jobs) != 0 {
		t.Errorf("freed %v", p.freed)
	}
	p.close(e)
}

// TestDumpWithinCallbacks of the backend, each of which holds the token: the job
// is where the callback has it, and the run goes on as if nobody had looked.
func TestDumpWithinCallbacks(t *testing.T) {
	const nowhere = "" // on no list: in the callback's hands
	want := map[string]string{
		"CanRun":      "job 42 of entity 1: is next, and the worker takes it, since 0 ns",
		"PrepareJob":  "job 42 of entity 1: is next, and the worker takes it, since 0 ns",
		"RunJob":      "job 42 of entity 1: is being given to the hardware",
		"TimedOutJob": nowhere,
		"FreeJob":     nowhere,
	}
	p := newPlain(t, sched.Config{Admission: admission(t, "canrun"), Timeout: fence.Second})
	seen := 0
	p.in = func(call string, j *sched.Job) {
		if j.ID != 42 {
			return
		}
		seen++
		got := nowhere
		if w := j.Dump().Find(42); w != nil {
			got = w.String()
		}
		if got != want[call] {
			t.Errorf("in %s: %q, want %q", call, got, want[call])
		}
	}
	e := p.entity(1)
	j := p.job(42, e, 1)
	j.Arm()
	j.Push()
	p.push(43, e, 1)
	p.advance(2 * fence.Second)
	p.complete(fence.OK)
	p.complete(fence.OK)
	if seen < len(want) || len(p.freed) != 2 || p.runs[0] != 42 || p.runs[1] != 43 {
		t.Errorf("%d callbacks, runs %v, freed %v", seen, p.runs, p.freed)
	}
	p.close(e)
}
