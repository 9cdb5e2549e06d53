package sched_test

import (
	"fmt"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/vector"
)

// The kernel's own test cases of the scheduler, re-created in virtual time
// against the mock of the recorded vectors. Names and numbers are those of
// drivers/gpu/drm/scheduler/tests; what they leave to a reader's eye is an
// assertion here where theory says what to expect.

const second = sched.Time(fence.Second)

// bench is a world with the helpers that the cases share.
type bench struct {
	*world
	t *testing.T
	n int // jobs made
}

func newBench(t *testing.T, policy sched.Policy) *bench {
	return &bench{world: newWorld(policy, sched.Compat{}), t: t}
}

// everyPolicy runs a case under each policy.
func everyPolicy(t *testing.T, f func(b *bench)) {
	for p := range sched.Policy(len(sched.PolicyNames())) {
		t.Run(p.String(), func(t *testing.T) { f(newBench(t, p)) })
	}
}

func (b *bench) script(format string, args ...any) {
	b.t.Helper()
	o := vector.ParseOperation(0, fmt.Sprintf(format, args...))
	if err := b.do(&o); err != nil {
		b.t.Fatalf("%s: %v", o.String(), err)
	}
	b.Drain()
}

// submit makes and pushes a job of an entity; its id counts from 0.
func (b *bench) submit(entity int, us int, deps string) *mockJob {
	id := b.n
	b.n++
	opts := fmt.Sprintf("entity=%d dur=%d", entity, us)
	if deps != "" {
		opts += " deps=" + deps
	}
	b.script("job %d %s", id, opts)
	b.script("push %d", id)
	return b.jobs[id]
}

// until runs until done holds, up to the time d from now, and reports which.
func (b *bench) until(d sched.Time, done func() bool) bool {
	deadline := b.Now() + d
	for !done() {
		if !b.Step(deadline) {
			b.AdvanceTo(deadline)
			return done()
		}
	}
	return true
}

func (b *bench) want(what string, got, want bool) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("@%d us: %s is %v", b.Now()/1000, what, got)
	}
}

func (j *mockJob) isScheduled() bool { return j.scheduled.Signaled() }
func (j *mockJob) isFinished() bool  { return j.finished.Signaled() }

// end tears entities and schedulers down; everything must be over then.
func (b *bench) end() {
	b.t.Helper()
	for _, e := range b.entities {
		e.Fini()
		b.Drain()
	}
	for _, m := range b.scheds {
		if n := m.adm.InFlight(); n != 0 && m.s != nil && m.engine.Len() == 0 {
			b.t.Errorf("sched %d: %d credits in flight at the end", m.id, n)
		}
		if m.s != nil {
			m.s.Fini()
			b.Drain()
			if n := m.s.Score(); n != 0 {
				b.t.Errorf("sched %d: score %d at the end", m.id, n)
			}
		}
	}
	for id, j := range b.jobs {
		if j.finished != nil && !j.isFinished() {
			b.t.Errorf("job %d never finished", id)
		}
	}
}

// B1: a job that nothing completes stays, and ends when it is completed.
func TestKunitBasicSubmit(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		b.script("sched 0 credits=4294967295")
		b.script("entity 0")
		j := b.submit(0, 0, "")
		b.want("scheduled", b.until(second, j.isScheduled), true)
		b.want("finished", b.until(second/2, j.isFinished), false)
		b.script("hwdone 0 1")
		b.want("finished", b.until(second, j.isFinished), true)
		b.end()
	})
}

// B2a-d: 100 jobs of a millisecond over entities, chained or not, take 100 ms.
func TestKunitBasicQueues(t *testing.T) {
	for _, c := range []struct {
		name     string
		entities int
		chained  bool
	}{
		{"a queue of jobs in a single entity", 1, false},
		{"a chain of dependent jobs", 1, true},
		{"multiple independent job queues", 4, false},
		{"multiple inter-dependent job queues", 4, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			everyPolicy(t, func(b *bench) {
				last := b.fill(c.entities, 100, 1000, c.chained)
				b.want("finished", b.until(second, last.isFinished), true)
				if b.Now() != second/10 {
					t.Errorf("took %d us, want 100000", b.Now()/1000)
				}
				b.end()
			})
		})
	}
}

// fill submits jobs round-robin to entities of scheduler 0 and returns the last.
func (b *bench) fill(entities, jobs, us int, chained bool) (last *mockJob) {
	b.script("sched 0 credits=4294967295")
	for e := range entities {
		b.script("entity %d", e)
	}
	for i := range jobs {
		deps := ""
		if chained && i > 0 {
			deps = fmt.Sprintf("%d:finished", i-1)
		}
		last = b.submit(i%entities, us, deps)
	}
	return last
}

// B3: entities are torn down with half of their work pending.
func TestKunitEntityCleanup(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		b.fill(4, 100, 1000, true)
		b.want("half finished", b.until(second, b.jobs[50].isFinished), true)
		for e := range 4 {
			b.script("destroy %d", e)
		}
		b.until(second, func() bool { return false })
		b.end()
	})
}

// C1: teardown cancels what is pending.
func TestKunitCancel(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		b.script("sched 0")
		b.script("entity 0")
		j := b.submit(0, 0, "")
		b.want("scheduled", b.until(second, j.isScheduled), true)
		b.script("destroy 0")
		b.script("finisched 0")
		b.want("finished", j.isFinished(), true)
		if e := j.finished.Err(); e != fence.ECANCELED {
			t.Errorf("ended with %v", e)
		}
	})
}

// T1: a hung job is timed out, once, after the timeout.
func TestKunitTimeout(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		b.script("sched 0 timeout=200000")
		b.script("entity 0")
		j := b.submit(0, 0, "")
		b.want("scheduled", b.until(second, j.isScheduled), true)
		b.want("finished in half the timeout", b.until(second/10, j.isFinished), false)
		b.want("finished in a timeout more", b.until(second/5, j.isFinished), true)
		if b.Now() != second/5 || j.finished.Err() != fence.ETIMEDOUT {
			t.Errorf("ended at %d us with %v", b.Now()/1000, j.finished.Err())
		}
		b.end()
	})
}

// T2: a job that is said not to hang is put back, and ends when it is done.
func TestKunitSkipReset(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		b.script("sched 0 timeout=200000 timedout=nohang")
		b.script("entity 0")
		j := b.submit(0, 0, "")
		b.want("scheduled", b.until(second, j.isScheduled), true)
		b.want("finished", b.until(2*second/5, j.isFinished), false)
		b.script("hwdone 0 1")
		b.want("finished", b.until(second, j.isFinished), true)
		if e := j.finished.Err(); e != fence.OK {
			t.Errorf("ended with %v", e)
		}
		b.end()
	})
}

// P1: all priorities get their work done.
func TestKunitPriorities(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		last := b.prioritised(100)
		b.want("finished", b.until(second, last.isFinished), true)
		b.until(second, func() bool { return false })
		b.end()
	})
}

func (b *bench) prioritised(jobs int) (last *mockJob) {
	b.script("sched 0 credits=4294967295")
	for e, p := range []string{"kernel", "high", "normal", "low"} {
		b.script("entity %d prio=%s", e, p)
	}
	for i := range jobs {
		last = b.submit(i%4, 1000, "")
	}
	return last
}

// P2: priorities change all the time.
func TestKunitChangePriority(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		last := b.prioritised(1000)
		for k := 0; !last.isFinished(); k = (k + 1) % 4 {
			e := b.entities[k]
			e.SetPriority((e.Priority() + 1) % sched.NumPriorities)
			b.until(sched.Time(350*fence.Microsecond), func() bool { return false })
		}
		b.until(2*second, func() bool { return false })
		b.end()
	})
}

// M1: entities are told of other schedulers all the time.
func TestKunitModifySched(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		for s := range 3 {
			b.script("sched %d credits=4294967295", s)
		}
		for e := range 13 {
			b.script("entity %d scheds=%d", e, e%3)
		}
		var last *mockJob
		for i := range 1000 {
			last = b.submit(i%13, 1000, "")
		}
		for k := 0; !last.isFinished(); k++ {
			b.script("modsched %d scheds=%d", k%13, k%3)
			b.until(sched.Time(350*fence.Microsecond), func() bool { return false })
		}
		b.until(second, func() bool { return false })
		b.end()
	})
}

// R1: with one credit the second job waits for the first.
func TestKunitCredits(t *testing.T) {
	everyPolicy(t, func(b *bench) {
		b.script("sched 0 credits=1")
		b.script("entity 0")
		x, y := b.submit(0, 0, ""), b.submit(0, 0, "")
		b.want("first scheduled", b.until(second, x.isScheduled), true)
		b.want("second scheduled", b.until(second, y.isScheduled), false)
		b.script("hwdone 0 1")
		b.want("second scheduled", b.until(second, y.isScheduled), true)
		b.script("hwdone 0 1")
		b.want("second finished", b.until(second, y.isFinished), true)
		b.end()
	})
}

// O1, O2: a thousand jobs behind a blocker cost nothing but their own time, from
// one queue or from two that wait for each other.
func TestKunitOverhead(t *testing.T) {
	for _, c := range []struct {
		name     string
		entities int
	}{{"queue overhead", 1}, {"ping pong", 2}} {
		t.Run(c.name, func(t *testing.T) {
			everyPolicy(t, func(b *bench) {
				b.script("sched 0 credits=1")
				for e := range c.entities {
					b.deepEntity(e, sched.Normal)
				}
				blocker := b.submit(0, 0, "")
				var last *mockJob
				for i := range 1000 {
					deps := ""
					if c.entities > 1 {
						deps = fmt.Sprintf("%d:finished", i)
					}
					last = b.submit((i+1)%c.entities, 1000, deps)
				}
				b.want("blocker scheduled", b.until(second, blocker.isScheduled), true)
				start := b.Now()
				b.script("hwdone 0 1")
				b.want("finished", b.until(5*second, last.isFinished), true)
				if took := b.Now() - start; took != second {
					t.Errorf("took %d us, ideal 1000000", took/1000)
				}
				b.end()
			})
		})
	}
}

// deepEntity adds an entity of scheduler 0 that holds thousands of jobs.
func (b *bench) deepEntity(id int, p sched.Priority) {
	e := new(sched.Entity)
	err := e.Init([]*sched.Scheduler{b.scheds[0].s}, sched.EntityConfig{
		ID: uint32(id), Priority: p, Capacity: 2048,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.entities[id] = e
}
