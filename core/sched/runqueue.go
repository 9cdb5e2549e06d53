package sched

import (
	"fmt"
	"math/bits"
)

// runQueue keeps the entities that have jobs, in the order in which they are
// served. Membership and order are two things: a member that has no jobs stands
// in no order, and one whose oldest job waits for a fence stands apart, so that
// nothing walks past either of them.
//
// FIFO and RR serve strictly by priority, a band each; FAIR has one band. The
// token's holder's.
type runQueue struct {
	sched        *Scheduler
	policy       Policy
	seq          uint64    // of the last place given
	pos          uint64    // of the last member
	members      []*Entity // by slot
	vacant       []uint32  // slots that are free
	places       places
	bands        [NumPriorities]band
	busy         uint8    // bit p: bands[p].ready is not empty
	headPriority Priority // FAIR: of the first entity when the order last changed
	headFixed    bool     // FAIR: headPriority says so; else it is the first one's
}

// band is the entities of one priority that have jobs.
type band struct {
	ready   readyTree
	blocked readyTree // FAIR's minimum counts them
	lap     int64     // RR: which round it is
	current *Entity   // RR: whose turn it was last
}

// place is an entity's standing in the run queue.
type place struct {
	key      int64  // what the policy orders by
	seq      uint64 // breaks ties: later goes behind
	pos      uint64 // in the order of joining; 0 while no member
	slot     uint32
	priority Priority
}

// before reports whether p is served before o, in one band.
func (p *place) before(o *place) bool { return p.key < o.key || p.key == o.key && p.seq < o.seq }

func (q *runQueue) init(s *Scheduler, p Policy) {
	q.sched, q.policy = s, p
	for i := range q.bands {
		q.bands[i].ready.places, q.bands[i].blocked.places = &q.places, &q.places
	}
}

// band returns where e is ordered.
func (q *runQueue) band(e *Entity) (*band, uint8) {
	if q.policy == Fair {
		return &q.bands[0], 1
	}
	return &q.bands[e.place.priority], 1 << e.place.priority
}

// first returns the entity to serve next, or nil.
func (q *runQueue) first() *Entity {
	if q.busy == 0 {
		return nil
	}
	return q.members[q.bands[bits.TrailingZeros8(q.busy)].ready.first()]
}

// served notes that it is e's turn, whatever comes of it.
func (q *runQueue) served(e *Entity) {
	if q.policy == RR {
		b, _ := q.band(e)
		b.current, b.lap = e, e.place.key>>lapShift
		if b.lap == maxLap {
			q.relap(b)
		}
	}
}

// least returns FAIR's first entity, ready or blocked, or nil.
func (q *runQueue) least() *Entity {
	r, b := &q.bands[0].ready, &q.bands[0].blocked
	switch {
	case r.n == 0 && b.n == 0:
		return nil
	case b.n == 0 || r.n != 0 && r.before(b):
		return q.members[r.first()]
	}
	return q.members[b.first()]
}

// join makes e a member, if it is none.
func (q *runQueue) join(e *Entity) {
	if e.place.pos != 0 {
		return
	}
	if q.pos == maxJoins {
		panic(fmt.Sprintf("sched: entities joined a run queue %d times", q.pos))
	}
	q.pos++
	e.place.pos = q.pos
	if n := len(q.vacant); n > 0 {
		e.place.slot = q.vacant[n-1]
		q.vacant = q.vacant[:n-1]
		q.members[e.place.slot] = e
		return
	}
	e.place.slot = uint32(len(q.members))
	q.members = append(q.members, e)
	q.places.grow()
}

// enter orders e, which was idle, by its oldest job.
func (q *runQueue) enter(e *Entity) {
	q.join(e)
	if p := e.Priority(); p != e.place.priority && !q.sched.upstream(StickyPriority) {
		q.forget(e)
		e.place.priority = p
	}
	if q.policy == Fair {
		e.share.enter(q, e.place.priority)
	}
	q.rank(e)
	b, bit := q.band(e)
	b.ready.push(&e.place)
	q.busy |= bit
	q.changed()
}

// reorder orders e, which was served and has jobs left, by the oldest of them.
func (q *runQueue) reorder(e *Entity) {
	p := e.place.priority
	b := &q.bands[p]
	switch {
	case p != e.Priority():
		q.reorderBy(e)
		return
	case q.policy == Fair:
		e.share.charge(p)
		q.seq++
		e.place.seq, e.place.key = q.seq, int64(e.share.virtual)
		q.headFixed = false
		b = &q.bands[0]
	case q.policy == FIFO:
		q.seq++
		e.place.seq, e.place.key = q.seq, int64(e.head.submit)
	default:
		q.rank(e)
	}
	b.ready.update(&e.place)
}

// reorderBy is reorder for all cases.
func (q *runQueue) reorderBy(e *Entity) {
	was := e.place.priority
	if !q.sched.upstream(StickyPriority) {
		e.place.priority = e.Priority()
	}
	if q.policy == Fair {
		e.share.charge(e.place.priority)
	} else if was != e.place.priority {
		now := e.place.priority
		e.place.priority = was
		q.unready(e)
		q.forget(e)
		e.place.priority = now
		q.rank(e)
		b, bit := q.band(e)
		b.ready.push(&e.place)
		q.busy |= bit
		return
	}
	q.rank(e)
	b, _ := q.band(e)
	b.ready.update(&e.place)
	q.changed()
}

// rank gives e its key: behind equals.
func (q *runQueue) rank(e *Entity) {
	q.seq++
	e.place.seq = q.seq
	switch q.policy {
	case Fair:
		e.place.key = int64(e.share.virtual)
	case FIFO:
		e.place.key = int64(e.head.submit)
	case RR:
		// In order of joining, from behind whose turn it was, once around.
		b := &q.bands[e.place.priority]
		lap := b.lap
		if b.current != nil && e.place.pos <= b.current.place.pos {
			lap++
		}
		e.place.turn(lap)
	}
}

// RR's key is the lap, and within it the order of joining, so that no two are
// equal.
const (
	lapShift = 40
	maxLap   = 1<<(63-lapShift) - 2 // where laps begin at 0 again
	maxJoins = 1<<lapShift - 1
)

// turn is p's key for RR in a lap.
func (p *place) turn(lap int64) { p.key = lap<<lapShift | int64(p.pos) }

// relap makes the present lap of a band number 0.
func (q *runQueue) relap(b *band) {
	for i := range b.ready.n {
		e := q.members[b.ready.leaf(i)]
		e.place.key -= b.lap << lapShift
		b.ready.update(&e.place)
	}
	b.lap = 0
}

// idle takes e, which has no jobs left, out of the order.
func (q *runQueue) idle(e *Entity) {
	q.unready(e)
	q.changed()
	if q.policy == Fair {
		e.share.leave(q)
	}
}

func (q *runQueue) unready(e *Entity) {
	b, bit := q.band(e)
	b.ready.remove(e.place.slot)
	if b.ready.n == 0 {
		q.busy &^= bit
	}
}

// block sets e apart until the fence that its oldest job waits for signals.
func (q *runQueue) block(e *Entity) {
	q.unready(e)
	if q.policy == Fair {
		q.bands[0].blocked.push(&e.place)
	}
}

// unblock returns e to its place in the order.
func (q *runQueue) unblock(e *Entity) {
	switch q.policy {
	case Fair:
		q.bands[0].blocked.remove(e.place.slot)
	case RR:
		q.rank(e)
	}
	b, bit := q.band(e)
	b.ready.push(&e.place)
	q.busy |= bit
}

// expel ends e's membership.
func (q *runQueue) expel(e *Entity) {
	switch e.state {
	case entityReady:
		q.unready(e)
	case entityBlocked:
		if q.policy == Fair {
			q.bands[0].blocked.remove(e.place.slot)
		}
	}
	if e.state != entityIdle {
		e.state = entityIdle
		q.changed()
		if q.policy == Fair {
			e.share.leave(q)
		}
	}
	if e.place.pos != 0 {
		q.members[e.place.slot] = nil
		q.vacant = append(q.vacant, e.place.slot)
		e.place.pos = 0
	}
	q.forget(e)
}

// forget begins the rounds of e's band anew if it was e's turn last.
func (q *runQueue) forget(e *Entity) {
	if b, _ := q.band(e); q.policy == RR && b.current == e {
		q.restart(b)
	}
}

// restart begins a band's rounds anew: whose turn it was is gone.
func (q *runQueue) restart(b *band) {
	b.current = nil
	b.lap++
	for i := range b.ready.n {
		e := q.members[b.ready.leaf(i)]
		e.place.turn(b.lap)
		b.ready.update(&e.place)
	}
}

// changed says that the order has changed.
func (q *runQueue) changed() { q.headFixed = false }

// fixHead keeps the priority of FAIR's first entity as it is, before some
// entity's priority changes: it counts until the order does.
func (q *runQueue) fixHead() {
	if e := q.least(); e != nil && !q.headFixed {
		q.headPriority, q.headFixed = e.Priority(), true
	}
}

// settle orders e by its oldest job, or lets it go if it has none. The caller
// has taken e's message, or just popped a job of e.
func (s *Scheduler) settle(e *Entity) {
	for {
		if j, ok := e.queue.Peek(); ok {
			e.head = j
			if e.state == entityIdle {
				e.state = entityReady
				s.rq.enter(e)
			} else {
				s.rq.reorder(e)
			}
			return
		}
		if e.state != entityIdle {
			s.rq.idle(e)
			e.head, e.state = nil, entityIdle
		}
		// A push that comes before this is seen by the look after it; one that
		// comes after it sees the entity not listed, and sends a message.
		e.mark.And(^uint32(listed))
		if e.queue.Empty() || !e.relist() {
			return
		}
	}
}

// relist sets listed and reports whether it was this call that did.
func (e *Entity) relist() bool {
	for {
		m := e.mark.Load()
		if m&(listed|stopped) != 0 {
			return false
		}
		if e.mark.CompareAndSwap(m, m|listed) {
			return true
		}
	}
}
