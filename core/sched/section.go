package sched

import "credence/core/invariant"

// The signalling critical section is where others depend on the one inside it
// for a fence to signal: the producer from Arm to Push, and the worker in its
// items, whose later ones include those that the pending jobs need. With the
// build tags of package invariant the scheduler keeps it as a token that every
// callback of the backend reaches through its job, or its Recovery; without
// them none of this leaves a trace in the code.

// SectionExecutor is an Executor that can tell in whose section its caller is.
// The scheduler asks it in calls that may block or allocate and so have no place
// in any section; of other Executors it does not ask.
type SectionExecutor interface {
	// InSection returns the open section that the caller is in, or nil.
	InSection() *invariant.Section
}

// Section returns the token of the section that the caller of a backend's method
// is in: the producer's between Arm and Push, the scheduler's in RunJob,
// PrepareJob, CanRun, TimedOutJob, CancelJob and FreeJob. Requires: armed, and
// not cleaned up.
func (j *Job) Section() *invariant.Section {
	j.touch("Section")
	if j.state == jobArmed {
		return &j.section
	}
	return &j.sched.section
}

// Section returns the token of the section that a timeout handler is in.
func (r *Recovery) Section() *invariant.Section { return &r.s.section }

// Section returns the token of the section that the token's holder is in. For
// executors: the goroutine that runs the scheduler's items.
func (s *Scheduler) Section() *invariant.Section { return &s.section }

// enter opens the section for a callback about j, or about no job.
func (s *Scheduler) enter(call string, j *Job) {
	if !invariant.Enabled {
		return
	}
	p := invariant.Place{Who: s, Call: call, None: j == nil}
	if j != nil {
		p.Job = j.ID
	}
	s.section.Begin(p)
}

// enterItem opens the section of a work item.
func (s *Scheduler) enterItem(i Item) {
	if invariant.Enabled {
		s.enter(itemCalls[i], nil)
	}
}

// leave closes what enter opened.
func (s *Scheduler) leave() {
	if invariant.Enabled {
		s.section.End()
	}
}

// arms opens the producer's section.
func (j *Job) arms() {
	if invariant.Enabled {
		j.section.Begin(invariant.Place{Who: j.sched, Call: "Arm without Push", Job: j.ID})
	}
}

// pushes closes it.
func (j *Job) pushes() {
	if invariant.Enabled {
		j.section.End()
	}
}

// mightBlock says that the caller of a control operation may wait.
func (s *Scheduler) mightBlock(what string) {
	if invariant.Enabled {
		invariant.MightBlock(s.callersSection(), what)
	}
}

// mightAlloc says that the caller of an operation may allocate.
func (s *Scheduler) mightAlloc(what string) {
	if invariant.Enabled {
		invariant.MightAlloc(s.callersSection(), what)
	}
}

func (s *Scheduler) callersSection() *invariant.Section {
	if s == nil {
		return nil
	}
	if x, ok := s.exec.(SectionExecutor); ok {
		return x.InSection()
	}
	return nil
}

// itemCalls are the items as places.
var itemCalls = [numItems]string{"run item", "free item", "timeout item", "kill item", "hint item"}
