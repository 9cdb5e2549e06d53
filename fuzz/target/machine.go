package target

import (
	"fmt"
	"io"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/rig"
)

// MaxSteps bounds the work items and events of one program; the longest
// honest ones have a tenth of it.
const MaxSteps = 1 << 19

// machine is the system under test: what a program's header describes, and what
// its operations have made of it.
type machine struct {
	program  *prog.Program
	check    *oracle.Checker
	events   *des.Engine
	exec     executor
	contexts fence.Contexts
	device   *device.Device
	lanes    [sched.NumLanes]uint32 // its limits
	backend  backend
	scheds   []*sched.Scheduler
	entities []entity
	jobs     [prog.MaxJobs]*slot // by identifier; nil if never used
	lives    []*slot             // by sched.Job.ID-1
	external [prog.MaxExternal]external
	timeline [prog.MaxTimeline]external
	signaled int // of the timeline

	steps     int
	completed int // jobs
	history   history
	trace     io.Writer // nil for none
}

// entity is an entity with its user queue.
type entity struct {
	sched.Entity
	queue *device.UserQueue
}

// external is a fence that the program signals.
type external struct {
	fence.Single
	model *oracle.External
}

// newMachine builds what the program's header says.
func newMachine(p *prog.Program) *machine {
	m := &machine{program: p, events: des.New(), history: historyStart}
	params := parameters(p.Device)
	m.exec.init(m, params.HostWake)
	m.device = device.New(device.Config{
		Events: m.events, Profile: params, Contexts: &m.contexts, Freed: m.jobFreed,
	})
	m.backend.machine = m
	m.lanes = device.Lanes(params)
	c := oracle.Config{
		Device: m.device, Lanes: m.lanes, Buffer: params.Buffer, Ring: params.Ring,
		Jobs: jobs(p), Watched: p.Device.Undrained,
	}
	for i, s := range p.Scheds {
		m.addScheduler(i, s)
		c.Flows = append(c.Flows, s.Flow)
		c.Policies = append(c.Policies, s.Policy)
	}
	m.entities = make([]entity, len(p.Entities))
	for i, e := range p.Entities {
		m.initEntity(i, e)
		c.Entities = append(c.Entities, &m.entities[i].Entity)
		c.Queues = append(c.Queues, m.entities[i].queue)
		c.Capacity = append(c.Capacity, e.Capacity)
	}
	c.Scheds = m.scheds
	m.check = oracle.New(c)
	m.initExternals()
	return m
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

func (m *machine) addScheduler(id int, c prog.Sched) {
	a, err := c.Flow.Admission(m.lanes)
	if err != nil {
		panic(err)
	}
	s, err := sched.New(sched.Config{
		ID: uint32(id), Backend: m.backendFor(c.Flow.Kind), Executor: &m.exec, Admission: a,
		Policy: c.Policy, Observer: (*observer)(m), Contexts: &m.contexts,
	})
	if err != nil {
		panic(err)
	}
	m.exec.AddWorker()
	m.scheds = append(m.scheds, s)
}

func (m *machine) initEntity(id int, c prog.Entity) {
	e := &m.entities[id]
	err := e.Init(m.scheds[c.Sched:c.Sched+1], sched.EntityConfig{
		ID: uint32(id), Priority: c.Priority, Capacity: c.Capacity,
	})
	if err != nil {
		panic(err)
	}
	e.queue = m.device.NewQueue()
	e.queue.SetPriority(uint8(c.Priority))
}

func (m *machine) initExternals() {
	for i := range m.external {
		x := &m.external[i]
		x.Init(m.contexts.Next(1), 1, nil)
		x.model = m.check.NewExternal(&x.Fence)
	}
	ctx := m.contexts.Next(1)
	for i := range m.timeline {
		x := &m.timeline[i]
		x.Init(ctx, uint64(i)+1, nil)
		x.model = m.check.NewExternal(&x.Fence)
	}
}

// executor is the rig's, with a count of the items that each scheduler has.
type executor struct {
	*rig.Executor
	machine *machine
	items   [prog.MaxScheds]int // queued, or running
}

func (x *executor) init(m *machine, wakeUp fence.Duration) {
	x.machine = m
	x.Executor = rig.NewExecutor(m.events, wakeUp, x.after)
}

// Queue counts the item and passes it on.
func (x *executor) Queue(w *sched.Work) {
	x.items[w.Scheduler().ID()]++
	x.Executor.Queue(w)
}

// Cancel takes the item off again.
func (x *executor) Cancel(w *sched.Work) bool {
	was := x.Executor.Cancel(w)
	if was {
		x.items[w.Scheduler().ID()]--
	}
	return was
}

// after is told of each item that has run.
func (x *executor) after(w *sched.Work) {
	x.items[w.Scheduler().ID()]--
	x.machine.check.Item(w)
}

// step does one thing that is due by deadline, looks at those who now sleep,
// and reports whether there was one.
func (m *machine) step(deadline fence.Time) bool {
	if !m.exec.Step(deadline) {
		return false
	}
	m.stepped()
	return true
}

// drain runs the work items that can run without the clock moving.
func (m *machine) drain() {
	for m.exec.RunOne() {
		m.stepped()
	}
}

func (m *machine) stepped() {
	if m.steps++; m.steps > MaxSteps {
		panic(&oracle.Violation{
			Rule:   invariant.L3.String(),
			Detail: fmt.Sprintf("more than %d steps, it is %d ns", MaxSteps, m.events.Now()),
		})
	}
	m.quiet()
}

// quiet checks the schedulers that have nothing to do.
func (m *machine) quiet() {
	for id := range m.scheds {
		if m.exec.items[id] == 0 {
			m.check.Quiet(id)
		}
	}
}
