package oracle

import (
	"credence/core/invariant"
	"credence/hwmock/device"
)

// After checks what holds after every operation.
func (c *Checker) After() {
	c.checkFlow()
	c.checkDevice()
	c.checkScores()
}

// checkScores compares the load that each scheduler says it has with the
// entities that were pushed to and the jobs pushed and not done (I10).
func (c *Checker) checkScores() {
	for i, x := range c.config.Scheds {
		s := &c.scheds[i]
		want := int64(s.pushes - s.completions)
		for _, e := range s.entities {
			if c.entities[e].member {
				want++
			}
		}
		if n := x.Score(); n != want {
			fail(invariant.I10, "%s has a score of %d, not %d", x, n, want)
		}
	}
}

// End checks what holds when every external fence has signalled, nothing is
// due, no job is initialised, nobody but schedulers and device holds a job's
// fences, and, unless a firmware queue is stuck, the entities are torn down:
// every pushed job has ended (L2), was freed once (I4), and holds nothing (I10).
// A user queue whose firmware overflowed is exempt, with those that wait for it.
func (c *Checker) End() {
	for i := range c.scheds {
		c.Quiet(i)
	}
	stuck := len(c.config.Device.Overruns()) > 0
	for i := range c.jobs {
		c.checkEnded(&c.jobs[i], stuck)
	}
	c.After()
	if stuck {
		return
	}
	for i := range c.jobs {
		c.checkReferences(&c.jobs[i])
	}
	c.checkEmpty()
}

// checkEnded looks at how far a job has come in the end.
func (c *Checker) checkEnded(j *Job, stuck bool) {
	switch j.state {
	case initialised, armed:
		fail(invariant.L2, "%s was initialised and neither pushed nor aborted", j)
	case queued:
		// If something is stuck it may wait for that: Quiet has looked.
		if !stuck {
			fail(invariant.L2, "%s never runs", j)
		}
	case running:
		if !stuck || !c.exempt(j) {
			fail(invariant.L2, "%s never finishes", j)
		}
	case done, freed:
		if !stuck {
			fail(invariant.I10, "%s is still held, in state %s", j, j.state)
		}
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
	if j.state != gone || f.Context() != j.context || f.Seqno() != j.fenceSeqno {
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
	for i, q := range c.config.Queues {
		for k := range device.NumKinds {
			if n := q.Entries(k); n != 0 {
				fail(invariant.I10, "queue %d.%s has %d entries left", i, k, n)
			}
		}
		if n := c.config.Entities[i].Queued(); n != 0 {
			fail(invariant.I10, "entity %d has %d jobs left", i, n)
		}
	}
}
