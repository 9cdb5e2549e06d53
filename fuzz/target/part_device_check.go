package target

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/fuzz/oracle"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// late raises that the device takes another time than it should.
func late(format string, args ...any) {
	panic(&oracle.Violation{Rule: oracle.Time, Detail: fmt.Sprintf(format, args...)})
}

// paced reports whether what the engines execute takes another time than it
// says.
func (m *gpu) paced() bool { return m.p.Contention > 0 || m.p.PStateSample > 0 }

// ObserveDevice judges an event of the device.
func (m *gpu) ObserveDevice(e device.Event) {
	switch e.Kind {
	case device.EventWritten:
		m.firmware.written(m, e)
		q := &m.entities[e.Queue].rings[e.Fw]
		for range e.N {
			*q = append(*q, e.Job)
		}
	case device.EventRetired:
		q := &m.entities[e.Queue].rings[e.Fw]
		if len(*q) == 0 || (*q)[0] != e.Job {
			breaks(invariant.I2, "job %d retires on queue %d.%s, where %v are", e.Job, e.Queue, e.Fw, *q)
		}
		if j := m.jobs[e.Job-1]; !j.started && !m.faulty {
			breaks(invariant.I2, "a command of job %d retires before any of it began", e.Job)
		}
		*q = (*q)[1:]
		m.firmware.retired(e)
	case device.EventEmptied:
		m.reset = true
		m.entities[e.Queue].rings[e.Fw] = nil
	case device.EventStart:
		m.start(&m.engines[e.Engine], m.jobs[e.Job-1], e)
	case device.EventStop:
		m.stop(&m.engines[e.Engine], m.jobs[e.Job-1], e)
	case device.EventOverrun:
		if m.stuck = m.faulty; m.stuck {
			return // slots that seem free too early, and then jobs that are given again
		}
		breaks(invariant.I1, "job %d overflows queue %d.%s", e.Job, e.Queue, e.Fw)
	}
}

func (m *gpu) start(g *gpuEngine, j *gpuJob, e device.Event) {
	if !m.faulty && e.At < m.firmware.earliest {
		late("job %d begins at %d, and the firmware cannot have it before %d", j.ID, e.At,
			m.firmware.earliest)
	}
	if g.job != nil {
		breaks(invariant.I8, "engine %d begins job %d, and executes job %d", e.Engine, j.ID, g.job.ID)
	}
	m.rate.pass(m, e.At)
	m.rate.changes(m, e.At, true)
	g.job, g.since, j.started = j, e.At, true
}

func (m *gpu) stop(g *gpuEngine, j *gpuJob, e device.Event) {
	if g.job != j {
		breaks(invariant.I8, "engine %d ends job %d, which it does not execute", e.Engine, j.ID)
	}
	m.rate.pass(m, e.At)
	m.rate.changes(m, e.At, false)
	d := e.At.Sub(g.since)
	g.busy += d
	j.had += d
	g.job = nil
}

// gpuFirmware is by when the firmware can have begun with what it was given while
// it had nothing to do; if that was for long it was powered off.
type gpuFirmware struct {
	awake    bool
	commands int // written and not retired
	active   fence.Time
	earliest fence.Time
}

func (f *gpuFirmware) written(m *gpu, e device.Event) {
	if f.commands == 0 {
		f.earliest = e.At.Add(m.p.Doorbell)
		if !f.awake || f.earliest.Sub(f.active) >= m.p.IdleOff {
			f.earliest = f.earliest.Add(m.p.FirmwareWake)
		}
		f.earliest = f.earliest.Add(m.p.PickUp).Add(m.p.Dispatch)
		f.awake = true
	}
	f.commands += int(e.N)
}

func (f *gpuFirmware) retired(e device.Event) { f.active, f.commands = e.At, f.commands-1 }

// busyUntil returns how long the engine has executed.
func (g *gpuEngine) busyUntil(now fence.Time) fence.Duration {
	if g.job == nil {
		return g.busy
	}
	return g.busy + now.Sub(g.since)
}

// look compares what can be asked of the device.
func (m *gpu) look() {
	now := m.events.Now()
	for i := range m.engines {
		g := &m.engines[i]
		expect(invariant.I8, "whether an engine is idle", m.Idle(i), g.job == nil)
		expect(invariant.I8, "how long an engine was busy", m.Busy(i), g.busyUntil(now))
	}
	m.rate.pass(m, now)
	m.rate.look(m, now)
}

// gpuRate is the clock of a device whose rate follows its load: at the end of a
// sample it becomes the least at which the busiest engine would have worked the
// target's share of it. Samples begin when an engine does. If one begins or ends to
// work just as a sample ends, what comes first is not known from here, and neither
// is the rate until all have rested.
type gpuRate struct {
	next   fence.Time // the end of the sample, 0 for none
	rested fence.Time // when the last sample ended
	active fence.Time // when an engine last began or ended to work
	state  int
	lost   bool
	marks  [profile.MaxEngines]fence.Duration
}

// changes notes that an engine begins or ends to work.
func (r *gpuRate) changes(m *gpu, now fence.Time, begins bool) {
	sample := m.p.PStateSample
	if sample == 0 {
		return
	}
	if r.lost && begins && m.rests() && now.Sub(r.active) > 2*sample {
		*r = gpuRate{}
	}
	r.active = now
	switch {
	case now == r.next, r.lost:
		r.lost = true
	case r.next == 0 && begins:
		if now.Sub(r.rested) >= sample {
			r.state = 0
		}
		r.next = now.Add(sample)
		r.mark(m, now)
	}
}

// rests reports whether no engine works.
func (m *gpu) rests() bool {
	for i := range m.engines {
		if m.engines[i].job != nil {
			return false
		}
	}
	return true
}

func (r *gpuRate) mark(m *gpu, now fence.Time) {
	for i := range m.engines {
		r.marks[i] = m.engines[i].busyUntil(now)
	}
}

// look compares the rate, at the end of a sample the one that follows.
func (r *gpuRate) look(m *gpu, now fence.Time) {
	// A command that is preempted or fails ends and begins in an order of its own.
	if m.p.PStateSample == 0 || m.p.TimeSlice > 0 || m.faulty || r.lost ||
		r.next != 0 && now == r.next {
		return
	}
	expect(invariant.L2, "the clock's rate", m.Rate(), m.p.PStates[r.state])
}

// pass ends the sample if the clock is about to go beyond it.
func (r *gpuRate) pass(m *gpu, to fence.Time) {
	for m.p.PStateSample > 0 && !r.lost && r.next != 0 && r.next < to {
		r.sampled(m, r.next)
	}
}

// sampled is the end of a sample.
func (r *gpuRate) sampled(m *gpu, now fence.Time) {
	most, running := fence.Duration(0), false
	for i := range m.engines {
		most = max(most, m.engines[i].busyUntil(now)-r.marks[i])
		running = running || m.engines[i].job != nil
	}
	load := float64(m.p.PStates[r.state]) * float64(most)
	for r.state = 0; r.state < len(m.p.PStates)-1; r.state++ {
		at := float64(m.p.PStates[r.state]) * float64(m.p.PStateTarget) / 1e6 * float64(m.p.PStateSample)
		if at >= load {
			break
		}
	}
	r.mark(m, now)
	r.rested, r.next = now, 0
	if running {
		r.next = now.Add(m.p.PStateSample)
	}
}

// end lets everything come to an end, and takes the machine down: each job has
// finished and was freed, with the errors that something accounts for.
func (m *gpu) end() {
	const limit = 1 << 15
	for n := 0; m.exec.Step(fence.Never); n++ {
		if m.look(); n > limit && m.faulty {
			return // jobs that the device is given again and again, and fails
		} else if n > limit {
			breaks(invariant.L3, "%d steps and no end, it is %d", limit, m.events.Now())
		}
	}
	if m.stuck {
		return
	}
	for _, j := range m.jobs {
		m.ended(j)
	}
	for i := range m.entities {
		if e := &m.entities[i]; !e.gone {
			e.Fini()
		}
	}
	for m.exec.Step(fence.Never) {
	}
	m.s.Fini()
	for i := range m.entities {
		for k := range device.NumKinds {
			q := m.entities[i].queue
			expect(invariant.I10, "entries that are left", q.Entries(k), 0)
			expect(invariant.I10, "commands that are left", q.Outstanding(k), 0)
		}
	}
}

func (m *gpu) ended(j *gpuJob) {
	switch {
	case !j.finished.Signaled():
		breaks(invariant.L2, "job %d never finishes", j.ID)
	case !j.freed:
		breaks(invariant.I4, "job %d is never freed", j.ID)
	}
	err := j.finished.Err()
	j.finished.Put()
	if err == fence.ESRCH && m.entities[j.entity].gone {
		return
	}
	if err == device.EBUSY && m.scarce() {
		return
	}
	if !m.faulty {
		expect(invariant.I9, "the error of a job on a device without faults", err, fence.OK)
		if !m.reset {
			m.executed(j)
		}
		return
	}
	m.accounted(j, err)
}

// scarce reports whether there are fewer slots than queues: nobody binds jobs here.
func (m *gpu) scarce() bool {
	return m.p.EventSlots < deviceQueues*int(device.NumKinds) || m.p.VMSlots < deviceQueues
}

// executed compares how long the engines have worked for a job with what it is
// made of.
func (m *gpu) executed(j *gpuJob) {
	if j.had < j.wants || !m.paced() && j.had != j.wants {
		late("the engines have executed job %d for %d ns, and it takes %d", j.ID, j.had, j.wants)
	}
}

// accounted holds that some fault explains a job's error.
func (m *gpu) accounted(j *gpuJob, err fence.Errno) {
	own, any := false, false
	for _, f := range m.Faulted() {
		switch f.Kind {
		case device.MMUFault, device.ChannelError:
			any = true
			own = own || f.Queue == m.entities[j.entity].queue.ID() || m.p.Shape == profile.ShapeRing
		}
	}
	switch {
	case err == fence.OK:
	case err == fence.EIO && own:
	case err == fence.ECANCELED && (any || m.reset):
	case err == fence.ENODEV && m.Dead():
	default:
		breaks(invariant.I9, "job %d ends with %v, after faults %v", j.ID, err, m.Faulted())
	}
}
