package vector

import (
	"slices"

	"credence/core/fence"
)

// Engine is the hardware behind one scheduler: a list of jobs that it executes
// in order, each from when it became the head, for a fixed time. A time of 0 is
// for ever, and also blocks those behind it.
type Engine[J comparable] struct {
	// Now is the clock, and Signal is told that a job's hardware fence signals,
	// after the job left the list.
	Now    func() fence.Time
	Signal func(j J, err fence.Errno)

	list    []entry[J]
	started fence.Time // when the head became the head
}

type entry[J comparable] struct {
	job J
	dur fence.Duration
}

// Len returns how many jobs are on the engine.
func (e *Engine[J]) Len() int { return len(e.list) }

// Append adds a job at the end.
func (e *Engine[J]) Append(j J, dur fence.Duration) {
	if len(e.list) == 0 {
		e.started = e.Now()
	}
	e.list = append(e.list, entry[J]{j, dur})
}

// Due returns when the head is done.
func (e *Engine[J]) Due() fence.Time {
	if len(e.list) == 0 || e.list[0].dur == 0 {
		return fence.Never
	}
	return e.started.Add(e.list[0].dur)
}

// CompleteHead takes the head off and signals. Requires: there is one.
func (e *Engine[J]) CompleteHead(err fence.Errno) { e.Complete(0, err) }

// Complete takes job i off and signals.
func (e *Engine[J]) Complete(i int, err fence.Errno) {
	j := e.list[i].job
	e.list = slices.Delete(e.list, i, i+1)
	if i == 0 {
		e.started = e.Now()
	}
	e.Signal(j, err)
}

// Take completes j with an error if it is on the engine.
func (e *Engine[J]) Take(j J, err fence.Errno) {
	i := slices.IndexFunc(e.list, func(x entry[J]) bool { return x.job == j })
	if i >= 0 {
		e.Complete(i, err)
	}
}

// Flush completes all jobs with an error, in order.
func (e *Engine[J]) Flush(err fence.Errno) {
	for len(e.list) > 0 {
		e.CompleteHead(err)
	}
}
