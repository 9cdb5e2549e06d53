package plainsched_test

import (
	"fmt"
	"slices"

	"credence/bench/peers/plainsched"
	"credence/core/fence"
)

// world is the virtual time in which vectors are replayed: a clock, timers, one
// work queue for all schedulers, and an engine behind each of them that works
// in order.
type world struct {
	now    fence.Time
	queue  *plainsched.Workqueue
	timers []*timer // in the order of setting

	scheds   []*mock
	entities map[int]*plainsched.Entity
	jobs     map[int]*mockJob
	exts     map[int]*plainsched.Fence
	out      []string
}

func newWorld() *world {
	return &world{
		queue: plainsched.NewWorkqueue(), entities: map[int]*plainsched.Entity{},
		jobs: map[int]*mockJob{}, exts: map[int]*plainsched.Fence{},
	}
}

func (w *world) event(format string, args ...any) {
	w.out = append(w.out, fmt.Sprintf("@%d ", w.now/1000)+fmt.Sprintf(format, args...))
}

// trace is plainsched.Config.Trace.
func (w *world) trace(e plainsched.Event, job uint64, err fence.Errno) {
	switch e {
	case plainsched.EventScheduled:
		w.event("scheduled %d", job)
	case plainsched.EventFinished:
		w.event("finished %d err=%d", job, -int(err))
	case plainsched.WarnOversize:
		w.event("warn oversize")
	case plainsched.WarnPushKilled:
		w.event("warn push-killed")
	case plainsched.WarnTeardown:
		w.event("warn teardown-active")
	}
}

// summarise writes the line that ends an operation.
func (w *world) summarise(n int) {
	line := fmt.Sprintf("= %d t=%d", n, w.now/1000)
	for i, m := range w.scheds {
		if m.s == nil {
			line += fmt.Sprintf(" %d:-", i)
		} else {
			line += fmt.Sprintf(" %d:%d/%d", i, m.s.InFlight(), m.limit)
		}
	}
	w.out = append(w.out, line)
}

// The clock.

type timer struct {
	w  *world
	at fence.Time
	f  func()
}

func (w *world) Now() fence.Time { return w.now }

func (w *world) AfterFunc(d fence.Duration, f func()) plainsched.Timer {
	t := &timer{w: w, f: f}
	t.Reset(d)
	return t
}

func (t *timer) Stop() {
	t.w.timers = slices.DeleteFunc(t.w.timers, func(x *timer) bool { return x == t })
}

func (t *timer) Reset(d fence.Duration) {
	t.Stop()
	t.at = t.w.now.Add(d)
	t.w.timers = append(t.w.timers, t)
}

func (w *world) Wait(changed <-chan struct{}, deadline fence.Time) bool {
	for {
		select {
		case <-changed:
			return true
		default:
		}
		if !w.step(deadline) {
			w.now = max(w.now, deadline)
			return false
		}
	}
}

func (w *world) drain() {
	for w.queue.RunOne() {
	}
}

func (w *world) advance(deadline fence.Time) {
	for w.step(deadline) {
	}
	w.now = deadline
}

// step does one thing that is due by deadline: a work item; else, at the next
// instant, the completions; else the timers.
func (w *world) step(deadline fence.Time) bool {
	if w.queue.RunOne() {
		return true
	}
	t := fence.Never
	for _, m := range w.scheds {
		t = min(t, m.due())
	}
	for _, tm := range w.timers {
		t = min(t, tm.at)
	}
	if t == fence.Never || t > deadline {
		return false
	}
	w.now = max(w.now, t)
	completed := false
	for _, m := range w.scheds {
		if m.due() <= w.now {
			completed = true
			m.complete(0, fence.OK)
		}
	}
	if completed {
		return true
	}
	expired := slices.Clone(w.timers)
	slices.SortStableFunc(expired, func(a, b *timer) int { return int(a.at - b.at) })
	for _, tm := range expired {
		if tm.at <= w.now {
			tm.Stop()
			tm.f()
		}
	}
	return true
}

// mock is a scheduler's backend and its engine.
type mock struct {
	w       *world
	s       *plainsched.Scheduler
	limit   int
	mode    string
	engine  []*mockJob
	started fence.Time // when the head became the head
	context uint64
	seqno   uint64
}

type mockJob struct {
	plainsched.Job
	dur, redur fence.Duration
	fail       fence.Errno
	mode       string
	prep       *plainsched.Fence
	runs       int
	hw         *plainsched.Fence
	scheduled  *plainsched.Fence
	finished   *plainsched.Fence
}

// due returns when the job at the head is done.
func (m *mock) due() fence.Time {
	if len(m.engine) == 0 {
		return fence.Never
	}
	j := m.engine[0]
	d := j.dur
	if j.runs > 1 && j.redur != 0 {
		d = j.redur
	}
	if d == 0 {
		return fence.Never
	}
	return m.started.Add(d)
}

// complete takes the i-th job off the engine and signals its fence.
func (m *mock) complete(i int, err fence.Errno) {
	hw := m.engine[i].hw
	m.engine = slices.Delete(m.engine, i, i+1)
	if i == 0 {
		m.started = m.w.now
	}
	hw.Signal(err)
}

// end completes j with an error if it is on the engine.
func (m *mock) end(j *mockJob, err fence.Errno) {
	if i := slices.Index(m.engine, j); i >= 0 {
		m.complete(i, err)
	}
}

func (m *mock) RunJob(pj *plainsched.Job) (*plainsched.Fence, fence.Errno) {
	j := pj.Owner.(*mockJob)
	if j.Finished().Err() != fence.OK {
		m.w.event("skip %d", j.ID)
		return nil, fence.OK
	}
	m.w.event("run %d", j.ID)
	j.runs++
	if j.fail != fence.OK {
		return nil, j.fail
	}
	m.seqno++
	j.hw = new(plainsched.Fence)
	j.hw.Init(m.context, m.seqno)
	if len(m.engine) == 0 {
		m.started = m.w.now
	}
	m.engine = append(m.engine, j)
	return j.hw, fence.OK
}

func (m *mock) FreeJob(j *plainsched.Job) {
	m.w.event("free %d", j.ID)
	j.Cleanup()
}

func (m *mock) PrepareJob(pj *plainsched.Job) *plainsched.Fence {
	j := pj.Owner.(*mockJob)
	f := j.prep
	j.prep = nil
	return f
}

func (m *mock) CancelJob(j *plainsched.Job) {
	m.w.event("cancel %d", j.ID)
	m.end(j.Owner.(*mockJob), fence.ECANCELED)
}

func (m *mock) TimedOutJob(pj *plainsched.Job, r *plainsched.Recovery) plainsched.Verdict {
	j := pj.Owner.(*mockJob)
	m.w.event("timedout %d", j.ID)
	mode := m.mode
	if j.mode != "" {
		mode = j.mode
	}
	switch mode {
	case "kill":
		m.end(j, fence.ETIMEDOUT)
		j.Cleanup()
	case "nohang":
		return plainsched.VerdictNoHang
	case "enodev":
		return plainsched.VerdictNoDevice
	case "cancelall", "resubmit":
		r.Stop(pj)
		if mode == "resubmit" {
			r.IncreaseKarma(pj)
		}
		for len(m.engine) > 0 {
			m.complete(0, fence.ECANCELED)
		}
		if mode == "cancelall" {
			r.Start(fence.ETIME)
			break
		}
		r.Resubmit()
		r.Start(fence.OK)
	default:
		panic("unknown timeout mode " + mode)
	}
	return plainsched.VerdictReset
}
