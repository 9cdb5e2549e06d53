package main

import (
	"runtime"
	"sync/atomic"
)

// spinLimit is how often in a row an end may try in vain before it gives up its
// processor, about a millisecond. Giving up costs a pinned thread tens of
// microseconds, since its processor has to be handed over and back, and helps
// only if both ends share one processor. So the limit is far above the longest
// wait for an end that runs: a ring of 65536 slots that are returned an eighth
// at a time makes its producer wait 0.1 ms.
var spinLimit = 1 << 20

// yield gives up the processor. Both are variables for the tests, which share
// their processors with each other and should not spin.
var yield = runtime.Gosched

// yields counts how often an end gave up its processor. A row in which that
// happens is measured through the scheduler and carries a footnote.
var yields atomic.Int64

// spin is called after the try-th failed attempt in a row, and returns the
// value for the next call. Every contender that has no way of its own to wait does
// it so; credence's consumer has one, spsc's Await.
func spin(try int) int {
	if try < spinLimit {
		return try + 1
	}
	return giveUp()
}

//go:noinline
func giveUp() int {
	yields.Add(1)
	yield()
	return 0
}
