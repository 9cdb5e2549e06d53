//go:build explore

package footgun

import (
	"slices"
	"strings"
)

// Do is what a step does.
type Do uint8

// The steps. v is the number of jobs in the pool as the caller has read it, and f
// the oldest job of the pool.
const (
	Lock   Do = iota
	Unlock    //
	Arm       // ask: a release is to wake this scheduler
	First     // ask: look which job is f
	Ref       // ask: take a reference to f's fence
	Read      // read v
	Decide    // ask: if v is below the room, write v+1, and the job is the newest
	Free      // release: write v-1
	Retire    // release: the job is f no more
	Signal    // release: signal the job's fence
	Wake      // release: wake the schedulers that are armed
	Drop      // release: drop the pool's reference to the fence
	numDos
)

var doNames = [numDos]string{
	"lock", "unlock", "arm", "first", "ref", "read", "decide", "free", "retire", "signal", "wake", "drop",
}

// Step is one step of a driver.
type Step struct {
	Do Do
	// Wide: the step looks at the other pool too.
	Wide bool
	// Off is added to what the step counts to: the room of Decide, the place of
	// First, the schedulers of Wake.
	Off int
}

// String is the step's name, with * if it is wide, and with what is added.
func (s Step) String() string {
	name := doNames[s.Do]
	if s.Wide {
		name += "*"
	}
	switch {
	case s.Off > 0:
		name += "+1"
	case s.Off < 0:
		name += "-1"
	}
	return name
}

// API is which question the scheduler asks.
type API uint8

// The interfaces.
const (
	Predicate API = iota // may the job run?
	Fence                // which fence is it to wait for, if any?
	NumAPIs
)

// String names the interface.
func (a API) String() string { return [...]string{"predicate", "fence"}[a] }

// Pool is whose resource it is.
type Pool uint8

// The pools.
const (
	Own    Pool = iota // one scheduler's
	Shared             // two schedulers'
	NumPools
)

// String names the pool.
func (p Pool) String() string { return [...]string{"own", "shared"}[p] }

// Driver is one side of the interface.
type Driver struct {
	API          API
	Pool         Pool
	Ask, Release []Step
}

// Right returns the driver that keeps its promises, with no step that it does not
// need. A predicate over a pool of one scheduler needs no wake-up of its own: the
// completion is one.
func Right(a API, p Pool) Driver {
	d := Driver{API: a, Pool: p}
	switch {
	case a == Fence:
		d.Ask = steps(Lock, First, Ref, Read, Decide, Unlock)
		d.Release = steps(Lock, Read, Free, Retire, Unlock, Signal, Drop)
	case p == Shared:
		d.Ask = steps(Lock, Arm, Read, Decide, Unlock)
		d.Release = steps(Lock, Read, Free, Unlock, Signal, Wake)
	default:
		d.Ask = steps(Lock, Read, Decide, Unlock)
		d.Release = steps(Lock, Read, Free, Unlock, Signal)
	}
	return d
}

func steps(list ...Do) []Step {
	out := make([]Step, len(list))
	for i, d := range list {
		out[i].Do = d
	}
	return out
}

// String is both lists.
func (d Driver) String() string { return "ask: " + text(d.Ask) + "; release: " + text(d.Release) }

func text(list []Step) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.String()
	}
	return strings.Join(names, " ")
}

// wide reports whether d looks at the other pool.
func (d Driver) wide() bool {
	return slices.ContainsFunc(d.Ask, func(s Step) bool { return s.Wide })
}
