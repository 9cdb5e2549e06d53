package target

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
	"credence/hwmock/des"
	"credence/hwmock/device"
)

// slot is the memory of a job, which is used for one life after the other.
type slot struct {
	machine *machine
	job     device.Job
	spec    prog.Job
	model   *oracle.Job // of the present life; nil if there is none
	pushed  bool

	// The fences that others may depend on; nil if our reference to them is
	// gone.
	finished, scheduled *fence.Fence
	life                *oracle.Job // whose fences they are

	onDone [oracle.Callbacks]fence.Callback // on finished, holding a reference each

	// Of a job that the device does not see: who holds the slot, and the fence
	// that RunJob returns.
	holds int
	hw    fence.Single
	later des.Event
}

func (m *machine) slot(id uint8) *slot {
	s := m.jobs[id]
	if s == nil {
		s = &slot{machine: m}
		s.job.Owner = &s.job
		s.job.Tag = uint64(id)
		for i := range s.onDone {
			s.onDone[i].Init(s)
		}
		s.later.Init(s)
		m.jobs[id] = s
	}
	return s
}

// backend is the device, and in its place whoever ends a job without it.
type backend struct{ machine *machine }

func (b *backend) slotOf(j *sched.Job) *slot {
	return b.machine.jobs[j.Owner.(*device.Job).Tag]
}

// RunJob ends the job as its operation says.
func (b *backend) RunJob(j *sched.Job) (hw *fence.Fence, err fence.Errno, busy fence.Duration) {
	s := b.slotOf(j)
	switch s.spec.End {
	case prog.ByDevice:
		hw, err, busy = b.machine.device.RunJob(j)
	case prog.ByReturn:
		s.holds, err = 1, s.spec.Err
	case prog.BySignaled:
		hw = s.newFence()
		hw.SignalError(s.spec.Err)
	case prog.Later:
		hw = s.newFence()
		hw.Get() // Fire's
		m := b.machine
		at := m.events.Now().Add(fence.Duration(s.spec.Micros) * fence.Microsecond)
		m.events.Schedule(&s.later, at, des.ClassHardware, uint32(s.job.Tag))
	}
	b.machine.check.Returned(s.model, hw, err)
	return hw, err, busy
}

// backendFor returns the backend as a flow control needs it. PrepareJob is asked
// of any backend that has it, so only one flow may see that.
func (m *machine) backendFor(k sched.FlowKind) sched.Backend {
	switch k {
	case sched.FlowCanRun:
		return asked{&m.backend}
	case sched.FlowPrepare:
		return preparing{&m.backend}
	}
	return &m.backend
}

// asked and preparing are backend with device.Asked and device.Preparing in the
// device's place.
type (
	asked     struct{ *backend }
	preparing struct{ *backend }
)

// CanRun reports whether the device has room.
func (b asked) CanRun(j *sched.Job) bool {
	return b.slotOf(j).spec.End != prog.ByDevice || device.Asked{Device: b.machine.device}.CanRun(j)
}

// PrepareJob returns what the device has j wait for.
func (b preparing) PrepareJob(j *sched.Job) *fence.Fence {
	s := b.slotOf(j)
	if s.spec.End != prog.ByDevice {
		return nil
	}
	f := device.Preparing{Device: b.machine.device}.PrepareJob(j)
	if f != nil {
		b.machine.check.Prepared(s.model)
	}
	return f
}

// newFence starts a life of the slot's own fence, with one reference.
func (s *slot) newFence() *fence.Fence {
	s.holds = 2
	s.hw.Init(s.machine.contexts.Next(1), 1, s)
	return &s.hw.Fence
}

// Fire ends a job later.
func (s *slot) Fire(fence.Time, *des.Event) { s.hw.SignalPut(s.spec.Err) }

// FreeJob ends the scheduler's hold.
func (b *backend) FreeJob(j *sched.Job) fence.Duration {
	s := b.slotOf(j)
	if s.spec.End == prog.ByDevice {
		return b.machine.device.FreeJob(j)
	}
	j.Cleanup()
	s.drop()
	return 0
}

// FenceReleased ends the hold of the fence that RunJob returned.
func (s *slot) FenceReleased(*fence.Base) { s.drop() }

func (s *slot) drop() {
	if s.holds--; s.holds == 0 {
		s.end()
	}
}

// jobFreed is the device's word that it needs a job no more.
func (m *machine) jobFreed(j *device.Job) { m.jobs[j.Tag].end() }

// end makes the slot ready for its next life.
func (s *slot) end() {
	s.machine.check.Gone(s.model)
	s.job.Recycle()
	s.model, s.pushed = nil, false
}

// watch has the checker told when the job's finished fence signals.
func (s *slot) watch() {
	for i := range s.onDone {
		s.job.Finished().Get().Arm(&s.onDone[i])
	}
}

// FenceSignaled is told that the job is finished.
func (s *slot) FenceSignaled(f *fence.Fence, cb *fence.Callback) {
	for i := range s.onDone {
		if cb == &s.onDone[i] {
			s.machine.check.Finished(s.model, i)
		}
	}
	f.Put()
}

// release gives up our reference to the job's fences.
func (s *slot) release() {
	if f := s.finished; f != nil {
		s.finished, s.scheduled, s.life = nil, nil, nil
		f.Put()
	}
}
