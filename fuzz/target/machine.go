package target

import (
	"io"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/oracle/lockstep"
	"credence/fuzz/oracle/model"
	"credence/fuzz/prog"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// stamps are where the device's stamps begin: a queue's 16th command wraps them.
const stamps = -0x1000 & (1<<32 - 1)

// machine is the system under test: what a program's header describes, and what
// its operations have made of it.
type machine struct {
	program  *prog.Program
	variant  variant
	check    *oracle.Checker
	lock     *lockstep.Lockstep // nil if the program is exempt
	events   *des.Engine
	exec     executor
	contexts fence.Contexts
	params   *profile.Profile
	device   *device.Device         // nil for the engine profile
	lanes    [sched.NumLanes]uint32 // its limits
	backend  backend
	scheds   []*scheduler
	entities []*entity           // by the program's identifier, the present lives
	lives    []*slot             // by sched.Job.ID-1
	jobs     [prog.MaxJobs]*slot // by identifier; nil if never used
	slots    []*slot             // those, in the order of first use
	external [prog.MaxExternal]external
	timeline [prog.MaxTimeline]external
	signaled int // of the timeline
	entityID uint32

	healing   bool
	hints     int // deadlines
	steps     int
	completed int // jobs
	executed  int // operations that did something
	pairs     Pairs
	history   history
	exempt    Exemptions
	trace     io.Writer // nil for none
}

// scheduler is a scheduler with the engine below it, if that is the profile.
type scheduler struct {
	*sched.Scheduler
	spec    prog.Sched
	engine  engine
	paused  bool
	stopped bool
	down    bool
}

// entity is one life of an entity, with its user queue.
type entity struct {
	sched.Entity
	id     uint32 // in events
	name   int    // the program's
	queue  *device.UserQueue
	twin   *model.Entity
	first  uint8   // a scheduler of it
	choice []uint8 // of schedulers; empty if there is none
	open   int     // jobs pushed and not finished
	gone   bool
}

// external is a fence that the program signals.
type external struct {
	fence.Single
	model *oracle.External
	twin  *model.Fence
}

// newMachine builds what the program's header says.
func newMachine(p *prog.Program, v variant, trace io.Writer) *machine {
	m := &machine{program: p, variant: v, events: des.New(), history: historyStart, trace: trace}
	m.params = parameters(p.Device)
	m.backend.machine = m
	m.exec.init(m, m.params.HostWake)
	if p.Device.Profile != prog.Engine {
		m.device = device.New(device.Config{
			Events: m.events, Profile: m.params, Stamps: stamps, Contexts: &m.contexts, Freed: m.jobFreed,
			Observer: m.deviceObserver(),
		})
	}
	m.lanes = m.limits()
	m.check = oracle.New(oracle.Config{
		Device: m.device, Lanes: m.lanes, Buffer: m.params.Buffer, Ring: m.params.Ring,
		Jobs: jobs(p), Watched: p.Device.Undrained, Compat: p.Compat,
	})
	if m.modelled() {
		m.lock = lockstep.New()
		m.lock.Drained = !p.Device.Undrained && m.params.HostWake == 0
	} else {
		m.exempt[ExemptCanRun]++
	}
	for _, s := range p.Scheds {
		m.addScheduler(v.scheduler(s))
	}
	m.entities = make([]*entity, len(p.Entities))
	for i, e := range p.Entities {
		m.addEntity(i, e)
	}
	m.initExternals()
	return m
}

// limits returns what FlowLanes admits: what the device has, or for an engine
// as many of each as the program has slots.
func (m *machine) limits() (lanes [sched.NumLanes]uint32) {
	if m.device != nil {
		return device.Lanes(m.params)
	}
	limit := uint32(m.program.Device.Slots)
	if m.variant == asLanes {
		limit = m.program.Scheds[0].Flow.Limit
	}
	for i := range lanes {
		lanes[i] = limit
	}
	return lanes
}

// modelled reports whether the model can predict the machine: all but flows that
// ask the device.
func (m *machine) modelled() bool {
	for _, s := range m.program.Scheds {
		if s.Flow.Kind == sched.FlowCanRun {
			return false
		}
	}
	return true
}

// jobs returns how many jobs p can make.
func jobs(p *prog.Program) (n int) {
	for i := range p.Ops {
		if k := p.Ops[i].Kind; k == prog.Submit || k == prog.MakeJob {
			n++
		}
	}
	return n
}

func (m *machine) addScheduler(c prog.Sched) {
	s := &scheduler{spec: c}
	m.scheds = append(m.scheds, s)
	s.engine.init(m, uint32(len(m.scheds)-1))
	a, err := c.Flow.Admission(m.lanes)
	if err != nil {
		panic(err)
	}
	timeout := fence.Duration(c.Micros) * fence.Microsecond
	compat := sched.Compat{Upstream: m.program.Compat}
	if c.Policy == sched.Fair {
		compat.Upstream &^= sched.StickyPriority // a habit of those who have no weights
	}
	s.Scheduler, err = sched.New(sched.Config{
		ID: uint32(len(m.scheds) - 1), Backend: m.backendFor(c.Flow.Kind), Executor: &m.exec,
		Admission: a, Policy: c.Policy, Observer: (*observer)(m), Contexts: &m.contexts,
		Timeout: timeout, HangLimit: int(c.HangLimit), Compat: compat,
	})
	if err != nil {
		panic(err)
	}
	m.exec.AddWorker()
	m.check.AddScheduler(s.Scheduler, c.Flow, c.Policy)
	if m.lock != nil {
		limits, clamp := m.modelLimits(c.Flow)
		m.lock.AddScheduler(s.Scheduler, model.Config{
			Policy: c.Policy, Compat: compat, Limits: limits, Clamp: clamp,
			Timeout: timeout, HangLimit: int(c.HangLimit),
		})
	}
}

// modelLimits returns a flow's limits as the model has them.
func (m *machine) modelLimits(f sched.Flow) (limits []uint32, clamp bool) {
	switch f.Kind {
	case sched.FlowLanes:
		return m.lanes[:], false
	case sched.FlowCanRun, sched.FlowPrepare:
		return nil, false
	}
	return []uint32{f.Limit}, true
}

// addEntity starts a life of an entity.
func (m *machine) addEntity(name int, c prog.Entity) {
	ids := m.schedIDs(&c.Scheds)
	e := &entity{name: name, id: m.entityID, first: ids[0]}
	m.entityID++
	if len(ids) > 1 {
		e.choice = ids
	}
	var list []*sched.Scheduler
	for _, id := range ids {
		list = append(list, m.scheds[id].Scheduler)
	}
	err := e.Init(list, sched.EntityConfig{
		ID: e.id, Priority: c.Priority, Capacity: c.Capacity, Guilty: c.Guilty,
	})
	if err != nil {
		panic(err)
	}
	if m.device != nil {
		e.queue = m.device.NewQueue()
		e.queue.SetPriority(uint8(c.Priority))
	}
	if m.lock != nil {
		e.twin = m.lock.AddEntity(&e.Entity, ids, model.EntityConfig{
			ID: e.id, Priority: c.Priority, Guilty: c.Guilty,
		})
	}
	m.check.AddEntity(&e.Entity, e.queue, c.Capacity)
	m.entities[name] = e
}

// schedIDs returns the schedulers that are there in the place of those that a
// list names. Who differs from the first in the kind of flow is left out: what a
// job costs is fixed before its scheduler is.
func (m *machine) schedIDs(l *prog.SchedList) (ids []uint8) {
	for i, id := range l.List() {
		id %= uint8(len(m.scheds))
		if i == 0 || m.flowKind(id) == m.flowKind(ids[0]) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (m *machine) flowKind(id uint8) sched.FlowKind { return m.scheds[id].spec.Flow.Kind }

// flowOf returns the kind of flow of all schedulers that e may have.
func (m *machine) flowOf(e *entity) sched.FlowKind { return m.flowKind(e.first) }

func (m *machine) initExternals() {
	ctx := m.contexts.Next(prog.MaxExternal + 1)
	var line []*model.Fence
	if m.lock != nil {
		line = m.lock.Model.NewTimeline(prog.MaxTimeline)
	}
	for i := range m.external {
		x := &m.external[i]
		x.Init(ctx+fence.Context(i), 1, nil)
		x.model = m.check.NewExternal(&x.Fence)
		if m.lock != nil {
			x.twin = m.lock.Model.NewFence()
		}
	}
	for i := range m.timeline {
		x := &m.timeline[i]
		x.Init(ctx+prog.MaxExternal, uint64(i)+1, nil)
		x.model = m.check.NewExternal(&x.Fence)
		if m.lock != nil {
			x.twin = line[i]
		}
	}
}
