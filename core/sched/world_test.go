package sched_test

import (
	"fmt"
	"slices"
	"strings"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/sched"
)

// world executes vectors as conformance/FORMAT.md says: one clock, one list of
// work items, timers, and an in-order engine behind each scheduler.
type world struct {
	now      sched.Time
	work     []*sched.Work
	timers   []timer // in the order of arming
	woken    bool    // a job was run, or a scheduler torn down, in this step
	contexts fence.Contexts
	policy   sched.Policy
	compat   sched.Compat

	scheds   []*mockSched
	entities map[int]*sched.Entity
	jobs     map[int]*mockJob
	exts     map[int]*fence.Single
	out      []string
}

type timer struct {
	w  *sched.Work
	at sched.Time
}

type mockSched struct {
	w       *world
	id      int
	s       *sched.Scheduler
	adm     *sched.Scalar
	mode    string
	engine  []*mockJob
	started sched.Time // when the head became the head
	context fence.Context
	seqno   uint64
}

type mockJob struct {
	sched.Job
	id         int
	dur, redur sched.Duration
	fail       fence.Errno
	mode       string
	prep       *fence.Single
	prepared   bool
	runs       int
	hw         *fence.Single
	finished   *fence.Fence
	scheduled  *fence.Fence
}

func newWorld(policy sched.Policy, compat sched.Compat) *world {
	return &world{
		policy: policy, compat: compat,
		entities: map[int]*sched.Entity{}, jobs: map[int]*mockJob{}, exts: map[int]*fence.Single{},
	}
}

func (w *world) printf(format string, args ...any) {
	w.out = append(w.out, fmt.Sprintf("@%d ", w.now/1000)+fmt.Sprintf(format, args...))
}

// The executor.

func (w *world) Now() sched.Time        { return w.now }
func (w *world) Queue(work *sched.Work) { w.work = append(w.work, work) }
func (w *world) Cancel(work *sched.Work) bool {
	i := slices.Index(w.work, work)
	if i >= 0 {
		w.work = slices.Delete(w.work, i, i+1)
	}
	return i >= 0
}

func (w *world) SetTimer(work *sched.Work, at sched.Time) {
	w.timers = slices.DeleteFunc(w.timers, func(t timer) bool { return t.w == work })
	if at != fence.Never {
		w.timers = append(w.timers, timer{work, at})
	}
}

func (w *world) Wake(*sched.Scheduler) { w.woken = true }

func (w *world) Wait(_ *sched.Scheduler, done func() bool, deadline sched.Time) bool {
	for !done() {
		w.woken = false
		for !w.woken {
			if !w.step(deadline) {
				if deadline != fence.Never {
					w.now = max(w.now, deadline)
				}
				return done()
			}
		}
	}
	return true
}

// step does one thing that is due by deadline.
func (w *world) step(deadline sched.Time) bool {
	if len(w.work) > 0 {
		item := w.work[0]
		w.work = slices.Delete(w.work, 0, 1)
		item.Run()
		return true
	}
	t := fence.Never
	for _, s := range w.scheds {
		t = min(t, s.due())
	}
	for _, tm := range w.timers {
		t = min(t, tm.at)
	}
	if t == fence.Never || t > deadline {
		return false
	}
	w.now = max(w.now, t)
	due := false
	for _, s := range w.scheds {
		if s.due() <= w.now {
			due = true
			s.completeHead(fence.OK)
		}
	}
	if due {
		return true
	}
	expired := slices.Clone(w.timers)
	slices.SortStableFunc(expired, func(a, b timer) int {
		return int(min(max(a.at-b.at, -1), 1))
	})
	for _, tm := range expired {
		if tm.at <= w.now {
			w.SetTimer(tm.w, fence.Never)
			tm.w.Kick()
		}
	}
	return true
}

func (w *world) drain() {
	for len(w.work) > 0 {
		w.step(0)
	}
}

// The engine.

func (m *mockSched) due() sched.Time {
	if len(m.engine) == 0 {
		return fence.Never
	}
	d := m.engine[0].dur
	if m.engine[0].runs > 1 && m.engine[0].redur != 0 {
		d = m.engine[0].redur
	}
	if d == 0 {
		return fence.Never
	}
	return m.started.Add(d)
}

func (m *mockSched) completeHead(err fence.Errno) { m.complete(0, err) }

func (m *mockSched) complete(i int, err fence.Errno) {
	j := m.engine[i]
	m.engine = slices.Delete(m.engine, i, i+1)
	if i == 0 {
		m.started = m.w.now
	}
	hw := j.hw
	j.hw = nil
	hw.SignalPut(err)
}

// take completes j with an error if it is on the engine.
func (m *mockSched) take(j *mockJob, err fence.Errno) {
	if i := slices.Index(m.engine, j); i >= 0 {
		m.complete(i, err)
	}
}

func (m *mockSched) flush(err fence.Errno) {
	for len(m.engine) > 0 {
		m.completeHead(err)
	}
}

// The backend.

func (m *mockSched) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	j := sj.Owner.(*mockJob)
	if j.Finished().Err() != fence.OK {
		m.w.printf("skip %d", j.id)
		return nil, fence.OK, 0
	}
	m.w.printf("run %d", j.id)
	j.runs++
	if j.fail != fence.OK {
		return nil, j.fail, 0
	}
	if m.context == 0 {
		m.context = m.w.contexts.Next(1)
	}
	m.seqno++
	j.hw = new(fence.Single)
	j.hw.Init(m.context, m.seqno, nil)
	if len(m.engine) == 0 {
		m.started = m.w.now
	}
	m.engine = append(m.engine, j)
	return j.hw.Get(), fence.OK, 0
}

func (m *mockSched) FreeJob(sj *sched.Job) sched.Duration {
	m.w.printf("free %d", sj.Owner.(*mockJob).id)
	sj.Cleanup()
	return 0
}

func (m *mockSched) PrepareJob(sj *sched.Job) *fence.Fence {
	j := sj.Owner.(*mockJob)
	if j.prep == nil || j.prepared {
		return nil
	}
	j.prepared = true
	return j.prep.Get()
}

func (m *mockSched) CancelJob(sj *sched.Job) {
	j := sj.Owner.(*mockJob)
	m.w.printf("cancel %d", j.id)
	m.take(j, fence.ECANCELED)
}

func (m *mockSched) TimedOutJob(sj *sched.Job, r *sched.Recovery) (sched.Verdict, sched.Duration) {
	j := sj.Owner.(*mockJob)
	m.w.printf("timedout %d", j.id)
	mode := m.mode
	if j.mode != "" {
		mode = j.mode
	}
	switch mode {
	case "kill":
		m.take(j, fence.ETIMEDOUT)
		sj.Cleanup()
		return sched.VerdictReset, 0
	case "nohang":
		return sched.VerdictNoHang, 0
	case "enodev":
		return sched.VerdictNoDevice, 0
	case "cancelall":
		r.Stop(sj)
		m.flush(fence.ECANCELED)
		r.Start(fence.ETIME)
	case "resubmit":
		r.Stop(sj)
		r.IncreaseKarma(sj)
		m.flush(fence.ECANCELED)
		r.Resubmit()
		r.Start(fence.OK)
	default:
		panic("unknown timeout mode " + mode)
	}
	return sched.VerdictReset, 0
}

// The observer.

func (m *mockSched) Observe(e sched.Event) {
	switch e.Kind {
	case sched.EventScheduled:
		m.w.printf("scheduled %d", e.Job)
	case sched.EventDone:
		m.w.printf("finished %d err=%d", e.Job, -int(e.Err))
	case sched.EventWarn:
		m.w.printf("warn %s", e.Warn)
	}
}

// The operations.

func (w *world) run(v *vector) (err error) {
	for i := range v.script {
		o := &v.script[i]
		if err := w.do(o); err != nil {
			return fmt.Errorf("%s: %w", o, err)
		}
		w.drain()
		var line strings.Builder
		fmt.Fprintf(&line, "= %d t=%d", i, w.now/1000)
		for _, m := range w.scheds {
			if m.s == nil {
				fmt.Fprintf(&line, " %d:-", m.id)
			} else {
				fmt.Fprintf(&line, " %d:%d/%d", m.id, m.adm.InFlight(), m.adm.Limit())
			}
		}
		w.out = append(w.out, line.String())
	}
	return nil
}

func (w *world) do(o *operation) error {
	if o.verb == "sched" {
		return w.newSched(o)
	}
	switch o.verb {
	case "entity":
		return w.newEntity(o)
	case "job":
		return w.newJob(o)
	case "advance":
		deadline := w.now.Add(o.micros(o.args[0]))
		for w.step(deadline) {
		}
		w.now = deadline
	case "hwdone":
		m := w.scheds[o.number(0)]
		for n := min(o.number(1), len(m.engine)); n > 0; n-- {
			m.completeHead(fence.OK)
		}
	case "signal":
		w.ext(o.number(0)).SignalError(o.errno("err"))
	case "push":
		j := w.jobs[o.number(0)]
		j.Arm()
		j.scheduled, j.finished = j.Scheduled().Get(), j.Finished().Get()
		j.Push()
	case "abort":
		w.jobs[o.number(0)].Cleanup()
	case "pause":
		w.scheds[o.number(0)].s.Pause()
	case "resume":
		w.scheds[o.number(0)].s.Resume()
	case "fault":
		w.scheds[o.number(0)].s.Fault()
	case "finisched":
		m := w.scheds[o.number(0)]
		m.s.Fini()
		m.s = nil
	default:
		return w.doEntity(o)
	}
	return nil
}

func (w *world) doEntity(o *operation) error {
	e := w.entities[o.number(0)]
	switch o.verb {
	case "kill":
		e.Kill()
	case "fini":
		e.Fini()
	case "destroy":
		e.Destroy(fence.Never)
	case "flush":
		r := e.Flush(o.micros(o.args[1]), sched.Exit{Exiting: true, Killed: o.args[2] == "sigkill"})
		w.printf("flush %s ret=%d", o.args[0], int64(r)/1000)
	case "setprio":
		p, err := sched.ParsePriority(o.args[1])
		if err != nil {
			return err
		}
		e.SetPriority(p)
	case "modsched":
		e.ModifySchedulers(w.schedList(o))
	default:
		return fmt.Errorf("unknown operation")
	}
	return nil
}

func (w *world) newSched(o *operation) error {
	m := &mockSched{w: w, id: o.number(0), mode: "kill"}
	if s, ok := o.opts["timedout"]; ok {
		m.mode = s
	}
	flow := sched.Flow{Kind: sched.FlowCredits, Limit: uint32(o.option("credits", 1))}
	a, err := flow.Admission([sched.NumLanes]uint32{})
	if err != nil {
		return err
	}
	m.adm = a.(*sched.Scalar)
	m.s, err = sched.New(sched.Config{
		ID: uint32(m.id), Backend: m, Executor: w, Admission: a, Observer: m,
		Contexts: &w.contexts, Policy: w.policy, Compat: w.compat,
		Timeout: o.micros(o.opts["timeout"]), HangLimit: o.option("hang_limit", 0),
	})
	w.scheds = append(w.scheds, m)
	return err
}

func (w *world) schedList(o *operation) (list []*sched.Scheduler) {
	for _, s := range o.list("scheds", "0") {
		list = append(list, w.scheds[mustNumber(o, s)].s)
	}
	return list
}

func (w *world) newEntity(o *operation) error {
	prio := sched.Normal
	if s, ok := o.opts["prio"]; ok {
		var err error
		if prio, err = sched.ParsePriority(s); err != nil {
			return err
		}
	}
	e := new(sched.Entity)
	w.entities[o.number(0)] = e
	return e.Init(w.schedList(o), sched.EntityConfig{
		ID: uint32(o.number(0)), Priority: prio, Capacity: 256, Guilty: o.option("guilty", 0) == 1,
	})
}

func (w *world) ext(id int) *fence.Single {
	f := w.exts[id]
	if f == nil {
		f = new(fence.Single)
		f.Init(w.contexts.Next(1), 1, nil)
		w.exts[id] = f
	}
	return f
}

func (w *world) newJob(o *operation) error {
	j := &mockJob{
		id: o.number(0), fail: o.errno("fail"), mode: o.opts["tmo"],
		dur: o.micros(o.opts["dur"]), redur: o.micros(o.opts["redur"]),
	}
	if _, ok := o.opts["prep"]; ok {
		j.prep = w.ext(o.option("prep", 0))
	}
	j.ID, j.Owner = uint64(j.id), j
	w.jobs[j.id] = j
	e := w.entities[o.option("entity", -1)]
	err := j.Init(e, sched.Need{Credits: uint32(o.option("credits", 1)), Lanes: credit.Vec{}})
	if err != nil {
		return err
	}
	for _, d := range o.list("deps") {
		what, which, _ := strings.Cut(d, ":")
		switch {
		case what == "ext":
			j.AddDependency(w.ext(mustNumber(o, which)).Get())
		case which == "finished":
			j.AddDependency(w.jobs[mustNumber(o, what)].finished.Get())
		default:
			j.AddDependency(w.jobs[mustNumber(o, what)].scheduled.Get())
		}
	}
	return nil
}
