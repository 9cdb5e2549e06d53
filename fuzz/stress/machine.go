package stress

import (
	"sync"
	"sync/atomic"

	"credence/core/fence"
	"credence/core/live"
	"credence/core/sched"
	"credence/fuzz/prog"
)

const (
	ownJobs    = 24 // that one producer has
	interrupts = 2  // goroutines that complete jobs
)

// machine is what a program runs on.
type machine struct {
	*Bout
	program  *prog.Program
	contexts fence.Contexts
	units    []*unit
	external [prog.MaxExternal]exchange
	timeline [prog.MaxTimeline]exchange
	outside  outside
	jobs     [prog.MaxJobs]exchange // the fences of the jobs, by the program's identifier

	producers []*producer
	players   sync.WaitGroup // goroutines that play their share
	lines     sync.WaitGroup // of the interrupts
	work      chan struct{}  // something is on an engine
	off       chan struct{}  // closed: no interrupts any more

	fences, lives int64 // that lived when the bout began
	events        [numEvents]atomic.Int64
}

const numEvents = int(sched.EventWarn) + 1

// observer counts events.
type observer struct{ *machine }

// Observe counts.
func (o observer) Observe(e sched.Event) { o.events[e.Kind].Add(1) }

func newMachine(b *Bout, p *prog.Program) *machine {
	m := &machine{
		Bout: b, program: p, fences: fence.Live(), lives: sched.LiveJobs(),
		work: make(chan struct{}, interrupts), off: make(chan struct{}),
	}
	for i := range p.Scheds {
		m.units = append(m.units, m.newUnit(uint32(i), p.Scheds[i]))
	}
	for i := range p.Entities {
		m.producers = append(m.producers, m.newProducer(i))
	}
	return m
}

// newUnit starts a scheduler.
func (m *machine) newUnit(id uint32, s prog.Sched) *unit {
	u := &unit{machine: m, spec: s, worker: live.Start()}
	u.engine.contexts = &m.contexts
	u.anyOrder = (m.Seed>>id)&1 == 1
	a, err := s.Flow.Admission(m.lanes())
	if err != nil {
		panic(err)
	}
	c := sched.Config{
		ID: id, Executor: u.worker, Contexts: &m.contexts, Admission: a,
		Policy: s.Policy, HangLimit: int(s.HangLimit),
		Compat: sched.Compat{Upstream: m.program.Compat & kept},
	}
	switch s.Flow.Kind {
	case sched.FlowCanRun:
		c.Backend = asked{u}
	case sched.FlowPrepare:
		c.Backend = preparing{u}
	default:
		c.Backend = plain{u}
	}
	if t := fence.Duration(s.Micros) * fence.Microsecond; t > 0 {
		c.Timeout = min(max(t, leastTimeout), mostTimeout)
	}
	if m.observed() {
		c.Observer = observer{m}
	}
	if u.sched, err = sched.New(c); err != nil {
		panic(err)
	}
	return u
}

// observed reports whether the bout has an observer. Its counters order what
// nothing else does, so most have none.
func (m *machine) observed() bool { return m.Seed%5 == 0 }

// lanes are the limits of the device's lanes.
func (m *machine) lanes() (l [sched.NumLanes]uint32) {
	for i := range sched.QueueKinds {
		l[i] = uint32(m.program.Device.Slots)
		l[i+sched.QueueKinds] = uint32(m.program.Device.Ring)
	}
	return l
}

// poke tells the interrupts that there is work.
func (m *machine) poke() {
	select {
	case m.work <- struct{}{}:
	default:
	}
}

// interrupt completes jobs, of all engines in turns, until it is turned off.
func (m *machine) interrupt(line int) {
	r := m.Rand(200 + line)
	for {
		select {
		case <-m.work:
		case <-m.off:
			return
		}
		for again := true; again; {
			again = false
			for i := range m.units {
				Dawdle(r)
				again = m.units[(i+line)%len(m.units)].engine.interrupt(r) || again
			}
		}
	}
}

// play has everybody play, and returns when they are through.
func (m *machine) play(laps int) {
	m.renew()
	for i := range interrupts {
		m.lines.Go(func() { m.interrupt(i) })
	}
	for _, p := range m.producers {
		m.players.Go(func() { p.produce(laps) })
	}
	for i, u := range m.units {
		r := m.Rand(100 + i)
		m.players.Go(func() {
			m.shares(laps, r, func(o *prog.Op) bool { return u.control(i, o) })
		})
	}
	for i, do := range []func(*prog.Op) bool{m.manage, m.signal} {
		r := m.Rand(110 + i)
		m.players.Go(func() { m.shares(laps, r, do) })
	}
	m.players.Wait()
}

// schedulers returns those that a list names, as far as their flow is that of
// the first: a job's need is one of the flow.
func (m *machine) schedulers(l *prog.SchedList) (list []*sched.Scheduler) {
	first := m.units[int(l.IDs[0])%len(m.units)]
	for _, id := range l.List() {
		if u := m.units[int(id)%len(m.units)]; u.spec.Flow.Kind == first.spec.Flow.Kind {
			list = append(list, u.sched)
		}
	}
	return list
}
