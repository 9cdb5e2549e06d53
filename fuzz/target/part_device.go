package target

import (
	"slices"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/prog"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
)

// deviceQueues is how many entities, each with a user queue, an input of Device
// has.
const deviceQueues = 4

// Device runs jobs of schedulers on a device with parameters as no real one has
// them, and with faults, and holds against it what its events say. The first bytes
// say what device it is.
func Device(data []byte) (interesting bool, f *Finding) {
	return guard("device", func() bool {
		if len(data) < deviceHeader {
			return false
		}
		m := newGPU(data)
		partOps(data[deviceHeader:], 16, m.do)
		m.end()
		return m.freed > 0
	})
}

// gpu is a device with a scheduler above it, and what its events amount to.
type gpu struct {
	*device.Device
	p        profile.Profile
	events   *des.Engine
	exec     *rig.Executor
	s        *sched.Scheduler
	entities [deviceQueues]gpuEntity
	jobs     []*gpuJob // by ID-1
	engines  []gpuEngine
	rate     gpuRate
	faulty   bool // something may go wrong
	reset    bool // something was taken off the device
	asks     bool // flow control asks the device
	stuck    bool // a firmware queue has overflowed
	freed    int
	firmware gpuFirmware
}

type gpuEntity struct {
	sched.Entity
	queue *device.UserQueue
	gone  bool
	rings [device.NumKinds][]uint64 // jobs of the commands written and not retired, in order
}

// gpuJob is a job, and what the engines have done for it.
type gpuJob struct {
	device.Job
	finished *fence.Fence
	entity   int
	wants    fence.Duration // that its commands take together
	had      fence.Duration
	place    device.Place
	started  bool
	freed    bool
}

// gpuEngine is what an engine does.
type gpuEngine struct {
	job   *gpuJob // that it executes
	since fence.Time
	busy  fence.Duration // before
}

// SlotFree says that there may be slots: nobody waits here.
func (*gpuJob) SlotFree() {}

// Place is the job's note of where it waits.
func (j *gpuJob) Place() *device.Place { return &j.place }

// deviceHeader is how many bytes say what the device is.
const deviceHeader = 8

// newGPU makes a device of the first bytes: its shape, what it has of everything,
// how its clock and its engines work, and what goes wrong by itself.
func newGPU(b []byte) *gpu {
	m := &gpu{p: *profiles[prog.AppleM1], events: des.New()}
	p := &m.p
	if b[0]&1 != 0 {
		*p = *profiles[prog.Ideal]
	}
	if b[0]&6 == 6 {
		p.Shape, p.SharedSchedulers = profile.ShapeRing, int(b[0]>>3)%3
		p.Engines = slices.Clone(p.Engines[:1])
		p.Engines[0].Queue = profile.Queue(device.Compute)
	}
	if b[0]&64 != 0 {
		p.Notify = profile.NotifyThreshold
	}
	p.Slots, p.Ring = 2+int(b[1])%12, 5+int(b[1]>>4)*3
	p.Buffer = p.Slots + 1
	p.EventSlots, p.VMSlots = int(device.NumKinds)*(1+int(b[2])%deviceQueues), 1+int(b[2]>>2)%deviceQueues
	p.Channel, p.ChannelPoll = 1+int(b[2]>>4)%4, fence.Microsecond
	if b[3]&1 != 0 {
		p.Contention = 50_000 * (1 + int(b[3]>>4))
	}
	if b[3]&2 != 0 {
		p.PStates = []int{300_000, 600_000, 1_200_000}
		p.PStateSample = 20 * fence.Microsecond
		p.PStateTarget = 800_000
	} else {
		p.PStates, p.PStateSample = nil, 0
	}
	if b[3]&4 != 0 {
		p.TimeSlice, p.Preempt = 5*fence.Microsecond, b[3]>>3&7|1
		p.SwitchCost = fence.Duration(b[3]>>5) * 100
	} else {
		p.TimeSlice = 0
	}
	m.faulty = b[4]&1 != 0
	if p.Timeout = 0; m.faulty {
		p.Timeout = 40 * fence.Millisecond // far above what any of these jobs takes
	}
	p.Resets = b[4]&2 != 0
	p.Halt, p.RecoverChannel = 3*fence.Microsecond, 4*fence.Microsecond
	p.Reset = fence.Duration(b[4]>>4) * fence.Microsecond
	m.build(b)
	return m
}

// build makes the machine of a profile.
func (m *gpu) build(b []byte) {
	var contexts fence.Contexts
	m.asks = b[5]%4 > 1
	m.exec = rig.NewExecutor(m.events, m.p.HostWake, nil)
	m.exec.AddWorker()
	m.Device = device.New(device.Config{
		Events: m.events, Profile: &m.p, Contexts: &contexts, Stamps: stamps, Observer: m,
		Faults: m.faults(b),
	})
	m.engines = make([]gpuEngine, len(m.p.Engines))
	kinds := [...]sched.FlowKind{sched.FlowLanes, sched.FlowLanes, sched.FlowCanRun, sched.FlowPrepare}
	flow := sched.Flow{Kind: kinds[b[5]%4]}
	a, err := flow.Admission(device.Lanes(&m.p))
	if err != nil {
		panic(err)
	}
	m.s, err = sched.New(sched.Config{
		Backend: m.backend(flow.Kind), Executor: m.exec, Admission: a, Contexts: &contexts,
		Policy: sched.Policy(b[5] >> 2 % 3), Timeout: m.p.Timeout, HangLimit: 2,
	})
	if err != nil {
		panic(err)
	}
	for i := range m.entities {
		e := &m.entities[i]
		if err := e.Init([]*sched.Scheduler{m.s}, sched.EntityConfig{
			ID: uint32(i), Priority: sched.Priority(b[6] >> (2 * i) & 3), Guilty: b[5]&128 != 0,
		}); err != nil {
			panic(err)
		}
		e.queue = m.NewQueue()
		e.queue.SetPriority(uint8(e.Priority()))
	}
}

func (m *gpu) faults(b []byte) *device.Faults {
	if !m.faulty {
		return nil
	}
	f := &device.Faults{Seed: uint64(b[6]), Delay: 50 * fence.Microsecond}
	for k := range device.NumFaults {
		if k != device.Crash && m.can(k) && (b[7]>>(k%8))&1 != 0 {
			f.Rate[k] = 20_000
		}
	}
	return f
}

// can reports whether a fault may happen. Slots that are free later than the job's end
// wake nobody who asks for them: that is why such a flow is unsound there.
func (m *gpu) can(k device.FaultKind) bool { return k != device.StampLate || !m.asks }

// gpuBackend hides from a scheduler what its flow must not see.
type gpuBackend struct{ *gpu }

type (
	gpuAsked     struct{ gpuBackend }
	gpuPreparing struct{ gpuBackend }
)

func (m *gpu) backend(k sched.FlowKind) sched.Backend {
	switch k {
	case sched.FlowCanRun:
		return gpuAsked{gpuBackend{m}}
	case sched.FlowPrepare:
		return gpuPreparing{gpuBackend{m}}
	}
	return gpuBackend{m}
}

// CanRun asks the device.
func (b gpuAsked) CanRun(j *sched.Job) bool { return device.Asked{Device: b.Device}.CanRun(j) }

// PrepareJob asks the device.
func (b gpuPreparing) PrepareJob(j *sched.Job) *fence.Fence {
	return device.Preparing{Device: b.Device}.PrepareJob(j)
}

// TimedOutJob notes that jobs may be taken off the device.
func (b gpuBackend) TimedOutJob(j *sched.Job, r *sched.Recovery) (sched.Verdict, fence.Duration) {
	b.reset = true
	return b.Device.TimedOutJob(j, r)
}

// FreeJob notes it, once.
func (b gpuBackend) FreeJob(sj *sched.Job) fence.Duration {
	j := b.jobs[sj.ID-1]
	if j.freed {
		breaks(invariant.I4, "job %d is freed twice", sj.ID)
	}
	j.freed = true
	b.freed++
	return b.Device.FreeJob(sj)
}

func (m *gpu) do(kind, arg byte) {
	e := int(arg) % deviceQueues
	switch kind {
	default:
		m.submit(e, kind, arg)
	case 0, 1, 2:
		m.advance(fence.Duration(arg) * 200 * fence.Nanosecond)
	case 3:
		m.advance(fence.Duration(arg) * 20 * fence.Microsecond)
	case 4:
		if k := device.FaultKind(arg>>2) % device.NumFaults; m.faulty && m.can(k) {
			m.Inject(k, m.entities[e].queue)
		}
	case 5:
		if x := &m.entities[e]; arg >= 224 && !x.gone {
			x.gone = true
			x.Fini()
		}
	case 6:
		m.entities[e].queue.SetPriority(arg >> 2 % device.Priorities)
	}
}

// submit pushes a job: commands of the kinds that kind has bits for, and barriers
// between them.
func (m *gpu) submit(entity int, kind, arg byte) {
	e := &m.entities[entity]
	if e.gone {
		return
	}
	j := &gpuJob{entity: entity}
	j.Queue, j.Owner = e.queue, &j.Job
	d := fence.Duration(16+int(arg)*int(arg)) * fence.Nanosecond
	last := device.NumKinds
	for k := range device.NumKinds {
		if m.p.Shape == profile.ShapeRing {
			k = device.Compute
		}
		if kind>>k&1 == 0 && k != device.Compute {
			continue
		}
		if last != device.NumKinds && arg&64 != 0 {
			j.Commands = append(j.Commands, device.Command{Kind: k, AfterKind: last})
		}
		if n := len(m.jobs); n > 0 && arg&32 != 0 && last == device.NumKinds {
			x := m.jobs[n-1]
			j.Commands = append(j.Commands, device.Command{
				Kind: k, After: &x.Job, AfterGen: x.Gen(), AfterKind: k,
			})
		}
		for range 1 + int(arg>>3)%3 {
			j.Commands = append(j.Commands, device.Command{
				Kind: k, Engines: m.enginesOf(k), Duration: d, Every: fence.Duration(arg%4) * 500,
			})
			j.wants += d
		}
		last = k
		if m.p.Shape == profile.ShapeRing {
			break
		}
	}
	m.push(e, j, len(m.jobs) > 0 && arg&128 != 0)
}

func (m *gpu) enginesOf(k device.Kind) (set uint64) {
	for i, e := range m.p.Engines {
		if device.Kind(e.Queue) == k {
			set |= 1 << i
		}
	}
	return set
}

func (m *gpu) push(e *gpuEntity, j *gpuJob, depends bool) {
	need, err := j.Need()
	if err != nil || j.Init(&e.Entity, need) != nil {
		return
	}
	if depends {
		j.AddDependency(m.jobs[len(m.jobs)-1].finished.Get())
	}
	if _, ok := m.Bind(&j.Job, j); !ok {
		m.Leave(j)
		j.Cleanup()
		return
	}
	m.jobs = append(m.jobs, j)
	j.ID = uint64(len(m.jobs))
	j.Arm()
	j.finished = j.Finished().Get()
	j.Push()
}

func (m *gpu) advance(d fence.Duration) {
	deadline := m.events.Now().Add(d)
	for m.exec.Step(deadline) {
		m.look()
	}
	m.events.AdvanceTo(deadline)
}
