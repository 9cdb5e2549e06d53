package target

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle/model"
	"credence/fuzz/prog"
	"credence/hwmock/des"
	"credence/hwmock/device"
)

// backend is the device or the engines, and in their place whoever ends a job
// without them.
type backend struct{ machine *machine }

func (b *backend) slotOf(j *sched.Job) *slot {
	return b.machine.jobs[j.Owner.(*device.Job).Tag]
}

// RunJob ends the job as its operation says. One whose finished fence carries an
// error already is skipped.
func (b *backend) RunJob(j *sched.Job) (hw *fence.Fence, err fence.Errno, busy fence.Duration) {
	s, m := b.slotOf(j), b.machine
	if m.lock != nil {
		s.hwTwin = m.lock.Model.NewFence()
	}
	skip := j.Finished().Err() != fence.OK && !s.spec.Anyway
	if skip {
		m.line("skip %d", j.ID)
	} else {
		m.line("run %d", j.ID)
		s.runs++
		hw, err, busy = b.run(s, j)
	}
	m.check.Returned(s.model, hw, err, skip)
	var twin *model.Fence
	if hw != nil {
		twin = s.hwTwin
	}
	m.lock.Ran(s.twin, twin, err)
	return hw, err, busy
}

func (b *backend) run(s *slot, j *sched.Job) (hw *fence.Fence, err fence.Errno, busy fence.Duration) {
	m := b.machine
	micros := s.spec.Micros
	if s.runs > 1 && s.spec.Again > 0 {
		micros = s.spec.Again
	}
	d := fence.Duration(micros) * fence.Microsecond
	end, fault := s.spec.End, s.spec.Err
	if s.runs > 1 && s.spec.Retry != prog.ByDevice {
		end, fault = s.spec.Retry, s.spec.RetryErr
	}
	switch end {
	case prog.ByDevice:
		if s.onDevice() {
			if hw, err, busy = m.device.RunJob(j); hw != nil {
				s.flying = hw
				hw.Get().Arm(&s.onHw)
			}
			return hw, err, busy
		}
		hw = s.newFence().Get()
		s.scheduler().engine.add(s, d)
	case prog.ByReturn:
		err = fault
	case prog.BySignaled:
		hw = s.newFence()
		s.flying = nil
		hw.SignalError(fault)
		if m.lock != nil {
			m.lock.Model.Signal(s.hwTwin, fault)
		}
	case prog.Later:
		hw = s.newFence().Get()
		m.events.Schedule(&s.later, m.events.Now().Add(max(d, fence.Microsecond)),
			des.ClassHardware, uint32(s.job.Tag))
	}
	return hw, err, 0
}

// backendFor returns the backend as a flow control needs it. CanRun is asked of
// any backend that has it, so only one flow may see that.
func (m *machine) backendFor(k sched.FlowKind) sched.Backend {
	switch k {
	case sched.FlowCanRun:
		return asked{&m.backend}
	case sched.FlowPrepare:
		return preparing{&m.backend}
	}
	return &m.backend
}

// asked and preparing are backend with what two flows ask for.
type (
	asked     struct{ *backend }
	preparing struct{ *backend }
)

// CanRun reports whether the device has room.
func (b asked) CanRun(j *sched.Job) bool {
	s := b.slotOf(j)
	switch {
	case s.spec.End != prog.ByDevice:
		return true
	case s.onDevice():
		return device.Asked{Device: b.machine.device}.CanRun(j)
	}
	return !b.machine.scheds[j.Entity().Scheduler().ID()].engine.full()
}

// PrepareJob returns the external fence that the job's operation names, once.
func (b *backend) PrepareJob(j *sched.Job) *fence.Fence {
	s := b.slotOf(j)
	if s.spec.Prepare == 0 || s.asked {
		return nil
	}
	s.asked = true
	x := &b.machine.external[s.spec.Prepare-1]
	b.machine.check.Prepared(s.model, x.model)
	b.machine.lock.Prepared(s.twin, x.twin)
	return x.Get()
}

// PrepareJob returns what the device has j wait for, after its own fence.
func (b preparing) PrepareJob(j *sched.Job) *fence.Fence {
	if f := b.backend.PrepareJob(j); f != nil {
		return f
	}
	s, m := b.slotOf(j), b.machine
	if !s.onDevice() {
		return nil
	}
	f := device.Preparing{Device: m.device}.PrepareJob(j)
	if f != nil {
		m.check.Prepared(s.model, nil)
		m.lock.Prepared(s.twin, m.twinOf(f))
	}
	return f
}

// twinOf returns the model's fence for a hardware fence in flight.
func (m *machine) twinOf(f *fence.Fence) *model.Fence {
	for _, s := range m.slots {
		if s.flying == f {
			return s.hwTwin
		}
	}
	panic("target: a hardware fence of no job")
}

// FreeJob ends the scheduler's hold.
func (b *backend) FreeJob(j *sched.Job) fence.Duration {
	s := b.slotOf(j)
	if s.onDevice() {
		return b.machine.device.FreeJob(j)
	}
	j.Cleanup()
	s.drop()
	return 0
}

// CancelJob takes a job off whatever executes it.
func (b *backend) CancelJob(j *sched.Job) {
	s, m := b.slotOf(j), b.machine
	m.line("cancel %d", j.ID)
	m.lock.Cancelling(s.twin)
	s.abandon(fence.ECANCELED)
	m.lock.Cancelled()
}

// abandon ends what executes a job, if it is not the device.
func (s *slot) abandon(err fence.Errno) {
	if s.flying == nil || s.onDevice() {
		return
	}
	if s.machine.events.Cancel(&s.later) {
		s.complete(err)
		return
	}
	s.scheduler().engine.remove(s, err)
}
