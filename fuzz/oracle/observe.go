package oracle

import (
	"slices"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// Observe checks one event.
func (c *Checker) Observe(e sched.Event) {
	if e.Kind == sched.EventWarn && e.Job == 0 {
		if e.Warn != sched.WarnTeardownActive || c.config.Compat&sched.TeardownStops == 0 {
			fail(invariant.I1, "warning %s of sched %d", e.Warn, e.Sched)
		}
		c.entities[e.Entity].halted = true
		return
	}
	j := c.job(e.Job)
	if e.Kind == sched.EventQueue {
		c.queue(j, int(e.Sched), e.At)
		return
	}
	if int(e.Entity) != j.entity || int(e.Sched) != j.sched {
		fail(invariant.I7, "%s of scheduler %d: %s by entity %d of scheduler %d",
			j, j.sched, e.Kind, e.Entity, e.Sched)
	}
	switch e.Kind {
	case sched.EventRun:
		c.run(j, e.At)
	case sched.EventScheduled:
		c.scheduled(j)
	case sched.EventDone:
		c.done(j, e.At, e.Err)
	case sched.EventFree:
		c.free(j)
	case sched.EventWarn:
		c.warn(j, e.Warn)
	}
}

func (c *Checker) queue(j *Job, on int, at fence.Time) {
	if j.state != armed {
		c.failEnd(j, "queued")
	}
	e := &c.entities[j.entity]
	if on != e.sched {
		c.move(j.entity, on)
	}
	s := &c.scheds[on]
	j.state, j.submit, j.sched = queued, at, on
	if scalar(s.flow.Kind) {
		j.cost = min(j.cost, s.flow.Limit)
	}
	e.reserved--
	e.queue = append(e.queue, j)
	if !e.killed && !e.halted {
		e.member = true
		s.kicked = s.kicked || len(e.queue) == 1
	}
	s.pushes++
	s.deps += uint64(len(j.deps))
}

// move has an entity feed another scheduler, which it may do when nothing is
// queued and the last job that ran is done. (One before that may still run if the
// hardware completes out of order.)
func (c *Checker) move(id, to int) {
	e := &c.entities[id]
	if e.last != nil && e.last.state == running || len(e.queue) > 0 {
		fail(invariant.I7, "entity %d goes from scheduler %d to %d with %d jobs queued, after %v",
			id, e.sched, to, len(e.queue), e.last)
	}
	from := &c.scheds[e.sched]
	from.entities = slices.DeleteFunc(from.entities, func(i int) bool { return i == id })
	c.scheds[to].entities = append(c.scheds[to].entities, id)
	c.scheds[to].vague = c.scheds[to].vague || from.vague
	from.kicked = false
	e.sched = to
}

func (c *Checker) run(j *Job, at fence.Time) {
	e := &c.entities[j.entity]
	s := &c.scheds[j.sched]
	if j.detached && s.starting {
		return // given to the backend again
	}
	if j.state != queued || j.killed {
		c.failEnd(j, "run")
	}
	if e.queue[0] != j {
		fail(invariant.I2, "%s runs before job %d", j, e.queue[0].ID)
	}
	for _, d := range j.deps {
		if !c.met(d, j.entity) {
			fail(invariant.I6, "%s runs before %s", j, d)
		}
	}
	if x := j.waitsForNamed(); x != nil {
		fail(invariant.I6, "%s runs before %s", j, Dep{External: x})
	}
	c.checkOrder(j)
	e.queue = e.queue[1:]
	j.state = running
	e.last = j
	s.pending = append(s.pending, j)
	s.runs++
	c.take(j)
	if j.Device {
		e.onDevice.add(j.need)
	}
	j.began, j.least = at, at.Add(j.Least.All)
	if a := j.After; a != nil && a.state == running {
		j.least = max(j.least, a.began.Add(a.Least.Last).Add(j.Least.First))
	}
}

func (c *Checker) scheduled(j *Job) {
	switch {
	case j.killed:
		c.checkKilled(j)
	case j.state != running || j.ran || !j.returned:
		fail(invariant.I3, "%s is scheduled in state %s", j, j.state)
	}
	if j.ran || j.scheduled.Signaled() {
		fail(invariant.I3, "%s: its scheduled fence signalled early", j)
	}
	j.ran = true
}

// checkKilled looks at a job that ends without having run: those before it have
// ended, and so has everything that it depends on (L2 of those who wait for it).
func (c *Checker) checkKilled(j *Job) {
	switch {
	case j.state != queued:
		c.failEnd(j, "killed")
	case j.before != nil && j.before.state < done:
		fail(invariant.I2, "%s, which was killed, ends before those in front of it", j)
	}
	for _, d := range j.deps {
		if d.Job != nil && d.Job.entity == j.entity {
			continue
		}
		if !d.over() {
			fail(invariant.I6, "%s, which was killed, ends before the end of what %s is about", j, d)
		}
	}
}

func (c *Checker) done(j *Job, at fence.Time, err fence.Errno) {
	switch {
	case j.state != running && (!j.killed || j.state != queued):
		c.failEnd(j, "finished")
	case !j.ran || !j.scheduled.Signaled():
		fail(invariant.I3, "%s finishes before its scheduled fence", j)
	case j.finished.Signaled():
		fail(invariant.I3, "%s: its finished fence signalled early", j)
	}
	c.checkError(j, at, err)
	s := &c.scheds[j.sched]
	if j.killed {
		j.state = done
		if c.config.Compat&sched.ScoreLeak == 0 {
			s.completions++
		}
		return
	}
	s.kicked, s.deviceGone = true, false
	j.state, j.hardware = done, nil
	s.completions++
	s.put(j)
	if j.Device {
		c.entities[j.entity].onDevice.sub(j.need)
	}
}

// checkError looks at why a job ends, and with which error.
func (c *Checker) checkError(j *Job, at fence.Time, err fence.Errno) {
	switch hw := j.hardware; {
	case j.killed:
		j.err = fence.ESRCH
	case j.detached && err != fence.OK:
		j.err = err // of Start; the model knows which
	case hw != nil:
		if !hw.Signaled() {
			fail(invariant.I9, "%s finishes before the hardware", j)
		}
		if j.Device && at < j.least {
			failRule(Time, "%s, run at %d ns, is done at %d, and needs until %d",
				j, j.began, at, j.least)
		}
		if j.err = hw.Err(); j.err == fence.OK {
			j.err = j.carried
		}
	}
	if err != j.err {
		fail(invariant.I9, "%s finishes with %v, its backend said %v", j, err, j.err)
	}
}

func (c *Checker) free(j *Job) {
	s := &c.scheds[j.sched]
	i := slices.Index(s.pending, j)
	switch {
	case j.state != done:
		c.failEnd(j, "freed")
	case !j.finished.Signaled():
		fail(invariant.I4, "%s is freed before its finished fence signals", j)
	case j.finished.Err() != j.err:
		fail(invariant.I9, "%s: its finished fence carries %v, not %v", j, j.finished.Err(), j.err)
	case j.killed:
	case i < 0:
		fail(invariant.I4, "%s is freed, and was left to the backend", j)
	case i > 0 && !s.stopped && !s.down:
		fail(invariant.I4, "%s is freed before job %d, which ran earlier", j, s.pending[0].ID)
	default:
		s.pending = slices.Delete(s.pending, i, i+1)
	}
	j.state = freed
}

// Released is told, when j is about to be freed, how many references to its
// fences there are, its own included.
func (c *Checker) Released(id uint64, refs int) {
	j := c.job(id)
	if refs < 1 {
		fail(invariant.I10, "%s has %d references to its fences when it is freed", j, refs)
	}
	j.sole = refs == 1
}

func (c *Checker) warn(j *Job, w sched.Warning) {
	s := &c.scheds[j.sched]
	e := &c.entities[j.entity]
	switch {
	case w == sched.WarnPushKilled && (e.killed || e.halted) && j.state == queued:
	case w == sched.WarnOversize && scalar(s.flow.Kind) && j.cost >= s.flow.Limit:
	default:
		fail(invariant.I1, "%s of cost %d under %s: warning %s", j, j.cost, s.flow, w)
	}
}

// failEnd reports that something happened to j twice, or out of its course.
func (c *Checker) failEnd(j *Job, what string) {
	fail(invariant.I4, "%s is %s in state %s", j, what, j.state)
}
