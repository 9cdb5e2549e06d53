package target

import (
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
)

// makeJob initialises a job in its slot, unless that is in use, and reports
// whether it did.
func (m *machine) makeJob(o *prog.Op) bool {
	s := m.slot(o.Target)
	if s.model != nil || s.finished != nil {
		return false
	}
	s.spec = o.Job
	e := int(o.Job.Entity) % len(m.entities)
	s.job.Queue = m.entities[e].queue
	other := m.compose(s)
	need, err := s.job.Need()
	if err != nil {
		panic(err) // The language has no job that the device cannot express.
	}
	if !m.expressible(e, need) {
		return false
	}
	need.Credits = uint32(o.Job.Credits)
	err = s.job.Init(&m.entities[e].Entity, need)
	if s.model = m.check.Init(e, need, err); s.model == nil {
		return false
	}
	m.lives = append(m.lives, s)
	s.job.ID = s.model.ID
	s.model.Device, s.model.After = o.Job.End == prog.ByDevice, other
	s.model.Least = m.least(&s.spec)
	m.depend(s)
	return true
}

// expressible reports whether a job of entity e could ever run. If the flow
// control is the device, that is for the driver to know.
func (m *machine) expressible(e int, n sched.Need) bool {
	switch m.program.Scheds[m.program.Entities[e].Sched].Flow.Kind {
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
	s.job.AddDependency(f.Get())
}
