//go:build explore

package footgun

import (
	"fmt"
	"maps"

	"credence/fuzz/explore"
)

// Fate is what becomes of a driver.
type Fate uint8

// The fates. Of a driver that breaks several promises it is the one that is met
// first.
const (
	Equivalent Fate = iota // the outcomes are those of the right driver
	Sound                  // others, and every promise is kept
	Spinning               // the same, but a scheduler can go round without sleeping
	Asleep                 // a job waits for ever
	Overrun                // more jobs are in the pool than fit
	Touched                // a reference is taken to a fence that is gone
	Untold                 // a fence is never signalled
	NumFates
)

var fateNames = [NumFates]string{
	"equivalent", "sound", "spins", "waits for ever", "overruns", "touches a dead fence", "tells nobody",
}

// String names the fate.
func (f Fate) String() string { return fateNames[f] }

// Broken reports whether a promise is broken.
func (f Fate) Broken() bool { return f >= Asleep }

// judge knows the outcomes of a right driver.
type judge struct {
	right      Driver
	outcomes   [maxRoom]map[outcome]struct{}
	executions int
}

// newJudge plays the right driver, whose promises must hold.
func newJudge(right Driver) (*judge, error) {
	j := &judge{right: right}
	for i := range j.outcomes {
		j.outcomes[i] = make(map[outcome]struct{})
		fate, err := j.play(right, i+1, j.outcomes[i])
		if err != nil {
			return nil, err
		}
		if fate != Sound {
			return nil, fmt.Errorf("the driver that is to be right: %v: %v", fate, right)
		}
	}
	return j, nil
}

// fate plays a driver with room for one job and for two: what one of them shows,
// the other can hide.
func (j *judge) fate(d Driver) (Fate, error) {
	same, spins := true, false
	for i := range j.outcomes {
		all := make(map[outcome]struct{})
		fate, err := j.play(d, i+1, all)
		if err != nil || fate.Broken() {
			return fate, err
		}
		same = same && maps.Equal(all, j.outcomes[i])
		spins = spins || fate == Spinning
	}
	switch {
	case spins:
		return Spinning, nil
	case same:
		return Equivalent, nil
	}
	return Sound, nil
}

// play collects outcomes until a promise is broken: Sound if none is. A scheduler
// that goes round is first taken to do wrong, and if one does, to be permitted to.
func (j *judge) play(d Driver, room int, all map[outcome]struct{}) (Fate, error) {
	fate, err := j.explore(d, room, false, all)
	if err != nil || fate != Spinning {
		return fate, err
	}
	clear(all)
	fate, err = j.explore(d, room, true, all)
	if fate == Sound {
		fate = Spinning
	}
	return fate, err
}

func (j *judge) explore(d Driver, room int, spinning bool, all map[outcome]struct{}) (
	fate Fate, err error,
) {
	m := newMachine(d, room)
	o := bounded
	fate = Sound
	o.Each = func(x *explore.Execution) bool {
		f := m.fate(x.Verdict, spinning)
		if f == NumFates {
			err = fmt.Errorf("%v: %v: %s, schedule %s", d, x.Verdict, x.Message, x.Schedule())
		}
		if f != Sound {
			fate = f
			return false
		}
		all[m.outcome] = struct{}{}
		return true
	}
	r, wrong := explore.Run(m.program(spinning), o)
	if wrong != nil {
		return fate, wrong
	}
	j.executions += r.Executions
	return fate, err
}

// bounded is what is played: every interleaving of up to 2 preemptions.
var bounded = explore.Options{Strategy: explore.Cached, Bounded: true, Bound: 2}

// fate tells how the execution ended that has just been played; NumFates for an
// end that no driver should have.
func (m *machine) fate(v explore.Verdict, spinning bool) Fate {
	switch v {
	case explore.Passed:
		return Sound
	case explore.BusyLoop:
		if !spinning {
			return Spinning
		}
		return Asleep
	case explore.LostWakeup, explore.Livelock, explore.StepLimit:
		return Asleep
	case explore.Assertion:
		if m.broken != 0 {
			return m.broken
		}
	}
	return NumFates
}
