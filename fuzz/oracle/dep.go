package oracle

import (
	"fmt"

	"credence/core/fence"
)

// External is a fence that does not come from a scheduler.
type External struct {
	// Fence is the fence itself, of which the caller holds a reference.
	Fence *fence.Fence
	// Signaled is set before the fence signals.
	Signaled bool
}

// Dep is a dependency: on an external fence, or on the scheduled or finished
// fence of a job.
type Dep struct {
	External  *External
	Job       *Job
	Scheduled bool
}

// NewExternal returns f, which nobody has signalled, as a fence that jobs may
// depend on. The caller holds a reference.
func (c *Checker) NewExternal(f *fence.Fence) *External {
	x := &External{Fence: f}
	c.externals = append(c.externals, x)
	return x
}

// met reports whether d holds back no job of entity e on scheduler s.
func (c *Checker) met(d Dep, e int) bool {
	switch {
	case d.External != nil:
		return d.External.Signaled
	case d.Job.entity == e:
		return true
	case d.Scheduled || d.Job.sched == c.entities[e].sched:
		// The hardware below one scheduler takes jobs in order.
		return d.Job.ran
	default:
		return d.Job.state >= done
	}
}

// over reports whether what d is about has come to its end.
func (d Dep) over() bool {
	if d.External != nil {
		return d.External.Signaled
	}
	return d.Job.state >= done
}

// sameTimeline reports whether d and x are fences of one context, of which only
// the later counts, and later whether x is that.
func (d Dep) sameTimeline(x Dep) (same, later bool) {
	if d.External != nil || x.External != nil {
		if d.External == nil || x.External == nil {
			return false, false
		}
		a, b := d.External.Fence, x.External.Fence
		return a.Context() == b.Context(), b.Seqno() > a.Seqno()
	}
	return d.Job.entity == x.Job.entity && d.Scheduled == x.Scheduled, x.Job.seqno > d.Job.seqno
}

// AddDependency makes j depend on d as sched.Job.AddDependency does.
func (j *Job) AddDependency(d Dep) {
	for i, old := range j.deps {
		if same, later := old.sameTimeline(d); same {
			if later {
				j.deps[i] = d
			}
			return
		}
	}
	j.deps = append(j.deps, d)
}

// ready reports whether j waits for no fence. One of a job that carries an error
// is waited for to the end.
func (c *Checker) ready(j *Job) bool {
	for _, d := range j.deps {
		failed := d.Job != nil && !d.Scheduled && d.Job.entity != j.entity && d.Job.failed()
		if !c.met(d, j.entity) || failed && !d.over() {
			return false
		}
	}
	return j.waitsForNamed() == nil
}

// failed reports whether j's finished fence may carry an error already.
func (j *Job) failed() bool {
	return j.state == running && (j.detached || j.finished.Err() != fence.OK)
}

// waitsForNamed returns a fence that the backend has named and that has not
// signalled, or nil.
func (j *Job) waitsForNamed() *External {
	for _, x := range j.named {
		if !x.Signaled {
			return x
		}
	}
	return nil
}

// String says what a dependency is on.
func (d Dep) String() string {
	switch {
	case d.External != nil:
		return fmt.Sprintf("external fence %d:%d",
			d.External.Fence.Context(), d.External.Fence.Seqno())
	case d.Scheduled:
		return fmt.Sprintf("%s is scheduled", d.Job)
	default:
		return fmt.Sprintf("%s is finished", d.Job)
	}
}
