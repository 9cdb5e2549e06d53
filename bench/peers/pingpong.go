package main

import (
	"sync/atomic"

	"credence/core/xatomic"
)

// pingPong is the least that a round trip between two threads can cost: each
// side writes one word and polls the other's, and each word has a line to
// itself. Its time is the unit in which rows are reported.
type pingPong struct {
	_    xatomic.Pad
	ping atomic.Uint64 // written by a, polled by b
	_    xatomic.Pad
	pong atomic.Uint64 // written by b, polled by a
	_    xatomic.Pad
}

// newPingPong returns the two ends of a fresh raw ping-pong.
func newPingPong() ends {
	w := new(pingPong)
	return ends{a: w.strike, b: w.answer}
}

// strike does n round trips.
func (w *pingPong) strike(n int) (wrong int) {
	at := w.ping.Load()
	for range n {
		at++
		w.ping.Store(at)
		for t := 0; w.pong.Load() != at; t = spin(t) {
		}
	}
	return 0
}

// answer answers n round trips.
func (w *pingPong) answer(n int) (wrong int) {
	at := w.pong.Load()
	for range n {
		at++
		for t := 0; w.ping.Load() != at; t = spin(t) {
		}
		w.pong.Store(at)
	}
	return 0
}
