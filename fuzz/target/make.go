package target

import (
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
	"credence/hwmock/device"
)

// makeJob initialises a job in its slot, unless that is in use, and reports
// whether it did.
func (m *machine) makeJob(o *prog.Op) bool {
	s := m.slot(o.Target)
	if s.model != nil || s.finished != nil {
		return false
	}
	e := m.entities[int(o.Job.Entity)%len(m.entities)]
	if e.gone {
		return false
	}
	s.spec, s.entity = m.normal(o.Job), e
	need, other, ok := m.need(s)
	if !ok {
		return false
	}
	err := s.job.Init(&e.Entity, need)
	if s.model = m.check.Init(int(e.id), need, err); s.model == nil {
		return false
	}
	m.lives = append(m.lives, s)
	s.holds = 1
	s.job.ID = s.model.ID
	s.model.Device, s.model.After = s.onDevice(), other
	if s.onDevice() {
		s.model.Least = m.least(&s.spec)
	}
	if m.lock != nil {
		s.twin = e.twin.NewJob(s.model.ID, m.modelNeed(e, need)...)
	}
	m.depend(s)
	return true
}

// normal returns a job with what the firmware's device needs: a command, and time
// for each.
func (m *machine) normal(j prog.Job) prog.Job {
	if m.device == nil {
		return j
	}
	if j.Commands == [device.NumKinds]uint8{} {
		j.Commands[device.Compute] = 1
	}
	if j.End == prog.ByDevice || j.End == prog.Later {
		j.Micros = max(j.Micros, 1)
	}
	return j
}

// need returns what a job takes: of the device what its commands are, of an
// engine what the variant says. It is false for a job that could never run.
func (m *machine) need(s *slot) (need sched.Need, other *oracle.Job, ok bool) {
	if m.device == nil {
		return m.variant.need(&s.spec), nil, true
	}
	s.job.Queue = s.entity.queue
	other = m.compose(s)
	need, err := s.job.Need()
	if err != nil {
		return need, nil, false // for the submitter to split
	}
	need.Credits = uint32(s.spec.Credits)
	return need, other, m.expressible(s.entity, need)
}

// modelNeed returns a need as the model has it for the flow of e's schedulers.
func (m *machine) modelNeed(e *entity, need sched.Need) []uint32 {
	kind := m.flowOf(e)
	switch kind {
	case sched.FlowLanes:
		var l []uint32
		for i := range sched.NumLanes {
			l = append(l, need.Lanes.Lane(i))
		}
		return l
	case sched.FlowCanRun, sched.FlowPrepare:
		return nil
	}
	return []uint32{oracle.Cost(kind, need)}
}

// expressible reports whether a job of entity e could ever run. If the flow
// control is the device, that is for the driver to know.
func (m *machine) expressible(e *entity, n sched.Need) bool {
	switch m.flowOf(e) {
	case sched.FlowCanRun, sched.FlowPrepare:
		for i, limit := range m.lanes {
			if n.Lanes.Lane(i) > limit {
				return false
			}
		}
	}
	return true
}

// depend gives the job its dependencies, and a reference to each.
func (m *machine) depend(s *slot) {
	for _, d := range s.spec.Deps {
		switch d.Kind {
		case prog.OnExternal:
			m.external[d.Target].depend(s)
		case prog.OnTimeline:
			m.timeline[d.Target].depend(s)
		case prog.OnFinished, prog.OnScheduled:
			m.dependOnJob(s, m.jobs[d.Target], d.Kind == prog.OnScheduled)
		}
	}
}

func (x *external) depend(s *slot) {
	s.model.AddDependency(oracle.Dep{External: x.model})
	if s.twin != nil {
		s.twin.AddDependency(x.twin)
	}
	s.job.AddDependency(x.Get())
}

// dependOnJob makes s depend on x if our reference to the fences of x lives.
func (m *machine) dependOnJob(s, x *slot, scheduled bool) {
	if x == nil || x.finished == nil {
		return
	}
	f := x.finished
	if scheduled {
		f = x.scheduled
	}
	s.model.AddDependency(oracle.Dep{Job: x.life, Scheduled: scheduled})
	if s.twin != nil {
		if scheduled {
			s.twin.AddDependency(x.lifeTwin.Scheduled())
		} else {
			s.twin.AddDependency(x.lifeTwin.Finished())
		}
	}
	s.job.AddDependency(f.Get())
}
