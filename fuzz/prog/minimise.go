package prog

import (
	"slices"

	"credence/core/fence"
	"credence/core/sched"
)

// Minimise returns a small program for which fails reports true as it does for
// p, and how often it asked, at most limit times. It takes operations off, the
// last ones first and many at a time as long as that works, then makes what is
// left plainer, argument by argument, and the machine too. The result is one from
// which nothing can be taken that was tried. p is left alone.
func Minimise(p *Program, limit int, fails func(*Program) bool) (small *Program, asked int) {
	m := &minimiser{best: p.Clone(), left: limit, fails: fails}
	for before := -1; before != m.kept; {
		before = m.kept
		m.operations()
		m.machine()
		m.arguments()
	}
	return m.best, limit - m.left
}

type minimiser struct {
	best  *Program
	left  int // how often fails may still be asked
	kept  int // how many simplifications have been kept
	fails func(*Program) bool
}

// try keeps what change makes of a copy of the best program if that still fails
// and differs.
func (m *minimiser) try(change func(q *Program)) bool {
	q := m.best.Clone()
	change(q)
	if m.left == 0 || q.Equal(m.best) {
		return false
	}
	m.left--
	if !m.fails(q) {
		return false
	}
	m.best = q
	m.kept++
	return true
}

// operations takes off pieces of half the program, of a quarter, and so on.
func (m *minimiser) operations() {
	for size := (len(m.best.Ops) + 1) / 2; size > 0; size /= 2 {
		for end := len(m.best.Ops); end > 0; end -= size {
			start := max(0, end-size)
			m.try(func(q *Program) { q.Ops = slices.Delete(q.Ops, start, end) })
		}
	}
}

// machine takes off schedulers and entities from the end, and makes the others
// plain.
func (m *minimiser) machine() {
	for len(m.best.Entities) > 1 && m.try(func(q *Program) {
		q.Entities = q.Entities[:len(q.Entities)-1]
	}) {
	}
	for len(m.best.Scheds) > 1 && m.try(func(q *Program) {
		q.Scheds = q.Scheds[:len(q.Scheds)-1]
	}) {
	}
	m.try(func(q *Program) { q.Compat = 0 })
	m.try(func(q *Program) { q.Device = defaultDevice })
	m.try(func(q *Program) { q.Device.Undrained = false })
	m.try(func(q *Program) { q.Device.Profile = min(q.Device.Profile, Ideal) })
	m.try(func(q *Program) { q.Device.Slots, q.Device.Ring = MaxSlots, FullRing })
	for i := range m.best.Scheds {
		m.scheduler(i)
	}
	for i := range m.best.Entities {
		m.try(func(q *Program) { q.Entities[i] = defaultEntity })
		m.try(func(q *Program) { q.Entities[i].Scheds = SchedList{} })
		m.try(func(q *Program) { q.Entities[i].Capacity = defaultEntity.Capacity })
		m.try(func(q *Program) { q.Entities[i].Guilty = false })
		m.try(func(q *Program) { q.Entities[i].Priority = sched.Normal })
	}
}

func (m *minimiser) scheduler(i int) {
	m.try(func(q *Program) { q.Scheds[i] = defaultSched })
	m.try(func(q *Program) { q.Scheds[i].Policy = defaultSched.Policy })
	m.try(func(q *Program) { q.Scheds[i].Flow = defaultSched.Flow })
	m.try(func(q *Program) { q.Scheds[i].Micros = 0 })
	m.try(func(q *Program) { q.Scheds[i].HangLimit = 0 })
	m.try(func(q *Program) { q.Scheds[i].Verdict = KillIt })
}

// arguments makes each operation plainer.
func (m *minimiser) arguments() {
	for i := range m.best.Ops {
		op := func(change func(o *Op)) bool {
			return m.try(func(q *Program) { change(&q.Ops[i]) })
		}
		op(func(o *Op) { o.Err = fence.OK })
		op(func(o *Op) { o.From = 0 })
		m.number(i)
		op(func(o *Op) { o.Scheds = SchedList{} })
		f := forms[m.best.Ops[i].Kind]
		if f.target != aJob {
			op(func(o *Op) { o.Target = 0 })
		}
		if f.entity {
			op(func(o *Op) { o.Entity = defaultEntity })
		} else if f.job {
			m.job(op)
		}
	}
}

// number makes the number of operation i small.
func (m *minimiser) number(i int) {
	set := func(n uint32) bool {
		return m.try(func(q *Program) { q.Ops[i].N = CanonicalMicros(min(n, q.Ops[i].N)) })
	}
	if set(0) || set(1) {
		return
	}
	for m.best.Ops[i].N > 1 && set(m.best.Ops[i].N/2) {
	}
	for n := m.best.Ops[i].N; n > 1 && n <= fewSteps && set(n-1); n-- {
	}
}

// job makes the job of an operation plainer.
func (m *minimiser) job(op func(func(*Op)) bool) {
	op(func(o *Op) { o.Job = Job{Entity: o.Job.Entity, Credits: 1} })
	op(func(o *Op) { o.Job.Deps = [MaxDeps]Dep{} })
	for d := range MaxDeps {
		op(func(o *Op) {
			copy(o.Job.Deps[d:], o.Job.Deps[d+1:])
			o.Job.Deps[MaxDeps-1] = Dep{}
		})
	}
	op(func(o *Op) {
		if o.Job.End != ByDevice {
			o.Job.End, o.Job.Err, o.Job.Micros = ByDevice, fence.OK, 1
		}
	})
	op(func(o *Op) { o.Job.Err = fence.OK })
	op(func(o *Op) { o.Job.Barriers = 0 })
	op(func(o *Op) { o.Job.Commands = [len(o.Job.Commands)]uint8{} })
	op(func(o *Op) { o.Job.Verdict = Default })
	op(func(o *Op) { o.Job.Prepare = 0 })
	op(func(o *Op) { o.Job.Keep = false })
	op(func(o *Op) { o.Job.Anyway = false })
	op(func(o *Op) { o.Job.RetryErr = fence.OK })
	op(func(o *Op) { o.Job.Retry, o.Job.RetryErr = ByDevice, fence.OK })
	op(func(o *Op) { o.Job.Again = 0 })
	op(func(o *Op) { o.Job.Credits = 1 })
	op(func(o *Op) { o.Job.Micros = 0 })
	op(func(o *Op) { o.Job.Micros = min(o.Job.Micros, 1) })
	op(func(o *Op) { o.Job.Entity = 0 })
}
