package sched_test

import (
	"errors"
	"strings"
	"testing"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/sched"
)

// bare is a backend with nothing but what every backend has.
type bare struct{}

func (bare) RunJob(*sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	return nil, fence.OK, 0
}

func (bare) FreeJob(j *sched.Job) sched.Duration {
	j.Cleanup()
	return 0
}

// TestConfigIsChecked: each missing or impossible part is named.
func TestConfigIsChecked(t *testing.T) {
	good := sched.Config{Backend: bare{}, Executor: new(plain), Admission: admission(t, "count:1")}
	for want, change := range map[string]func(c *sched.Config){
		"Config.Backend is nil":                         func(c *sched.Config) { c.Backend = nil },
		"Config.Executor is nil":                        func(c *sched.Config) { c.Executor = nil },
		"Config.Admission is nil":                       func(c *sched.Config) { c.Admission = nil },
		"Config.Policy 3; permitted: 0 to 2":            func(c *sched.Config) { c.Policy = 3 },
		"Config.Timeout -1 ns":                          func(c *sched.Config) { c.Timeout = -1 },
		"Config.Timeout needs a backend with TimedOut":  func(c *sched.Config) { c.Timeout = 1 },
		"flow canrun needs a backend with CanRun":       func(c *sched.Config) { c.Admission = admission(t, "canrun") },
		"flow prepare needs a backend with PrepareJob,": func(c *sched.Config) { c.Admission = admission(t, "prepare") },
	} {
		c := good
		change(&c)
		if _, err := sched.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New: %v, want %q", err, want)
		}
	}
	s, err := sched.New(good)
	if err != nil || s.ID() != 0 || s.String() != "sched 0" {
		t.Errorf("New: %v, %v", s, err)
	}
}

func TestEntityConfigIsChecked(t *testing.T) {
	p := newPlain(t, sched.Config{})
	one := []*sched.Scheduler{p.sched}
	for _, c := range []struct {
		scheds []*sched.Scheduler
		config sched.EntityConfig
		want   string
	}{
		{nil, sched.EntityConfig{}, "entity without a scheduler"},
		{[]*sched.Scheduler{nil}, sched.EntityConfig{}, "entity without a scheduler"},
		{one, sched.EntityConfig{ID: 8, Priority: 4}, "entity 8: priority 4; permitted: 0 to 3"},
		{one, sched.EntityConfig{ID: 8, Capacity: -1}, "entity 8: capacity -1; permitted: 1 to"},
		{one, sched.EntityConfig{ID: 8, Capacity: sched.MaxCapacity + 1}, "capacity 65537; permitted"},
	} {
		if err := new(sched.Entity).Init(c.scheds, c.config); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("Init: %v, want %q", err, c.want)
		}
	}
	e := p.entity(3)
	if e.ID() != 3 || e.Scheduler() != p.sched || e.Killed() || e.Queued() != 0 {
		t.Errorf("entity %d on %v", e.ID(), e.Scheduler())
	}
	if got := panics(func() { e.ModifySchedulers(nil) }); !strings.Contains(got, "ModifySchedulers of entity 3 to none") {
		t.Error(got)
	}
}

// TestJobInitRefuses what could never run, and leaves the job as it was.
func TestJobInitRefuses(t *testing.T) {
	p := newPlain(t, sched.Config{Admission: admission(t, "lanes")})
	e := new(sched.Entity)
	if err := e.Init([]*sched.Scheduler{p.sched}, sched.EntityConfig{Capacity: 1}); err != nil {
		t.Fatal(err)
	}
	fits, _ := credit.Pack(0, 0, 4)
	wide, _ := credit.Pack(0, 0, 5)
	var j sched.Job
	for _, c := range []struct {
		need sched.Need
		want error
	}{
		{sched.Need{Lanes: fits}, sched.ErrNoCredits},
		{sched.Need{Credits: 1, Lanes: wide}, credit.ErrCost},
		{sched.Need{Credits: 1}, credit.ErrZeroCost},
		{sched.Need{Credits: 1, Lanes: fits}, nil},
	} {
		if err := j.Init(e, c.need); !errors.Is(err, c.want) {
			t.Errorf("Init with %v: %v, want %v", c.need, err, c.want)
		}
	}
	if j.Need().Lanes != fits || j.Entity() != e {
		t.Error("the job is another")
	}
	var second sched.Job
	if err := second.Init(e, sched.Need{Credits: 1, Lanes: fits}); !errors.Is(err, sched.ErrQueueFull) {
		t.Errorf("Init in a full queue: %v", err)
	}
	j.Cleanup()
	if err := second.Init(e, sched.Need{Credits: 1, Lanes: fits}); err != nil {
		t.Errorf("Init after room was made: %v", err)
	}
	second.Cleanup()
	p.close(e)
}

// TestSchedulersThatAreGone: an entity that can choose from none but those has
// none, and says so.
func TestSchedulersThatAreGone(t *testing.T) {
	p := newPlain(t, sched.Config{})
	other, err := sched.New(sched.Config{
		ID: 6, Backend: p, Executor: p, Admission: admission(t, "count:1"), Contexts: p.contexts,
	})
	if err != nil {
		t.Fatal(err)
	}
	e := p.entity(1, p.sched, other)
	j := p.job(1, e, 1)
	p.sched.Fini()
	other.Fini()
	if got := panics(j.Arm); !strings.Contains(got, "Arm of job 1: all schedulers of entity 1 are torn down") {
		t.Errorf("Arm: %q", got)
	}
	if err := new(sched.Job).Init(e, sched.Need{Credits: 1}); !errors.Is(err, sched.ErrNoScheduler) {
		t.Errorf("Init: %v", err)
	}
	fresh := newPlain(t, sched.Config{Contexts: p.contexts})
	e.ModifySchedulers([]*sched.Scheduler{fresh.sched})
	j.Arm() // finds one now
	j.Push()
	fresh.drain()
	fresh.complete(fence.OK)
	fresh.close(e)
	e = p.entity(2, p.sched, other)
	j = new(plainJob)
	j.ID, j.Owner = 3, j
	if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
		t.Fatal(err)
	}
	if got := panics(j.Arm); !strings.Contains(got, "Arm of job 3") {
		t.Errorf("Arm: %q", got)
	}
	j.Cleanup()
	e.SetPriority(sched.High)
	e.Kill()
	e.Fini()
	if n := e.Flush(5, sched.Exit{Exiting: true}); n != 0 || e.Scheduler() != nil {
		t.Errorf("Flush leaves %d", n)
	}
	e.Destroy(fence.Never)
}

// TestCallsOutOfOrder panic, with the job that they are about.
func TestCallsOutOfOrder(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	external := p.external(1)
	fresh := new(plainJob)
	fresh.ID = 1
	started := p.job(2, e, 1)
	armed := p.job(3, e, 1)
	armed.Arm()
	pushed := p.push(4, e, 1) // behind job 3 by seqno: that one is never pushed
	for _, c := range []struct {
		want string
		do   func()
	}{
		{"AddDependency to job 1 outside", func() { fresh.AddDependency(&external.Fence) }},
		{"Arm of job 1, which is not initialised", fresh.Arm},
		{"Push of job 1, which is not armed", fresh.Push},
		{"Cleanup of job 1, which is new or armed", fresh.Cleanup},
		{"Init of job 2, which was not cleaned up", func() { _ = started.Init(e, sched.Need{Credits: 1}) }},
		{"Push of job 2, which is not armed", started.Push},
		{"AddDependency to job 3 outside", func() { armed.AddDependency(&external.Fence) }},
		{"Arm of job 3, which is not initialised", armed.Arm},
		{"Cleanup of job 3, which is new or armed", armed.Cleanup},
		{"Push of job 4, which is not armed", pushed.Push},
		{"Cleanup of job 4 before it finished", pushed.Cleanup},
	} {
		if got := panics(c.do); !strings.Contains(got, "sched: "+c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	started.AddDependency(nil) // nothing to wait for
	started.Cleanup()
	p.complete(fence.OK)
	p.close(e)
}

// TestFaultWithoutAHandler is refused where it would be asked.
func TestFaultWithoutAHandler(t *testing.T) {
	p := newPlain(t, sched.Config{})
	s, err := sched.New(sched.Config{Backend: flying{p}, Executor: p, Admission: admission(t, "count:1")})
	if err != nil {
		t.Fatal(err)
	}
	e := p.entity(1, s)
	p.push(1, e, 1)
	s.Fault()
	if got := panics(p.drain); !strings.Contains(got, "Fault needs a backend with TimedOutJob") {
		t.Errorf("%q", got)
	}
}

// flying is a backend whose jobs are in flight for ever.
type flying struct{ *plain }

func (f flying) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	return f.plain.RunJob(j)
}

// TimedOutJob hides plain's: it has another shape.
func (flying) TimedOutJob() {}

// TestEndlessPrepareIsCutOff: a backend that names its own entity's fence each
// time would keep the worker in one item for ever.
func TestEndlessPrepareIsCutOff(t *testing.T) {
	p := newPlain(t, sched.Config{})
	p.prepare = func(j *sched.Job) *fence.Fence { return j.Finished().Get() }
	e := p.entity(1)
	j := p.job(1, e, 1)
	j.Arm()
	j.Push()
	got := panics(p.drain)
	if !strings.Contains(got, "PrepareJob named 65536 fences for job 1, none of them to be waited for") {
		t.Errorf("%q", got)
	}
}

// TestPushToKilledEntityWarns once, and the jobs end with the teardown.
func TestPushToKilledEntityWarns(t *testing.T) {
	var warned []sched.Event
	p := newPlain(t, sched.Config{Observer: watch(func(e sched.Event) {
		if e.Kind == sched.EventWarn {
			warned = append(warned, e)
		}
	})})
	e := p.entity(1)
	e.Kill()
	if !e.Killed() {
		t.Error("not killed")
	}
	p.push(1, e, 1)
	p.push(2, e, 1)
	if len(warned) != 1 || warned[0].Warn != sched.WarnPushKilled || warned[0].Job != 1 ||
		warned[0].Warn.String() != "push-killed" || warned[0].Kind.String() != "warn" {
		t.Errorf("warned %v, want once, of job 1", warned)
	}
	if len(p.runs) != 0 || e.Queued() != 2 {
		t.Errorf("%v ran, %d are queued", p.runs, e.Queued())
	}
	p.close(e)
	if len(p.freed) != 2 {
		t.Errorf("%v are freed by the teardown", p.freed)
	}
}

type watch func(sched.Event)

func (f watch) Observe(e sched.Event) { f(e) }
