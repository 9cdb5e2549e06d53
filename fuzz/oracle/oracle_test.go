package oracle_test

import (
	"strings"
	"testing"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
)

// world is machinery that does nothing by itself, before a checker that is told
// things. Scheduler 0 is FIFO with 3 credits and entities 0 (high) and 1
// (normal), scheduler 1 of lanes with entity 2. Capacities are 2.
type world struct {
	t     *testing.T
	check *oracle.Checker
	dev   *device.Device
	queue []*device.UserQueue
	exec  *exec
	sched []*sched.Scheduler
	now   fence.Time
}

// exec keeps the items that it is given.
type exec struct {
	*rig.Executor
	items []*sched.Work
}

func (x *exec) Queue(w *sched.Work) { x.items = append(x.items, w) }

const slots, ring = 4, 8

func newWorld(t *testing.T) *world {
	p, err := profile.Load("ideal")
	if err != nil {
		t.Fatal(err)
	}
	params := *p
	params.Slots, params.Buffer, params.Ring = slots, slots+1, ring
	var contexts fence.Contexts
	events := des.New()
	w := &world{t: t, exec: &exec{Executor: rig.NewExecutor(events, 0, nil)}}
	w.dev = device.New(device.Config{Events: events, Profile: &params, Contexts: &contexts})
	c := oracle.Config{
		Device: w.dev, Lanes: device.Lanes(&params), Buffer: params.Buffer, Ring: ring, Jobs: 20,
	}
	w.check = oracle.New(c)
	for id, f := range []sched.Flow{{Kind: sched.FlowCredits, Limit: 3}, {Kind: sched.FlowLanes}} {
		a, err := f.Admission(c.Lanes)
		if err != nil {
			t.Fatal(err)
		}
		s, err := sched.New(sched.Config{
			ID: uint32(id), Backend: w.dev, Executor: w.exec, Admission: a,
			Policy: sched.FIFO, Contexts: &contexts,
		})
		if err != nil {
			t.Fatal(err)
		}
		w.exec.AddWorker()
		w.sched = append(w.sched, s)
		w.check.AddScheduler(s, f, sched.FIFO)
	}
	for id, s := range []int{0, 0, 1} {
		e := new(sched.Entity)
		err := e.Init(w.sched[s:s+1], sched.EntityConfig{
			ID: uint32(id), Capacity: 2, Priority: sched.High + sched.Priority(id),
		})
		if err != nil {
			t.Fatal(err)
		}
		w.queue = append(w.queue, w.dev.NewQueue())
		w.check.AddEntity(e, w.queue[id], 2)
	}
	return w
}

// job is a job of which the checker is told.
type job struct {
	*oracle.Job
	w      *world
	entity uint32
	pair   fence.Pair
	hw     fence.Single
}

func need(t *testing.T, credits uint32, lanes ...uint32) sched.Need {
	v, err := credit.Pack(lanes...)
	if err != nil {
		t.Fatal(err)
	}
	return sched.Need{Credits: credits, Lanes: v}
}

// init initialises a job of one compute command.
func (w *world) init(entity int, credits uint32, deps ...oracle.Dep) *job {
	n := need(w.t, credits, 0, 0, 1, 0, 0, 1)
	j := &job{Job: w.check.Init(entity, n, nil), w: w, entity: uint32(entity)}
	j.Device = true
	for _, d := range deps {
		j.AddDependency(d)
	}
	return j
}

func (w *world) queued(entity int, credits uint32, deps ...oracle.Dep) *job {
	j := w.init(entity, credits, deps...)
	j.arm()
	j.observe(sched.EventQueue, fence.OK)
	return j
}

func (j *job) arm() {
	j.pair.Init(fence.Context(100+2*j.entity), j.ID, nil, 2)
	j.w.check.Arm(j.Job, &j.pair.Scheduled, &j.pair.Finished)
}

func (j *job) observe(k sched.EventKind, err fence.Errno) {
	s := uint32(0)
	if j.entity == 2 {
		s = 1
	}
	j.w.check.Observe(sched.Event{
		At: j.w.now, Job: j.ID, Sched: s, Entity: j.entity, Kind: k, Err: err,
	})
}

func (j *job) run() *job {
	j.observe(sched.EventRun, fence.OK)
	j.hw.Init(1, j.ID, nil)
	j.w.check.Returned(j.Job, &j.hw.Fence, fence.OK, false)
	j.observe(sched.EventScheduled, fence.OK)
	j.pair.Scheduled.Signal()
	return j
}

func (j *job) finish(err fence.Errno) *job {
	j.hw.SignalError(err)
	j.observe(sched.EventDone, err)
	j.pair.Finished.SignalPut(err)
	return j
}

func (j *job) free() *job {
	j.observe(sched.EventFree, fence.OK)
	j.w.check.Released(j.ID, j.pair.Finished.Refs())
	j.w.check.Gone(j.Job)
	return j
}

func (w *world) external() *oracle.External {
	f := new(fence.Single)
	f.Init(50, 1, nil)
	return w.check.NewExternal(&f.Fence)
}

// verdict runs f and returns what the checker said, "" for nothing.
func verdict(t *testing.T, f func()) (said string) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *oracle.Violation:
			said = v.Error()
		default:
			t.Errorf("panic of type %T: %v", v, v)
		}
	}()
	f()
	return ""
}

// TestRules tells a checker stories, and compares the rule that it says is
// broken, and a piece of what it says about it; nothing for an honest story.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, rule, detail string
		story              func(w *world)
	}{
		{"honest lives", "", "", func(w *world) {
			x := w.external()
			a := w.queued(0, 2)
			b := w.queued(1, 2, oracle.Dep{External: x})
			a.run()
			w.check.Quiet(0)
			a.finish(fence.EIO)
			x.Signaled = true
			b.run().finish(fence.OK)
			a.free()
			b.free()
			w.check.Quiet(0)
		}},
		{"second in the queue runs", "I2", "job 2 of entity 0 runs before job 1", func(w *world) {
			w.queued(0, 1)
			w.queued(0, 1).run()
		}},
		{"external fence not signalled", "I6", "before external fence 50:1", func(w *world) {
			w.queued(0, 1, oracle.Dep{External: w.external()}).run()
		}},
		{"job of the other scheduler runs", "I6", "before job 1 of entity 0 is finished", func(w *world) {
			a := w.queued(0, 1).run()
			w.queued(2, 1, oracle.Dep{Job: a.Job}).run()
		}},
		{"job of the other scheduler was scheduled", "", "", func(w *world) {
			a := w.queued(0, 1).run()
			w.queued(2, 1, oracle.Dep{Job: a.Job, Scheduled: true}).run()
		}},
		{"job of this scheduler waits", "I6", "before job 1 of entity 1 is finished", func(w *world) {
			a := w.queued(1, 1)
			w.queued(0, 1, oracle.Dep{Job: a.Job}).run()
		}},
		{"job of this scheduler runs", "", "", func(w *world) {
			a := w.queued(1, 1).run()
			w.queued(0, 1, oracle.Dep{Job: a.Job}).run()
		}},
		{"own entity", "", "", func(w *world) {
			a := w.queued(0, 1)
			b := w.queued(0, 1, oracle.Dep{Job: a.Job})
			a.run()
			b.run()
		}},
		{"of one context the later counts", "I6", "before job 2 of entity 0", func(w *world) {
			a, b := w.queued(0, 1), w.queued(0, 1)
			c := w.queued(2, 1, oracle.Dep{Job: b.Job}, oracle.Dep{Job: a.Job})
			a.run().finish(fence.OK)
			b.run()
			c.run()
		}},
		{"of one context only the later counts", "", "", func(w *world) {
			a, b := w.queued(0, 1), w.queued(0, 1)
			c := w.queued(2, 1, oracle.Dep{Job: a.Job}, oracle.Dep{Job: b.Job})
			a.run()
			b.run().finish(fence.OK)
			c.run()
		}},
		{"over the limit of credits", "I1", "cost 2", func(w *world) {
			w.queued(0, 2).run()
			w.queued(0, 2).run()
		}},
		{"over the limit of a lane", "I1", "limits [3 3 3 6 6 6]", func(w *world) {
			w.laneJobs(4)
		}},
		{"up to the limit of a lane", "", "", func(w *world) { w.laneJobs(3) }},
		{"device holds what nobody gave it", "I1", "queue 1.compute holds 1 commands", func(w *world) {
			j := device.Job{Queue: w.queue[1], Commands: []device.Command{
				{Kind: device.Compute, Engines: 1 << 2, Duration: 5},
			}}
			j.Owner = &j
			w.dev.RunJob(&j.Job)
			w.check.After()
		}},
		{"refused by a ring with room", "I1", "is refused with EIO", func(w *world) {
			j := w.queued(0, 1)
			j.observe(sched.EventRun, fence.OK)
			w.check.Returned(j.Job, nil, fence.EIO, false)
		}},
		{"credits in flight are not counted", "I1", "0 in flight, its jobs cost 2", func(w *world) {
			w.queued(0, 2).run()
			w.check.After()
		}},
		{"lanes are not counted", "I1", "0 in flight in lane 2, its jobs cost 1", func(w *world) {
			w.queued(2, 1).run()
			w.check.After()
		}},
		{"warning about a job of the right size", "I1", "warning oversize", func(w *world) {
			j := w.queued(0, 2)
			w.check.Observe(sched.Event{Job: j.ID, Kind: sched.EventWarn, Warn: sched.WarnOversize})
		}},
		{"scheduled before the backend has it", "I3", "scheduled in state running", func(w *world) {
			j := w.queued(0, 1)
			j.observe(sched.EventRun, fence.OK)
			j.observe(sched.EventScheduled, fence.OK)
		}},
		{"finished before scheduled signals", "I3", "before its scheduled fence", func(w *world) {
			j := w.queued(0, 1)
			j.Device = false
			j.observe(sched.EventRun, fence.OK)
			w.check.Returned(j.Job, nil, fence.OK, false)
			j.observe(sched.EventDone, fence.OK)
		}},
		{"finished fence signals by itself", "I3", "finished fence signalled early", func(w *world) {
			j := w.queued(0, 1).run()
			j.hw.Signal()
			j.pair.Finished.Signal()
			j.observe(sched.EventDone, fence.OK)
		}},
		{"runs twice", "I4", "job 1 of entity 0 is run in state running", func(w *world) {
			w.queued(0, 1).run().run()
		}},
		{"finishes twice", "I4", "finished in state done", func(w *world) {
			w.queued(0, 1).run().finish(fence.OK).finish(fence.OK)
		}},
		{"freed while it runs", "I4", "freed in state running", func(w *world) {
			w.queued(0, 1).run().free()
		}},
		{"freed twice", "I4", "freed in state gone", func(w *world) {
			w.queued(0, 1).run().finish(fence.OK).free().free()
		}},
		{"freed out of order", "I4", "freed before job 1", func(w *world) {
			w.queued(0, 1).run().finish(fence.OK)
			w.queued(0, 1).run().finish(fence.OK).free()
		}},
		{"freed before its fence signals", "I4", "before its finished fence signals", func(w *world) {
			j := w.queued(0, 1).run()
			j.hw.Signal()
			j.observe(sched.EventDone, fence.OK)
			j.observe(sched.EventFree, fence.OK)
		}},
		{"backend lets go of a job that runs", "I4", "is let go of by the backend in state running", func(w *world) {
			w.check.Gone(w.queued(0, 1).run().Job)
		}},
		{"not freed", "I4", "is done, the oldest, and not freed", func(w *world) {
			w.queued(0, 1).run().finish(fence.OK)
			w.check.Quiet(0)
		}},
		{"event of no job", "I4", "job 7, of 0", func(w *world) {
			w.check.Observe(sched.Event{Job: 7})
		}},
		{"other entity's event", "I7", "by entity 1 of scheduler 0", func(w *world) {
			j := w.queued(0, 1)
			w.check.Observe(sched.Event{Job: j.ID, Entity: 1, Kind: sched.EventRun})
		}},
		{"error lost", "I9", "finishes with ok, its backend said EIO", func(w *world) {
			j := w.queued(0, 1).run()
			j.hw.SignalError(fence.EIO)
			j.observe(sched.EventDone, fence.OK)
		}},
		{"error not in the fence", "I9", "its finished fence carries ok, not EIO", func(w *world) {
			j := w.queued(0, 1).run()
			j.hw.SignalError(fence.EIO)
			j.observe(sched.EventDone, fence.EIO)
			j.pair.Finished.Signal()
			j.observe(sched.EventFree, fence.OK)
		}},
		{"finished before the hardware", "I9", "before the hardware", func(w *world) {
			w.queued(0, 1).run().observe(sched.EventDone, fence.OK)
		}},
		{"sooner than the engines can", "time", "is done at 9, and needs until 10", func(w *world) {
			j := w.queued(0, 1)
			j.Least = oracle.Least{All: 10}
			j.run()
			w.now = 9
			j.finish(fence.OK)
		}},
		{"sooner than a barrier lets it", "time", "is done at 20, and needs until 21", func(w *world) {
			a, b := w.queued(0, 1), w.queued(1, 1)
			a.Least = oracle.Least{All: 30, First: 5, Last: 20}
			b.Least, b.After = oracle.Least{All: 9, First: 1, Last: 2}, a.Job
			a.run()
			w.now = 2
			b.run()
			w.now = 20
			b.finish(fence.OK)
		}},
		{"less important first", "order", "job 2 of entity 1 runs at 0 before job 1", func(w *world) {
			w.queued(0, 1)
			w.queued(1, 1).run()
		}},
		{"passes one that does not fit", "order", "before job 2 of entity 0", func(w *world) {
			w.queued(0, 2).run()
			w.queued(0, 2)
			w.queued(1, 1).run()
		}},
		{"more important one waits for a fence", "", "", func(w *world) {
			w.queued(0, 1, oracle.Dep{External: w.external()})
			w.queued(1, 1).run()
		}},
		{"sleeps with work", "L1", "job 1 of entity 1 is ready and fits", func(w *world) {
			w.queued(1, 1)
			w.check.Quiet(0)
		}},
		{"sleeps with work beside a less important one that does not fit", "L1", "job 2 of entity 0",
			func(w *world) {
				w.queued(1, 2).run()
				w.queued(0, 1)
				w.queued(1, 3)
				w.check.Quiet(0)
			}},
		{"sleeps behind one that does not fit", "", "", func(w *world) {
			w.queued(1, 2).run()
			w.queued(0, 3, oracle.Dep{External: w.external()})
			w.queued(1, 1)
			w.check.Quiet(0)
		}},
		{"runs items for nothing", "L3", "5 run items for 1 pushes", func(w *world) {
			w.runItems(5)
		}},
		{"runs as many items as it may", "", "", func(w *world) { w.runItems(4) }},
		{"a killed job ends with another error", "I9", "finishes with ok, its backend said ESRCH",
			func(w *world) { w.killed(0).die(fence.OK) }},
		{"a killed job ends before the one that runs", "I2", "ends before those in front of it",
			func(w *world) {
				w.queued(0, 1).run()
				w.killed(0).die(fence.ESRCH)
			}},
		{"killed jobs end in order", "", "", func(w *world) {
			a, b := w.queued(0, 1), w.killed(0)
			a.die(fence.ESRCH)
			b.die(fence.ESRCH)
		}},
		{"killed jobs end out of order", "I2", "job 2 of entity 0, which was killed", func(w *world) {
			w.queued(0, 1)
			w.killed(0).die(fence.ESRCH)
		}},
		{"a killed job ends before what it depends on", "I6", "external fence 50:1", func(w *world) {
			w.killed(0, oracle.Dep{External: w.external()}).die(fence.ESRCH)
		}},
		{"a killed job ends when a dependency is scheduled", "I6", "job 1 of entity 1", func(w *world) {
			a := w.queued(1, 1).run()
			w.killed(0, oracle.Dep{Job: a.Job, Scheduled: true}).die(fence.ESRCH)
		}},
		{"a killed job runs", "I4", "is run in state queued", func(w *world) { w.killed(0).run() }},
		{"a job that was not killed dies", "I3", "scheduled in state queued", func(w *world) {
			w.queued(0, 1).die(fence.ESRCH)
		}},
		{"an entity leaves its job behind", "I7", "goes from scheduler 0 to 1", func(w *world) {
			w.queued(0, 1).run()
			w.pushTo(1, 0)
		}},
		{"an entity leaves with nothing open", "", "", func(w *world) {
			w.queued(0, 1).run().finish(fence.OK).free()
			w.pushTo(1, 0)
		}},
		{"runs before the fence that the backend named", "I6", "before external fence 50:1",
			func(w *world) {
				j := w.queued(0, 1)
				w.check.Prepared(j.Job, w.external())
				j.run()
			}},
		{"a stopped scheduler holds credits", "", "", func(w *world) {
			w.queued(0, 2).run()
			w.check.Stopping(0)
			w.queued(1, 3).run()
		}},
		{"a stopped job ends without an error", "I9", "finishes with ok", func(w *world) {
			j := w.queued(0, 1).run()
			j.Device = false
			w.check.Stopping(0)
			w.check.Starting(0)
			j.hw.SignalError(fence.EIO)
			w.check.Returned(j.Job, nil, fence.EIO, false)
			j.observe(sched.EventDone, fence.OK)
		}},
		{"left to the backend and freed", "I4", "was left to the backend", func(w *world) {
			j := w.queued(0, 1).run().finish(fence.ETIMEDOUT)
			w.check.Verdict(j.Job, sched.VerdictReset, false)
			j.free()
		}},
		{"left to the backend while it runs", "L2", "was killed by the backend, and is in state running",
			func(w *world) {
				w.check.Verdict(w.queued(0, 1).run().Job, sched.VerdictReset, false)
			}},
		{"somebody else times out than the oldest", "I8", "is in place 1", func(w *world) {
			w.queued(0, 1).run()
			w.check.Verdict(w.queued(0, 1).run().Job, sched.VerdictNoHang, false)
		}},
		{"refuses below the capacity", "init", "refuses a job with 1 of 2 queued", func(w *world) {
			w.init(0, 1)
			w.check.Init(0, need(w.t, 1, 0, 0, 1), sched.ErrQueueFull)
		}},
		{"refuses at the capacity", "", "", func(w *world) {
			w.init(0, 1)
			w.queued(0, 1)
			if w.check.Init(0, need(w.t, 1, 0, 0, 1), sched.ErrQueueFull) != nil {
				w.t.Error("a life for a job that was refused")
			}
		}},
		{"refuses what fits the lanes", "init", "refuses a job of lanes [0 0 3 0 0 6]", func(w *world) {
			w.check.Init(2, need(w.t, 1, 0, 0, 3, 0, 0, 6), credit.ErrCost)
		}},
		{"accepts what never fits", "init", "accepts a job of lanes [0 0 4 0 0 4]", func(w *world) {
			w.check.Init(2, need(w.t, 1, 0, 0, 4, 0, 0, 4), nil)
		}},
		{"load is not counted", "I10", "has a score of 0, not 2", func(w *world) {
			w.queued(0, 1)
			w.check.After()
		}},
		{"callback before its time", "I3", "runs in state running", func(w *world) {
			w.check.Finished(w.queued(0, 1).run().Job, 0)
		}},
		{"callback runs before one that was armed earlier", "I3", "runs after 0 others",
			func(w *world) {
				w.check.Finished(w.queued(0, 1).run().finish(fence.OK).Job, 1)
			}},
		{"callback runs twice", "I3", "callback 0 on the finished", func(w *world) {
			j := w.queued(0, 1).run().finish(fence.OK)
			w.check.Finished(j.Job, 0)
			w.check.Finished(j.Job, 0)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			said := verdict(t, func() { c.story(w) })
			if c.rule == "" && said != "" || !strings.HasPrefix(said, c.rule) ||
				!strings.Contains(said, c.detail) {
				t.Errorf("said %q, want %s about %s", said, c.rule, c.detail)
			}
		})
	}
}

// killed is a job of an entity that is then killed.
func (w *world) killed(entity int, deps ...oracle.Dep) *job {
	j := w.queued(entity, 1, deps...)
	w.check.Kill(entity)
	return j
}

// die ends a job without running it.
func (j *job) die(err fence.Errno) {
	j.observe(sched.EventScheduled, fence.OK)
	j.pair.Scheduled.Signal()
	j.observe(sched.EventDone, err)
	j.pair.Finished.SignalPut(err)
	j.free()
}

// pushTo queues a job of an entity on a scheduler.
func (w *world) pushTo(on uint32, entity int) {
	j := w.init(entity, 1)
	j.arm()
	w.check.Observe(sched.Event{Job: j.ID, Sched: on, Entity: j.entity, Kind: sched.EventQueue})
}

// laneJobs runs n jobs of one compute slot.
func (w *world) laneJobs(n int) {
	for range n {
		w.queued(2, 1).run()
	}
}

// runItems pushes one job to the real scheduler 1, so that it queues an item,
// and tells n times that it ran.
func (w *world) runItems(n int) {
	w.queued(2, 1)
	w.sched[1].Resume()
	for range n {
		w.check.Item(w.exec.items[0])
	}
}

// TestEnd tells stories of which only the end is wrong.
func TestEnd(t *testing.T) {
	for _, c := range []struct {
		name, rule, detail string
		story              func(w *world)
	}{
		{"all is over", "", "", func(w *world) { w.whole(1) }},
		{"never finishes", "L2", "job 1 of entity 0 never finishes", func(w *world) {
			w.queued(0, 1).run()
		}},
		{"never finishes beside a queue that is stuck", "L2", "job 1 of entity 0 never", func(w *world) {
			w.queued(0, 1).run()
			w.overrun(1)
		}},
		{"never runs beside a queue that is stuck", "L1", "job 1 of entity 2 is ready", func(w *world) {
			w.queued(2, 1)
			w.overrun(1)
		}},
		{"stuck itself, which is exempt, and not counted", "I1", "0 in flight", func(w *world) {
			w.queued(1, 1).run()
			w.overrun(1)
		}},
		{"never pushed", "L2", "neither pushed nor aborted", func(w *world) { w.init(0, 1) }},
		{"aborted", "", "", func(w *world) { w.check.Abort(w.init(0, 1).Job) }},
		{"kept by the backend", "I10", "still held, in state freed", func(w *world) {
			j := w.queued(0, 1).run().finish(fence.OK)
			j.observe(sched.EventFree, fence.OK)
			w.check.Released(j.ID, 1)
		}},
		{"a reference too many", "I10", "have 2 references, not 1", func(w *world) {
			w.whole(1).pair.Finished.Get()
		}},
		{"a reference too few", "I10", "have 0 references, not 1", func(w *world) {
			w.whole(1).pair.Finished.Put()
		}},
		{"freed without a reference", "I10", "0 references to its fences when", func(w *world) {
			w.whole(0)
		}},
		{"external fence held", "I10", "external fence 50:1 has 1 references besides", func(w *world) {
			w.external().Fence.Get()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if invariant.Enabled && c.name == "freed without a reference" {
				t.Skip("with the core's own checks compiled in, the fence says so first")
			}
			w := newWorld(t)
			said := verdict(t, func() {
				c.story(w)
				w.end()
			})
			if c.rule == "" && said != "" || !strings.HasPrefix(said, c.rule) ||
				!strings.Contains(said, c.detail) {
				t.Errorf("said %q, want %s about %s", said, c.rule, c.detail)
			}
		})
	}
}

// whole tells of a job's whole life, at the end of which the fences have refs
// references.
func (w *world) whole(refs int) *job {
	j := w.queued(0, 1).run().finish(fence.OK)
	for ; refs < 1; refs++ {
		j.pair.Finished.Put()
	}
	return j.free()
}

// overrun gives a user queue more commands than the firmware holds.
func (w *world) overrun(queue int) {
	j := &device.Job{Queue: w.queue[queue]}
	j.Owner = j
	for range slots + 2 {
		j.Commands = append(j.Commands,
			device.Command{Kind: device.Compute, Engines: 1 << 2, Duration: 5})
	}
	w.dev.RunJob(&j.Job)
}

// end is the end of a program.
func (w *world) end() {
	for e := range w.queue {
		if len(w.dev.Overruns()) == 0 {
			w.check.Fini(e)
		}
	}
	w.check.End()
}
