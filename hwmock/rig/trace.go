package rig

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
)

// Tracer is told all that a timeline shows. Its calls come in the order of time,
// on the goroutine that steps the rig; they must not call back into it.
type Tracer interface {
	sched.Observer
	device.Observer
	// AddScheduler names what the flow control of a new scheduler counts, with the
	// limits. Both are empty where it counts nothing by itself.
	AddScheduler(id uint32, lanes []string, limits []uint32)
	// AddClient names what a new client runs.
	AddClient(client int, workload string)
	// AddEntity says which client a new entity belongs to. Entities that belong to
	// none are not announced.
	AddEntity(entity uint32, client int)
	// Depend says that a job which is about to be submitted waits for a fence.
	Depend(at fence.Time, job uint64, on *fence.Fence)
	// Submit says that a job was armed, whose fence is finished. The call that
	// submits it begins at from, now or later, and ends with the job's EventQueue.
	Submit(at fence.Time, job uint64, entity uint32, from fence.Time, finished *fence.Fence)
	// Credits says how much of a lane is in flight: right before EventRun of a job,
	// with what that took, and right before EventDone, without what that gave back.
	Credits(at fence.Time, sched uint32, lane int, n uint32)
}

// laneNames are the limits of a firmware-scheduled device, scalarNames is the
// one limit of other flows that have any.
var (
	laneNames = []string{
		sched.VertexSlots: "vertex slots", sched.FragmentSlots: "fragment slots",
		sched.ComputeSlots: "compute slots", sched.VertexRing: "vertex ring",
		sched.FragmentRing: "fragment ring", sched.ComputeRing: "compute ring",
	}
	scalarNames = []string{"credits"}
)

// traceScheduler tells the tracer of a new scheduler.
func (r *Rig) traceScheduler(id uint32, a sched.Admission) {
	switch a := a.(type) {
	case *sched.Scalar:
		r.config.Tracer.AddScheduler(id, scalarNames, []uint32{a.Limit()})
	case *sched.PerQueue:
		limits := device.Lanes(r.config.Profile)
		r.config.Tracer.AddScheduler(id, laneNames, limits[:])
	default:
		r.config.Tracer.AddScheduler(id, nil, nil)
	}
}

// trace tells the tracer of a scheduler's event, and before those that change it
// what is in flight.
func (m *meter) trace(e *sched.Event) {
	t := m.rig.config.Tracer
	if e.Kind == sched.EventRun || e.Kind == sched.EventDone {
		switch a := m.rig.admissions[e.Sched].(type) {
		case *sched.Scalar:
			t.Credits(e.At, e.Sched, 0, a.InFlight())
		case *sched.PerQueue:
			v := a.InFlight()
			for i := range laneNames {
				t.Credits(e.At, e.Sched, i, v.Lane(i))
			}
		}
	}
	t.Observe(*e)
}

// traceDepend tells the tracer of a dependency of the job that is armed next.
func (r *Rig) traceDepend(on *fence.Fence) {
	if t := r.config.Tracer; t != nil {
		t.Depend(r.Now(), r.ids+1, on)
	}
}
