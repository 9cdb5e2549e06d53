package target

import (
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle/lockstep"
	"credence/fuzz/oracle/model"
)

// crowdSizes are how many entities an input of Crowd has: programs have 8 at most,
// and what a run queue does with more is never met there.
var crowdSizes = [...]int{3, 17, 33, 65, 130, 300}

// crowdKills is how many entities of a crowd end and begin anew at most.
const crowdKills = 200

// Crowd pushes jobs to very many entities of one scheduler, with the model in
// lockstep. The first byte says how many there are, and the policy.
func Crowd(data []byte) (interesting bool, f *Finding) {
	return guard("crowd", func() bool {
		if len(data) == 0 {
			return false
		}
		m := newCrowd(crowdSizes[int(data[0]>>2)%len(crowdSizes)], sched.Policy(data[0]%3))
		partOps(data[1:], 16, m.do)
		m.end()
		return m.done > 0
	})
}

// crowd is a scheduler that does one job at a time, and its entities.
type crowd struct {
	s        *sched.Scheduler
	lock     *lockstep.Lockstep
	now      fence.Time
	work     []*sched.Work
	entities []*crowdEntity
	jobs     []*crowdJob // by ID-1
	flying   []*crowdJob // in the hardware
	ids      uint32
	last     int // whom an operation was about
	kills    int
	done     int
}

type crowdEntity struct {
	sched.Entity
	twin *model.Entity
}

type crowdJob struct {
	sched.Job
	twin   *model.Job
	hw     fence.Single
	hwTwin *model.Fence
}

const crowdLimit = 2

func newCrowd(n int, p sched.Policy) *crowd {
	m := &crowd{lock: lockstep.New()}
	m.lock.Drained = true
	a, err := sched.Flow{Kind: sched.FlowCount, Limit: crowdLimit}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		panic(err)
	}
	m.s, err = sched.New(sched.Config{
		Backend: m, Executor: m, Admission: a, Policy: p, Observer: m,
	})
	if err != nil {
		panic(err)
	}
	m.lock.AddScheduler(m.s, model.Config{Policy: p, Limits: []uint32{crowdLimit}, Clamp: true})
	for range n {
		m.entities = append(m.entities, m.newEntity(sched.Normal))
	}
	return m
}

func (m *crowd) newEntity(p sched.Priority) *crowdEntity {
	e := &crowdEntity{}
	c := sched.EntityConfig{ID: m.ids, Priority: p, Capacity: 8}
	m.ids++
	if err := e.Init([]*sched.Scheduler{m.s}, c); err != nil {
		panic(err)
	}
	e.twin = m.lock.AddEntity(&e.Entity, []uint8{0}, model.EntityConfig{ID: c.ID, Priority: p})
	return e
}

// do is an operation: mostly a push, to the entity that arg says, or the next.
func (m *crowd) do(kind, arg byte) {
	m.last++
	if arg < 128 {
		m.last = int(arg) * 7
	}
	m.last %= len(m.entities)
	e := m.entities[m.last]
	switch kind {
	default:
		m.push(e)
	case 0, 1:
		for range 1 + arg%32 { // one behind the other
			m.push(m.entities[m.last])
			m.last = (m.last + 1) % len(m.entities)
		}
	case 2, 3, 4, 5:
		for range 1 + int(arg)%64 {
			m.complete(int(arg) % max(1, len(m.flying)))
		}
	case 6:
		m.now = m.now.Add(fence.Duration(arg) * fence.Microsecond)
	case 7:
		if m.kills++; m.kills < crowdKills {
			e.Fini()
			m.lock.Op(m.now, "fini", e.twin.Fini)
			m.drain()
			m.entities[m.last] = m.newEntity(sched.Priority(arg % 4))
		}
	case 8:
		p := sched.Priority(arg % 4)
		e.SetPriority(p)
		m.lock.Op(m.now, "setprio", func() { e.twin.SetPriority(p) })
	}
}

func (m *crowd) push(e *crowdEntity) {
	j := &crowdJob{}
	if j.Init(&e.Entity, sched.Need{Credits: 1}) != nil {
		return
	}
	m.jobs = append(m.jobs, j)
	j.ID, j.Owner = uint64(len(m.jobs)), j
	j.twin = e.twin.NewJob(j.ID, 1)
	j.Arm()
	j.Push()
	m.lock.Op(m.now, "push", j.twin.Push)
	m.drain()
}

// complete ends a job in the hardware, if there is one.
func (m *crowd) complete(i int) {
	if i >= len(m.flying) {
		return
	}
	j := m.flying[i]
	m.flying = append(m.flying[:i], m.flying[i+1:]...)
	m.now = m.now.Add(fence.Duration(j.ID%7) * fence.Microsecond)
	m.lock.Signaling(j.hwTwin, fence.OK)
	j.hw.SignalPut(fence.OK)
	m.lock.Completed(m.now)
	m.drain()
}

// drain runs what is queued, one by one.
func (m *crowd) drain() {
	for len(m.work) > 0 {
		w := m.work[0]
		m.work = m.work[1:]
		w.Run()
		m.lock.Item(m.now, w.Item(), 0)
	}
	m.lock.Quiet(0)
}

func (m *crowd) end() {
	for len(m.flying) > 0 {
		m.complete(0)
	}
	for _, e := range m.entities {
		e.Fini()
		m.lock.Op(m.now, "fini", e.twin.Fini)
		m.drain()
	}
	expect(invariant.I10, "score of a scheduler without entities", m.s.Score(), 0)
	m.s.Fini()
}

// Observe passes an event to the model.
func (m *crowd) Observe(e sched.Event) { m.lock.Event(e) }

// RunJob gives a job to the hardware.
func (m *crowd) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	j := sj.Owner.(*crowdJob)
	j.hw.Init(1, j.ID, nil)
	j.hwTwin = m.lock.Model.NewFence()
	m.flying = append(m.flying, j)
	m.lock.Ran(j.twin, j.hwTwin, fence.OK)
	return j.hw.Get(), fence.OK, 0
}

// FreeJob ends a job.
func (m *crowd) FreeJob(j *sched.Job) sched.Duration {
	m.done++
	j.Cleanup()
	return 0
}

// Now and the rest are the executor.
func (m *crowd) Now() fence.Time { return m.now }

// Queue puts an item behind the others.
func (m *crowd) Queue(w *sched.Work) { m.work = append(m.work, w) }

// Cancel takes it off again.
func (m *crowd) Cancel(w *sched.Work) bool {
	for i, x := range m.work {
		if x == w {
			m.work = append(m.work[:i], m.work[i+1:]...)
			return true
		}
	}
	return false
}

// SetTimer, Wait and Wake are never needed.
func (*crowd) SetTimer(*sched.Work, sched.Time) {}

// Wait does not wait.
func (*crowd) Wait(_ *sched.Scheduler, done func() bool, _ sched.Time) bool { return done() }

// Wake wakes nobody.
func (*crowd) Wake(*sched.Scheduler) {}
