package oracle

import (
	"credence/core/invariant"
	"credence/hwmock/device"
)

// After checks what holds after every operation.
func (c *Checker) After() {
	for i := range c.scheds {
		c.scheds[i].starting = false
	}
	c.checkFlow()
	c.checkDevice()
	c.checkScores()
}

// checkScores compares the load that each scheduler says it has with the
// entities that were pushed to and the jobs pushed and not done (I10).
func (c *Checker) checkScores() {
	for i := range c.scheds {
		s := &c.scheds[i]
		x := s.core
		want := int64(s.pushes - s.completions)
		for _, e := range s.entities {
			if c.entities[e].member {
				want++
			}
		}
		if n := x.Score(); n != want && !s.down {
			fail(invariant.I10, "%s has a score of %d, not %d", x, n, want)
		}
	}
}

// Ends counts the jobs that did not come to the ordinary end.
type Ends struct {
	Stuck           int // in a firmware queue that overflowed, or waiting for one
	Reset, NoDevice int // left to the backend by a verdict
	Left            int // killed after their scheduler was torn down
}

// End checks what holds when every external fence has signalled, nothing is
// due, no job is initialised, nobody but schedulers and device holds a job's
// fences, and, unless a firmware queue is stuck, entities and then schedulers are
// torn down: every pushed job has ended (L2), was freed once or left to the
// backend (I4), and holds nothing (I10).
func (c *Checker) End() (ends Ends) {
	for i := range c.scheds {
		c.Quiet(i)
	}
	stuck := c.config.Device != nil && len(c.config.Device.Overruns()) > 0
	for i := range c.jobs {
		c.checkEnded(&c.jobs[i], stuck, &ends)
	}
	c.After()
	if stuck {
		return ends
	}
	for i := range c.jobs {
		c.checkReferences(&c.jobs[i])
	}
	c.checkEmpty()
	return ends
}

// checkEnded looks at how far a job has come in the end.
func (c *Checker) checkEnded(j *Job, stuck bool, ends *Ends) {
	switch {
	case j.state == initialised || j.state == armed:
		fail(invariant.L2, "%s was initialised and neither pushed nor aborted", j)
	case stuck && (j.state == queued || j.state == running && c.exempt(j)):
		ends.Stuck++ // what is queued may wait for it: Quiet has looked
	case j.state == queued:
		fail(invariant.L2, "%s never runs", j)
	case j.state == running:
		fail(invariant.L2, "%s never finishes", j)
	case (j.state == done || j.state == freed) && !stuck:
		fail(invariant.I10, "%s is still held, in state %s", j, j.state)
	}
	switch {
	case j.owner == byReset:
		ends.Reset++
	case j.owner == byNoDevice:
		ends.NoDevice++
	case j.left:
		ends.Left++
	}
	if c.config.Watched && j.state >= done && j.state <= gone && j.told != Callbacks {
		fail(invariant.I3, "%d of %d callbacks on the finished fence of %s ran", j.told, Callbacks, j)
	}
}

// exempt reports whether j, which runs, waits for a firmware queue that is
// stuck.
func (c *Checker) exempt(j *Job) bool {
	stuck := make([]bool, len(c.entities))
	for _, o := range c.config.Device.Overruns() {
		stuck[o.Queue] = true
	}
	for more := true; more; {
		more = false
		for i := range c.jobs {
			x := &c.jobs[i]
			if a := x.After; x.state == running && a != nil && a.state == running &&
				stuck[a.entity] && !stuck[x.entity] {
				stuck[x.entity], more = true, true
			}
		}
	}
	return stuck[j.entity]
}

// checkReferences looks at the fences of a job that is gone (I10). If they are
// in their next life, somebody else answers for them.
func (c *Checker) checkReferences(j *Job) {
	f := j.finished
	if j.state != gone || j.owner != theScheduler || f.Context() != j.context || f.Seqno() != j.fenceSeqno {
		return
	}
	want := 0
	if j.sole {
		want = 1 // the job's memory keeps them for its next life
	}
	if n := f.Refs(); n != want {
		fail(invariant.I10, "%s is gone, and its fences have %d references, not %d", j, n, want)
	}
}

// checkEmpty looks at what nobody uses any more (I10).
func (c *Checker) checkEmpty() {
	for _, x := range c.externals {
		if n := x.Fence.Refs(); n != 1 {
			fail(invariant.I10, "external fence %d:%d has %d references besides its maker's",
				x.Fence.Context(), x.Fence.Seqno(), n-1)
		}
	}
	for i := range c.entities {
		e := &c.entities[i]
		if n := e.core.Queued(); n != 0 {
			fail(invariant.I10, "entity %d has %d jobs left", i, n)
		}
		if e.user == nil {
			continue
		}
		for k := range device.NumKinds {
			if n := e.user.Entries(k); n != 0 {
				fail(invariant.I10, "queue %d.%s has %d entries left", i, k, n)
			}
		}
	}
}
