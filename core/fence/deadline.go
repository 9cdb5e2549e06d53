package fence

// DeadlineOwner is an Owner whose fences take a hint by when they should signal,
// for instance to raise a clock.
type DeadlineOwner interface {
	Owner
	// SetDeadline is told that somebody wants f by the given time. It may be
	// called more than once, from any context, and must not block, lock or
	// allocate.
	SetDeadline(f *Fence, at Time)
}

// SetDeadline hints that somebody waits for f and would miss something if it
// signalled after the given time. It is a hint: nothing fails if it is late, an
// owner may ignore it, and a signalled fence does. Interrupt context: yes.
// Requires: the caller holds a reference.
func (f *Fence) SetDeadline(at Time) {
	if f.Signaled() {
		return
	}
	if o, ok := f.base.owner.(DeadlineOwner); ok {
		o.SetDeadline(f, at)
	}
}
