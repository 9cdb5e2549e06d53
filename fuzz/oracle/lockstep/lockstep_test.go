package lockstep_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/oracle/lockstep"
	"credence/fuzz/oracle/model"
	"credence/hwmock/vector"
)

// world is a core with one scheduler of two credits, whose jobs are done when
// their test says so, before a Lockstep. What the core does is told through
// tamper, which may lie.
type world struct {
	vector.Executor
	l      *lockstep.Lockstep
	s      *sched.Scheduler
	e      [2]sched.Entity
	twins  [2]*model.Entity
	jobs   map[uint64]*job
	tamper func(sched.Event) []sched.Event
}

type job struct {
	sched.Job
	twin   *model.Job
	hw     fence.Single
	hwTwin *model.Fence
}

func newWorld(t *testing.T) *world {
	w := &world{l: lockstep.New(), jobs: map[uint64]*job{}}
	w.l.Drained = true
	w.tamper = func(e sched.Event) []sched.Event { return []sched.Event{e} }
	w.After = func(x *sched.Work) { w.l.Item(w.Now(), x.Item(), 0) }
	w.Expired = func(*sched.Work) { w.l.Expired(w.Now(), 0) }
	a, err := sched.Flow{Kind: sched.FlowCredits, Limit: 2}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		t.Fatal(err)
	}
	w.s, err = sched.New(sched.Config{
		Backend: w, Executor: w, Admission: a, Observer: w, Policy: sched.FIFO, Timeout: 1000,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.l.AddScheduler(w.s, model.Config{
		Policy: sched.FIFO, Limits: []uint32{2}, Clamp: true, Timeout: 1000,
	})
	for i := range w.e {
		if err := w.e[i].Init([]*sched.Scheduler{w.s}, sched.EntityConfig{ID: uint32(i)}); err != nil {
			t.Fatal(err)
		}
		w.twins[i] = w.l.AddEntity(&w.e[i], []uint8{0}, model.EntityConfig{ID: uint32(i)})
	}
	return w
}

func (w *world) Observe(e sched.Event) {
	for _, x := range w.tamper(e) {
		w.l.Event(x)
	}
}

func (w *world) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, fence.Duration) {
	j := w.jobs[sj.ID]
	j.hwTwin = w.l.Model.NewFence()
	j.hw.Init(fence.Context(1000+sj.ID), 1, nil)
	w.l.Ran(j.twin, j.hwTwin, fence.OK)
	return j.hw.Get(), fence.OK, 0
}

func (w *world) FreeJob(j *sched.Job) fence.Duration {
	j.Cleanup()
	return 0
}

func (w *world) TimedOutJob(sj *sched.Job, _ *sched.Recovery) (sched.Verdict, fence.Duration) {
	w.l.TimedOut(w.jobs[sj.ID].twin)
	w.l.Verdict(sched.VerdictNoHang)
	return sched.VerdictNoHang, 0
}

// push pushes job id of entity e, and lets the core run.
func (w *world) push(id uint64, e int) {
	j := &job{twin: w.twins[e].NewJob(id, 1)}
	j.ID = id
	w.jobs[id] = j
	if err := j.Init(&w.e[e], sched.Need{Credits: 1}); err != nil {
		panic(err)
	}
	j.Arm()
	j.Push()
	w.l.Op(w.Now(), "push", j.twin.Push)
	w.drain()
}

func (w *world) drain() {
	w.Drain()
	w.l.Quiet(0)
}

// done has the hardware complete job id.
func (w *world) done(id uint64, err fence.Errno) {
	w.l.Signaling(w.jobs[id].hwTwin, err)
	w.jobs[id].hw.SignalPut(err)
	w.l.Completed(w.Now())
	w.drain()
}

// lie has an event of a kind and a job told in another way.
func (w *world) lie(k sched.EventKind, id uint64, how func(sched.Event) []sched.Event) {
	w.tamper = func(e sched.Event) []sched.Event {
		if e.Kind == k && e.Job == id {
			return how(e)
		}
		return []sched.Event{e}
	}
}

func nothing(sched.Event) []sched.Event         { return nil }
func twice(e sched.Event) []sched.Event         { return []sched.Event{e, e} }
func anotherError(e sched.Event) []sched.Event  { e.Err = 7; return []sched.Event{e} }
func anotherJob(e sched.Event) []sched.Event    { e.Job++; return []sched.Event{e} }
func anotherTime(e sched.Event) []sched.Event   { e.At++; return []sched.Event{e} }
func anotherEntity(e sched.Event) []sched.Event { e.Entity++; return []sched.Event{e} }

// TestDifferencesAreSeen lets core and model go apart, and compares the rule that
// is said to be broken, and a piece of what is said about it.
func TestDifferencesAreSeen(t *testing.T) {
	for _, c := range []struct {
		name, rule, detail string
		story              func(w *world)
	}{
		{"none", "", "", func(w *world) {}},
		{"a job is not run", "model", "the model has run of job 2", func(w *world) {
			w.lie(sched.EventRun, 2, nothing)
		}},
		{"another job is run", "order", "the model has run of job 1", func(w *world) {
			w.lie(sched.EventRun, 1, anotherJob)
		}},
		{"scheduled does not signal", "I3", "no scheduled of job 1", func(w *world) {
			w.lie(sched.EventScheduled, 1, nothing)
		}},
		{"finished does not signal", "L2", "no finished of job 1", func(w *world) {
			w.lie(sched.EventDone, 1, nothing)
		}},
		{"an error is lost", "I9", "finished of job 1", func(w *world) {
			w.lie(sched.EventDone, 1, anotherError)
		}},
		{"a job is freed twice", "model", "free of job 1", func(w *world) {
			w.lie(sched.EventFree, 1, twice)
		}},
		{"a job is not freed", "I4", "no free of job 3", func(w *world) {
			w.lie(sched.EventFree, 3, nothing)
		}},
		{"a time is wrong", "model", "at 1,", func(w *world) {
			w.lie(sched.EventQueue, 1, anotherTime)
		}},
		{"an entity is wrong", "model", "entity 1", func(w *world) {
			w.lie(sched.EventQueue, 1, anotherEntity)
		}},
		{"a pause that the model does not know of", "L1", "idle run: no run of job 1", func(w *world) {
			w.s.Pause()
		}},
		{"a pause that the core does not know of", "model", "which nothing has queued", func(w *world) {
			w.l.Model.Schedulers()[0].Pause()
		}},
		{"a timer too many", "timer", "expires at 1000, not at", func(w *world) {
			w.l.Model.Schedulers()[0].Timeout = 0
		}},
		{"a timer too late", "timer", "has not expired at 900", func(w *world) {
			w.l.Model.Schedulers()[0].Timeout = 900
		}},
		{"credits that the core lacks", "I1", "0 of limit 0 in flight, the model 1", func(w *world) {
			w.l.Model.Schedulers()[0].InFlight()[0]++
		}},
		{"a kill that the model does not know of", "model", "killed is true", func(w *world) {
			w.e[1].Kill()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			said := ""
			func() {
				defer func() {
					if v, ok := recover().(*oracle.Violation); ok {
						said = v.Error()
					}
				}()
				c.story(w)
				w.push(1, 0)
				w.push(2, 1)
				w.push(3, 0)
				w.done(1, fence.EIO)
				w.Advance(1500)
				w.done(2, fence.OK)
				w.done(3, fence.OK)
			}()
			if c.rule == "" && said != "" || !strings.HasPrefix(said, c.rule) ||
				!strings.Contains(said, c.detail) {
				t.Errorf("said %q, want %s about %s", said, c.rule, c.detail)
			}
			if c.rule == "" && w.l.Compared() < 10 {
				t.Errorf("compared %d times", w.l.Compared())
			}
		})
	}
}
