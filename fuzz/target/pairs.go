package target

import (
	"math/bits"

	"credence/fuzz/prog"
)

// What state a machine can be in when an operation is executed, as bits: whether a
// scheduler is paused, stopped, torn down, an entity gone, a job open.
const (
	statePaused = 1 << iota
	stateStopped
	stateDown
	stateGone
	stateOpen
	numStates = 1 << iota
)

// Pairs is a set of pairs of an operation that did something and the state of the
// machine that it met.
type Pairs [(prog.NumKinds*numStates + 63) / 64]uint64

// MaxPairs is how many pairs there can be.
var MaxPairs = func() (n int) {
	for k := range prog.NumKinds {
		for s := range numStates {
			if possible(prog.Kind(k), s) {
				n++
			}
		}
	}
	return n
}()

// possible reports whether an operation can do something in a state that there
// is.
func possible(k prog.Kind, state int) bool {
	switch {
	case state&stateStopped != 0 && state&statePaused == 0:
		return false // what is stopped is paused
	case k == prog.Start:
		return state&stateStopped != 0
	case k == prog.Revive:
		return state&stateGone != 0
	case k == prog.HwDone:
		return state&stateOpen != 0
	}
	return true
}

// Len returns how many pairs are in the set.
func (p *Pairs) Len() (n int) {
	for _, w := range p {
		n += bits.OnesCount64(w)
	}
	return n
}

// Add adds the pairs of q and reports whether one of them is new.
func (p *Pairs) Add(q *Pairs) (news bool) {
	for i, w := range q {
		news = news || w&^p[i] != 0
		p[i] |= w
	}
	return news
}

// reach notes that an operation of kind k did something in a state.
func (p *Pairs) reach(k prog.Kind, state int) {
	i := int(k)*numStates + state
	p[i/64] |= 1 << (i % 64)
}

// state returns the state of the machine.
func (m *machine) state() (s int) {
	for _, x := range m.scheds {
		if x.paused {
			s |= statePaused
		}
		if x.stopped {
			s |= stateStopped
		}
		if x.down {
			s |= stateDown
		}
	}
	for _, e := range m.entities {
		if e.gone {
			s |= stateGone
		}
		if e.open > 0 {
			s |= stateOpen
		}
	}
	return s
}
