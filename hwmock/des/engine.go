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
// Few events live in the front alone, a sorted list, and the engine takes less
// than 100 bytes. The first that would have to walk far to its place there
// makes the engine allocate its wheel, once.
//
// From then on the horizon parts the two: events up to it lie in the front, in
// firing order; those after it in the wheel. The horizon follows the event that
// fired last. It runs ahead of the clock where Next had to look for the
// earliest event, and up to the deadline of a Step that fired nothing.
type Engine struct {
	_ xatomic.NoCopy

	now   fence.Time
	seq   uint64 // Number of the next Schedule.
	fired uint64
	count int // Events pending.

	front front
	wheel *wheel
}

// New returns an engine at instant 0.
func New() *Engine { return new(Engine) }

// Now returns the instant of the clock.
func (g *Engine) Now() fence.Time { return g.now }

// Len returns the number of pending events.
func (g *Engine) Len() int { return g.count }

// Fired returns how many events have fired so far.
func (g *Engine) Fired() uint64 { return g.fired }

// Schedule makes e pending for the instant at, which may be now: then it fires
// in this instant, after what fires at the moment. Among events of one instant
// the lower class goes first, then the lower rank, then the one scheduled
// first. It panics if at is before now, if e is pending already or was never
// initialised, and if the class is unknown. It allocates once in the engine's
// life, for the wheel.
func (g *Engine) Schedule(e *Event, at fence.Time, class Class, rank uint32) {
	if at < g.now || e.where != idle || e.handler == nil || class >= numClasses {
		panic(g.refusal(e, at, class))
	}
	e.at, e.class, e.rank, e.where = at, class, rank, listed
	e.seq = g.seq
	g.seq++
	g.count++
	w := g.wheel
	if w == nil {
		if g.front.insert(e) {
			return
		}
		g.grow()
		w = g.wheel
	}
	if g.count == 1 {
		w.horizon = g.now
	}
	if at > w.horizon {
		w.put(e)
	} else {
		g.front.put(e)
	}
}

// refusal says what is wrong with a call of Schedule.
func (g *Engine) refusal(e *Event, at fence.Time, class Class) string {
	switch {
	case e.handler == nil:
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
	if e.where == idle {
		return false
	}
	if g.wheel == nil || e.at <= g.wheel.horizon {
		g.front.remove(e)
	} else {
		g.wheel.remove(e)
	}
	e.where = idle
	g.count--
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
	e := g.pop(deadline)
	if e == nil {
		return false
	}
	e.where = idle
	g.count--
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
