// Package credit counts what a scheduler has in flight against the limits of the
// hardware: Counter against one number, Lanes against up to six at once. Neither
// blocks, queues or wakes: who finds no credit decides what to do about it, and
// who returns some tells it.
//
// # Two roles
//
// The holder is the one goroutine that owns the scheduler's consumer role. Only
// it takes, so taking is plain arithmetic on what it knows to be free, and a
// yes needs no atomic at all: credits that come back meanwhile can only add to
// it. Only an apparent shortage reads what came back. Any goroutine returns, in
// any context, with one atomic add a word.
//
//	I1: credits in flight = taken - returned, 0 ≤ in flight ≤ limit.
//
// Measured in throw-away form on one goroutine, a take and a return: 2.5 ns; a
// pair of atomic adds 5.3; compare-and-swap and an add 5.3; a mutex 11.2;
// x/sync's weighted semaphore 13.6.
//
// # No undo
//
// There is no operation that takes and then thinks better of it. Such an undo
// would be a release: another that looked between the two saw too little and
// went to sleep, so the undo would have to wake it. Fits says what Take will
// find, since nobody else takes.
package credit

import "errors"

// Errors of a cost or a limit, for errors.Is.
var (
	// ErrZeroLimit says that a limit is zero: nothing could ever be taken.
	ErrZeroLimit = errors.New("credit: limit is zero")
	// ErrLimit says that a lane's limit is above MaxLane.
	ErrLimit = errors.New("credit: limit is too large for a lane")
	// ErrLanes says that there are no lanes, or more than MaxLanes.
	ErrLanes = errors.New("credit: number of lanes is out of range")
	// ErrZeroCost says that a cost is zero: it would pass any limit.
	ErrZeroCost = errors.New("credit: cost is zero")
	// ErrCost says that a cost is above the limit: it would wait for ever.
	ErrCost = errors.New("credit: cost is above the limit")
)
