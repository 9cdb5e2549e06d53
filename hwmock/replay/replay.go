package replay

import (
	"errors"
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/trace"
	"credence/hwmock/workload"
)

// Outcome is what became of a job in a replay.
type Outcome struct {
	Run, End fence.Time // trace.NotRecorded if it did not come to that
	// behind is the job that the engine did before, if it was busy with that when
	// this one was given to it; else -1.
	behind int32
	depth  int32 // how many jobs the engine has done without a pause before this
}

// capacity is how many jobs of one context wait in a replay.
const capacity = 1024

// patience is for how long behind the last arrival a replay waits for the jobs.
const patience = 100 * fence.Second

// Run replays all arrivals of in on a device of that profile, whose scheduler
// and latencies are those of the profile, but for those that the model has. The
// outcomes are those of in.Jobs. The same arguments give the same outcomes.
func (m *Model) Run(p *profile.Profile, in *Input) ([]Outcome, error) {
	r := &replay{model: m, in: in, submitting: -1, out: make([]Outcome, len(in.Jobs))}
	for i := range r.out {
		r.out[i] = Outcome{Run: trace.NotRecorded, End: trace.NotRecorded, behind: -1}
	}
	r.resolve()
	if err := r.build(p); err != nil {
		return nil, err
	}
	for i := range in.Jobs {
		if err := r.arrive(i); err != nil {
			return nil, err
		}
	}
	if err := r.rig.RunUntil(r.rig.Now().Add(patience)); err != nil {
		return nil, err
	}
	findBehind(in, r.out)
	return r.out, nil
}

// replay is a run.
type replay struct {
	model      *Model
	in         *Input
	rig        *rig.Rig
	classes    []*ClassModel // of in.Classes
	contexts   []*rig.Context
	engines    []workload.EngineSet // of in.Rings
	jobs       []int32              // by the scheduler's number, from 1
	handles    []workload.Handle    // of in.Jobs
	lastUse    []int32              // of in.Jobs: the last one that waits for it
	out        []Outcome
	submitting int // a job, or -1
	deps       []workload.Handle
}

// resolve finds the constants of the classes, and until when a job is named.
func (r *replay) resolve() {
	for _, c := range r.in.Classes {
		r.classes = append(r.classes, r.model.class(c))
	}
	r.handles = make([]workload.Handle, len(r.in.Jobs))
	r.lastUse = make([]int32, len(r.in.Jobs))
	for i := range r.in.Jobs {
		for _, d := range r.in.Jobs[i].deps {
			r.lastUse[d] = int32(i)
		}
	}
}

// build makes the machine: a scheduler a ring, and in it an entity for each
// context, as drivers of such devices have it. A device that is no ring keeps
// its engines, and rings are dealt to them.
func (r *replay) build(p *profile.Profile) error {
	own := *p
	own.SubmitCost = 0 // Arrivals were recorded behind it.
	flow := sched.Flow{Kind: sched.FlowLanes}
	rings := len(r.in.Rings)
	if p.Shape == profile.ShapeRing {
		flow = sched.Flow{Kind: sched.FlowCount, Limit: uint32(p.Slots)}
		own.SharedSchedulers = rings
		own.Engines = make([]profile.Engine, rings)
		for i := range own.Engines {
			own.Engines[i] = p.Engines[0]
			own.Engines[i].Instance = i + 1
		}
	}
	var err error
	r.rig, err = rig.New(rig.Config{
		Profile: &own, Flow: flow, Policy: sched.FIFO, Capacity: capacity, Observer: r, Wake: r.wake,
	})
	if err != nil {
		return err
	}
	engines := len(r.rig.Capabilities().Engines)
	for i := range rings {
		r.engines = append(r.engines, 1<<uint(i%engines))
	}
	// Contexts are dealt to schedulers in turn, so each has one on every ring.
	for range r.in.Contexts * rings {
		c, err := r.rig.NewContext(sched.Normal)
		if err != nil {
			return err
		}
		r.contexts = append(r.contexts, c)
	}
	return nil
}

// arrive brings the clock to the next arrival and submits it.
func (r *replay) arrive(i int) error {
	j := &r.in.Jobs[i]
	if err := r.rig.RunUntil(j.Submit); err != nil {
		return err
	}
	r.deps = r.deps[:0]
	for _, d := range j.deps {
		if h := r.handles[d]; h != workload.NoHandle && !r.rig.Done(h) {
			r.deps = append(r.deps, h)
		}
	}
	r.submitting = i
	r.jobs = append(r.jobs, int32(i))
	_, h, err := r.rig.Submit(&rig.Submission{
		Context: r.contexts[j.Context*len(r.in.Rings)+j.Ring], Engines: r.engines[j.Ring],
		Duration: r.classes[j.Class].duration(j), Deps: r.deps,
	})
	r.submitting = -1
	switch {
	case errors.Is(err, sched.ErrQueueFull):
		return fmt.Errorf("%s: job %d finds %d jobs of its context waiting: the device %s is too "+
			"slow for this trace", r.in.Name, i+1, capacity, r.rig.Capabilities().Device)
	case err != nil:
		return fmt.Errorf("%s: job %d: %w", r.in.Name, i+1, err)
	}
	r.handles[i] = h
	r.release(i)
	return nil
}

// release gives back the handles that no job from the next one on names.
func (r *replay) release(i int) {
	for _, d := range r.in.Jobs[i].deps {
		if r.lastUse[d] == int32(i) {
			r.rig.Release(r.handles[d])
			r.handles[d] = workload.NoHandle
		}
	}
	if r.lastUse[i] == 0 {
		r.rig.Release(r.handles[i])
		r.handles[i] = workload.NoHandle
	}
}

// wake says what it takes the worker to wake up this time: for a submission, or
// for a completion.
func (r *replay) wake() fence.Duration {
	if r.submitting < 0 {
		return r.model.Finish
	}
	c := r.classes[r.in.Jobs[r.submitting].Class]
	if r.model.onWorker(r.in, r.submitting) {
		return c.WakeSame
	}
	return c.Wake
}

// Observe notes when jobs run and end.
func (r *replay) Observe(e sched.Event) {
	if e.Job == 0 || e.Job > uint64(len(r.jobs)) {
		return
	}
	o := &r.out[r.jobs[e.Job-1]]
	switch e.Kind {
	case sched.EventRun:
		o.Run = e.At
	case sched.EventDone:
		if e.Err == fence.OK {
			o.End = e.At
		}
	}
}

// findBehind fills in Outcome.behind and depth.
func findBehind(in *Input, out []Outcome) {
	last := make([]int32, len(in.Rings))
	for i := range last {
		last[i] = -1
	}
	for _, i := range byRun(in, func(i int) fence.Time { return out[i].Run }) {
		l := &last[in.Jobs[i].Ring]
		if *l >= 0 && out[*l].End > out[i].Run {
			out[i].behind, out[i].depth = *l, out[*l].depth+1
		}
		*l = i
	}
}
