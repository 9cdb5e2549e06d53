package sched_test

import (
	"fmt"
	"strings"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/vector"
)

// world executes vectors as conformance/FORMAT.md says.
type world struct {
	vector.Executor
	contexts fence.Contexts
	policy   sched.Policy
	compat   sched.Compat

	scheds   []*mockSched
	entities map[int]*sched.Entity
	jobs     map[int]*mockJob
	exts     map[int]*fence.Single
	out      []string
}

type mockSched struct {
	w       *world
	id      int
	s       *sched.Scheduler
	adm     *sched.Scalar
	mode    string
	engine  vector.Engine[*mockJob]
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
	w.out = append(w.out, fmt.Sprintf("@%d ", w.Now()/1000)+fmt.Sprintf(format, args...))
}

// duration returns how long the engine needs for a run of j.
func (j *mockJob) duration() sched.Duration {
	if j.runs > 1 && j.redur != 0 {
		return j.redur
	}
	return j.dur
}

func (m *mockSched) signal(j *mockJob, err fence.Errno) {
	hw := j.hw
	j.hw = nil
	hw.SignalPut(err)
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
	m.engine.Append(j, j.duration())
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
	m.engine.Take(j, fence.ECANCELED)
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
		m.engine.Take(j, fence.ETIMEDOUT)
		sj.Cleanup()
		return sched.VerdictReset, 0
	case "nohang":
		return sched.VerdictNoHang, 0
	case "enodev":
		return sched.VerdictNoDevice, 0
	case "cancelall":
		r.Stop(sj)
		m.engine.Flush(fence.ECANCELED)
		r.Start(fence.ETIME)
	case "resubmit":
		r.Stop(sj)
		r.IncreaseKarma(sj)
		m.engine.Flush(fence.ECANCELED)
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

func (w *world) run(v *vector.Vector) (err error) {
	for i := range v.Script {
		o := &v.Script[i]
		if err := w.do(o); err != nil {
			return fmt.Errorf("%s: %w", o, err)
		}
		w.Drain()
		var line strings.Builder
		fmt.Fprintf(&line, "= %d t=%d", i, w.Now()/1000)
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

func (w *world) do(o *vector.Operation) error {
	if o.Verb == "sched" {
		return w.newSched(o)
	}
	switch o.Verb {
	case "entity":
		return w.newEntity(o)
	case "job":
		return w.newJob(o)
	case "advance":
		w.Advance(o.Micros(o.Args[0]))
	case "hwdone":
		m := w.scheds[o.Number(0)]
		for n := min(o.Number(1), m.engine.Len()); n > 0; n-- {
			m.engine.CompleteHead(fence.OK)
		}
	case "signal":
		w.ext(o.Number(0)).SignalError(o.Errno("err"))
	case "push":
		j := w.jobs[o.Number(0)]
		j.Arm()
		j.scheduled, j.finished = j.Scheduled().Get(), j.Finished().Get()
		j.Push()
	case "abort":
		w.jobs[o.Number(0)].Cleanup()
	case "pause":
		w.scheds[o.Number(0)].s.Pause()
	case "resume":
		w.scheds[o.Number(0)].s.Resume()
	case "fault":
		w.scheds[o.Number(0)].s.Fault()
	case "finisched":
		m := w.scheds[o.Number(0)]
		m.s.Fini()
		m.s = nil
	default:
		return w.doEntity(o)
	}
	return nil
}

func (w *world) doEntity(o *vector.Operation) error {
	e := w.entities[o.Number(0)]
	switch o.Verb {
	case "kill":
		e.Kill()
	case "fini":
		e.Fini()
	case "destroy":
		e.Destroy(fence.Never)
	case "flush":
		r := e.Flush(o.Micros(o.Args[1]), sched.Exit{Exiting: true, Killed: o.Args[2] == "sigkill"})
		w.printf("flush %s ret=%d", o.Args[0], int64(r)/1000)
	case "setprio":
		p, err := o.Priority(o.Args[1])
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

func (w *world) newSched(o *vector.Operation) error {
	m := &mockSched{w: w, id: o.Number(0), mode: "kill"}
	if s, ok := o.Opts["timedout"]; ok {
		m.mode = s
	}
	flow := sched.Flow{Kind: sched.FlowCredits, Limit: uint32(o.Option("credits", 1))}
	a, err := flow.Admission([sched.NumLanes]uint32{})
	if err != nil {
		return err
	}
	m.adm = a.(*sched.Scalar)
	m.s, err = sched.New(sched.Config{
		ID: uint32(m.id), Backend: m, Executor: &w.Executor, Admission: a, Observer: m,
		Contexts: &w.contexts, Policy: w.policy, Compat: w.compat,
		Timeout: o.Micros(o.Opts["timeout"]), HangLimit: o.Option("hang_limit", 0),
	})
	m.engine = vector.Engine[*mockJob]{Now: w.Now, Signal: m.signal}
	w.scheds = append(w.scheds, m)
	w.Engines = append(w.Engines, &m.engine)
	return err
}

func (w *world) schedList(o *vector.Operation) (list []*sched.Scheduler) {
	for _, id := range o.Numbers("scheds", 0) {
		list = append(list, w.scheds[id].s)
	}
	return list
}

func (w *world) newEntity(o *vector.Operation) error {
	prio, err := o.Priority(o.Opts["prio"])
	if err != nil {
		return err
	}
	e := new(sched.Entity)
	w.entities[o.Number(0)] = e
	return e.Init(w.schedList(o), sched.EntityConfig{
		ID: uint32(o.Number(0)), Priority: prio, Capacity: 256, Guilty: o.Option("guilty", 0) == 1,
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

func (w *world) newJob(o *vector.Operation) error {
	j := &mockJob{
		id: o.Number(0), fail: o.Errno("fail"), mode: o.Opts["tmo"],
		dur: o.Micros(o.Opts["dur"]), redur: o.Micros(o.Opts["redur"]),
	}
	if _, ok := o.Opts["prep"]; ok {
		j.prep = w.ext(o.Option("prep", 0))
	}
	j.ID, j.Owner = uint64(j.id), j
	w.jobs[j.id] = j
	e := w.entities[o.Option("entity", -1)]
	err := j.Init(e, sched.Need{Credits: uint32(o.Option("credits", 1)), Lanes: credit.Vec{}})
	if err != nil {
		return err
	}
	for _, d := range o.Deps() {
		switch {
		case d.External:
			j.AddDependency(w.ext(d.ID).Get())
		case d.Scheduled:
			j.AddDependency(w.jobs[d.ID].scheduled.Get())
		default:
			j.AddDependency(w.jobs[d.ID].finished.Get())
		}
	}
	return nil
}
