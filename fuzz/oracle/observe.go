package oracle

import (
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// Observe checks one event.
func (c *Checker) Observe(e sched.Event) {
	j := c.job(e.Job)
	s := c.entities[j.entity].sched
	if int(e.Entity) != j.entity || int(e.Sched) != s {
		fail(invariant.I7, "%s of scheduler %d: %s by entity %d of scheduler %d",
			j, s, e.Kind, e.Entity, e.Sched)
	}
	switch e.Kind {
	case sched.EventQueue:
		c.queue(j, e.At)
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

func (c *Checker) queue(j *Job, at fence.Time) {
	if j.state != armed {
		c.failEnd(j, "queued")
	}
	e := &c.entities[j.entity]
	s := &c.scheds[e.sched]
	j.state, j.submit = queued, at
	e.reserved--
	e.member = true
	e.queue = append(e.queue, j)
	s.pushes++
	s.deps += uint64(len(j.deps))
}

func (c *Checker) run(j *Job, at fence.Time) {
	e := &c.entities[j.entity]
	s := &c.scheds[e.sched]
	if j.state != queued {
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
	c.checkOrder(j)
	e.queue = e.queue[1:]
	j.state = running
	s.running = append(s.running, j)
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
	case j.state != running || j.ran || !j.returned:
		fail(invariant.I3, "%s is scheduled in state %s", j, j.state)
	case j.scheduled.Signaled():
		fail(invariant.I3, "%s: its scheduled fence signalled early", j)
	}
	j.ran = true
}

func (c *Checker) done(j *Job, at fence.Time, err fence.Errno) {
	switch {
	case j.state != running:
		c.failEnd(j, "finished")
	case !j.ran || !j.scheduled.Signaled():
		fail(invariant.I3, "%s finishes before its scheduled fence", j)
	case j.finished.Signaled():
		fail(invariant.I3, "%s: its finished fence signalled early", j)
	}
	if hw := j.hardware; hw != nil {
		if !hw.Signaled() {
			fail(invariant.I9, "%s finishes before the hardware", j)
		}
		if at < j.least {
			failRule(Time, "%s, run at %d ns, is done at %d, and needs until %d",
				j, j.began, at, j.least)
		}
		j.err = hw.Err()
	}
	if err != j.err {
		fail(invariant.I9, "%s finishes with %v, its backend said %v", j, err, j.err)
	}
	e := &c.entities[j.entity]
	s := &c.scheds[e.sched]
	j.state, j.hardware = done, nil
	s.completions++
	s.put(j)
	if j.Device {
		e.onDevice.sub(j.need)
	}
}

func (c *Checker) free(j *Job) {
	s := &c.scheds[c.entities[j.entity].sched]
	switch {
	case j.state != done:
		c.failEnd(j, "freed")
	case !j.finished.Signaled():
		fail(invariant.I4, "%s is freed before its finished fence signals", j)
	case j.finished.Err() != j.err:
		fail(invariant.I9, "%s: its finished fence carries %v, not %v", j, j.finished.Err(), j.err)
	case s.running[0] != j:
		fail(invariant.I4, "%s is freed before job %d, which ran earlier", j, s.running[0].ID)
	}
	s.running = s.running[1:]
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
	s := &c.scheds[c.entities[j.entity].sched]
	if w != sched.WarnOversize || !scalar(s.flow.Kind) || j.cost < s.flow.Limit {
		fail(invariant.I1, "%s of cost %d under %s: warning %s", j, j.cost, s.flow, w)
	}
}

// failEnd reports that something happened to j twice, or out of its course.
func (c *Checker) failEnd(j *Job, what string) {
	fail(invariant.I4, "%s is %s in state %s", j, what, j.state)
}
