//go:build explore

package scenario

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// machine is one or two schedulers over hardware that is no more than a count of
// what it has in use, each with a worker. Interrupts are threads that complete
// what was given.
type machine struct {
	workers  []*worker
	entities []*sched.Entity
	tasks    []*task
	room     int64 // what fits into the hardware
	clock    xatomic.Int64
	timed    bool // the clock goes, and is looked at
	asks     int64
	contexts fence.Contexts
	killed   bool // jobs may end without having run
	own      bool // PrepareJob names finished fences in place of the hardware's
}

// task is a job with its hardware fence.
type task struct {
	sched.Job
	hw      fence.Single
	m       *machine
	given   xatomic.Uint32 // 1: the hardware has it
	instant bool           // done within RunJob
	runs    int            // the worker's
	freed   int
}

// worker is a scheduler with its executor: a thread that parks as core/live's
// does.
type worker struct {
	s       *sched.Scheduler
	m       *machine
	queue   xatomic.Pointer[sched.Work]
	idle    xatomic.Uint32
	park    xatomic.Parker
	waiting xatomic.Uint32 // 1: somebody waits in Wait
	waiter  xatomic.Parker
	timer   xatomic.Pointer[sched.Work]
	used    xatomic.Int64 // of the hardware
	last    *task         // given last; the worker's
}

// spec is what a machine is made of.
type spec struct {
	flow       string
	schedulers int // 1 if 0
	entities   int // 1 if 0
	jobs       int // of each entity
	room       int64
	timeout    sched.Duration
	instant    bool
	roams      bool // an entity chooses among all schedulers at each arm
}

func newMachine(c spec) *machine {
	m := &machine{room: max(c.room, 1)}
	for i := range max(c.schedulers, 1) {
		w := &worker{m: m, park: xatomic.NewParker(), waiter: xatomic.NewParker()}
		flow, err := sched.ParseFlow(c.flow)
		must(err)
		admission, err := flow.Admission([sched.NumLanes]uint32{})
		must(err)
		w.s, err = sched.New(sched.Config{
			ID: uint32(i), Backend: w, Executor: w, Admission: admission, Policy: sched.FIFO,
			Timeout: c.timeout, Contexts: &m.contexts,
		})
		must(err)
		m.workers = append(m.workers, w)
	}
	m.timed = c.timeout != 0
	m.warm(2 * max(c.entities, 1))
	for i := range max(c.entities, 1) {
		e := new(sched.Entity)
		scheds := []*sched.Scheduler{m.workers[i%len(m.workers)].s}
		if c.roams {
			scheds = scheds[:0]
			for _, w := range m.workers {
				scheds = append(scheds, w.s)
			}
		}
		must(e.Init(scheds, sched.EntityConfig{
			ID: uint32(i), Priority: sched.Normal, Capacity: max(2, c.jobs),
		}))
		m.entities = append(m.entities, e)
		for range c.jobs {
			t := &task{m: m, instant: c.instant}
			t.ID, t.Owner = uint64(len(m.tasks)), t
			must(t.Init(e, sched.Need{Credits: 1}))
			m.tasks = append(m.tasks, t)
		}
	}
	return m
}

// warm runs a job of n entities that are gone then, so that what the schedulers grow
// when entities join has grown: what they would allocate during an execution, the
// explorer could not look into.
func (m *machine) warm(n int) {
	for _, w := range m.workers {
		guests := make([]sched.Entity, n)
		for i := range guests {
			must(guests[i].Init([]*sched.Scheduler{w.s},
				sched.EntityConfig{Priority: sched.Normal, Capacity: 2}))
			t := &task{m: m, instant: true}
			t.Owner = t
			must(t.Init(&guests[i], sched.Need{Credits: 1}))
			t.Arm()
			t.Push()
		}
		w.drain()
		for i := range guests {
			guests[i].Fini()
		}
		w.drain()
	}
}

// arm arms all jobs beforehand, so that the submitters only push.
func (m *machine) arm() *machine {
	for _, t := range m.tasks {
		t.Arm()
	}
	return m
}

// Backend.

// RunJob gives the job to the hardware, which must have room for it.
func (w *worker) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	t := j.Owner.(*task)
	t.runs++
	if t.instant {
		return nil, fence.OK, 0
	}
	if n := w.used.Add(1); n > w.m.room {
		explore.Failf("%d jobs in hardware that has room for %d", n, w.m.room)
	}
	t.hw.Init(100, t.ID+1, nil)
	t.hw.Get() // the hardware's
	t.hw.Get() // PrepareJob's
	w.last = t
	t.given.Store(1)
	return &t.hw.Fence, fence.OK, 0
}

// FreeJob ends the job's life.
func (w *worker) FreeJob(j *sched.Job) sched.Duration {
	t := j.Owner.(*task)
	if !t.Finished().Signaled() {
		explore.Failf("job %d is freed before it is finished", t.ID)
	}
	t.freed++
	j.Cleanup()
	return 0
}

// CanRun is the predicate of the flow canrun.
func (w *worker) CanRun(*sched.Job) bool { return w.used.Load() < w.m.room }

// PrepareJob names the hardware fence of the last job if the hardware, which has
// room for one, is full: the reference is there before the look.
func (w *worker) PrepareJob(*sched.Job) *fence.Fence {
	if w.last == nil || w.used.Load() < w.m.room {
		return nil
	}
	if w.m.own {
		return w.last.Finished().Get()
	}
	return w.last.hw.Get()
}

// TimedOutJob gives the job up: its hardware fence signals with an error, unless
// it has signalled.
func (w *worker) TimedOutJob(j *sched.Job, r *sched.Recovery) (sched.Verdict, sched.Duration) {
	t := j.Owner.(*task)
	w.m.asks++
	t.hw.SignalError(fence.ETIME)
	return sched.VerdictNoHang, 0
}

// CancelJob ends a job at teardown.
func (w *worker) CancelJob(j *sched.Job) { j.Owner.(*task).hw.SignalError(fence.ECANCELED) }

// interrupt completes t once it is given: the room is free before the fence
// signals.
func (t *task) interrupt(w *worker) {
	explore.Await(func() bool { return t.given.Load() == 1 })
	w.used.Add(-1)
	t.hw.SignalPut(fence.OK)
}

// Executor.

// Now stands still unless the machine has timeouts.
func (w *worker) Now() sched.Time {
	if !w.m.timed {
		return 0
	}
	return sched.Time(w.m.clock.Load())
}

// Queue passes an item to the worker.
func (w *worker) Queue(k *sched.Work) {
	for {
		h := w.queue.Load()
		k.Next = h
		if w.queue.CompareAndSwap(h, k) {
			break
		}
	}
	if w.idle.Load() == 1 && w.idle.CompareAndSwap(1, 0) {
		w.park.Unpark()
	}
}

// Cancel leaves the item where it is.
func (w *worker) Cancel(*sched.Work) bool { return false }

// SetTimer arms the timer, a thread.
func (w *worker) SetTimer(k *sched.Work, at sched.Time) {
	if at == fence.Never {
		k = nil
	}
	w.timer.Store(k)
}

// Wait parks until done says yes.
func (w *worker) Wait(_ *sched.Scheduler, done func() bool, _ sched.Time) bool {
	for {
		w.waiting.Store(1)
		if done() {
			return true
		}
		w.waiter.Park()
	}
}

// Wake has the waiter look again.
func (w *worker) Wake(*sched.Scheduler) {
	if w.waiting.Load() == 1 && w.waiting.CompareAndSwap(1, 0) {
		w.waiter.Unpark()
	}
}

// loop is the worker's thread: it runs items, announces that it is idle, looks
// again, and parks.
func (w *worker) loop() {
	for {
		w.once()
		if w.queue.Load() != nil {
			continue
		}
		w.idle.Store(1)
		if w.queue.Load() == nil || !w.idle.CompareAndSwap(1, 0) {
			w.park.Park()
		}
	}
}

// once runs what is queued.
func (w *worker) once() {
	for k := w.take(); k != nil; {
		next := k.Next
		k.Next = nil
		k.Run()
		k = next
	}
}

// drain runs items until none is left.
func (w *worker) drain() {
	for w.queue.Load() != nil {
		w.once()
	}
}

// take returns the items queued since, oldest first.
func (w *worker) take() (first *sched.Work) {
	for k := w.queue.Swap(nil); k != nil; {
		next := k.Next
		k.Next = first
		first, k = k, next
	}
	return first
}

// Threads.

func (m *machine) worker(i int) explore.Thread {
	w := m.workers[i]
	return explore.Thread{Name: "worker" + suffix(i, len(m.workers)), Run: w.loop, Role: explore.Daemon}
}

// submitter pushes all jobs of entity i.
func (m *machine) submitter(i int) explore.Thread {
	return explore.Thread{Name: "submitter" + suffix(i, len(m.entities)), Run: func() {
		for _, t := range m.tasks {
			if t.Entity() == m.entities[i] {
				t.Push()
			}
		}
	}}
}

// irq completes the jobs of worker i in the order of their numbers.
func (m *machine) irq(i int) explore.Thread {
	w := m.workers[i]
	return explore.Thread{Name: "irq" + suffix(i, len(m.workers)), Role: explore.Interrupt, Polls: true,
		Run: func() {
			for n, t := range m.tasks {
				if m.workers[n%len(m.workers)] == w || len(m.workers) == 1 {
					t.interrupt(w)
				}
			}
		}}
}

func suffix(i, n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprint(i)
}

// done wants every job run once, finished and freed, and nothing left over.
func (m *machine) done() error {
	for _, t := range m.tasks {
		if t.freed != 1 || t.runs > 1 || t.runs == 0 && !m.killed {
			return fmt.Errorf("job %d ran %d times and was freed %d times", t.ID, t.runs, t.freed)
		}
	}
	for i, w := range m.workers {
		if a, ok := w.s.Admission().(*sched.Scalar); ok && a.InFlight() != 0 {
			return fmt.Errorf("scheduler %d: %d credits in flight", i, a.InFlight())
		}
		if w.queue.Load() != nil || w.used.Load() != 0 && !m.killed {
			return fmt.Errorf("scheduler %d: items queued %t, %d in the hardware",
				i, w.queue.Load() != nil, w.used.Load())
		}
	}
	return nil
}

func (m *machine) program(threads ...explore.Thread) *explore.Program {
	return &explore.Program{State: m, Threads: threads, Check: m.done}
}
