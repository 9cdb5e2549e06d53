package sim

import (
	"context"
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/rig"
)

// Story is the life of one job, as far as it went, and all that it waited for.
type Story struct {
	Job           uint64 // its ID: submissions count from 1, over all clients
	Entity, Sched uint32
	// Its events, fence.Never for those that have not happened.
	Pushed, Run, Done, Freed fence.Time
	Err                      fence.Errno // with which it was done
	Waits                    []Wait
	// At is when the story was cut off, and Chain what the job waited for then:
	// itself, then the job that it waited for, and so on. Empty once it was freed.
	At    fence.Time
	Chain []sched.Waiter
}

// Wait is a time for which a job waited for one kind of thing.
type Wait struct {
	From, To fence.Time
	// First and Last are how it stood then: they differ in who is ahead, and in
	// nothing else.
	First, Last sched.Waiter
}

// MaxChain bounds a chain of jobs that wait for each other.
const MaxChain = 64

// Why simulates c and tells the story of a job up to the given time, or c.Time
// if that comes first. It stops when the job is freed. A job that was not pushed
// by then is an error that wraps ErrNoSuchJob.
func Why(ctx context.Context, c Config, job uint64, at fence.Time) (*Story, error) {
	s := &Story{
		Job: job, Pushed: fence.Never, Run: fence.Never, Done: fence.Never, Freed: fence.Never,
	}
	c.Observer = s
	c.Time = min(c.Time, at.Sub(0))
	x, err := start(c)
	if err != nil {
		return nil, err
	}
	end := fence.Time(0).Add(c.Time)
	for n := 0; s.Freed == fence.Never && x.rig.Step(end); n++ {
		if n%stepsPerLook == 0 {
			if err := x.look(ctx, 0); err != nil {
				return nil, err
			}
		}
		if s.Pushed != fence.Never {
			s.look(x.rig)
		}
	}
	if s.Freed == fence.Never {
		if err := x.rig.RunUntil(end); err != nil {
			return nil, err
		}
	}
	if s.Pushed == fence.Never {
		return nil, fmt.Errorf("%w %d by %d ns; jobs are numbered from 1, and %d were pushed",
			ErrNoSuchJob, job, int64(x.rig.Now()), x.rig.Counts().Pushed)
	}
	s.At = x.rig.Now()
	if s.Freed == fence.Never {
		s.look(x.rig)
		s.Chain = chain(x.rig, s.Sched, job)
	}
	return s, nil
}

// Observe follows the job's events.
func (s *Story) Observe(e sched.Event) {
	if e.Job != s.Job {
		return
	}
	switch e.Kind {
	case sched.EventQueue:
		s.Pushed, s.Entity, s.Sched = e.At, e.Entity, e.Sched
	case sched.EventRun:
		s.Run = e.At
	case sched.EventDone:
		s.Done, s.Err = e.At, e.Err
	case sched.EventFree:
		s.Freed = e.At
		s.until(e.At)
	}
}

// until ends the present wait.
func (s *Story) until(now fence.Time) {
	if n := len(s.Waits); n > 0 {
		s.Waits[n-1].To = now
	}
}

// look notes what the job waits for now.
func (s *Story) look(r *rig.Rig) {
	if s.Freed != fence.Never {
		return
	}
	w := r.Schedulers()[s.Sched].Dump().Find(s.Job)
	if w == nil {
		return // in a timeout handler's hands
	}
	s.until(r.Now())
	if n := len(s.Waits); n > 0 && same(&s.Waits[n-1].Last, w) {
		s.Waits[n-1].Last = *w
		return
	}
	if f := w.Fence; f != nil && f.OfEntity && f.Job == nil {
		f.Job = jobOf(r.Schedulers()[f.Sched].Dump(), f)
	}
	s.Waits = append(s.Waits, Wait{r.Now(), r.Now(), *w, *w})
}

// same reports whether a job waits for the same thing.
func same(a, b *sched.Waiter) bool {
	if a.Kind != b.Kind || a.Prepared != b.Prepared || (a.Fence == nil) != (b.Fence == nil) {
		return false
	}
	if a.Fence != nil && (a.Fence.Context != b.Fence.Context || a.Fence.Seqno != b.Fence.Seqno) {
		return false
	}
	if len(a.Short) != len(b.Short) {
		return false
	}
	for i := range a.Short {
		if a.Short[i].Lane != b.Short[i].Lane {
			return false
		}
	}
	return true
}

// chain follows what jobs wait for, from one job on, over all schedulers.
func chain(r *rig.Rig, on uint32, job uint64) (list []sched.Waiter) {
	dumps := make([]*sched.Dump, len(r.Schedulers()))
	for i, s := range r.Schedulers() {
		dumps[i] = s.Dump()
	}
	w := dumps[on].Find(job)
	for w != nil && len(list) < MaxChain {
		list = append(list, *w) // which shares its Fence
		switch f := w.Fence; {
		case w.Ahead != nil:
			w = dumps[on].Find(w.Ahead.Job)
		case f != nil && f.OfEntity:
			on = f.Sched
			f.Job = jobOf(dumps[on], f)
			w = ofFence(dumps[on], f)
		default:
			w = nil
		}
	}
	return list
}

// ofFence returns the job that the fence belongs to.
func ofFence(d *sched.Dump, f *sched.FenceRef) *sched.Waiter {
	for i := range d.Jobs {
		if x := &d.Jobs[i]; x.Entity == f.Entity && x.Seqno == f.Seqno {
			return x
		}
	}
	return nil
}

// jobOf names it, as far as it is there.
func jobOf(d *sched.Dump, f *sched.FenceRef) *sched.JobRef {
	if w := ofFence(d, f); w != nil {
		return &sched.JobRef{Job: w.Job, Entity: w.Entity}
	}
	return nil
}
