package main

import (
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"credence/core/xatomic"
)

// A side is the hot loop of one end: it does n operations and returns how many
// of them gave a wrong result (an item out of order, a credit refused that was
// there), which must be none.
type side func(n int) (wrong int)

// ends are the two ends of something to measure, made for one sample. b is nil
// if one goroutine does everything, or if the other end is a worker that sleeps.
type ends struct {
	a, b   side
	worker *sleeper // or nil
}

// A sleeper is a worker on a goroutine of its own, which no processor is set
// aside for.
type sleeper struct {
	wakes func() uint64 // how often it slept and had to be woken
	stop  func()        // ends the goroutine
}

// woken returns how often the worker was woken so far.
func (e ends) woken() uint64 {
	if e.worker == nil {
		return 0
	}
	return e.worker.wakes()
}

// close ends what build started.
func (e ends) close() {
	if e.worker != nil {
		e.worker.stop()
	}
}

// A pair is two goroutines on two processors that run ends. It sleeps between
// runs, so that measurements on one goroutine have the machine to themselves.
type pair struct {
	work [2]chan func()
	done chan struct{}
	gate gate
}

// newPair starts the two goroutines, pinned to cpus where the system allows it.
func newPair(cpus [2]int) (*pair, error) {
	p := &pair{done: make(chan struct{}, 2)}
	pinned := make(chan error, 2)
	for i, cpu := range cpus {
		work := make(chan func())
		p.work[i] = work
		go func() {
			err := pinThread(cpu)
			pinned <- err
			if err != nil {
				return
			}
			for f := range work {
				f()
				p.done <- struct{}{}
			}
		}()
	}
	for range cpus {
		if err := <-pinned; err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

// close ends both goroutines. The pair cannot be used afterwards.
func (p *pair) close() {
	for _, w := range p.work {
		close(w)
	}
}

// both runs a and b at the same time and returns when both have ended.
func (p *pair) both(a, b func()) {
	p.work[0] <- a
	p.work[1] <- b
	<-p.done
	<-p.done
}

// timed lets both ends do warm operations, then n more, and returns the time
// that the n took, from the moment both ends stood ready to the moment the
// later one was through, with the number of wrong results.
func (p *pair) timed(e ends, warm, n int) (took time.Duration, wrong int) {
	if e.b == nil {
		return p.alone(e.a, warm, n)
	}
	var start time.Time
	var end [2]time.Time
	var bad [2]int
	p.both(func() {
		p.gate.meet(0)
		bad[0] = e.a(warm)
		p.gate.meet(0)
		start = time.Now()
		bad[0] += e.a(n)
		end[0] = time.Now()
	}, func() {
		p.gate.meet(1)
		bad[1] = e.b(warm)
		p.gate.meet(1)
		bad[1] += e.b(n)
		end[1] = time.Now()
	})
	return max(end[0].Sub(start), end[1].Sub(start)), bad[0] + bad[1]
}

// alone is timed for one end without a partner.
func (p *pair) alone(a side, warm, n int) (took time.Duration, wrong int) {
	p.work[0] <- func() {
		wrong = a(warm)
		start := time.Now()
		wrong += a(n)
		took = time.Since(start)
	}
	<-p.done
	return took, wrong
}

// chunkTrips is how many round trips are timed together: enough to make the
// two readings of the clock vanish, few enough that an interruption by the
// host spoils one chunk and not the sample.
const chunkTrips = 256

// trips lets a do chunks times chunkTrips round trips against b and returns
// the median over the chunks of the time of one, in nanoseconds. The raw
// ping-pong and the round trips over queues are both measured with it, so that
// their ratio compares like with like.
func (p *pair) trips(e ends, chunks int) (rtt float64, wrong int) {
	took := make([]float64, chunks)
	var bad [2]int
	p.both(func() {
		p.gate.meet(0)
		start := time.Now()
		for c := range took {
			bad[0] += e.a(chunkTrips)
			end := time.Now()
			took[c] = float64(end.Sub(start).Nanoseconds()) / chunkTrips
			start = end
		}
	}, func() {
		p.gate.meet(1)
		bad[1] = e.b(chunks * chunkTrips)
	})
	slices.Sort(took)
	return quantile(took, 1, 2), bad[0] + bad[1]
}

// A gate lets two goroutines start together. Each word is written by one side
// and read by the other, and lies on a line of its own.
type gate struct {
	_    xatomic.Pad
	side [2]struct {
		arrived atomic.Uint64
		_       xatomic.Pad
	}
}

// meet returns once the other side has called it as often as this side has.
// Whatever the other side did before its call happens before the return: the
// load that ends the wait observes the other side's add.
func (g *gate) meet(side int) {
	n := g.side[side].arrived.Add(1)
	for t := 1; g.side[1-side].arrived.Load() < n; t++ {
		if t%gateSpins == 0 {
			runtime.Gosched()
		}
	}
}

// gateSpins is how long a side waits at the gate before it lets others run:
// several times what it takes to wake a parked thread, so that no side is away
// when the other one arrives and starts the clock.
const gateSpins = 1 << 22
