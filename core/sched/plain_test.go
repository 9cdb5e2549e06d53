package sched_test

import (
	"testing"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// plain is a scheduler on a machine that a test drives by hand: an executor that
// is a list, and a backend whose jobs are in flight until the test completes
// them. Where a callback of the backend has something to do, the test says so.
type plain struct {
	t        testing.TB
	sched    *sched.Scheduler
	now      sched.Time
	list     []*sched.Work
	timer    map[*sched.Work]sched.Time
	contexts *fence.Contexts
	context  fence.Context
	seqno    uint64
	flight   []*plainJob
	freed    []uint64
	runs     []uint64

	// in is called first in each callback of the backend; nil for nothing.
	in func(call string, j *sched.Job)
	// prepare and verdict are what PrepareJob and TimedOutJob return.
	prepare func(*sched.Job) *fence.Fence
	verdict func(*sched.Job, *sched.Recovery) sched.Verdict
	// freeing is how long FreeJob takes.
	freeing sched.Duration
	// fail is what RunJob returns without a fence.
	fail fence.Errno
	// hw is asked for the hardware fence first; nil for none of its own.
	hw func(*sched.Job) *fence.Fence
	// atNow is called at each look at the clock; nil for nothing.
	atNow func()
	// full makes CanRun say no.
	full bool
	// owner is that of hardware fences; nil for none.
	owner fence.Owner
}

// plainJob is a job with its hardware fence.
type plainJob struct {
	sched.Job
	hw fence.Single
}

// newPlain returns a machine whose scheduler is what c says, with c's zero
// fields filled in: ID 5, four credits.
func newPlain(t testing.TB, c sched.Config) *plain {
	t.Helper()
	p := &plain{t: t, timer: map[*sched.Work]sched.Time{}, contexts: c.Contexts}
	if p.contexts == nil {
		p.contexts = new(fence.Contexts)
	}
	p.context = p.contexts.Next(1)
	if c.Admission == nil {
		c.Admission = admission(t, "credits:4")
	}
	if c.ID == 0 {
		c.ID = 5
	}
	c.Backend, c.Executor, c.Contexts = p, p, p.contexts
	s, err := sched.New(c)
	if err != nil {
		t.Fatal(err)
	}
	p.sched = s
	return p
}

func admission(t testing.TB, flow string) sched.Admission {
	t.Helper()
	f, err := sched.ParseFlow(flow)
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Admission([sched.NumLanes]uint32{4, 4, 4, 8, 8, 8})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// entity returns an entity of normal priority that feeds the schedulers, or the
// machine's own.
func (p *plain) entity(id uint32, scheds ...*sched.Scheduler) *sched.Entity {
	p.t.Helper()
	if len(scheds) == 0 {
		scheds = []*sched.Scheduler{p.sched}
	}
	e := new(sched.Entity)
	err := e.Init(scheds, sched.EntityConfig{ID: id, Priority: sched.Normal, Guilty: true})
	if err != nil {
		p.t.Fatal(err)
	}
	return e
}

// job returns a job of e that is initialised and depends on the fences.
func (p *plain) job(id uint64, e *sched.Entity, credits uint32, deps ...*fence.Fence) *plainJob {
	p.t.Helper()
	j := new(plainJob)
	j.ID, j.Owner = id, j
	need := sched.Need{Credits: credits}
	need.Lanes, _ = credit.Pack(0, 0, credits, 0, 0, credits)
	if err := j.Init(e, need); err != nil {
		p.t.Fatal(err)
	}
	for _, d := range deps {
		j.AddDependency(d.Get())
	}
	return j
}

// push is job, Arm, Push and all work that follows.
func (p *plain) push(id uint64, e *sched.Entity, credits uint32, deps ...*fence.Fence) *plainJob {
	p.t.Helper()
	j := p.job(id, e, credits, deps...)
	j.Arm()
	j.Push()
	p.drain()
	return j
}

// drain does all work that is queued.
func (p *plain) drain() {
	for len(p.list) > 0 {
		w := p.list[0]
		p.list = p.list[1:]
		w.Run()
	}
}

// complete ends the oldest job in flight, and does what follows.
func (p *plain) complete(err fence.Errno) {
	p.t.Helper()
	if len(p.flight) == 0 {
		p.t.Fatal("nothing is in flight")
	}
	j := p.flight[0]
	p.flight = p.flight[1:]
	j.hw.SignalPut(err)
	p.drain()
}

// advance moves the clock and fires what is due.
func (p *plain) advance(d sched.Duration) {
	p.now = p.now.Add(d)
	for w, at := range p.timer {
		if at <= p.now {
			delete(p.timer, w)
			w.Kick()
		}
	}
	p.drain()
}

// close tears the machine down after its entities.
func (p *plain) close(entities ...*sched.Entity) {
	for _, e := range entities {
		e.Fini()
	}
	p.drain()
	p.sched.Fini()
}

func (p *plain) Now() sched.Time {
	if p.atNow != nil {
		p.atNow()
	}
	return p.now
}

func (p *plain) Queue(w *sched.Work)   { p.list = append(p.list, w) }
func (p *plain) Wake(*sched.Scheduler) {}

func (p *plain) Cancel(w *sched.Work) bool {
	for i, x := range p.list {
		if x == w {
			p.list = append(p.list[:i:i], p.list[i+1:]...)
			return true
		}
	}
	return false
}

func (p *plain) SetTimer(w *sched.Work, at sched.Time) {
	if delete(p.timer, w); at != fence.Never {
		p.timer[w] = at
	}
}

func (p *plain) Wait(_ *sched.Scheduler, done func() bool, _ sched.Time) bool {
	p.drain()
	return done()
}

// InSection is sched.SectionExecutor's: all is on one goroutine.
func (p *plain) InSection() *invariant.Section {
	if p.sched == nil || !p.sched.Section().Open() {
		return nil
	}
	return p.sched.Section()
}

func (p *plain) callback(call string, j *sched.Job) {
	if p.in != nil {
		p.in(call, j)
	}
}

func (p *plain) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	p.callback("RunJob", j)
	m := j.Owner.(*plainJob)
	p.runs = append(p.runs, j.ID)
	if p.fail != fence.OK {
		return nil, p.fail, 0
	}
	if p.hw != nil {
		if hw := p.hw(j); hw != nil {
			return hw, fence.OK, 0
		}
	}
	p.seqno++
	m.hw.Init(p.context, p.seqno, p.owner)
	p.flight = append(p.flight, m)
	return m.hw.Get(), fence.OK, 0
}

func (p *plain) FreeJob(j *sched.Job) sched.Duration {
	p.callback("FreeJob", j)
	p.freed = append(p.freed, j.ID)
	j.Cleanup()
	return p.freeing
}

func (p *plain) PrepareJob(j *sched.Job) *fence.Fence {
	p.callback("PrepareJob", j)
	if p.prepare == nil {
		return nil
	}
	return p.prepare(j)
}

func (p *plain) CanRun(j *sched.Job) bool {
	p.callback("CanRun", j)
	return !p.full
}

func (p *plain) TimedOutJob(j *sched.Job, r *sched.Recovery) (sched.Verdict, sched.Duration) {
	p.callback("TimedOutJob", j)
	if p.verdict == nil {
		return sched.VerdictNoHang, 0
	}
	return p.verdict(j, r), 0
}

func (p *plain) CancelJob(j *sched.Job) {
	p.callback("CancelJob", j)
	for i, m := range p.flight {
		if &m.Job == j {
			p.flight = append(p.flight[:i:i], p.flight[i+1:]...)
			m.hw.SignalPut(fence.ECANCELED)
			return
		}
	}
}
