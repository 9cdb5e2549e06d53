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
	headPriority Priority  // FAIR: of the first entity when the order last changed
	headFixed    bool      // FAIR: headPriority says so; else it is the first one's
	busy         uint8     // bit p: bands[p] has entities to serve
	seq          uint64    // of the last place given
	members      []*Entity // by slot, in the order of joining; nil: has left
	joined       int       // of them, how many have not left
	next         *Entity   // the first one, once looked for
	bands        [NumPriorities]band
}

// band is the entities of one priority that have jobs.
type band struct {
	ready   readyTree // FIFO and FAIR
	blocked readyTree // FAIR: its minimum counts them
	turns   turns     // RR
	turn    uint32    // RR: the slot from which on, once around, it is somebody's turn
}

// place is an entity's standing in the run queue.
type place struct {
	key      int64  // what FIFO and FAIR order by
	seq      uint64 // breaks ties: later goes behind
	slot     uint32 // in the order of joining, while a member
	leaf     uint32 // in the tree that the entity is in
	member   bool
	priority Priority
}

// before reports whether p is served before o, in one band of FIFO or FAIR.
func (p *place) before(o *place) bool { return p.key < o.key || p.key == o.key && p.seq < o.seq }

func (q *runQueue) init(s *Scheduler, p Policy) {
	q.sched, q.policy = s, p
	for i := range q.bands {
		q.bands[i].ready.moved, q.bands[i].blocked.moved = q, q
	}
}

// moved is a tree's: the entity in a slot has got another leaf.
func (q *runQueue) moved(slot, leaf uint32) { q.members[slot].place.leaf = leaf }

// bandOf returns where e is ordered.
func (q *runQueue) bandOf(e *Entity) (*band, uint8) {
	if q.policy == Fair {
		return &q.bands[0], 1
	}
	return &q.bands[e.place.priority], 1 << e.place.priority
}

// first returns the entity to serve next, or nil.
func (q *runQueue) first() *Entity {
	if q.next == nil && q.busy != 0 {
		q.look()
	}
	return q.next
}

// look finds the entity to serve next. Requires: there is one.
func (q *runQueue) look() {
	b := &q.bands[bits.TrailingZeros8(q.busy)]
	if q.policy == RR {
		q.next = q.members[b.turns.from(b.turn)]
	} else {
		q.next = q.members[b.ready.nodes[0].slot]
	}
}

// served notes that it is e's turn, whatever comes of it. RR's.
func (q *runQueue) served(e *Entity) {
	b := &q.bands[e.place.priority]
	b.turn = e.place.slot + 1
	if b.turns.n > 1 { // otherwise it is e's turn again
		q.next = nil
	}
}

// ready puts e, which has its place, among those to be served.
func (q *runQueue) ready(e *Entity) {
	b, bit := q.bandOf(e)
	if q.policy == RR {
		b.turns.add(e.place.slot)
	} else {
		b.ready.push(&e.place)
	}
	q.busy |= bit
	q.next = nil
}

// unready takes e out from among them.
func (q *runQueue) unready(e *Entity) {
	b, bit := q.bandOf(e)
	if q.policy == RR {
		b.turns.remove(e.place.slot)
	} else {
		b.ready.remove(&e.place)
	}
	if b.ready.n+b.turns.n == 0 {
		q.busy &^= bit
	}
	q.next = nil
}

// least returns FAIR's first entity, ready or blocked, or nil.
func (q *runQueue) least() *Entity {
	r, b := &q.bands[0].ready, &q.bands[0].blocked
	switch {
	case r.n == 0 && b.n == 0:
		return nil
	case b.n == 0 || r.n != 0 && r.nodes[0].before(&b.nodes[0]):
		return q.members[r.first()]
	}
	return q.members[b.first()]
}

// join makes e a member, if it is none.
func (q *runQueue) join(e *Entity) {
	if e.place.member {
		return
	}
	if n := len(q.members); n == cap(q.members) && q.joined <= n/2 {
		q.compact()
	}
	if len(q.members) == maxMembers {
		panic(fmt.Sprintf("sched: more than %d entities in a run queue", maxMembers))
	}
	q.joined++
	e.place.member, e.place.slot = true, uint32(len(q.members))
	q.members = append(q.members, e)
	if q.policy == RR {
		for i := range q.bands {
			q.bands[i].turns.grow(len(q.members))
		}
	}
}

// maxMembers is how many entities a run queue can have, those included that
// have left since it was last compacted: fewer than half.
const maxMembers = maxTurns

// compact closes the gaps that entities left, and orders all anew by what they
// have.
func (q *runQueue) compact() {
	for i := range q.bands {
		q.bands[i].ready.clear()
		q.bands[i].blocked.clear()
		q.bands[i].turns.clear()
	}
	all := q.members
	q.members = all[:0]
	for _, e := range all {
		if e == nil {
			continue
		}
		if b, _ := q.bandOf(e); b.turn == e.place.slot+1 {
			b.turn = uint32(len(q.members)) + 1
		}
		e.place.slot = uint32(len(q.members))
		q.members = append(q.members, e)
		switch {
		case e.state == entityReady:
			q.ready(e)
		case e.state == entityBlocked && q.policy == Fair:
			q.bands[0].blocked.push(&e.place)
		}
	}
	clear(all[len(q.members):])
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
	q.ready(e)
	q.changed()
}

// reorder orders e, which was served and has jobs left, by the oldest of them.
// RR goes by who was served.
func (q *runQueue) reorder(e *Entity) {
	if e.place.priority != e.Priority() {
		q.reorderBy(e)
	} else if q.policy != RR {
		q.rekey(e)
	}
}

// rekey is reorder for FIFO and FAIR, and an entity whose priority is what it was.
func (q *runQueue) rekey(e *Entity) {
	p := &e.place
	if q.policy == FIFO {
		p.key = int64(e.head.submit)
	} else {
		e.share.charge(p.priority)
		p.key = int64(e.share.virtual)
		q.headFixed = false
	}
	q.seq++
	p.seq = q.seq
	q.next = nil
	b, _ := q.bandOf(e)
	b.ready.update(p)
}

// reorderBy is reorder for an entity whose priority was changed.
func (q *runQueue) reorderBy(e *Entity) {
	switch now := e.Priority(); {
	case q.sched.upstream(StickyPriority):
	case q.policy == Fair:
		e.place.priority = now
	default:
		q.unready(e)
		q.forget(e)
		e.place.priority = now
		q.rank(e)
		q.ready(e)
		return
	}
	if q.policy == Fair {
		e.share.charge(e.place.priority)
	}
	q.rank(e)
	if q.policy != RR {
		b, _ := q.bandOf(e)
		b.ready.update(&e.place)
		q.next = nil
	}
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
	}
}

// idle takes e, which has no jobs left, out of the order.
func (q *runQueue) idle(e *Entity) {
	q.unready(e)
	q.changed()
	if q.policy == Fair {
		e.share.leave(q)
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
	if q.policy == Fair {
		q.bands[0].blocked.remove(&e.place)
	}
	q.ready(e)
}

// expel ends e's membership.
func (q *runQueue) expel(e *Entity) {
	switch e.state {
	case entityReady:
		q.unready(e)
	case entityBlocked:
		if q.policy == Fair {
			q.bands[0].blocked.remove(&e.place)
		}
	}
	if e.state != entityIdle {
		e.state = entityIdle
		q.changed()
		if q.policy == Fair {
			e.share.leave(q)
		}
	}
	if e.place.member {
		q.forget(e)
		q.members[e.place.slot] = nil
		q.joined--
		e.place.member = false
	}
}

// forget begins the rounds of e's band anew if it was e's turn last.
func (q *runQueue) forget(e *Entity) {
	if b, _ := q.bandOf(e); b.turn == e.place.slot+1 {
		b.turn, q.next = 0, nil
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
			// Who waits for that looks at the mark.
			if s.flushers.Load() != 0 {
				s.exec.Wake(s)
			}
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
