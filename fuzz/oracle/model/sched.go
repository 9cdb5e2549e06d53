package model

import (
	"credence/core/fence"
	"credence/core/sched"
)

// Config is what a Scheduler is made of.
type Config struct {
	Policy sched.Policy
	Compat sched.Compat
	// Limits are those of the flow control; a job's need is of the same length.
	// Clamp cuts what is more than a limit to it, with a warning.
	Limits []uint32
	Clamp  bool
	// Timeout is 0 for never.
	Timeout   fence.Duration
	HangLimit int
}

// Scheduler is one run queue, or one per priority, over one hardware queue.
type Scheduler struct {
	Config
	ID uint32

	model  *Model
	compat sched.Upstream
	paused bool
	down   bool // torn down
	score  int64
	used   []uint32
	// members are the entities that were pushed to, in the order of joining, and
	// current is whom RR served last, per priority.
	members      []*Entity
	current      [sched.NumPriorities]*Entity
	headPriority sched.Priority // under FAIR, cached
	average      average
	pending      []*Job

	deadline  fence.Time // of the timer; fence.Never if it is not armed
	armed     int        // in the order of arming
	fault     bool       // a timeout item is queued whatever the timer says
	freeBad   bool       // the job that timed out was done when Stop looked
	inHandler *Job       // the job that timed out
}

// NewScheduler adds a scheduler.
func (m *Model) NewScheduler(c Config) *Scheduler {
	s := &Scheduler{
		Config: c, ID: uint32(len(m.scheds)), model: m, compat: c.Compat.Upstream,
		used: make([]uint32, len(c.Limits)), headPriority: noPriority, deadline: fence.Never,
	}
	m.scheds = append(m.scheds, s)
	return s
}

// InFlight returns what is taken of each limit. The caller does not change it.
func (s *Scheduler) InFlight() []uint32 { return s.used }

// Score returns the load: members, and jobs pushed and not done.
func (s *Scheduler) Score() int64 { return s.score }

// Down reports whether the scheduler is torn down.
func (s *Scheduler) Down() bool { return s.down }

// Pending returns the jobs given to the backend and not freed, oldest first.
func (s *Scheduler) Pending() []*Job { return s.pending }

// queue queues an item unless the scheduler is paused, which leaves timeouts
// alone.
func (s *Scheduler) queue(k sched.Item) {
	if !s.paused {
		s.model.queue(Item{Kind: k, Sched: s})
	}
}

// kick queues the item that looks for a job to run.
func (s *Scheduler) kick() { s.queue(sched.ItemRun) }

// Pause keeps the scheduler from running and freeing jobs.
func (s *Scheduler) Pause() {
	s.paused = true
	s.model.cancel(Item{Kind: sched.ItemRun, Sched: s})
	s.model.cancel(Item{Kind: sched.ItemFree, Sched: s})
}

// Resume ends Pause.
func (s *Scheduler) Resume() {
	s.paused = false
	s.queue(sched.ItemRun)
	s.queue(sched.ItemFree)
}

// fits reports whether j's need is free. What exceeds a limit is cut first.
func (s *Scheduler) fits(j *Job) bool {
	fits := true
	for i, limit := range s.Limits {
		if s.Clamp && j.need[i] > limit {
			j.need[i] = limit
			j.observe(sched.EventWarn, fence.OK, sched.WarnOversize)
		}
		fits = fits && s.used[i]+j.need[i] <= limit
	}
	return fits
}

func (s *Scheduler) take(j *Job) {
	j.taken = true
	for i := range s.used {
		s.used[i] += j.need[i]
	}
}

// put gives back what j took, once.
func (s *Scheduler) put(j *Job) {
	if !j.taken {
		return
	}
	j.taken = false
	for i := range s.used {
		s.used[i] -= j.need[i]
	}
}

// before reports whether e is served before x by their keys.
func (e *Entity) before(x *Entity) bool {
	a, b := int64(e.key), int64(x.key)
	if e.sched.Policy == sched.Fair {
		a, b = int64(e.fair.vruntime), int64(x.fair.vruntime)
	}
	return a < b || a == b && e.place < x.place
}

// pick returns the entity that is next, or nil.
func (s *Scheduler) pick() *Entity {
	if s.Policy == sched.Fair {
		return s.first(s.members)
	}
	for p := range sched.NumPriorities {
		var queue []*Entity
		for _, e := range s.members {
			if e.placed == p {
				queue = append(queue, e)
			}
		}
		e := s.first(queue)
		if s.Policy == sched.RR {
			e = inTurn(queue, s.current[p])
		}
		if e != nil {
			return e
		}
	}
	return nil
}

// first returns the ready entity with the least key.
func (s *Scheduler) first(queue []*Entity) (best *Entity) {
	for _, e := range queue {
		if e.ready() && (best == nil || e.before(best)) {
			best = e
		}
	}
	return best
}

// inTurn returns the first ready entity behind current, which is the last.
func inTurn(queue []*Entity, current *Entity) *Entity {
	start := 0
	for i, e := range queue {
		if e == current {
			start = i + 1
		}
	}
	for i := range queue {
		if e := queue[(start+i)%len(queue)]; e.ready() {
			return e
		}
	}
	return nil
}

// replace moves an entity whose priority has changed to the run queue of the new
// one, where it stands as it joined the scheduler.
func (e *Entity) replace() {
	if e.moves() && e.sched.current[e.placed] == e {
		e.sched.current[e.placed] = nil
	}
	e.placed = e.priority
}

// run is the work item that gives one job to the backend.
func (s *Scheduler) run() {
	e := s.pick()
	if e == nil || !s.fits(e.queue[0]) {
		return
	}
	if s.Policy == sched.RR {
		s.current[e.placed] = e
	}
	j := e.pop()
	if j == nil {
		s.kick()
		return
	}
	s.take(j)
	s.pending = append(s.pending, j)
	if !s.timing() || s.compat&sched.TimeoutPostponed != 0 {
		s.arm()
	}
	hw, err := j.give()
	j.signalScheduled()
	if hw != nil {
		j.watch(hw, fence.OK)
	} else {
		j.end(err)
	}
	s.again()
}

// again queues the next run item after a job was run or freed.
func (s *Scheduler) again() {
	if s.compat&sched.RunBlindly != 0 || s.Ready() {
		s.kick()
	}
}

// Ready reports whether an entity is ready whose job has room, as flow control
// and the order of serving have it.
func (s *Scheduler) Ready() bool {
	e := s.pick()
	if e == nil {
		return false
	}
	for i, limit := range s.Limits {
		need := e.queue[0].need[i]
		if s.Clamp {
			need = min(need, limit)
		}
		if s.used[i]+need > limit {
			return false
		}
	}
	return true
}

// give gives j to the backend.
func (j *Job) give() (*Fence, fence.Errno) {
	j.observe(sched.EventRun, fence.OK, sched.NoWarning)
	return j.entity.model.driver.RunJob(j)
}

// watch has j end when hw signals, or now if it has; with err if hw has none.
func (j *Job) watch(hw *Fence, err fence.Errno) {
	j.hardware = hw
	j.done = hw.wait(func() {
		j.done = nil
		j.end(hw.err)
	})
	if j.done == nil {
		if hw.err != fence.OK {
			err = hw.err
		}
		j.end(err)
	}
}

// free is the work item that frees jobs that are done, oldest first.
func (s *Scheduler) free() {
	for len(s.pending) > 0 && s.pending[0].finished.signaled {
		j := s.pending[0]
		s.pending = s.pending[1:]
		s.disarm()
		if len(s.pending) > 0 {
			if next := s.pending[0]; next.scheduled.signaled {
				next.scheduled.at = j.finished.at
			}
			s.arm()
		}
		j.account()
		j.freeJob()
		if s.compat&sched.FreeOne != 0 {
			if len(s.pending) > 0 && s.pending[0].finished.signaled {
				s.queue(sched.ItemFree)
			}
			break
		}
	}
	s.again()
}
