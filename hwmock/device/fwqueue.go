package device

import (
	"credence/core/fence"
	"credence/hwmock/des"
)

// dispatch starts entries in ring order until one has to wait.
func (q *fwQueue) dispatch() {
	for q.waits == 0 && q.started < q.known {
		e := q.at(q.started)
		if e.engines == 0 {
			if !e.met() {
				q.waits |= forBarrier
				e.after.addWaiter(q)
				return
			}
			e.done = true
			if q.started++; q.retired+1 == q.started {
				q.advance()
			}
			continue
		}
		g := q.group.device.leastLoaded(e.engines)
		if g.slices {
			// A command that can be made to wait must not be passed by the next one.
			q.waits |= forTurn
		}
		if g.staged != nil {
			q.waits |= forEngine
			g.line.push(e)
			return
		}
		q.started++
		g.stage(e)
	}
}

// letGo ends a reason to wait.
func (q *fwQueue) letGo(why waits) {
	q.waits &^= why
	q.dispatch()
}

// advance retires what is done, in ring order, and notes the news for the host if
// work or the end of a job was among it. If work was, it lets go the barriers
// that waited for it.
func (q *fwQueue) advance() {
	if q.stuck {
		return
	}
	work, news := false, false
	g := q.group
	for q.retired < q.started {
		e := q.at(q.retired)
		if !e.done {
			break
		}
		q.retired++
		if e.engines != 0 {
			q.stamp = e.stamp
			g.count++
			work = true
			if g.device.observer != nil {
				q.observe(EventRetired, e.job.ID, 0)
			}
		} else if !work {
			news = news || q.retired == q.tail || q.at(q.retired).job != e.job
		}
	}
	if work || news {
		g.tell(q.kind)
	}
	if work && q.waiters != nil {
		q.release()
	}
}

// Fire is the moment at which the firmware has retired the command.
func (e *entry) Fire(now fence.Time, _ *des.Event) {
	q := e.queue
	d := q.group.device
	d.firmware.active = now
	d.firmware.inFlight--
	e.done = true
	q.advance()
	if e.err != fence.OK {
		// Whether of a channel that has recovered, or of a queue that stood still.
		q.letGo(forRecovery)
	}
	d.check(q.group)
}
