package rig

import "credence/core/invariant"

// AddSection tells the executor of a section that its caller may be in besides
// those of the schedulers, such as that of a device's interrupt handler.
func (x *Executor) AddSection(s *invariant.Section) { x.sections = append(x.sections, s) }

// InSection returns the open signalling section that the caller is in, or nil:
// that of the scheduler whose item runs, since all is on one goroutine, or one of
// those that were added. Without the build tags of package invariant: nil.
func (x *Executor) InSection() *invariant.Section {
	if !invariant.Enabled {
		return nil
	}
	for _, s := range x.sections {
		if s.Open() {
			return s
		}
	}
	if x.running != nil && x.running.Section().Open() {
		return x.running.Section()
	}
	return nil
}
