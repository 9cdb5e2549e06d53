package rig

import (
	"math/bits"
	"slices"

	"credence/core/fence"
	"credence/core/sched"
)

// Counts is what a rig has counted so far. All are exact and repeat.
type Counts struct {
	Pushed    uint64 // jobs given to schedulers
	Completed uint64 // jobs whose finished fence signalled
	Failed    uint64 // of these, with an error
	Warnings  uint64 // of the schedulers
	Stalls    uint64 // jobs that flow control held back
	Items     uint64 // work items run
	WakeUps   uint64 // of workers that had nothing to do
	Spurious  uint64 // of these, after which nothing was run or freed until the next
	InVain    uint64 // RUN items that ran no job
	RingFull  uint64 // jobs refused for want of ring entries
	Overruns  uint64 // firmware queues whose buffer overflowed
	History   uint64 // hash of all scheduler events in order, 53 bits
}

// meter is the observer of the schedulers and the watcher of the device.
type meter struct {
	rig     *Rig
	counts  Counts
	history history
	engines []engineMeter
	watched uint64             // engines that somebody waits for: only these are followed
	stalled []uint64           // by scheduler: the engines that its held-back job would use
	held    []uint64           // by scheduler: the last job that it held back
	passes  bool               // somebody else is told of events
	ran     bool               // the item that is looked at next ran a job
	unmet   []*sched.Scheduler // that hold back a job whose dependencies are not met
}

// engineMeter integrates the time for which an engine did nothing although flow
// control held back a job for it.
type engineMeter struct {
	busy    bool // while it is waited for
	waiting int  // schedulers whose held-back job would use it
	since   fence.Time
	total   fence.Duration
}

func (m *meter) init(r *Rig, engines int) {
	m.rig = r
	m.passes = r.config.Observer != nil || r.config.Tracer != nil
	m.history = historyStart
	m.engines = make([]engineMeter, engines)
}

func (m *meter) addScheduler() {
	m.stalled, m.held = append(m.stalled, 0), append(m.held, 0)
}

// Counts returns what was counted so far.
func (r *Rig) Counts() Counts {
	c := r.meter.counts
	c.Items, c.WakeUps, c.Spurious = r.exec.Items(), r.exec.WakeUps(), r.exec.Spurious()
	c.Overruns = uint64(len(r.device.Overruns()))
	for _, q := range r.queues {
		c.RingFull += uint64(q.queue.RingFull())
	}
	c.History = r.meter.history.sum()
	return c
}

// IdleWhileReady returns for how long, up to now, the engine executed nothing
// although flow control held back a job that it would have executed and whose
// dependencies were met.
func (r *Rig) IdleWhileReady(engine int) fence.Duration {
	e := &r.meter.engines[engine]
	if e.counting() {
		return e.total + r.Now().Sub(e.since)
	}
	return e.total
}

// counting reports whether the time from since on belongs to the integral.
func (e *engineMeter) counting() bool { return !e.busy && e.waiting > 0 }

// until brings the integral up to now, before something changes.
func (e *engineMeter) until(now fence.Time) {
	if e.counting() {
		e.total += now.Sub(e.since)
	}
	e.since = now
}

// EngineBusy follows the device's engines.
func (m *meter) EngineBusy(engine int, busy bool, now fence.Time) {
	e := &m.engines[engine]
	e.until(now)
	e.busy = busy
}

// afterItem follows what flow control holds back, which an item that frees jobs
// may look at too.
func (m *meter) afterItem(w *sched.Work) {
	s := w.Scheduler()
	if w.Item() == sched.ItemRun && !m.ran {
		m.counts.InVain++
	}
	m.ran = false
	j := s.Stalled()
	noted := m.stalled[s.ID()] != 0
	switch {
	case j == nil && !noted:
		return
	case j == nil:
	case j.ID != m.held[s.ID()]:
		m.held[s.ID()] = j.ID
		m.counts.Stalls++
	case noted:
		return // As it was: dependencies that are met stay so.
	}
	if !m.look(s) && !slices.Contains(m.unmet, s) {
		m.unmet = append(m.unmet, s)
	}
}

// afterStep looks again at what was held back with dependencies that were not
// met: no work item tells when they are.
func (m *meter) afterStep() {
	if len(m.unmet) != 0 {
		m.unmet = slices.DeleteFunc(m.unmet, m.look)
	}
}

// look notes which engines would execute what s holds back. It reports false if
// dependencies of that are not met.
func (m *meter) look(s *sched.Scheduler) bool {
	j := s.Stalled()
	met := j == nil || j.DependenciesMet()
	var engines uint64
	if j != nil && met {
		engines = m.rig.batches.ofJob(j).firstEngines()
	}
	if was := m.stalled[s.ID()]; was != engines {
		m.stalled[s.ID()] = engines
		m.wait(was&^engines, -1)
		m.wait(engines&^was, +1)
	}
	return met
}

// wait adds n to the schedulers that wait for each engine of the set.
func (m *meter) wait(set uint64, n int) {
	for ; set != 0; set &= set - 1 {
		i := bits.TrailingZeros64(set)
		e := &m.engines[i]
		e.until(m.rig.Now())
		e.busy = !m.rig.device.Idle(i)
		if e.waiting += n; e.waiting != 0 {
			m.watched |= 1 << i
		} else {
			m.watched &^= 1 << i
		}
		m.rig.device.Watch(m.watched)
	}
}

// Observe counts the schedulers' events, lets a client go on whose queue has
// room, and passes the event on.
func (m *meter) Observe(e sched.Event) {
	h := m.history.word(uint64(e.At)).word(e.Job).word(uint64(e.Sched)<<32 | uint64(e.Entity))
	m.history = h.word(uint64(e.Kind)<<32 | uint64(e.Warn)<<16 | uint64(e.Err))
	switch e.Kind {
	case sched.EventQueue:
		m.counts.Pushed++
	case sched.EventRun:
		m.ran = true
		m.rig.exec.useful(e.Sched)
		m.rig.queues[e.Entity].hasRoom()
	case sched.EventFree:
		m.rig.exec.useful(e.Sched)
	case sched.EventDone:
		m.counts.Completed++
		if e.Err != fence.OK {
			m.counts.Failed++
		}
	case sched.EventWarn:
		m.counts.Warnings++
	}
	if m.passes {
		m.pass(e)
	}
}

// pass tells others of the event.
func (m *meter) pass(e sched.Event) {
	if o := m.rig.config.Observer; o != nil {
		o.Observe(e)
	}
	if m.rig.config.Tracer != nil {
		m.trace(&e)
	}
}

// history is a running hash of events: FNV-1a (Fowler, Noll, Vo) over words in
// place of bytes.
type history uint64

const (
	historyStart history = 14695981039346656037
	historyPrime history = 1099511628211
	// historyBits is what a float64 carries exactly, as benchmark metrics must.
	historyBits = 53
)

func (h history) word(x uint64) history {
	h = (h ^ history(x)) * historyPrime
	return h ^ h>>29
}

func (h history) sum() uint64 { return uint64(h) & (1<<historyBits - 1) }
