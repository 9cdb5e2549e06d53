package sched

import (
	"fmt"
	"strings"

	"credence/core/fence"
)

// laneNames are what lanes of Need.Lanes stand for.
var laneNames = [NumLanes]string{
	"vertex slots", "fragment slots", "compute slots",
	"vertex ring entries", "fragment ring entries", "compute ring entries",
}

// String returns the limit as text, such as "compute slots: 3 of 126 free" with
// what a job wants of it, if it is that job's.
func (r Room) String() string {
	name := "credits"
	if r.Lane >= 0 && r.Lane < len(laneNames) {
		name = laneNames[r.Lane]
	}
	if r.Want == 0 {
		return fmt.Sprintf("%s: %d of %d free", name, r.Free, r.Limit)
	}
	return fmt.Sprintf("%s: wants %d, %d of %d free", name, r.Want, r.Free, r.Limit)
}

// String names the fence, and whose it is as far as is known.
func (f *FenceRef) String() string {
	end := "finished"
	if f.Scheduled {
		end = "scheduled"
	}
	s := fmt.Sprintf("fence %d:%d", f.Context, f.Seqno)
	switch {
	case f.Job != nil:
		s = fmt.Sprintf("the %s fence of job %d of entity %d", end, f.Job.Job, f.Job.Entity)
	case f.OfEntity:
		s = fmt.Sprintf("the %s fence of the job number %d of entity %d on sched %d",
			end, f.Seqno, f.Entity, f.Sched)
	}
	if f.Deadline != fence.Never {
		s += fmt.Sprintf(", wanted by %d ns", f.Deadline)
	}
	return s
}

// String says in one line what the job waits for, and since when.
func (w *Waiter) String() string {
	s := fmt.Sprintf("job %d of entity %d: %s", w.Job, w.Entity, w.Why())
	if w.Since != fence.Never {
		s += fmt.Sprintf(", since %d ns", w.Since)
	}
	return s
}

// Why says what the job waits for, without its name.
func (w *Waiter) Why() string {
	switch w.Kind {
	case WaitFree:
		if w.Ahead != nil {
			return fmt.Sprintf("has finished, and is freed after job %d of entity %d, which ran "+
				"before it and has not", w.Ahead.Job, w.Ahead.Entity)
		}
		return "has finished, and is freed next"
	case WaitHardware:
		if w.Fence == nil {
			return "is being given to the hardware"
		}
		return fmt.Sprintf("is with the hardware, which signals %s", w.Fence)
	case WaitRecovery:
		return "was taken off the hardware by a reset, and waits for its end"
	case WaitKill:
		if w.Fence == nil {
			return "was killed, and ends next"
		}
		return fmt.Sprintf("was killed, and waits with its end for %s", w.Fence)
	case WaitFence:
		if w.Prepared {
			return fmt.Sprintf("waits for %s, which the backend named", w.Fence)
		}
		return fmt.Sprintf("depends on %s", w.Fence)
	case WaitRoom:
		return "is next, and flow control holds it back" + w.short()
	case WaitTurn:
		return fmt.Sprintf("waits for its turn: %d entities before its own, the next one entity "+
			"%d with job %d", w.Position, w.Ahead.Entity, w.Ahead.Job)
	case WaitWorker:
		return "is next, and the worker takes it"
	}
	return fmt.Sprintf("is behind %d jobs of its entity, the oldest of them job %d", w.Position,
		w.Ahead.Job)
}

// short lists where there is no room.
func (w *Waiter) short() string {
	if len(w.Short) == 0 {
		return ": the backend says that it has no room"
	}
	list := make([]string, len(w.Short))
	for i, r := range w.Short {
		list[i] = r.String()
	}
	return ": " + strings.Join(list, "; ")
}

// String returns the dump as text: a line about the scheduler, one for each limit
// and one for each job.
func (d *Dump) String() string {
	var b strings.Builder
	state := "runs"
	if d.Paused {
		state = "is stopped"
	}
	fmt.Fprintf(&b, "sched %d at %d ns: %s, policy %s, score %d, %d entities, %d jobs\n",
		d.Sched, d.At, state, d.Policy, d.Score, d.Members, len(d.Jobs))
	for _, r := range d.Room {
		fmt.Fprintf(&b, "  %s\n", r)
	}
	for i := range d.Jobs {
		fmt.Fprintf(&b, "  %s\n", &d.Jobs[i])
	}
	return b.String()
}
