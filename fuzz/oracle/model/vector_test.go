package model_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle/model"
	"credence/hwmock/vector"
)

// Where the vectors are: a part of them ships with the core's tests.
const (
	vectorArchive = "../../../core/sched/testdata/vectors.tar.gz"
	vectorFolder  = "../../../../shared/conformance"
)

// world executes vectors on the model as conformance/FORMAT.md says.
type world struct {
	m        *model.Model
	engines  []*vector.Engine[*job]
	modes    []string
	entities map[int]*model.Entity
	jobs     map[int]*job
	exts     map[int]*model.Fence
	out      []string
	woken    bool
}

// job is what the mock driver knows of a job.
type job struct {
	*model.Job
	dur, redur fence.Duration
	fail       fence.Errno
	mode       string
	prep       *model.Fence
	runs       int
	hw         *model.Fence
}

func newWorld() *world {
	w := &world{
		entities: map[int]*model.Entity{}, jobs: map[int]*job{}, exts: map[int]*model.Fence{},
	}
	w.m = model.New(w)
	return w
}

func (w *world) printf(format string, args ...any) {
	w.out = append(w.out, fmt.Sprintf("@%d ", w.m.Now()/1000)+fmt.Sprintf(format, args...))
}

func (w *world) engine(j *model.Job) *vector.Engine[*job] { return w.engines[j.Scheduler().ID] }

// RunJob runs or skips a job.
func (w *world) RunJob(mj *model.Job) (*model.Fence, fence.Errno) {
	j := mj.Owner.(*job)
	w.woken = true
	if j.Finished().Err() != fence.OK {
		w.printf("skip %d", j.ID)
		return nil, fence.OK
	}
	w.printf("run %d", j.ID)
	if j.runs++; j.fail != fence.OK {
		return nil, j.fail
	}
	j.hw = w.m.NewFence()
	dur := j.dur
	if j.runs > 1 && j.redur != 0 {
		dur = j.redur
	}
	w.engine(mj).Append(j, dur)
	return j.hw, fence.OK
}

// PrepareJob names a job's fence once.
func (w *world) PrepareJob(mj *model.Job) (f *model.Fence) {
	j := mj.Owner.(*job)
	f, j.prep = j.prep, nil
	return f
}

// CancelJob takes a job off its engine.
func (w *world) CancelJob(mj *model.Job) {
	w.printf("cancel %d", mj.ID)
	w.engine(mj).Take(mj.Owner.(*job), fence.ECANCELED)
}

// TimedOutJob does what the job or its scheduler says.
func (w *world) TimedOutJob(mj *model.Job) sched.Verdict {
	j, s := mj.Owner.(*job), mj.Scheduler()
	w.printf("timedout %d", mj.ID)
	mode := w.modes[s.ID]
	if j.mode != "" {
		mode = j.mode
	}
	switch mode {
	case "kill":
		w.engine(mj).Take(j, fence.ETIMEDOUT)
	case "nohang":
		return sched.VerdictNoHang
	case "enodev":
		return sched.VerdictNoDevice
	case "cancelall":
		s.Stop(mj)
		w.engine(mj).Flush(fence.ECANCELED)
		s.Start(fence.ETIME)
	case "resubmit":
		s.Stop(mj)
		s.Karma(mj)
		w.engine(mj).Flush(fence.ECANCELED)
		s.Resubmit()
		s.Start(fence.OK)
	default:
		panic("unknown timeout mode " + mode)
	}
	return sched.VerdictReset
}

// Observe prints an event as the recordings have it.
func (w *world) Observe(e sched.Event) {
	switch e.Kind {
	case sched.EventScheduled, sched.EventFree:
		w.printf("%s %d", e.Kind, e.Job)
	case sched.EventDone:
		w.printf("finished %d err=%d", e.Job, -int(e.Err))
	case sched.EventWarn:
		w.printf("warn %s", e.Warn)
	}
}

// step does one thing that is due by deadline.
func (w *world) step(deadline fence.Time) bool {
	if len(w.m.Work()) > 0 {
		w.m.Run(0)
		return true
	}
	t := fence.Never
	for i, e := range w.engines {
		at, _ := w.m.Schedulers()[i].Deadline()
		t = min(t, e.Due(), at)
	}
	if t == fence.Never || t > deadline {
		return false
	}
	w.m.SetNow(max(w.m.Now(), t))
	due := false
	for _, e := range w.engines {
		if e.Due() <= w.m.Now() {
			due = true
			e.CompleteHead(fence.OK)
		}
	}
	if !due {
		w.expire()
	}
	return true
}

// expire queues the items of all timers that are due, in the order of expiry,
// then of arming.
func (w *world) expire() {
	list := slices.Clone(w.m.Schedulers())
	slices.SortFunc(list, func(a, b *model.Scheduler) int {
		at, an := a.Deadline()
		bt, bn := b.Deadline()
		if at != bt {
			return int(min(max(at-bt, -1), 1))
		}
		return an - bn
	})
	for _, s := range list {
		if at, _ := s.Deadline(); at <= w.m.Now() {
			s.Expire()
		}
	}
}

// flush waits as FORMAT.md says, without limit for fence.Never.
func (w *world) flush(e *model.Entity, deadline fence.Time) (idle bool) {
	for !e.Idle() {
		for w.woken = false; !w.woken; {
			if !w.step(deadline) {
				if deadline != fence.Never {
					w.m.SetNow(max(w.m.Now(), deadline))
				}
				return e.Idle()
			}
		}
	}
	return true
}

func (w *world) run(v *vector.Vector) []string {
	for i := range v.Script {
		w.do(&v.Script[i], v)
		for w.step(-1) {
		}
		var line strings.Builder
		fmt.Fprintf(&line, "= %d t=%d", i, w.m.Now()/1000)
		for _, s := range w.m.Schedulers() {
			if s.Down() {
				fmt.Fprintf(&line, " %d:-", s.ID)
			} else {
				fmt.Fprintf(&line, " %d:%d/%d", s.ID, s.InFlight()[0], s.Limits[0])
			}
		}
		w.out = append(w.out, line.String())
	}
	return w.out
}

func (w *world) do(o *vector.Operation, v *vector.Vector) {
	switch o.Verb {
	case "sched":
		w.newSched(o, v)
	case "entity":
		prio, err := o.Priority(o.Opts["prio"])
		if err != nil {
			panic(err)
		}
		w.entities[o.Number(0)] = w.m.NewEntity(w.schedList(o), model.EntityConfig{
			ID: uint32(o.Number(0)), Priority: prio, Guilty: o.Option("guilty", 0) == 1,
		})
	case "job":
		w.newJob(o)
	case "push":
		w.jobs[o.Number(0)].Push()
	case "abort":
	case "signal":
		w.m.Signal(w.ext(o.Number(0)), o.Errno("err"))
	case "advance":
		deadline := w.m.Now().Add(o.Micros(o.Args[0]))
		for w.step(deadline) {
		}
		w.m.SetNow(deadline)
	case "hwdone":
		e := w.engines[o.Number(0)]
		for n := min(o.Number(1), e.Len()); n > 0; n-- {
			e.CompleteHead(fence.OK)
		}
	case "pause":
		w.m.Schedulers()[o.Number(0)].Pause()
	case "resume":
		w.m.Schedulers()[o.Number(0)].Resume()
	case "fault":
		w.m.Schedulers()[o.Number(0)].Fault()
	case "finisched":
		w.woken = true
		w.m.Schedulers()[o.Number(0)].Fini()
	default:
		w.doEntity(o)
	}
}

func (w *world) doEntity(o *vector.Operation) {
	e := w.entities[o.Number(0)]
	switch o.Verb {
	case "kill":
		e.Kill()
	case "fini":
		e.Fini()
	case "destroy":
		w.flush(e, fence.Never)
		e.Fini()
	case "flush":
		t := o.Micros(o.Args[1])
		deadline, rest := w.m.Now().Add(t), fence.Duration(0)
		if t > 0 && w.flush(e, deadline) {
			rest = max(deadline.Sub(w.m.Now()), fence.Microsecond)
		}
		w.printf("flush %s ret=%d", o.Args[0], rest/fence.Microsecond)
		e.Flushed(o.Args[2] == "sigkill")
	case "setprio":
		p, err := o.Priority(o.Args[1])
		if err != nil {
			panic(err)
		}
		e.SetPriority(p)
	case "modsched":
		e.ModifySchedulers(w.schedList(o))
	default:
		panic(fmt.Sprint("unknown operation: ", o))
	}
}

func (w *world) newSched(o *vector.Operation, v *vector.Vector) {
	mode := o.Opts["timedout"]
	if mode == "" {
		mode = "kill"
	}
	w.modes = append(w.modes, mode)
	w.m.NewScheduler(model.Config{
		Policy: v.Policy, Compat: v.Compat(), Limits: []uint32{uint32(o.Option("credits", 1))},
		Clamp: true, Timeout: o.Micros(o.Opts["timeout"]), HangLimit: o.Option("hang_limit", 0),
	})
	w.engines = append(w.engines, &vector.Engine[*job]{
		Now: w.m.Now, Signal: func(j *job, err fence.Errno) { w.m.Signal(j.hw, err) },
	})
}

func (w *world) schedList(o *vector.Operation) (list []*model.Scheduler) {
	for _, s := range o.Numbers("scheds", 0) {
		list = append(list, w.m.Schedulers()[s])
	}
	return list
}

func (w *world) ext(id int) *model.Fence {
	if w.exts[id] == nil {
		w.exts[id] = w.m.NewFence()
	}
	return w.exts[id]
}

func (w *world) newJob(o *vector.Operation) {
	j := &job{
		fail: o.Errno("fail"), mode: o.Opts["tmo"],
		dur: o.Micros(o.Opts["dur"]), redur: o.Micros(o.Opts["redur"]),
	}
	if _, ok := o.Opts["prep"]; ok {
		j.prep = w.ext(o.Option("prep", 0))
	}
	id := o.Number(0)
	j.Job = w.entities[o.Option("entity", -1)].NewJob(uint64(id), uint32(o.Option("credits", 1)))
	j.Owner = j
	w.jobs[id] = j
	for _, d := range o.Deps() {
		switch {
		case d.External:
			j.AddDependency(w.ext(d.ID))
		case d.Scheduled:
			j.AddDependency(w.jobs[d.ID].Scheduled())
		default:
			j.AddDependency(w.jobs[d.ID].Finished())
		}
	}
}

// check runs a vector and returns the first difference.
func check(f vector.File) (err error) {
	v, err := vector.Parse(f)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return vector.Difference(v.Want, newWorld().run(v))
}

// The model does what the recorded scheduler did, line for line.
func TestVectors(t *testing.T) {
	files, err := vector.ReadFolder(vectorFolder)
	if os.IsNotExist(err) {
		t.Logf("no folder %s: only the vectors of %s are run", vectorFolder, vectorArchive)
		files, err = vector.ReadArchive(vectorArchive)
	}
	if err != nil {
		t.Fatal(err)
	}
	const inFull = 5
	failed := 0
	for _, f := range files {
		if err := check(f); err != nil {
			if failed++; failed <= inFull {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
	if failed > 0 {
		t.Errorf("%d of %d vectors failed", failed, len(files))
	}
	t.Logf("%d vectors passed", len(files)-failed)
}
