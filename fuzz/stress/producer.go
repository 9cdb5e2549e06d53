package stress

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/prog"
	"credence/hwmock/device"
)

// entity is an entity with what is known of its jobs.
type entity struct {
	sched.Entity
	pushed uint64 // the producer's: jobs
	ran    uint64 // the token's holder's: the last job that ran for the first time
}

// producer is one entity of the program after the other, of those that follow
// each other by a revival, and the goroutine that submits to them.
type producer struct {
	*machine
	id     int
	random *rand.Rand
	home   *home
	// now is the entity that lives, or nil. The producer writes it.
	now atomic.Pointer[entity]
	// made are the jobs that are initialised and not pushed, by identifier.
	made   map[uint8]*job
	pushed int64
}

func (m *machine) newProducer(id int) *producer {
	p := &producer{
		machine: m, id: id, random: m.Rand(10 + id), home: newHome(m.Bout, id, ownJobs),
		made: map[uint8]*job{},
	}
	p.revive(m.program.Entities[id])
	return p
}

func (p *producer) revive(spec prog.Entity) {
	e := new(entity)
	err := e.Init(p.schedulers(&spec.Scheds), sched.EntityConfig{
		ID: uint32(p.id), Priority: spec.Priority, Capacity: spec.Capacity, Guilty: spec.Guilty,
	})
	if err != nil {
		panic(err)
	}
	p.now.Store(e)
}

// produce plays the producer's share and ends its entity.
func (p *producer) produce(laps int) {
	p.shares(laps, p.random, p.do)
	if e := p.now.Load(); e != nil && p.random.IntN(4) > 0 {
		p.destroy(e) // what is queued gets a chance to run
	}
	p.fini()
}

// destroy waits for the queue for a while, and ends the entity.
func (p *producer) destroy(e *entity) {
	if s := e.Scheduler(); s != nil {
		e.Destroy(p.units[s.ID()].worker.Now().Add(shortWait))
	}
	p.fini()
}

// do does an operation that is p's own.
func (p *producer) do(o *prog.Op) bool {
	n := len(p.producers)
	switch o.Kind {
	case prog.Submit, prog.MakeJob:
		if int(o.Job.Entity)%n == p.id && p.make(o) && o.Kind == prog.Submit {
			p.push(o.Target)
		}
		return true
	case prog.Push:
		p.push(o.Target)
		return true
	case prog.Abort:
		p.abort(o.Target)
		return true
	case prog.Advance, prog.Step:
		runtime.Gosched()
		return true
	case prog.Drop:
		if int(o.Target)%n == p.id {
			p.jobs[o.Target].put(dep{})
		}
		return true
	}
	if int(o.Target)%n != p.id {
		return false
	}
	switch e := p.now.Load(); {
	case o.Kind == prog.Revive && e == nil:
		p.revive(o.Entity)
	case e == nil:
		return false
	case o.Kind == prog.Fini:
		p.fini()
	case o.Kind == prog.Destroy:
		p.destroy(e)
	case o.Kind == prog.ModSched && e.Scheduler() != nil:
		p.modify(e, &o.Scheds)
	}
	return true
}

// modify gives the entity other schedulers to choose from, of the same flow.
func (p *producer) modify(e *entity, l *prog.SchedList) {
	list := p.schedulers(l)
	if p.units[list[0].ID()].spec.Flow.Kind == p.units[e.Scheduler().ID()].spec.Flow.Kind {
		e.ModifySchedulers(list)
	}
}

// fini ends the entity. What is made for it and not pushed goes first.
func (p *producer) fini() {
	if e := p.now.Load(); e != nil {
		for id := range p.made {
			p.abort(id)
		}
		p.now.Store(nil)
		e.Fini()
	}
}

// make initialises a job, unless the identifier or all jobs are in use.
func (p *producer) make(o *prog.Op) bool {
	e := p.now.Load()
	if e == nil || p.made[o.Target] != nil {
		return false
	}
	j := p.home.get()
	if j == nil {
		return false
	}
	if err := j.Init(&e.Entity, need(&o.Job)); err != nil {
		p.home.jobs <- j // its queue is full, or it could never run
		return false
	}
	j.spec, j.entity = o.Job, e
	for _, d := range o.Job.Deps {
		if x := p.exchange(d); x != nil {
			if d, ok := x.get(); ok {
				j.depend(d)
			}
		}
	}
	p.made[o.Target] = j
	return true
}

// exchange returns where the fence of a dependency is, or nil.
func (m *machine) exchange(d prog.Dep) *exchange {
	switch d.Kind {
	case prog.OnExternal:
		return &m.external[d.Target]
	case prog.OnTimeline:
		return &m.timeline[d.Target]
	case prog.OnFinished, prog.OnScheduled:
		return &m.jobs[d.Target]
	}
	return nil
}

// need returns what a job takes: a slot and an entry for each command, and an
// entry for itself.
func need(j *prog.Job) (n sched.Need) {
	n.Credits = uint32(j.Credits)
	commands := j.Commands
	if commands == [device.NumKinds]uint8{} {
		commands[device.Compute] = 1
	}
	var lanes [sched.NumLanes]uint32
	for k, c := range commands {
		if c > 0 {
			lanes[k], lanes[k+sched.QueueKinds] = uint32(c), uint32(c)+1
		}
	}
	n.Lanes = pack(lanes[:]...)
	return n
}

// push arms, publishes and pushes a job that was made.
func (p *producer) push(id uint8) {
	j := p.made[id]
	if j == nil {
		return
	}
	delete(p.made, id)
	e := j.entity
	j.Arm()
	p.jobs[id].put(dep{fence: j.Finished().Get(), scheduled: j.Scheduled(), entity: e,
		sched: e.Scheduler()})
	e.pushed++
	j.number = e.pushed
	p.pushed++
	j.pushed.Store(true)
	j.Push()
}

func (p *producer) abort(id uint8) {
	if j := p.made[id]; j != nil {
		delete(p.made, id)
		j.abort()
	}
}

// shortWait is how long Flush and Destroy wait.
const shortWait = 300 * fence.Microsecond
