//go:build explore

package footgun

import (
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

const (
	maxRoom       = 2
	newJobs       = 3 // beside those that the pool is full of at the start
	maxSchedulers = 2
)

// machine is a pool with its driver, the schedulers that take from it, and the
// pool of somebody else. At the start the pool is full. Each scheduler is a
// thread, and so are the completions.
type machine struct {
	d    Driver
	room int

	// The driver's.
	mu      xatomic.Mutex
	used    xatomic.Int64
	retired xatomic.Int64 // the place of the oldest
	waiting [maxSchedulers]xatomic.Uint32
	jobs    [maxRoom + newJobs]job
	issued  xatomic.Int64 // jobs that the hardware was given, which is the next one's place

	otherUsed  xatomic.Int64
	otherFence syncFence

	sched [maxSchedulers]scheduler
	// live is how many jobs are in the pool indeed, and never more than the room.
	live    int
	broken  Fate // the promise that an assertion says is broken
	outcome outcome
}

// job is one that the hardware was given, by its place.
type job struct {
	hw   syncFence
	from *scheduler
}

// scheduler asks the driver, sleeps and is woken.
type scheduler struct {
	m     *machine
	n     int
	armed xatomic.Uint32 // 1: it is about to sleep
	wq    xatomic.Parker
}

// syncFence is as much of a fence as this takes: signalled or not, who waits, and
// references. What core/fence adds has scenarios of its own.
type syncFence struct{ word xatomic.Uint64 }

const (
	fenceSignaled = 1 << maxSchedulers // above a bit for each scheduler that waits
	fenceRef      = fenceSignaled << 1
)

// outcome is what an execution came to, as far as the jobs can tell.
type outcome struct {
	order   [newJobs]uint8 // the schedulers whose jobs were admitted, from 1
	refused [maxSchedulers]uint8
	slept   [maxSchedulers]uint8
}

func newMachine(d Driver, room int) *machine {
	m := &machine{d: d, room: room, live: room}
	m.used.Store(int64(room))
	m.issued.Store(int64(room))
	m.otherUsed.Store(1)
	m.otherFence.word.Store(fenceRef)
	for i := range m.sched {
		m.sched[i].m, m.sched[i].n, m.sched[i].wq = m, i, xatomic.NewParker()
	}
	for i := range m.jobs {
		m.jobs[i].hw.word.Store(fenceRef)
		if i < room {
			m.jobs[i].from = &m.sched[i%m.schedulers()]
		}
	}
	return m
}

func (m *machine) schedulers() int { return 1 + int(m.d.Pool) }

// signal signals a fence and wakes those who wait for it.
func (m *machine) signal(f *syncFence) {
	old := f.word.Or(fenceSignaled)
	for n := range m.schedulers() {
		if old>>n&1 != 0 {
			m.sched[n].wake()
		}
	}
}

func (s *scheduler) wake() {
	if s.armed.Swap(0) == 1 {
		s.wq.Unpark()
	}
}

func (s *scheduler) sleep() {
	s.m.outcome.slept[s.n]++
	s.wq.Park()
}

// run is the scheduler's thread: its share of the new jobs, the first scheduler's
// being the odd one.
func (s *scheduler) run() {
	m := s.m
	for i := s.n; i < newJobs; i += m.schedulers() {
		for !s.try() {
			m.outcome.refused[s.n]++
		}
	}
}

// try asks the driver, and waits if that is the answer.
func (s *scheduler) try() (admitted bool) {
	s.armed.Store(1)
	a := asking{s: s, at: -1}
	for _, step := range s.m.d.Ask {
		a.do(step)
	}
	switch {
	case a.admitted:
	case a.f != nil:
		s.waitFor(a.f)
	case s.m.d.API == Fence: // no fence to wait for: it runs
		s.take(s.m.used.Add(1))
		return true
	default:
		s.sleep()
	}
	if a.f != nil {
		a.f.word.Add(^uint64(fenceRef - 1))
	}
	return a.admitted
}

// waitFor sleeps until f is signalled.
func (s *scheduler) waitFor(f *syncFence) {
	f.word.Or(1 << s.n)
	for {
		s.armed.Store(1)
		if f.word.Load()&fenceSignaled != 0 {
			return
		}
		s.sleep()
	}
}

// take gives the hardware a job, after which the driver believes that used are in
// the pool.
func (s *scheduler) take(used int64) {
	m := s.m
	if m.live++; m.live > m.room {
		m.broken = Overrun
		explore.Failf("%d jobs in a pool of %d; the driver counts %d", m.live, m.room, used)
	}
	place := int(m.issued.Add(1) - 1)
	m.jobs[place].from = s
	m.outcome.order[place-m.room] = uint8(s.n + 1)
}
