//go:build explore

package explore

import (
	"math/bits"
	"math/rand/v2"
)

// walk draws the thread that goes on among those that can, each with the same
// probability.
type walk struct {
	seed uint64
	rand *rand.PCG
}

func newWalk(seed uint64) *walk { return &walk{seed: seed, rand: rand.NewPCG(seed, 0)} }

// below returns 0 to n-1; the bias, less than 2^-56 for n up to 256, does not
// matter here.
func below(r *rand.PCG, n int) int {
	hi, _ := bits.Mul64(r.Uint64(), uint64(n))
	return int(hi)
}

func (w *walk) choose(_ *engine, n int) int { return below(w.rand, n) }

func (w *walk) pick(e *engine, enabled mask) int {
	k := below(w.rand, bits.OnesCount8(uint8(enabled)))
	m := enabled
	for ; k > 0; k-- {
		m &= m - 1
	}
	return e.append(bits.TrailingZeros8(uint8(m)), enabled)
}

// append adds a choice that has no alternatives to come back to.
func (e *engine) append(p int, enabled mask) int {
	e.nodes = append(e.nodes[:e.depth], node{
		thread: uint8(p), enabled: enabled, before: uint8(e.preempted),
	})
	e.preempted = min(e.preempted+e.preemption(p, enabled), 255)
	return p
}

func (w *walk) advance(e *engine) bool {
	e.restart()
	w.rand.Seed(w.seed, uint64(e.executed))
	return true
}

// restart readies an execution that repeats nothing.
func (e *engine) restart() {
	e.rollback(-1)
	e.nodes, e.replay = e.nodes[:0], 0
}

// pct gives the turn to the thread of the highest priority that can go on, and
// makes it the lowest at depth-1 moments. It finds a bug that takes depth
// orderings with probability 1/(threads × steps^(depth-1)) or more an execution.
type pct struct {
	walk
	depth    int
	priority [MaxThreads]int
	at       []int // the moments
	lowest   int
}

func newPCT(seed uint64, depth int) *pct {
	return &pct{walk: walk{seed: seed, rand: rand.NewPCG(seed, 0)}, depth: depth}
}

// draw draws the priorities and the moments, the latter within the length of the
// longest execution so far.
func (p *pct) draw(e *engine) {
	n := len(e.threads)
	for i := range n {
		j := below(p.rand, i+1)
		p.priority[i] = p.priority[j]
		p.priority[j] = p.depth + i
	}
	p.at = p.at[:0]
	for range p.depth - 1 {
		p.at = append(p.at, below(p.rand, max(e.longest, 1)))
	}
	p.lowest = p.depth - 1
}

func (p *pct) pick(e *engine, enabled mask) int {
	if e.depth == 0 {
		p.draw(e)
	}
	for _, d := range p.at {
		if d == e.depth && e.last >= 0 {
			p.priority[e.last] = p.lowest
			p.lowest--
		}
	}
	best := -1
	for i := range e.threads {
		if enabled>>i&1 != 0 && (best < 0 || p.priority[i] > p.priority[best]) {
			best = i
		}
	}
	return e.append(best, enabled)
}

// path repeats one schedule, and goes on without preemptions where it ends.
type path struct {
	turns []turn
	at    int
	lost  bool // a turn could not be taken
}

// turn is a choice of a schedule: a thread's turn, or a value of Choose.
type turn struct {
	choice bool
	value  uint8
	held   int // not a turn: the thread is held, in a loop of so many turns
}

// take returns the next turn, if it can be taken.
func (p *path) take(choice bool, options mask) (int, bool) {
	if p.lost || p.at == len(p.turns) {
		return 0, false
	}
	t := p.turns[p.at]
	p.at++
	if t.choice != choice || t.value >= MaxThreads || options>>t.value&1 == 0 {
		p.lost = true
		return 0, false
	}
	return int(t.value), true
}

func (p *path) choose(_ *engine, n int) int {
	v, _ := p.take(true, 1<<n-1)
	return v
}

func (p *path) pick(e *engine, enabled mask) int {
	if !p.lost && p.at < len(p.turns) && p.turns[p.at].held > 0 {
		return p.hold(e)
	}
	if p.at == len(p.turns) {
		e.tells = false // from here on loops are looked for
	}
	if t, ok := p.take(false, enabled); ok {
		return e.append(t, enabled)
	}
	if e.last >= 0 && enabled>>e.last&1 != 0 {
		return e.append(e.last, enabled)
	}
	return e.append(bits.TrailingZeros8(uint8(enabled)), enabled)
}

// hold puts the thread to sleep that the schedule says.
func (p *path) hold(e *engine) int {
	h := p.turns[p.at]
	t := int(h.value)
	if from := e.depth - h.held; t < len(e.threads) && from >= 0 && e.threads[t].Polls {
		p.at++
		e.holdLooper(e.threads[t], from)
	} else {
		p.lost = true
		p.at++
	}
	return retry
}

func (p *path) advance(*engine) bool { return false }
