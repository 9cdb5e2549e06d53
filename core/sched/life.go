package sched

import "credence/core/invariant"

// A job has lives too, each from Init to Cleanup. With the build tags of package
// invariant they have numbers and are counted, and a job between two lives is
// poisoned: whoever touches it, the scheduler included, breaks I5. See
// fence.Live for fences.

// begin starts a life of j.
func (j *Job) begin() {
	if invariant.Enabled {
		j.life.begin()
	}
}

// end ends it, and leaves nothing behind by which somebody could go on.
func (j *Job) end() {
	if invariant.Enabled {
		j.life.end()
		j.entity, j.sched = nil, nil
		j.next, j.prev = j, j
	}
}

// touch breaks I5 if j is between two lives.
func (j *Job) touch(call string) {
	if invariant.Enabled && j.state == jobNew {
		invariant.Fail(invariant.I5, "sched: %s of job %d after its Cleanup, at the end of life %d",
			call, j.ID, j.life.number())
	}
}
