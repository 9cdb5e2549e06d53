//go:build explore

package scenario

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// twist is what is done otherwise than the core, or who stands on it, has it.
type twist uint8

const (
	straight  twist = iota
	goesRound       // a RUN item that the predicate stopped queues itself again
	looksOnce       // the worker announces that it sleeps after its last look
	freesLate       // the hardware fence signals before the room is there again
	elsewhere       // the room comes back without a fence of this scheduler
	tooBig          // the job needs more room than there ever is
	allocates       // RunJob allocates, and the allocator waits for some fence
)

// modern is one scheduler of the core over hardware with room for one job, the
// flow control being the backend's: what became of the loop of 2023.
type modern struct {
	*machine
	how twist
}

func newModern(c spec, how twist) *modern {
	o := &modern{machine: newMachine(c), how: how}
	if how == tooBig || how == allocates { // the backend is another one
		o.rebuild(c)
	}
	return o
}

// picky is a backend that does what modern's twist says.
type picky struct {
	*worker
	o *modern
}

// CanRun asks for twice the room that there is.
func (p *picky) CanRun(*sched.Job) bool { return p.used.Load()+2 <= p.m.room }

// RunJob allocates: with its memory short, the allocator waits for any fence that
// it finds unsignalled, this job's own among them.
func (p *picky) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	if p.o.how == allocates {
		f := p.o.tasks[explore.Choose(len(p.o.tasks))].Finished()
		explore.Await(f.Signaled)
	}
	return p.worker.RunJob(j)
}

// rebuild makes the machine anew over a picky backend.
func (o *modern) rebuild(c spec) {
	m := &machine{room: 1}
	o.machine = m
	w := &worker{m: m, park: xatomic.NewParker(), waiter: xatomic.NewParker()}
	flow, err := sched.ParseFlow(c.flow)
	must(err)
	admission, err := flow.Admission([sched.NumLanes]uint32{})
	must(err)
	w.s, err = sched.New(sched.Config{
		Backend: &picky{w, o}, Executor: w, Admission: admission, Policy: sched.FIFO, Contexts: &m.contexts,
	})
	must(err)
	m.workers = append(m.workers, w)
	e := new(sched.Entity)
	must(e.Init([]*sched.Scheduler{w.s}, sched.EntityConfig{Priority: sched.Normal, Capacity: 2}))
	m.entities = append(m.entities, e)
	for i := range c.jobs {
		t := &task{m: m}
		t.ID, t.Owner = uint64(i), t
		must(t.Init(e, sched.Need{Credits: 1}))
		m.tasks = append(m.tasks, t)
	}
}

// loop is the worker's, with the twist.
func (o *modern) loop() {
	w := o.workers[0]
	for {
		for k := w.take(); k != nil; {
			next := k.Next
			k.Next = nil
			k.Run()
			if o.how == goesRound && w.s.Stalled() != nil {
				k.Kick()
			}
			k = next
		}
		if w.queue.Load() != nil {
			continue
		}
		w.idle.Store(1)
		if o.how == looksOnce || w.queue.Load() == nil || !w.idle.CompareAndSwap(1, 0) {
			w.park.Park()
		}
	}
}

// irq completes the jobs, the last one last.
func (o *modern) irq() {
	w := o.workers[0]
	for _, t := range o.tasks {
		switch o.how {
		case freesLate:
			explore.Await(func() bool { return t.given.Load() == 1 })
			t.hw.SignalPut(fence.OK)
			w.used.Add(-1)
		case elsewhere:
			explore.Await(func() bool { return t.given.Load() == 1 })
			t.hw.SignalPut(fence.OK)
		default:
			t.interrupt(w)
		}
	}
}

// other gives the room back on its own.
func (o *modern) other() {
	w := o.workers[0]
	for _, t := range o.tasks {
		explore.Await(t.Finished().Signaled)
		w.used.Add(-1)
	}
}

func (o *modern) program() *explore.Program {
	o.arm()
	p := o.machine.program(o.submitter(0), explore.Thread{Name: "worker", Run: o.loop, Role: explore.Daemon},
		explore.Thread{Name: "irq", Run: o.irq, Role: explore.Interrupt, Polls: true})
	p.State = o
	if o.how == elsewhere {
		p.Threads = append(p.Threads, explore.Thread{Name: "other", Run: o.other, Polls: true})
	}
	return p
}

// heldBack kills an entity whose job the predicate holds back, for good.
func heldBack() *explore.Program {
	m := newMachine(spec{flow: "canrun", jobs: 1}).arm()
	m.killed = true
	w, t := m.workers[0], m.tasks[0]
	w.used.Store(1)
	p := m.program(m.submitter(0), m.worker(0),
		explore.Thread{Name: "killer", Run: m.entities[0].Kill})
	p.Check = func() error {
		queued := m.entities[0].Queued()
		if t.runs == 0 && (t.freed == 1 && queued == 0 || t.freed == 0 && queued == 1) {
			return nil // cancelled, or pushed after the kill
		}
		return fmt.Errorf("the job ran %d times, was freed %d times, and %d are queued", t.runs, t.freed, queued)
	}
	return p
}

// today are the readings of 2023 in the core that there is now: its RUN item is
// what the loop's turn was, its executor's thread sleeps where the loop waited.
func today() []Scenario {
	make := func(name, doc string, expect explore.Verdict, flow string, how twist) Scenario {
		return Scenario{Name: "today/" + name, Doc: doc, Expect: expect, Options: bounded2,
			New: func() *explore.Program { return newModern(spec{flow: flow, jobs: 2}, how).program() }}
	}
	list := []Scenario{
		make("as posted", "a RUN item that the predicate stops queues itself again",
			explore.BusyLoop, "canrun", goesRound),
		make("test then sleep", "the worker announces that it sleeps after its last look",
			explore.Assertion, "canrun", looksOnce), // the worker may sleep, a job may not be left
		make("signal before free", "the predicate is asked, and the room comes back too late",
			explore.LostWakeup, "canrun", freesLate),
		make("resource of another", "the room comes back without a fence of this scheduler",
			explore.LostWakeup, "canrun", elsewhere),
		make("over the limit", "the job needs more than there ever is", explore.LostWakeup, "canrun", tooBig),
		make("prepare, signal before free", "the fence that is named has signalled, and nothing is free",
			explore.BusyLoop, "prepare", freesLate),
		make("run_job allocates", "with blocking, and the allocator waits for some unsignalled fence",
			explore.LostWakeup, "count:1", allocates),
		{Name: "today/kill, held back", Doc: "an entity is killed whose job the predicate never lets go",
			Options: bounded2, New: heldBack},
	}
	for i := range list {
		list[i].Holds = ends
	}
	return list
}
