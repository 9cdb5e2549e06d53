//go:build explore

package weave

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/sched"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// Sizes of a machine.
const (
	maxJobs      = 4 // of each entity
	maxExternals = 2
	limit        = 2 // credits, or slots a lane
)

// machine is one or two schedulers, each with a worker, and everybody who uses
// them.
type machine struct {
	workers   []*worker
	entities  []*client
	tasks     []*job
	externals [maxExternals]fence.Single
	controls  []op
	tick      tick
	waits     *client // the control's: for whose queue
	verdict   int
	over      xatomic.Uint32 // 1: nobody controls anything any more
	contexts  fence.Contexts
	lanes     bool
}

// client is an entity with its producer.
type client struct {
	sched.Entity
	m      *machine
	jobs   []*job
	doomed xatomic.Uint32 // 1: somebody is about to kill it
	ran    *job           // the last that ran; its worker's
}

// job is a submission; what it waits for is drawn beforehand.
type job struct {
	sched.Job
	m      *machine
	owner  *client
	cost   uint32
	deps   []dep
	ends   int // how: see run
	anyway bool
	hw     [2]fence.Single
	state  xatomic.Uint32 // with the hardware: given, done

	// From arm to the end, with a reference.
	scheduled, finished xatomic.Pointer[fence.Fence]
	on                  xatomic.Pointer[sched.Scheduler] // where it ran

	runs  int // the worker's, with all below
	freed int
}

const (
	given = 1 << iota // bit 0: run 0 is in the hardware
	again             // bit 1: run 1 is
)

// dep is a dependency: on external fence ext, or on the finished or scheduled fence
// of a job of an earlier client, if that is armed by then.
type dep struct {
	ext       int
	on        *job
	scheduled bool
	counts    bool // it was armed; the producer's, and then the worker's
}

func drawMachine(r *rand.Rand) *explore.Program {
	m := &machine{verdict: r.IntN(3), lanes: r.IntN(4) == 0}
	policy := sched.Policy(r.IntN(3))
	flow := sched.Flow{Kind: sched.FlowCredits, Limit: limit}
	if m.lanes {
		flow = sched.Flow{Kind: sched.FlowLanes}
	}
	for i := range 1 + r.IntN(4)/3 {
		m.addWorker(uint32(i), policy, flow)
	}
	for i := range m.externals {
		m.externals[i].Init(m.contexts.Next(1), 1, nil)
	}
	for i := range 1 + r.IntN(2) {
		m.addClient(r, uint32(i))
	}
	for range r.IntN(4) {
		m.controls = append(m.controls, op{r.IntN(13), r.IntN(4)})
	}
	return m.program(r)
}

func (m *machine) program(r *rand.Rand) *explore.Program {
	p := &explore.Program{State: m, Check: m.end}
	for i, w := range m.workers {
		p.Threads = append(p.Threads, daemon(fmt.Sprint("worker", i), false, w.loop))
	}
	for i, c := range m.entities {
		p.Threads = append(p.Threads, task(fmt.Sprint("producer", i), c.produce))
	}
	for range 1 + r.IntN(2) {
		p.Threads = append(p.Threads, daemon(fmt.Sprint("irq", len(p.Threads)), true, m.interrupts))
	}
	if r.IntN(2) == 0 {
		p.Threads = append(p.Threads, task("signaler", m.signal))
	} else {
		m.signal()
	}
	if len(m.controls) > 0 {
		p.Threads = append(p.Threads, daemon("control", true, m.control))
	} else {
		m.control()
	}
	return p
}

func (m *machine) addWorker(id uint32, policy sched.Policy, flow sched.Flow) {
	w := &worker{m: m, park: xatomic.NewParker(), waiter: xatomic.NewParker()}
	a, err := flow.Admission([sched.NumLanes]uint32{limit, limit, limit, limit, limit, limit})
	must(err)
	w.s, err = sched.New(sched.Config{
		ID: id, Backend: w, Executor: w, Admission: a, Policy: policy, Contexts: &m.contexts,
		Timeout: fence.Second,
	})
	must(err)
	m.workers = append(m.workers, w)
}

func (m *machine) addClient(r *rand.Rand, id uint32) {
	c := &client{m: m}
	var list []*sched.Scheduler
	first := r.IntN(len(m.workers))
	for i := range m.workers {
		list = append(list, m.workers[(first+i)%len(m.workers)].s)
	}
	if r.IntN(2) == 0 {
		list = list[:1]
	}
	must(c.Init(list, sched.EntityConfig{
		ID: id, Priority: sched.High + sched.Priority(r.IntN(2)), Capacity: maxJobs,
		Guilty: r.IntN(2) == 0,
	}))
	before := len(m.tasks)
	for range 1 + r.IntN(maxJobs) {
		j := &job{m: m, owner: c, cost: 1 + r.Uint32N(limit), ends: r.IntN(numEnds), anyway: r.IntN(2) == 0}
		j.ID, j.Owner = uint64(len(m.tasks)+1), j
		for range r.IntN(6) / 3 {
			j.deps = append(j.deps, m.drawDep(r, before))
		}
		c.jobs = append(c.jobs, j)
		m.tasks = append(m.tasks, j)
	}
	m.entities = append(m.entities, c)
}

// drawDep draws what a job of a new client waits for.
func (m *machine) drawDep(r *rand.Rand, before int) dep {
	if before == 0 || r.IntN(2) == 0 {
		return dep{ext: r.IntN(maxExternals), counts: true}
	}
	return dep{on: m.tasks[r.IntN(before)], scheduled: r.IntN(3) == 0}
}

// produce pushes all jobs.
func (c *client) produce() {
	for _, j := range c.jobs {
		need := sched.Need{Credits: j.cost}
		need.Lanes, _ = credit.Pack(j.cost, 0, 0, j.cost)
		must(j.Init(&c.Entity, need))
		for i := range j.deps {
			j.deps[i].add(j)
		}
		j.Arm()
		j.scheduled.Store(j.Scheduled())
		j.finished.Store(j.Finished().Get())
		j.Push()
	}
}

// add makes j wait for d, if that is there.
func (d *dep) add(j *job) {
	if d.on == nil {
		j.AddDependency(j.m.externals[d.ext].Get())
		return
	}
	f := d.on.finished.Load() // keeps its reference to the end
	if d.counts = f != nil; !d.counts {
		return
	}
	if d.scheduled {
		f = d.on.scheduled.Load()
	}
	j.AddDependency(f.Get())
}

// met reports whether d holds back no job of scheduler s: below one scheduler the
// hardware takes jobs in order.
func (d *dep) met(m *machine, s *sched.Scheduler) bool {
	switch {
	case !d.counts:
		return true
	case d.on == nil:
		return m.externals[d.ext].Signaled()
	case d.scheduled || d.on.on.Load() == s:
		return d.on.scheduled.Load().Signaled()
	}
	return d.on.finished.Load().Signaled()
}

// signal signals the external fences.
func (m *machine) signal() {
	for i := range m.externals {
		m.externals[i].SignalError(fence.Errno(i))
	}
}

// interrupts completes whatever the hardware has, for ever; late jobs when the
// control is over.
func (m *machine) interrupts() {
	for {
		var j *job
		explore.Await(func() bool {
			over := m.over.Load() == 1
			for _, x := range m.tasks {
				if (x.ends != late || over) && x.state.Load() != 0 {
					j = x
					return true
				}
			}
			return false
		})
		j.complete(fence.OK)
	}
}

// complete ends whatever the hardware has of j, if nobody is quicker.
func (j *job) complete(err fence.Errno) {
	for run, bit := range [...]uint32{given, again} {
		s := j.state.Load()
		if s&bit != 0 && j.state.CompareAndSwap(s, s&^bit) {
			j.hw[run].SignalPut(err)
		}
	}
}

// control does what a driver and its users may do besides.
func (m *machine) control() {
	for _, o := range m.controls {
		m.tick.on()
		c := m.entities[o.arg%len(m.entities)]
		s := m.workers[o.arg%len(m.workers)].s
		switch o.kind {
		case 0, 1:
			c.doomed.Store(1)
			c.Kill()
		case 2:
			s.Pause()
			s.Resume()
		case 3, 9:
			s.Fault()
		case 10, 11, 12:
			explore.Await(m.given)
		case 4:
			s.Stop()
			m.reset()
			s.Start(fence.EIO)
		case 5:
			c.SetPriority(sched.Priority(o.arg))
		case 6:
			m.flush(c, sched.Exit{})
		case 7:
			m.over.Store(1)
			c.doomed.Store(1)
			c.Flush(fence.Second, sched.Exit{Exiting: true, Killed: true})
		case 8:
			m.externals[0].Signal()
		}
	}
	m.over.Store(1)
}

// flush waits for a client's queue, and for late jobs in its way.
func (m *machine) flush(c *client, x sched.Exit) {
	m.over.Store(1)
	m.waits = c
	c.Flush(fence.Second, x)
	m.waits = nil
}

// given reports whether the hardware has something to do.
func (m *machine) given() bool {
	for _, j := range m.tasks {
		if j.state.Load() != 0 {
			return true
		}
	}
	return false
}

// reset ends everything that the hardware has.
func (m *machine) reset() {
	for _, j := range m.tasks {
		j.complete(fence.ECANCELED)
	}
}

// end wants every job run once, finished and freed, except those of a client that
// was killed, which may not run, and those that it was pushed after; then it takes
// everything down and wants nothing left.
func (m *machine) end() error {
	if m.waits != nil && !m.waits.excused() {
		return errors.New("a flush waits for ever")
	}
	for _, j := range m.tasks {
		if j.freed != 1 && !j.owner.excused() {
			return fmt.Errorf("job %d ran %d times and was freed %d times", j.ID, j.runs, j.freed)
		}
	}
	for _, c := range m.entities {
		c.Fini()
	}
	for range m.tasks {
		m.drain()
	}
	for _, w := range m.workers {
		w.s.Fini()
		if n := w.s.Score(); n != 0 {
			return fmt.Errorf("scheduler %d has a score of %d", w.s.ID(), n)
		}
		if a, ok := w.s.Admission().(*sched.Scalar); ok && a.InFlight() != 0 {
			return fmt.Errorf("scheduler %d: %d credits in flight", w.s.ID(), a.InFlight())
		}
		if a, ok := w.s.Admission().(*sched.PerQueue); ok && a.InFlight() != (credit.Vec{}) {
			return fmt.Errorf("scheduler %d: %v in flight", w.s.ID(), a.InFlight())
		}
	}
	return m.left()
}

// excused reports whether jobs of c need not run: it was killed, or waits for one
// that was, and was pushed to later.
func (c *client) excused() bool {
	if c.doomed.Load() == 1 {
		return true
	}
	for _, j := range c.jobs {
		for i := range j.deps {
			if d := &j.deps[i]; d.counts && d.on != nil && d.on.owner != c && d.on.owner.excused() {
				return true
			}
		}
	}
	return false
}

func (m *machine) drain() {
	for _, w := range m.workers {
		for k := w.take(); k != nil; k = w.take() {
			w.runAll(k)
		}
	}
	m.reset()
}

// left looks at what is left when everything is down.
func (m *machine) left() error {
	for _, j := range m.tasks {
		if j.freed != 1 || j.runs == 0 && !j.owner.excused() {
			return fmt.Errorf("job %d ran %d times and was freed %d times", j.ID, j.runs, j.freed)
		}
	}
	for _, j := range m.tasks {
		j.finished.Load().Put()
	}
	for i := range m.externals {
		if n := m.externals[i].Refs(); n != 1 {
			return fmt.Errorf("external fence %d has %d references", i, n)
		}
	}
	return nil
}
