package fence

// A Base has lives: from Init until the owner has been told that the last
// reference is gone. With the build tags of package invariant every life has a
// number, a Base between two lives is poisoned, so that whoever touches it
// breaks I5, and the Bases that live are counted. A garbage collector would
// otherwise hide both a use after the end and a leak. Without the tags there is
// none of it.

// Retire says that the holder of the only reference keeps p's memory for its
// next life: until the next Init its fences are nobody's to touch. It costs
// nothing in production. Requires: Sole.
func (p *Pair) Retire() { p.base.life.retire() }

// Life returns which life of its memory f is in, from 1; 0 without the build
// tags of package invariant. For messages.
func (f *Fence) Life() uint32 { return f.base.life.number() }

// tell tells the owner that the last reference is gone.
func (b *Base) tell() {
	if b.owner != nil {
		b.owner.FenceReleased(b)
	}
}
