package stress

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"credence/core/fence"
	"credence/core/sched"
)

const (
	workRounds  = 200 // of a bout
	workHelpers = 2   // members that bring work, besides the worker
	workJobs    = 8   // that one of them has
)

// numItems is how many kinds of items there are.
const numItems = int(sched.ItemHint) + 1

// clerk is an executor without a goroutine of its own: it keeps books of what is
// queued, and whoever is asked to runs it. An item that is queued while it is
// queued shows up here; on a worker's list it would tie a knot.
type clerk struct {
	*Bout
	lock   sync.Mutex
	list   []*sched.Work
	queued [numItems]atomic.Int32 // of the items that a scheduler has one of
	timer  atomic.Pointer[sched.Work]
}

// Now is always 0: timers that fire are early, and mean nothing.
func (c *clerk) Now() fence.Time { return 0 }

// Queue notes an item.
func (c *clerk) Queue(w *sched.Work) {
	if i := w.Item(); i != sched.ItemKill && c.queued[i].Add(1) != 1 {
		c.Fail("I4", "work: a %v item is queued twice", i)
		return // the worker would run it twice
	}
	c.lock.Lock()
	c.list = append(c.list, w)
	c.lock.Unlock()
}

// Cancel leaves items where they are.
func (c *clerk) Cancel(*sched.Work) bool { return false }

// SetTimer keeps the item, for fire.
func (c *clerk) SetTimer(w *sched.Work, at fence.Time) {
	if at != fence.Never {
		c.timer.Store(w)
	}
}

// Wait is not used here.
func (c *clerk) Wait(_ *sched.Scheduler, done func() bool, _ fence.Time) bool { return done() }

// Wake has nobody look again.
func (c *clerk) Wake(*sched.Scheduler) {}

// fire is the timer, at the wrong time.
func (c *clerk) fire() {
	if w := c.timer.Load(); w != nil {
		w.Kick()
	}
}

// work runs the items that are queued, and those that come of them.
func (c *clerk) work() {
	for !c.Failed() {
		c.lock.Lock()
		if len(c.list) == 0 {
			c.lock.Unlock()
			return
		}
		w := c.list[0]
		c.list = c.list[1:]
		c.lock.Unlock()
		if i := w.Item(); i != sched.ItemKill {
			c.queued[i].Add(-1) // before Run, from whose start it may be queued again
		}
		w.Run()
	}
}

// office is a scheduler that a clerk runs, with hardware that completes what it
// is told to.
type office struct {
	*clerk
	engine
	sched *sched.Scheduler
	ran   atomic.Int64
}

// RunJob gives the job to the engine.
func (o *office) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	o.ran.Add(1)
	return o.add(sj.Owner.(*job), false, func() {}), fence.OK, 0
}

// FreeJob ends the job.
func (o *office) FreeJob(sj *sched.Job) sched.Duration {
	sj.Owner.(*job).end()
	return 0
}

// TimedOutJob says that the job is alive.
func (o *office) TimedOutJob(*sched.Job, *sched.Recovery) (sched.Verdict, sched.Duration) {
	return sched.VerdictNoHang, 0
}

// helper is a member that brings work.
type helper struct {
	*office
	r      *rand.Rand
	entity sched.Entity
	home   *home
	pushed int64
	latest *fence.Fence // finished of the last job, with a reference
	hint   fence.Time   // the next, lower than the last one
}

// runWork brings one scheduler work from several sides at the same time: pushes,
// completions, hints and timers, with and without the worker at it. Every round
// ends with an account: no item is queued twice, and none that is needed is
// missing.
func runWork(b *Bout) {
	o := &office{clerk: &clerk{Bout: b}}
	o.engine.contexts = new(fence.Contexts)
	o.engine.anyOrder = b.Seed%2 == 0
	a, err := sched.Flow{Kind: sched.FlowCount, Limit: 2 * workHelpers * workJobs}.Admission(
		[sched.NumLanes]uint32{})
	if err != nil {
		panic(err)
	}
	o.sched, err = sched.New(sched.Config{
		Backend: o, Executor: o.clerk, Admission: a, Contexts: o.engine.contexts,
		Policy: sched.Policy(b.Seed % 3), Timeout: 1,
	})
	if err != nil {
		panic(err)
	}
	helpers, members := o.staff()
	atWork := b.Seed%4 != 0
	if atWork {
		members = append(members, func(int) { o.work() })
	}
	c := NewCrew(members...)
	defer c.Dismiss()
	for round := 0; round < workRounds && !b.Failed(); round++ {
		c.Play(round)
		o.settle(helpers)
		b.Did(workHelpers)
	}
	if !b.Failed() {
		o.close(helpers)
	}
}

// staff returns the helpers, and what each does in a round.
func (o *office) staff() (list []*helper, members []func(int)) {
	for i := range workHelpers {
		h := &helper{office: o, r: o.Rand(1 + i), home: newHome(o.Bout, i, workJobs)}
		if err := h.entity.Init([]*sched.Scheduler{o.sched}, sched.EntityConfig{
			ID: uint32(i), Priority: sched.Normal,
		}); err != nil {
			panic(err)
		}
		list = append(list, h)
		members = append(members, h.round)
	}
	return list, members
}

// round brings one piece of work or a few.
func (h *helper) round(round int) {
	// All of them the same in one round of two: it is the same item that they want.
	what := round / 2
	for range 1 + h.r.IntN(2) {
		switch what % 4 {
		case 0:
			h.push()
		case 1:
			h.interrupt(h.r)
		case 2:
			if h.latest != nil {
				h.hint--
				h.latest.SetDeadline(h.hint)
			}
		case 3:
			h.fire()
		}
		if round%2 == 0 {
			what = h.r.IntN(4)
		}
	}
}

func (h *helper) push() {
	j := h.home.get()
	if j == nil {
		return
	}
	if err := j.Init(&h.entity, sched.Need{Credits: 1}); err != nil {
		h.home.jobs <- j
		return
	}
	j.Arm()
	h.drop()
	h.latest, h.hint = j.Finished().Get(), 1<<40
	h.pushed++
	j.pushed.Store(true)
	j.Push()
}

func (h *helper) drop() {
	if h.latest != nil {
		h.latest.Put()
		h.latest = nil
	}
}

// settle has the worker catch up, and looks whether anything was forgotten: flow
// control has room for all jobs, so all of them run.
func (o *office) settle(helpers []*helper) {
	o.work()
	var pushed int64
	for _, h := range helpers {
		pushed += h.pushed
	}
	if n := o.ran.Load(); n != pushed && !o.Failed() {
		o.Fail("L1", "work: no item is queued, and %d of %d jobs have not run", pushed-n, pushed)
	}
}

// close ends everything, and accounts for it.
func (o *office) close(helpers []*helper) {
	for o.engine.len() > 0 {
		o.engine.done(1, 0, fence.OK)
	}
	o.work()
	var pushed, ended int64
	for _, h := range helpers {
		h.drop()
		h.entity.Fini()
		pushed += h.pushed
		ended += h.home.ended.Load()
	}
	o.work()
	o.sched.Fini()
	if pushed != ended {
		o.Fail("I4", "work: %d jobs pushed, %d ended", pushed, ended)
	}
	if made, gone := o.made.Load(), o.gone.Load(); made != gone {
		o.Fail("I10", "work: %d of %d hardware fences are held at the end", made-gone, made)
	}
}
