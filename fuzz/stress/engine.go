package stress

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"credence/core/fence"
)

// engine is the hardware below one scheduler: it holds what was given to it until
// an interrupt takes it out, from whatever goroutine that comes.
type engine struct {
	contexts *fence.Contexts
	anyOrder bool // interrupts take any job, not the oldest

	lock    sync.Mutex
	flight  []flight
	healing bool // nothing hangs any more

	made, gone atomic.Int64 // hardware fences, and those that nobody holds any more
}

// flight is a job on the engine. The job itself may be anybody's as soon as the
// fence has signalled.
type flight struct {
	job  *job
	hw   *fence.Single
	done func() // gives back what the job takes; it does not lock
	hung bool
}

// FenceReleased counts a hardware fence out.
func (e *engine) FenceReleased(*fence.Base) { e.gone.Add(1) }

// newFence returns a hardware fence with one reference.
func (e *engine) newFence() *fence.Single {
	f := new(fence.Single)
	e.made.Add(1)
	f.Init(e.contexts.Next(1), 1, e)
	return f
}

// add gives a job to the engine, and returns its fence with a reference for the
// caller.
func (e *engine) add(j *job, hung bool, done func()) *fence.Fence {
	hw := e.newFence()
	f := hw.Get()
	e.lock.Lock()
	e.flight = append(e.flight, flight{j, hw, done, hung})
	e.lock.Unlock()
	return f
}

// interrupt completes a job that does not hang, and reports whether there was one.
func (e *engine) interrupt(r *rand.Rand) bool {
	e.lock.Lock()
	at := 0
	if e.anyOrder && len(e.flight) > 1 {
		at = r.IntN(len(e.flight))
	}
	ok := at < len(e.flight) && (!e.flight[at].hung || e.healing)
	var f flight
	if ok {
		f = e.remove(at)
	}
	e.lock.Unlock()
	if ok {
		f.hw.SignalPut(fence.OK)
	}
	return ok
}

// done completes n jobs, from the one that is from places behind the head.
func (e *engine) done(n, from int, err fence.Errno) {
	for range n {
		e.lock.Lock()
		if from >= len(e.flight) {
			e.lock.Unlock()
			return
		}
		f := e.remove(from)
		e.lock.Unlock()
		f.hw.SignalPut(err)
	}
}

// remove takes a job off. What it took is given back at once, lest a reset that
// comes before its fence signals finds it gone and not given back. Requires: locked.
func (e *engine) remove(at int) flight {
	f := e.flight[at]
	f.done()
	e.flight = append(e.flight[:at:at], e.flight[at+1:]...)
	return f
}

// take ends j with an error and reports whether the engine had it.
func (e *engine) take(j *job, err fence.Errno) bool {
	e.lock.Lock()
	for at := range e.flight {
		if e.flight[at].job == j {
			f := e.remove(at)
			e.lock.Unlock()
			f.hw.SignalPut(err)
			return true
		}
	}
	e.lock.Unlock()
	return false
}

// wake has j go on if it hangs.
func (e *engine) wake(j *job) {
	e.lock.Lock()
	defer e.lock.Unlock()
	for at := range e.flight {
		if e.flight[at].job == j {
			e.flight[at].hung = false
		}
	}
}

// reset ends all that the engine has.
func (e *engine) reset(err fence.Errno) {
	e.lock.Lock()
	lost := e.flight
	e.flight = nil
	for _, f := range lost {
		f.done()
	}
	e.lock.Unlock()
	for _, f := range lost {
		f.hw.SignalPut(err)
	}
}

// heal makes all that hangs finite.
func (e *engine) heal() {
	e.lock.Lock()
	e.healing = true
	e.lock.Unlock()
}

func (e *engine) len() int {
	e.lock.Lock()
	defer e.lock.Unlock()
	return len(e.flight)
}

// oldest returns the fence of the job that has been there for longest, with a
// reference, or nil.
func (e *engine) oldest() *fence.Fence {
	e.lock.Lock()
	defer e.lock.Unlock()
	if len(e.flight) == 0 {
		return nil
	}
	return e.flight[0].hw.Get()
}
