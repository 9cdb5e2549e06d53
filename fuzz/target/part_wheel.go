package target

import (
	"math/bits"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/hwmock/des"
)

// wheelEvents is how many events an input of Wheel has at most; the first byte
// says how many.
const wheelEvents = 96

// Wheel schedules, cancels and fires events on an engine of virtual time, with a
// plain list beside it; events do the same from within.
func Wheel(data []byte) (interesting bool, f *Finding) {
	return guard("wheel", func() bool {
		if len(data) == 0 {
			return false
		}
		m := &wheelModel{events: make([]wheelEvent, 2+int(data[0])%(wheelEvents-1))}
		m.ops.data = data[1:min(len(data), 2*MaxPartOps)]
		m.random = uint64(data[0]) + 1
		for i := range m.events {
			m.events[i].m = m
			m.events[i].Init(&m.events[i])
		}
		for m.ops.more() {
			m.do()
		}
		m.depth = wheelNesting
		for m.step(fence.Never) {
		}
		return m.fired > 2
	})
}

// wheelNesting is how deep handlers do something within handlers.
const wheelNesting = 3

// wheelModel is an engine, and what is pending.
type wheelModel struct {
	ops    stream
	random uint64
	engine des.Engine
	events []wheelEvent
	now    fence.Time
	seq    int
	live   int // pending
	fired  int
	depth  int
}

type wheelEvent struct {
	des.Event
	m       *wheelModel
	pending bool
	at      fence.Time
	class   des.Class
	rank    uint32
	seq     int
}

func (e *wheelEvent) before(x *wheelEvent) bool {
	switch {
	case e.at != x.at:
		return e.at < x.at
	case e.class != x.class:
		return e.class < x.class
	case e.rank != x.rank:
		return e.rank < x.rank
	}
	return e.seq < x.seq
}

// first returns what fires next, or nil.
func (m *wheelModel) first() (best *wheelEvent) {
	for i := range m.events {
		if e := &m.events[i]; e.pending && (best == nil || e.before(best)) {
			best = e
		}
	}
	return best
}

// draw mixes a byte with all before it (Knuth's 64-bit linear congruence).
func (m *wheelModel) draw(b byte) uint64 {
	m.random = (m.random + uint64(b)) * 6364136223846793005
	return bits.Reverse64(m.random)
}

// when returns an instant from now on: now, that of another event, near, around a
// power of two, or far.
func (m *wheelModel) when(arg byte) fence.Time {
	r := m.draw(arg)
	at := m.now
	switch arg % 8 {
	case 0:
	case 1, 2:
		if e := &m.events[r%uint64(len(m.events))]; e.pending {
			at = e.at
		}
	case 3:
		p := fence.Time(1) << (r % 62)
		at = m.now&^(p-1) + p + fence.Time(r>>8%3) - 1
	case 4, 5:
		at += fence.Time(r % 64)
	case 6:
		at += fence.Time(r % 8192)
	case 7:
		at += fence.Time(r % (1 << (r >> 58)))
	}
	if at < m.now {
		return m.now
	}
	return at
}

func (m *wheelModel) do() {
	kind, arg := m.ops.next()
	e := &m.events[int(m.draw(kind)%uint64(len(m.events)))]
	class, rank := des.Class(kind>>4%3), uint32(0)
	if kind >= 128 {
		rank = uint32(arg>>3) << (kind >> 4 % 27)
	}
	switch kind % 16 {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		if !e.pending {
			e.note(m.when(arg), class, rank)
			m.engine.Schedule(&e.Event, e.at, class, rank)
		}
	case 8:
		was := e.pending
		e.forget()
		expect(invariant.L2, "what Cancel reports", m.engine.Cancel(&e.Event), was)
	case 9:
		was := e.pending
		e.forget()
		e.note(m.when(arg), class, rank)
		expect(invariant.L2, "what Reschedule reports",
			m.engine.Reschedule(&e.Event, e.at, class, rank), was)
	case 10:
		at, ok := m.engine.Next()
		want := m.first()
		if ok != (want != nil) || ok && at != want.at {
			breaks(invariant.L2, "Next is %d, %t", at, ok)
		}
	case 11:
		at := m.when(arg)
		if x := m.first(); x != nil {
			at = min(at, x.at)
		}
		m.engine.AdvanceTo(at)
		m.now = at
	default:
		m.step(m.when(arg))
	}
	m.compare(e)
}

func (m *wheelModel) compare(e *wheelEvent) {
	expect(invariant.L2, "Pending", e.Pending(), e.pending)
	expect(invariant.L2, "Now", m.engine.Now(), m.now)
	expect(invariant.L2, "Len", m.engine.Len(), m.live)
	expect(invariant.L2, "Fired", m.engine.Fired(), uint64(m.fired))
}

func (e *wheelEvent) note(at fence.Time, class des.Class, rank uint32) {
	m := e.m
	e.pending, e.at, e.class, e.rank, e.seq = true, at, class, rank, m.seq
	m.seq++
	m.live++
}

func (e *wheelEvent) forget() {
	if e.pending {
		e.pending = false
		e.m.live--
	}
}

// step fires what is due, and reports whether there was something.
func (m *wheelModel) step(deadline fence.Time) bool {
	e, fired := m.first(), m.fired
	due := e != nil && e.at <= deadline
	expect(invariant.L2, "what Step reports", m.engine.Step(deadline), due)
	if due == (m.fired == fired) {
		breaks(invariant.L2, "Step fires %d events", m.fired-fired)
	}
	return due
}

// Fire is the event's time: it is the next of all.
func (e *wheelEvent) Fire(now fence.Time, x *des.Event) {
	m := e.m
	if want := m.first(); want != e || x != &e.Event || now != e.at || m.engine.Now() != now {
		breaks(invariant.L2, "an event of %d, class %s, fires at %d out of its order", e.at, e.class, now)
	}
	e.forget()
	m.fired++
	m.now = now
	if m.depth++; m.depth <= wheelNesting && m.ops.more() {
		_, n := m.ops.next()
		for range n % 4 {
			if m.ops.more() {
				m.do()
			}
		}
	}
	m.depth--
}
