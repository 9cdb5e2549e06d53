package live

import (
	"credence/core/invariant"
	"credence/core/sched"
)

// InSection returns the open signalling section that the calling goroutine is
// in as some worker, or nil: whatever a backend calls from within one of its
// methods is in it. Without the build tags of package invariant: nil. It
// allocates with them.
func (w *Worker) InSection() *invariant.Section { return callersSection() }

// callersSection finds the worker that the calling goroutine is. A goroutine
// that holds a scheduler's token for a control operation is none, so what
// callbacks do on it is left to the tokens that they are handed.
func callersSection() *invariant.Section {
	if !invariant.Enabled {
		return nil
	}
	if w := workerOf(goroutine()); w != nil {
		return openSection(w.owner.Load())
	}
	return nil
}

func openSection(s *sched.Scheduler) *invariant.Section {
	if s == nil || !s.Section().Open() {
		return nil
	}
	return s.Section()
}
