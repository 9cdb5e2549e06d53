package target

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/oracle/model"
	"credence/fuzz/prog"
	"credence/hwmock/des"
	"credence/hwmock/device"
)

// slot is the memory of a job, which is used for one life after the other.
type slot struct {
	machine *machine
	job     device.Job
	spec    prog.Job
	entity  *entity
	model   *oracle.Job // of the present life; nil if there is none
	twin    *model.Job
	pushed  bool
	runs    int
	hangs   int  // times that it was said to be alive
	asked   bool // PrepareJob has named its fence

	// The fences that others may depend on; nil if our reference to them is
	// gone.
	finished, scheduled *fence.Fence
	life                *oracle.Job // whose fences they are
	lifeTwin            *model.Job

	onDone [oracle.Callbacks]fence.Callback // on finished, holding a reference each

	// The hardware fence of a job that the firmware's device does not see, and who
	// holds the slot then.
	holds  int
	hw     fence.Single
	flying *fence.Fence // the hardware fence, whosever it is, until it signals
	hwTwin *model.Fence
	later  des.Event
	onHw   fence.Callback // on the device's
	owned  bool           // by the driver, after a verdict

	// By when somebody wants the job, and what the hardware fence was told of that.
	wanted, told fence.Time
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
		s.onHw.Init((*landing)(s))
		s.later.Init(s)
		m.jobs[id] = s
		m.slots = append(m.slots, s)
	}
	return s
}

// onDevice reports whether the firmware's device executes the job.
func (s *slot) onDevice() bool { return s.machine.device != nil && s.spec.End == prog.ByDevice }

// scheduler returns where the job runs. Requires: it was pushed.
func (s *slot) scheduler() *scheduler {
	return s.machine.scheds[s.machine.check.SchedulerOf(s.model)]
}

// newFence starts a life of the slot's own fence, with one reference.
func (s *slot) newFence() *fence.Fence {
	s.holds++
	s.hw.Init(s.machine.contexts.Next(1), 1, s)
	s.flying, s.told = &s.hw.Fence, fence.Never
	return &s.hw.Fence
}

// complete signals the slot's own hardware fence.
func (s *slot) complete(err fence.Errno) {
	s.machine.lock.Signaling(s.hwTwin, err)
	s.flying = nil
	s.hw.SignalPut(err)
}

// Fire ends a job later.
func (s *slot) Fire(fence.Time, *des.Event) { s.complete(s.spec.Err) }

// landing is a slot as the handler of its callback on the device's fence.
type landing slot

// FenceSignaled is told that the device is done, before the scheduler is.
func (l *landing) FenceSignaled(f *fence.Fence, _ *fence.Callback) {
	l.machine.lock.Signaling(l.hwTwin, f.Err())
	l.flying = nil
	f.Put()
}

// end makes the slot ready for its next life.
func (s *slot) end() {
	s.machine.check.Gone(s.model)
	s.job.Recycle()
	s.model, s.twin, s.pushed, s.owned = nil, nil, false, false
	s.runs, s.hangs, s.asked = 0, 0, false
}

// FenceReleased ends the hold of the slot's hardware fence.
func (s *slot) FenceReleased(*fence.Base) { s.drop() }

func (s *slot) drop() {
	if s.holds--; s.holds == 0 {
		s.end()
	}
}

// jobFreed is the device's word that it needs a job no more.
func (m *machine) jobFreed(j *device.Job) { m.jobs[j.Tag].end() }

// cleanUp is what the driver does with a job that is its own again.
func (s *slot) cleanUp(j *sched.Job) {
	if s.onDevice() {
		s.machine.device.FreeJob(j)
		return
	}
	j.Cleanup()
	s.drop()
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
		s.finished, s.scheduled, s.life, s.lifeTwin = nil, nil, nil, nil
		f.Put()
	}
}
