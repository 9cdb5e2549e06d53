package lockstep

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/oracle/model"
)

// driver is Lockstep as the model's backend: it answers from the tape.
type driver Lockstep

// next takes the next entry, which must be of a kind, about j.
func (d *driver) next(k entryKind, j *model.Job) *entry {
	want := &entry{kind: k, job: j}
	if d.at == len(d.tape) {
		fail(missing(want), "%v: no %s", d.doing, want)
	}
	e := &d.tape[d.at]
	if e.kind != k || e.job != j {
		fail(Model, "%v: %s, and the model has %s", d.doing, e, want)
	}
	d.at++
	return e
}

// missing returns the rule that the core breaks by not doing what e is.
func missing(e *entry) string {
	if e.kind != anEvent {
		return Model
	}
	switch e.event.Kind {
	case sched.EventRun:
		return invariant.L1.String()
	case sched.EventScheduled:
		return invariant.I3.String()
	case sched.EventDone:
		return invariant.L2.String()
	case sched.EventFree:
		return invariant.I4.String()
	}
	return Model
}

// Observe compares an event.
func (d *driver) Observe(x sched.Event) {
	if x.Warn == sched.WarnOversize {
		d.cut[x.Job] = 1
		return
	}
	if x.Kind == sched.EventRun && d.cut[x.Job] != d.oversize[x.Job] {
		fail(invariant.I1.String(), "job %d runs, and %d warnings say that it is too large, in the model %d",
			x.Job, d.oversize[x.Job], d.cut[x.Job])
	}
	want := &entry{event: x}
	if d.at == len(d.tape) {
		fail(missing(want), "%v: no %s", d.doing, want)
	}
	e := &d.tape[d.at]
	if e.kind != anEvent || e.event != x {
		fail(difference(e, x), "%v: %s, and the model has %s", d.doing, e, want)
	}
	d.at++
}

// difference returns the rule that the core breaks by doing e in place of x.
func difference(e *entry, x sched.Event) string {
	got := e.event
	switch {
	case e.kind != anEvent:
		return Model
	case got.Kind == sched.EventRun && x.Kind == sched.EventRun:
		return oracle.Order
	case got.Kind == sched.EventDone && x.Kind == sched.EventDone && got.Job == x.Job:
		return invariant.I9.String()
	case got.Kind == sched.EventDone && x.Kind == sched.EventScheduled:
		return invariant.I3.String()
	}
	return Model
}

// RunJob returns what the backend did.
func (d *driver) RunJob(j *model.Job) (*model.Fence, fence.Errno) {
	e := d.next(aRun, j)
	return e.fence, e.err
}

// PrepareJob returns the fence that the backend named, if it did.
func (d *driver) PrepareJob(j *model.Job) *model.Fence {
	if d.at < len(d.tape) && d.tape[d.at].kind == aPrepare && d.tape[d.at].job == j {
		d.at++
		return d.tape[d.at-1].fence
	}
	return nil
}

// CancelJob does what the backend did.
func (d *driver) CancelJob(j *model.Job) {
	d.next(aCancel, j)
	d.inputs(anEnd)
}

// TimedOutJob does what the backend did, and returns its verdict.
func (d *driver) TimedOutJob(j *model.Job) sched.Verdict {
	d.next(aTimeout, j)
	return d.inputs(aVerdict).verdict
}

// inputs does what the backend did within a call, up to the entry that ends it,
// which it returns, or to the end of the tape.
func (d *driver) inputs(end entryKind) *entry {
	for d.at < len(d.tape) {
		e := d.tape[d.at]
		d.at++
		var s *model.Scheduler
		if e.job != nil {
			s = e.job.Scheduler()
		}
		switch e.kind {
		case end:
			return &e
		case aSignal:
			d.Model.Signal(e.fence, e.err)
		case aStop:
			s.Stop(e.job)
		case aKarma:
			s.Karma(e.job)
		case aResubmit:
			s.Resubmit()
		case aStart:
			s.Start(e.err)
		case aError:
			if want := e.job.Finished().Err(); want != e.err {
				fail(invariant.I9.String(), "job %d carries %v when it is given again, in the model %v",
					e.job.ID, e.err, want)
			}
		default:
			fail(Model, "%v: %s, and the model does nothing more", d.doing, &e)
		}
	}
	if end != anEnd {
		panic(fmt.Sprintf("lockstep: the tape of %v has no %s", d.doing, entryNames[end]))
	}
	return nil
}
