//go:build explore

package scenario

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// CoreCell is a reading of the contract over the scheduler itself: its RUN and FREE
// items, its fences, its credits. The backend frees, retires and signals in some
// order; the wake-up is the scheduler's, within the signal.
type CoreCell struct {
	Order [3]Release // of Free, Retire, Signal
	// Asked is which question the scheduler puts.
	Asked      Asked
	InFlight   int // jobs that the hardware has room for, and has at the start: 1 or 2
	Schedulers int // that share it: 1 or 2, with a job each that finds no room
}

// Asked is a question of a scheduler to its backend.
type Asked uint8

// The questions. Prepared names the fence of the oldest job, to which it takes a
// reference after or before it looks; none means that the job runs, as in drm_sched.
const (
	AskedCanRun Asked = iota
	AskedPrepareAfter
	AskedPrepareBefore
	numAsked
)

var askedNames = [numAsked]string{"canrun", "after", "before"}

// String names the question.
func (a Asked) String() string { return askedNames[a] }

// String names the cell, such as "core/fsr canrun 1-2".
func (c CoreCell) String() string {
	return fmt.Sprintf("core/%c%c%c %v %d-%d", c.Order[0], c.Order[1], c.Order[2], c.Asked, c.InFlight,
		c.Schedulers)
}

// CoreCells returns all cells, in the order of the table.
func CoreCells() (list []CoreCell) {
	for _, o := range [][3]Release{
		{Free, Retire, Signal}, {Free, Signal, Retire}, {Retire, Free, Signal},
		{Retire, Signal, Free}, {Signal, Free, Retire}, {Signal, Retire, Free},
	} {
		for _, schedulers := range []int{1, 2} {
			for _, inFlight := range []int{1, 2} {
				for a := range numAsked {
					list = append(list, CoreCell{o, a, inFlight, schedulers})
				}
			}
		}
	}
	return list
}

// Scenario makes the cell one that can be played like others: expected to pass.
func (c CoreCell) Scenario() Scenario {
	return Scenario{
		Name: c.String(), Doc: "a cell of the core's own contract table", Options: c.options(),
		Holds: "all jobs run and end, and the hardware is never overrun",
		New:   func() *explore.Program { return c.Program(true) },
	}
}

// Settle plays the cell, and returns all that can become of it.
func (c CoreCell) Settle() (Outcome, error) { return settle(c.Program, c.options()) }

func (c CoreCell) options() explore.Options {
	o := bounded2
	if c.Schedulers == 2 {
		o.Bound = 1
	}
	return o
}

// pool is a backend over hardware that several schedulers share.
type pool struct {
	c       CoreCell
	m       machine // the workers'
	used    xatomic.Uint32
	issued  xatomic.Uint32
	retired xatomic.Uint32
	order   [maxPooled]xatomic.Pointer[pooled]
	jobs    []*pooled
}

const (
	maxPooled = 4
	// maxCoreSteps is three times what it takes all jobs to end, and ends rounds of
	// workers that keep each other awake.
	maxCoreSteps = 1500
)

type pooled struct {
	sched.Job
	hw    fence.Single
	freed int
}

// Program builds the cell's; spinning says whether the workers may go round.
func (c CoreCell) Program(spinning bool) *explore.Program {
	p := &pool{c: c}
	prog := &explore.Program{Name: c.String(), State: p, Check: p.end, MaxSteps: maxCoreSteps}
	flow := "prepare"
	if c.Asked == AskedCanRun {
		flow = "canrun"
	}
	for i := range c.Schedulers {
		w := p.add(uint32(i), flow)
		prog.Threads = append(prog.Threads, explore.Thread{
			Name: "worker" + suffix(i, c.Schedulers), Run: w.loop, Role: explore.Daemon, Polls: spinning,
		})
	}
	prog.Threads = append(prog.Threads, explore.Thread{
		Name: "irq", Role: explore.Interrupt, Polls: true, Run: p.irq,
	})
	return prog
}

// add makes a scheduler with its worker. The first one's jobs fill the hardware at
// once; each has one more, which is pushed.
func (p *pool) add(id uint32, flow string) *worker {
	w := &worker{m: &p.m, park: xatomic.NewParker(), waiter: xatomic.NewParker()}
	f, err := sched.ParseFlow(flow)
	must(err)
	admission, err := f.Admission([sched.NumLanes]uint32{})
	must(err)
	w.s, err = sched.New(sched.Config{
		ID: id, Backend: p, Executor: w, Admission: admission, Policy: sched.FIFO,
		Contexts: &p.m.contexts,
	})
	must(err)
	e := new(sched.Entity)
	must(e.Init([]*sched.Scheduler{w.s}, sched.EntityConfig{
		ID: id, Priority: sched.Normal, Capacity: maxPooled,
	}))
	p.m.workers, p.m.entities = append(p.m.workers, w), append(p.m.entities, e)
	push := func() {
		j := new(pooled)
		j.ID, j.Owner = uint64(len(p.jobs)), j
		must(j.Init(e, sched.Need{Credits: 1}))
		p.jobs = append(p.jobs, j)
		j.Arm()
		j.Push()
	}
	if id == 0 {
		for range p.c.InFlight {
			push()
		}
		for k := w.take(); k != nil; k = w.take() {
			k.Run()
		}
	}
	push()
	return w
}

// RunJob gives the job to the hardware, which must have room for it.
func (p *pool) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	t := j.Owner.(*pooled)
	if n := p.used.Add(1); n > uint32(p.c.InFlight) {
		explore.Failf("%d jobs in hardware that has room for %d", n, p.c.InFlight)
	}
	t.hw.Init(100, t.ID+1, nil)
	t.hw.Get() // the hardware's
	t.hw.Get() // the table's, which PrepareJob looks into
	p.order[p.issued.Add(1)-1].Store(t)
	return &t.hw.Fence, fence.OK, 0
}

// FreeJob ends the job's life.
func (p *pool) FreeJob(j *sched.Job) sched.Duration {
	j.Owner.(*pooled).freed++
	j.Cleanup()
	return 0
}

func (p *pool) full() bool { return p.used.Load() >= uint32(p.c.InFlight) }

// CanRun is the predicate.
func (p *pool) CanRun(*sched.Job) bool { return !p.full() }

// PrepareJob names the fence of the oldest job if the hardware is full.
func (p *pool) PrepareJob(*sched.Job) *fence.Fence {
	switch p.c.Asked {
	case AskedPrepareBefore:
		if f := p.first(); p.full() && f != nil {
			return f.Get()
		}
	case AskedPrepareAfter:
		if p.full() {
			if f := p.first(); f != nil {
				return f.Get()
			}
		}
	}
	return nil
}

func (p *pool) first() *fence.Fence {
	r := p.retired.Load()
	if r == uint32(len(p.jobs)) {
		return nil
	}
	if t := p.order[r].Load(); t != nil {
		return &t.hw.Fence
	}
	return nil
}

// irq completes all jobs in the order in which they came.
func (p *pool) irq() {
	for i := range p.jobs {
		explore.Await(func() bool { return p.order[i].Load() != nil })
		t := p.order[i].Load()
		for _, s := range p.c.Order {
			switch s {
			case Free:
				p.used.Add(^uint32(0))
			case Retire:
				p.retired.Store(uint32(i + 1))
			case Signal:
				t.hw.SignalPut(fence.OK)
			}
		}
	}
}

func (p *pool) end() error {
	for _, t := range p.jobs {
		if t.freed != 1 {
			return fmt.Errorf("job %d was freed %d times", t.ID, t.freed)
		}
	}
	return nil
}
