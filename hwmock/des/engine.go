// Package des runs events in virtual time. The clock is an integer that moves
// only when an event fires or the caller says so, and the order of events is
// total: time, then class, then rank, then the order of scheduling. It starts
// no goroutine, reads no clock, allocates nothing per event, and refuses to
// schedule into the past.
//
// The engine is a hierarchical timing wheel (Varghese & Lauck, "Hashed and
// Hierarchical Timing Wheels", SOSP 1987, scheme 7) over all instants from 0 to
// 2^63-1 ns, with bitmaps in place of the ticking through empty slots. The work
// an event makes is bounded by the number of levels, 10, whatever is pending
// and however the delays are spread; a heap takes more with every doubling of
// what is pending, and a calendar queue collapses on bimodal delays.
package des

import (
	"fmt"

	"credence/core/fence"
	"credence/core/xatomic"
)

// Engine is a clock and the events that wait for it. The zero value is ready,
// at instant 0. It is for one goroutine at a time and must not be copied once
// used.
//
// Few events live in the front alone, a sorted list, and the engine takes 136
// bytes. The first that would have to walk far to its place there
// makes the engine move them to its wheel, which it allocates once; when few are
// left and lie far apart, they come back to the front.
//
// The horizon parts the two: events up to it lie in the front, in firing order;
// those after it in the wheel. It is Never while the front holds all. Otherwise it follows the event that fired last, or lies at the
// end of a stretch in which few were pending. It runs ahead of the clock where
// Next, or a Step that fired nothing, had to look for the earliest event.
type Engine struct {
	_ xatomic.NoCopy

	now     fence.Time
	horizon fence.Time // Means nothing before the first Schedule.
	seq     uint64     // Number of the next Schedule; of these:
	fired   uint64     // have fired,
	dropped uint64     // were cancelled. The others are pending.

	front front
	wheel *wheel
}

// New returns an engine at instant 0.
func New() *Engine { return new(Engine) }

// Now returns the instant of the clock.
func (g *Engine) Now() fence.Time { return g.now }

// Len returns the number of pending events.
func (g *Engine) Len() int { return int(g.seq - g.fired - g.dropped) }

// Fired returns how many events have fired so far.
func (g *Engine) Fired() uint64 { return g.fired }

// Schedule makes e pending for the instant at, which may be now: then it fires
// in this instant, after what fires at the moment. Among events of one instant
// the lower class goes first, then the lower rank, then the one scheduled
// first. It panics if at is before now, if e is pending already or was never
// initialised, and if the class is unknown. It allocates once in the engine's
// life, for the wheel.
func (g *Engine) Schedule(e *Event, at fence.Time, class Class, rank uint32) {
	if at < g.now || e.where != idle || class >= numClasses {
		panic(g.refusal(e, at, class))
	}
	e.at, e.seq, e.rank, e.class, e.where = at, g.seq, rank, class, listed
	g.seq++
	if !g.front.simple {
		g.ready()
	}
	if at <= g.horizon {
		p := g.front.root.prev
		for n := maxWalk; at < p.at || at == p.at && e.key() < p.key(); n-- {
			if n == 0 {
				g.stray(e)
				return
			}
			p = p.prev
		}
		p.link(e)
		return
	}
	w := g.wheel
	x := uint64(at ^ g.horizon)
	if x >= numNear {
		w.putFar(e, x)
		return
	}
	s := uint(at) % numNear
	l := &w.near[s]
	if l.tail != nil {
		w.crowd(l, e)
		return
	}
	l.tail, e.next, e.prev = e, e, nil
	w.nearSlots[s/wordBits] |= 1 << (s % wordBits)
	w.nearUsed |= 1 << (s / wordBits)
}

// ready makes the front ready, once, and notes whether there are strays.
func (g *Engine) ready() {
	if !g.front.linked() {
		g.front.link()
		g.horizon = fence.Never
	}
	g.front.simple = g.front.strays.root == nil
}

// stray files e, which found no place in the front's run.
func (g *Engine) stray(e *Event) {
	if !g.front.prepend(e) && !g.spread(e) {
		g.front.push(e)
	}
}

// refusal says what is wrong with a call of Schedule.
func (g *Engine) refusal(e *Event, at fence.Time, class Class) string {
	switch {
	case e.where == unborn:
		return "des: Schedule of an event without Init"
	case e.where != idle:
		return fmt.Sprintf("des: Schedule at %d of an event that is pending at %d", at, e.at)
	case at < g.now:
		return fmt.Sprintf("des: Schedule at %d, before now, %d", at, g.now)
	default:
		return fmt.Sprintf("des: Schedule with unknown %v", class)
	}
}

// Cancel makes e idle and reports whether it was pending. Requires: if e is
// pending, it is in this engine. It costs O(1), or O(log n) amortised if e is a
// stray. It does not allocate.
func (g *Engine) Cancel(e *Event) bool {
	if e.where <= idle {
		return false
	}
	if e.at <= g.horizon {
		g.front.remove(e)
	} else {
		g.wheel.remove(e, g.horizon)
	}
	e.where = idle
	if g.dropped++; g.Len() == 0 {
		g.horizon = fence.Never
	}
	return true
}

// Reschedule cancels e and schedules it anew, with a new place in the order of
// scheduling, and reports whether it was pending. It panics as Schedule does,
// e then being idle.
func (g *Engine) Reschedule(e *Event, at fence.Time, class Class, rank uint32) bool {
	was := g.Cancel(e)
	g.Schedule(e, at, class, rank)
	return was
}

// Next returns the time of the earliest event; ok is false if there is none. It
// does not move the clock.
func (g *Engine) Next() (at fence.Time, ok bool) {
	if g.front.empty() && !g.refill(fence.Never) {
		return 0, false
	}
	return g.front.earliest().at, true
}

// Step fires one event, the earliest, if its time is not after deadline: the
// clock moves to its time and its handler runs. It reports whether it did; if
// not, the clock stays.
func (g *Engine) Step(deadline fence.Time) bool {
	root := &g.front.root
	e := root.next
	if g.front.simple && e != root {
		if e.at > deadline {
			return false
		}
		n := e.next
		_ = n.prev
		root.next, n.prev, e.next = n, root, nil
	} else if e = g.pop(deadline); e == nil {
		return false
	}
	e.where = idle
	g.fired++
	g.now = e.at
	e.handler.Fire(e.at, e)
	return true
}

// AdvanceTo moves the clock to t without firing anything. It panics if t is in
// the past or if an event is pending before t.
func (g *Engine) AdvanceTo(t fence.Time) {
	if t < g.now {
		panic(fmt.Sprintf("des: AdvanceTo %d, before now, %d", t, g.now))
	}
	if t > g.now && (!g.front.empty() || g.refill(t-1)) {
		if at := g.front.earliest().at; at < t {
			panic(fmt.Sprintf("des: AdvanceTo %d past an event pending at %d", t, at))
		}
	}
	g.now = t
}
