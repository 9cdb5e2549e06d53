package sched

import (
	"credence/core/fence"
	"credence/core/xatomic"
)

// share is what FAIR knows of an entity. Jobs are accounted when they are
// freed, by the worker of the scheduler that ran them; all else is written by
// the holder of the token of the scheduler that the entity is on.
type share struct {
	runtime  xatomic.Int64 // of all jobs accounted so far, ns
	average  average       // of run times
	charged  Duration      // of runtime, in virtual
	virtual  Duration      // weighted run time: the key in the run queue
	relative Duration      // while idle: how far ahead of the others it was
}

// weight is by how many bits a priority's run time is shifted: shares are as
// 64 to 32 to 8 to 1.
var weight = [NumPriorities]uint{Kernel: 1, High: 2, Normal: 4, Low: 7}

// average is an exponentially weighted moving average of microseconds, with six
// fractional bits and a weight of a quarter for the newest value; zero means
// that there was none.
type average struct{ v xatomic.Uint64 }

const averageBits = 6

func (a *average) add(d Duration) {
	x := uint64(d/fence.Microsecond) << averageBits
	if old := a.v.Load(); old != 0 {
		x = (3*old + x) >> 2
	}
	a.v.Store(x)
}

func (a *average) micros() Duration { return Duration(a.v.Load() >> averageBits) }

// account charges a job that is being freed to its entity. The next job in line
// began, as far as the charge goes, when this one ended: time spent behind
// others on the hardware is not its own.
func (s *Scheduler) account(j *Job) {
	d := max(0, j.ended.Sub(j.began))
	if n := s.pending.head; n != nil && n.fences.Scheduled.Signaled() {
		n.began = j.ended
	}
	sh := &j.fences.entity.share
	sh.runtime.Add(int64(d))
	sh.average.add(d)
	s.average.add(d)
}

// enter sets the virtual time at which an entity that was idle joins those
// with work: where it stood relative to them, or, if it was not ahead, by its
// importance next to the first of them.
func (sh *share) enter(q *runQueue, p Priority) {
	v := sh.relative
	first := q.least()
	if first == nil {
		sh.virtual = v
		return
	}
	if v == 0 {
		head := q.headPriority
		if !q.headFixed {
			head = first.Priority()
		}
		switch {
		case p > head:
			own, all := sh.average.micros(), q.sched.average.micros()
			v = (1 + own + all) << weight[p] * fence.Microsecond
		case p < head:
			v = -Duration(head - p)
		case sh.average.micros() <= q.sched.average.micros():
			v = -1
		default:
			v = 1
		}
	}
	sh.virtual = first.share.virtual + v
}

// charge adds what was accounted since the last charge.
func (sh *share) charge(p Priority) {
	r := Duration(sh.runtime.Load())
	sh.virtual += (r - sh.charged) << weight[p]
	sh.charged = r
}

// leave keeps how far ahead of those with work the entity was.
func (sh *share) leave(q *runQueue) {
	sh.relative = 0
	if first := q.least(); first != nil {
		if m := first.share.virtual; m != 0 && sh.virtual > m {
			sh.relative = sh.virtual - m
		}
	}
}
