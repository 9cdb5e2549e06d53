package device

import (
	"credence/core/fence"
	"credence/hwmock/des"
)

// stampStep is what a stamp advances by; its low byte is the firmware's own.
const stampStep = 0x100

// entry is one place of a ring, and stays that.
type entry struct {
	queue   *fwQueue
	job     *Job
	after   *fwQueue       // what a barrier watches; nil for work and for a met barrier
	engines uint64         // 0 for a barrier
	dur     fence.Duration // left to execute, at full speed
	every   fence.Duration // Command.Every
	stamp   uint32         // what the queue's stamp becomes; a barrier: what it waits for
	rank    uint8          // the user queue's priority when it was written
	given   bool           // to an engine, which it may have had to leave
	done    bool           // executed, passed, or failed
	err     fence.Errno
	next    *entry // in an engine's line
	retire  des.Event
}

// fwQueue is one ring with its stamp. Positions count entries since the start:
// seen ≤ retired ≤ started ≤ known ≤ tail.
type fwQueue struct {
	group *group
	user  int // the user queue that it was made for
	kind  Kind
	ring  []*entry // as long as was needed so far, a power of two; entry i stands at i%len

	tail    uint64 // written by the host
	known   uint64 // as the firmware last read the write pointer
	started uint64 // given to an engine, or a barrier passed
	retired uint64 // done, in order
	seen    uint64 // retired as far as the host knows: room for more

	issued      uint32 // stamp of the last command written
	stamp       uint32 // stamp of the last command retired
	outstanding int    // commands written and not seen retired
	lagging     int    // of these, seen retired with a stamp that was not visible yet
	stuck       bool   // the firmware's buffer overflowed: nothing retires

	waits    waits    // why the next entry does not start; 0 if it can
	waiters  *fwQueue // queues that a barrier on this one blocks, oldest first
	nextWait *fwQueue

	slot   token // the event slot that it has, or had last
	active bool  // it has one
	jobs   int   // bound and not run
	lag    des.Event
}

// waits is a set of reasons for which a queue starts nothing.
type waits uint8

const (
	forEngine   waits = 1 << iota // the next entry stands in the line of one
	forBarrier                    // the next entry is one that is not met
	forTurn                       // the entry before it can be preempted, and has not ended
	forRecovery                   // the queue's channel recovers from an error
	forReset                      // the group is being reset
)

func (q *fwQueue) init(g *group, user int, kind Kind, stamp uint32) {
	q.group, q.user, q.kind = g, user, kind
	q.issued, q.stamp = stamp, stamp
	q.lag.Init((*lagEnd)(q))
}

// rank orders simultaneous events of different firmware queues.
func (q *fwQueue) rank() uint32 { return uint32(q.user)*uint32(NumKinds) + uint32(q.kind) }

func (q *fwQueue) at(i uint64) *entry { return q.ring[i&uint64(len(q.ring)-1)] }

// free returns how many entries can be written: one stays unused, or a full
// ring would look empty.
func (q *fwQueue) free() int { return q.group.device.profile.Ring - 1 - int(q.tail-q.seen) }

// write puts c of job j, of the user queue's priority rank, behind what is in the
// ring. Requires: free() > 0.
func (q *fwQueue) write(j *Job, c *Command, rank uint8) {
	if int(q.tail-q.seen) == len(q.ring) {
		q.grow()
	}
	i := q.tail & uint64(len(q.ring)-1)
	e := q.ring[i]
	if e == nil {
		e = &entry{queue: q}
		e.retire.Init(e)
		q.ring[i] = e
	}
	e.job, e.engines, e.dur, e.rank, e.every = j, c.Engines, c.Duration, rank, c.Every
	if c.Engines == 0 {
		e.after, e.stamp = c.target(j)
	} else {
		q.issued += stampStep
		e.stamp = q.issued
		j.last[q.kind], j.has[q.kind] = e.stamp, true
		q.count(j)
	}
	j.left++
	q.tail++
}

// count adds a command of j to what the firmware must hold. The first one too
// many is reported, and the queue is stuck from then on.
func (q *fwQueue) count(j *Job) {
	d := q.group.device
	q.outstanding++
	n := q.outstanding - q.lagging
	if n <= d.profile.Buffer || q.stuck {
		return
	}
	q.stuck = true
	if d.observer != nil {
		q.observe(EventOverrun, j.ID, n)
	}
	d.overruns = append(d.overruns, Overrun{
		At: d.events.Now(), Queue: j.Queue.id, Kind: q.kind, Job: j.ID,
		Outstanding: n, Limit: d.profile.Buffer,
	})
}

// minRing is how many entries a ring has room for when it is first written; it
// doubles from there, so that a thousand quiet queues stay small.
const minRing = 16

// grow makes the ring longer. Requires: it is full.
func (q *fwQueue) grow() {
	ring := make([]*entry, max(minRing, 2*len(q.ring)))
	for i := q.seen; i < q.tail; i++ {
		ring[i&uint64(len(ring)-1)] = q.at(i)
	}
	q.ring = ring
}

// leave ends what e stood for.
func (e *entry) leave() {
	e.job, e.after = nil, nil
	e.given, e.done, e.err = false, false, fence.OK
}
