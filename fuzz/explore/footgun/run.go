//go:build explore

package footgun

import (
	"fmt"

	"credence/fuzz/explore"
)

// asking is one run of Ask.
type asking struct {
	s        *scheduler
	used     int64 // by what Decide will write
	seen     int64 // by what it looks at
	at       int64 // the place of the oldest, -1 being none
	wide     bool  // the oldest is the other pool's
	f        *syncFence
	admitted bool
}

func (a *asking) do(step Step) {
	m := a.s.m
	switch step.Do {
	case Lock:
		m.mu.Lock()
	case Unlock:
		m.mu.Unlock()
	case Read:
		a.used = m.used.Load()
		a.seen = a.used
		if step.Wide {
			a.seen += m.otherUsed.Load()
		}
	case Decide:
		if a.seen < int64(m.room+step.Off) {
			a.admitted = true
			m.used.Store(a.used + 1)
			a.s.take(a.used + 1)
		}
	case Arm:
		if !a.admitted {
			m.waiting[a.s.n].Store(1)
		}
	case First:
		if !a.admitted {
			a.first(step)
		}
	case Ref:
		if !a.admitted {
			a.ref()
		}
	}
}

func (a *asking) first(step Step) {
	m := a.s.m
	if step.Wide && m.otherUsed.Load() > 0 {
		a.wide = true
		return
	}
	if at := m.retired.Load() + int64(step.Off); at < m.issued.Load() {
		a.at = at
	}
}

func (a *asking) ref() {
	m := a.s.m
	switch {
	case a.wide:
		a.f = &m.otherFence
	case a.at >= 0:
		a.f = &m.jobs[a.at].hw
	default:
		return
	}
	if a.f.word.Add(fenceRef) < 2*fenceRef {
		m.broken = Touched
		explore.Failf("a reference to the fence of job %d, which is gone", a.at)
	}
}

// complete is the thread of completions: as many as it takes for all jobs to run.
// The job of the other pool, if somebody looks there, completes before the first,
// before the second, or when there is nothing else to do.
func (m *machine) complete() {
	other := m.d.wide()
	for i := range m.completions() {
		issued := func() bool { return m.issued.Load() > int64(i) }
		if other && (i < 2 && explore.Choose(2) == 1 || !issued()) {
			m.elsewhere()
			other = false
		}
		explore.Await(issued)
		var used int64
		for _, step := range m.d.Release {
			m.release(step, i, &used)
		}
	}
	if other {
		m.elsewhere()
	}
}

func (m *machine) completions() int { return m.room + newJobs - 1 }

func (m *machine) release(step Step, i int, used *int64) {
	j := &m.jobs[i]
	switch step.Do {
	case Lock:
		m.mu.Lock()
	case Unlock:
		m.mu.Unlock()
	case Read:
		*used = m.used.Load()
	case Free:
		m.used.Store(*used - 1)
		m.live--
	case Retire:
		m.retired.Store(int64(i + 1))
	case Signal:
		m.signal(&j.hw)
		j.from.wake()
	case Wake:
		for n := range m.schedulers() + step.Off {
			if m.waiting[n].Swap(0) == 1 {
				m.sched[n].wake()
			}
		}
	case Drop:
		j.hw.word.Add(^uint64(fenceRef - 1))
	}
}

// elsewhere completes the job of the other pool.
func (m *machine) elsewhere() {
	m.otherUsed.Store(0)
	m.signal(&m.otherFence)
}

// check wants the fences of completed jobs signalled.
func (m *machine) check() error {
	for i := range m.completions() {
		if m.jobs[i].hw.word.Load()&fenceSignaled == 0 {
			m.broken = Untold
			return fmt.Errorf("the fence of job %d is not signalled", i)
		}
	}
	return nil
}

// program is the machine's; spinning says whether schedulers may go round.
func (m *machine) program(spinning bool) *explore.Program {
	p := &explore.Program{Name: m.d.String(), State: m, Check: m.check}
	for i := range m.schedulers() {
		p.Threads = append(p.Threads, explore.Thread{
			Name: fmt.Sprintf("scheduler%d", i), Run: m.sched[i].run, Polls: spinning,
		})
	}
	p.Threads = append(p.Threads, explore.Thread{Name: "completions", Run: m.complete, Polls: true})
	return p
}
