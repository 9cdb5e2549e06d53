package main

import (
	"math/bits"
	"sync/atomic"

	"credence/core/xatomic"
)

// A creditContender bounds what is in flight: one end takes credits and the
// other gives them back.
type creditContender struct {
	impl string
	one  func(limit int) ends // one goroutine takes and returns in turn
	two  func(limit int) ends // a takes, b returns
}

// A handover tells the returning end how many credits have been taken, which in
// a scheduler the jobs themselves do. It is the same in every contender's rows.
type handover struct {
	mask  int // a taker publishes when the low bits of its count are these
	_     xatomic.Pad
	taken atomic.Int64 // written by the taking end, polled by the other
	_     xatomic.Pad
	given int64 // the returning end's own count
	_     xatomic.Pad
}

// newHandover returns a handover for limit credits. A taker publishes when it
// finds no credit, and four to eight times in each limit if that is 8 or more,
// so that the other end has something to do meanwhile and publishing does not
// outweigh the credits.
func newHandover(limit int) *handover {
	return &handover{mask: 1<<bits.Len(uint(limit/8)) - 1}
}

// wait returns how many credits have been taken since the last call, once that
// is at least one. Observing the taker's store orders the takes before it.
func (h *handover) wait() int {
	for t := 0; ; t = spin(t) {
		if d := h.taken.Load() - h.given; d > 0 {
			h.given += d
			return int(d)
		}
	}
}
