package sched

import "credence/core/fence"

// WaitKind is what a job waits for.
type WaitKind uint8

// What a job waits for, from the last thing in its life to the first.
const (
	// WaitFree: it has finished, and is freed after Ahead, which ran before it, or
	// by the next free item.
	WaitFree WaitKind = iota
	// WaitHardware: it was given to the backend, and Fence is its hardware fence.
	WaitHardware
	// WaitRecovery: it was taken off the hardware by Stop, and waits for Start.
	WaitRecovery
	// WaitKill: its entity was killed, and it ends when Fence has signalled.
	WaitKill
	// WaitFence: it is its entity's oldest job, and waits for Fence; Prepared says
	// that the backend named it.
	WaitFence
	// WaitRoom: it is next in order, and flow control holds it back; Short says
	// where.
	WaitRoom
	// WaitTurn: it is its entity's oldest job and waits for nothing but its turn;
	// Ahead, of another entity, is next in order.
	WaitTurn
	// WaitWorker: it is next in order, and the worker will take it.
	WaitWorker
	// WaitEntity: it is behind Position jobs of its own entity, and Ahead is the
	// oldest of them.
	WaitEntity
	numWaitKinds
)

var waitNames = [numWaitKinds]string{
	"free", "hardware", "recovery", "kill", "fence", "room", "turn", "worker", "entity",
}

// String returns the kind's name.
func (k WaitKind) String() string { return waitNames[k] }

// Dump is what every job of a scheduler waited for at one moment.
type Dump struct {
	At      Time
	Sched   uint32
	Policy  Policy
	Paused  bool  // stopped: nothing runs until it is started again
	Score   int64 // its load
	Room    []Room
	Jobs    []Waiter // that the backend has, then killed ones, then by entity
	Members int      // entities that were pushed to and not torn down
}

// Waiter is one job and what it waits for.
type Waiter struct {
	Job, Seqno uint64
	Entity     uint32
	Kind       WaitKind
	// Since is when it began to wait for this, Never if that was not noted: see
	// Config.Times.
	Since Time
	// Pushed is when it was pushed.
	Pushed Time
	// Fence is what it waits for: of WaitHardware, WaitKill and WaitFence.
	Fence    *FenceRef
	Prepared bool
	// Short is where flow control had no room: of WaitRoom. Empty if the flow
	// leaves that to the backend.
	Short []Room
	// Ahead is the job that must go first: of WaitFree, WaitTurn and WaitEntity.
	Ahead *JobRef
	// Position is how many must: jobs of its entity, or entities.
	Position int
}

// JobRef names a job.
type JobRef struct {
	Job    uint64
	Entity uint32
}

// FenceRef names a fence.
type FenceRef struct {
	Context fence.Context
	Seqno   uint64
	// Job is set if it is the finished or the scheduled fence of a job: of this
	// scheduler, as far as it is in the same Dump.
	Job       *JobRef
	Scheduled bool
	// OfEntity is set if it is a job's: the entity, and Seqno counts its jobs.
	OfEntity bool
	Entity   uint32
	Sched    uint32
	Deadline Time // by when somebody wants it; Never if nobody said
}

// Room is a limit of the flow control.
type Room struct {
	Lane              int // of Need.Lanes; -1 for the one limit of a scalar flow
	Want, Free, Limit uint32
}

// Dump says what every job that was pushed waits for. Jobs pushed to a killed
// entity, which run never, are not among them. It waits for the worker's item,
// and allocates. In a backend's callback use Job.Dump or Recovery.Dump.
func (s *Scheduler) Dump() *Dump {
	s.mightBlock("Scheduler.Dump")
	s.token.Lock()
	defer s.token.Unlock()
	return s.dump()
}

// Dump is Scheduler.Dump for a timeout handler, which holds the token: the job
// that it was called with is on no list, and so missing.
func (r *Recovery) Dump() *Dump { return r.s.dump() }

// Dump is Scheduler.Dump, of the scheduler that runs j, for a backend's callback
// about j, which holds the token. It allocates, so it is for when something is
// wrong.
func (j *Job) Dump() *Dump {
	j.touch("Dump")
	return j.sched.dump()
}

// dump collects. The token's holder.
func (s *Scheduler) dump() *Dump {
	s.fold()
	d := &Dump{
		At: s.exec.Now(), Sched: s.id, Policy: s.rq.policy, Paused: s.paused.Load() != 0,
		Score: s.score.Load(),
	}
	if a, ok := s.admission.(roomer); ok {
		d.Room = a.rooms(nil, true)
	}
	d.addPending(s)
	for j := s.dying.head; j != nil; j = j.next {
		d.addKilled(j)
	}
	for _, e := range s.rq.members {
		if e != nil {
			d.Members++
			d.addEntity(s, e)
		}
	}
	d.resolve()
	return d
}

func (d *Dump) addPending(s *Scheduler) {
	n := 0
	var oldest *Job // that keeps finished ones from being freed
	for j := s.pending.head; j != nil; j = j.next {
		w := d.waiter(j)
		w.Kind, w.Since = WaitHardware, s.noted(j.began)
		switch parent := j.fences.parent; {
		case j.fences.Finished.Signaled():
			w.Kind, w.Since, w.Position = WaitFree, s.noted(j.ended), n
			if oldest != nil {
				w.Ahead = refTo(oldest)
			}
		case j.detached:
			w.Kind = WaitRecovery
		case parent != nil:
			w.Fence = d.fence(parent)
			w.Fence.Deadline = j.fences.hint.wanted()
		}
		if w.Kind != WaitFree {
			n++
			if oldest == nil {
				oldest = j
			}
		}
		d.Jobs = append(d.Jobs, w)
	}
}

func (d *Dump) addKilled(j *Job) {
	w := d.waiter(j)
	w.Kind = WaitKill
	switch {
	case j.after != nil && !j.after.Signaled():
		w.Fence = d.fence(j.after)
	case int(j.cursor) < len(j.deps):
		w.Fence = d.fence(j.killDependency())
	}
	d.Jobs = append(d.Jobs, w)
}

// addEntity adds the jobs that e has queued.
func (d *Dump) addEntity(s *Scheduler, e *Entity) {
	n := 0
	var oldest *Job // not e.head: a push may come between the fold and this
	e.queue.Each(func(j *Job) bool {
		w := d.waiter(j)
		if n == 0 {
			oldest = j
			d.head(s, e, j, &w)
		} else {
			w.Kind, w.Since, w.Position, w.Ahead = WaitEntity, j.submit, n, refTo(oldest)
		}
		n++
		d.Jobs = append(d.Jobs, w)
		return true
	})
}

// head says what the oldest job of an entity waits for.
func (d *Dump) head(s *Scheduler, e *Entity, j *Job, w *Waiter) {
	first := s.rq.first()
	switch {
	case e.state == entityBlocked && e.waits != nil:
		w.Kind, w.Fence, w.Since = WaitFence, d.fence(e.waits), s.noted(e.since)
		w.Prepared = s.held == j
	case first != e && first != nil:
		w.Kind, w.Ahead, w.Since = WaitTurn, refTo(first.head), j.submit
		w.Position = s.rq.before(e)
	case s.stalled == j:
		w.Kind, w.Since = WaitRoom, s.noted(s.stalledAt)
		if a, ok := s.admission.(roomer); ok {
			if w.Short = a.rooms(j, false); w.Short == nil {
				w.Kind = WaitWorker // room has come since, and the worker will look
			}
		}
	default:
		w.Kind, w.Since = WaitWorker, j.submit
	}
}

func (d *Dump) waiter(j *Job) Waiter {
	return Waiter{
		Job: j.ID, Entity: j.entity.id, Seqno: j.fences.Finished.Seqno(), Pushed: j.submit,
		Since: fence.Never,
	}
}

func refTo(j *Job) *JobRef { return &JobRef{j.ID, j.entity.id} }

// fence names f.
func (d *Dump) fence(f *fence.Fence) *FenceRef {
	r := &FenceRef{Context: f.Context(), Seqno: f.Seqno(), Deadline: fence.Never}
	if jf, ok := f.Owner().(*jobFence); ok {
		r.OfEntity, r.Entity, r.Sched = true, jf.entity.id, jf.sched.id
		r.Scheduled = f == &jf.Scheduled
		r.Deadline = jf.hint.wanted()
	}
	return r
}

// resolve finds the jobs whose fences are waited for among those of the dump.
func (d *Dump) resolve() {
	type key struct {
		entity uint32
		seqno  uint64
	}
	jobs := make(map[key]uint64, len(d.Jobs))
	for i := range d.Jobs {
		jobs[key{d.Jobs[i].Entity, d.Jobs[i].Seqno}] = d.Jobs[i].Job
	}
	for i := range d.Jobs {
		f := d.Jobs[i].Fence
		if f == nil || !f.OfEntity || f.Sched != d.Sched {
			continue
		}
		if id, ok := jobs[key{f.Entity, f.Seqno}]; ok {
			f.Job = &JobRef{id, f.Entity}
		}
	}
}

// Find returns what a job waits for, by its ID, or nil if it is not there.
func (d *Dump) Find(job uint64) *Waiter {
	for i := range d.Jobs {
		if d.Jobs[i].Job == job {
			return &d.Jobs[i]
		}
	}
	return nil
}

// noted returns a time that is noted only if Config.Times says so.
func (s *Scheduler) noted(t Time) Time {
	if !s.times {
		return fence.Never
	}
	return t
}

// stall notes since when flow control has held j back.
//
//go:noinline
func (s *Scheduler) stall(j *Job) {
	if s.stalledJob != j || s.stalledAt < j.submit {
		s.stalledJob, s.stalledAt = j, s.exec.Now()
	}
}

// before returns how many entities are served before e, which is ready.
func (q *runQueue) before(e *Entity) (n int) {
	own, _ := q.bandOf(e)
	for _, x := range q.members {
		if x == nil || x == e || x.state != entityReady {
			continue
		}
		if q.policy != Fair && x.place.priority != e.place.priority {
			if x.place.priority < e.place.priority {
				n++
			}
		} else if q.policy == RR && own.sooner(x, e) || q.policy != RR && x.place.before(&e.place) {
			n++
		}
	}
	return n
}

// sooner reports whether it is x's turn before e's.
func (b *band) sooner(x, e *Entity) bool {
	if late := x.place.slot < b.turn; late != (e.place.slot < b.turn) {
		return !late
	}
	return x.place.slot < e.place.slot
}

// roomer is an Admission that can say how much room there is.
type roomer interface {
	// rooms returns the limits: all of them, or those that j is held back by.
	rooms(j *Job, all bool) []Room
}

func (a *Scalar) rooms(j *Job, all bool) []Room {
	r := Room{Lane: -1, Limit: a.Limit(), Free: a.Limit() - a.InFlight()}
	if !all {
		r.Want = j.cost
	}
	if !all && r.Want <= r.Free {
		return nil
	}
	return []Room{r}
}

func (a *PerQueue) rooms(j *Job, all bool) (list []Room) {
	limit, taken := a.lanes.Limit(), a.InFlight()
	for i := range NumLanes {
		r := Room{Lane: i, Limit: limit.Lane(i), Free: limit.Lane(i) - taken.Lane(i)}
		if !all {
			r.Want = j.need.Lanes.Lane(i)
		}
		if all || r.Want > r.Free {
			list = append(list, r)
		}
	}
	return list
}
