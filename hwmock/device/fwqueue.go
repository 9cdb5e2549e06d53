package device

import (
	"credence/core/fence"
	"credence/hwmock/des"
)

// stampStep is what a stamp advances by; its low byte is the firmware's own.
const stampStep = 0x100

// entry is one place of a ring.
type entry struct {
	queue   *fwQueue
	job     *Job
	after   *fwQueue // what a barrier watches; nil for work and for a met barrier
	engines uint64   // 0 for a barrier
	dur     fence.Duration
	stamp   uint32 // what the queue's stamp becomes; a barrier: what it waits for
	rank    uint8  // the user queue's priority when it was written
	done    bool   // executed, or passed
	next    *entry // in an engine's line, or among the free ones
	retire  des.Event
}

// fwQueue is one ring with its stamp. Positions count entries since the start:
// seen ≤ retired ≤ started ≤ known ≤ tail.
type fwQueue struct {
	owner *UserQueue
	kind  Kind
	ring  []*entry // as long as was needed so far; entry i stands at i%len

	tail    uint64 // written by the host
	known   uint64 // as the firmware last read the write pointer
	started uint64 // given to an engine, or a barrier passed
	retired uint64 // done, in order
	seen    uint64 // retired as far as the host knows: room for more

	issued      uint32 // stamp of the last command written
	stamp       uint32 // stamp of the last command retired
	outstanding int    // commands written and not seen retired
	stuck       bool   // the firmware's buffer overflowed: nothing retires

	inLine   bool     // the next entry to start waits for an engine
	blocked  bool     // the next entry to start is a barrier that is not met
	waiters  *fwQueue // queues that a barrier on this one blocks, oldest first
	nextWait *fwQueue

	picked   bool // in the firmware's list
	nextPick *fwQueue
	doorbell des.Event
	irq      des.Event
}

// doorbell and interrupt are a fwQueue as the handler of its events.
type (
	doorbell  fwQueue
	interrupt fwQueue
)

func (q *fwQueue) init(owner *UserQueue, kind Kind) {
	q.owner, q.kind = owner, kind
	q.doorbell.Init((*doorbell)(q))
	q.irq.Init((*interrupt)(q))
}

// rank orders simultaneous events of different firmware queues.
func (q *fwQueue) rank() uint32 { return uint32(q.owner.id)*uint32(NumKinds) + uint32(q.kind) }

func (q *fwQueue) at(i uint64) *entry { return q.ring[i%uint64(len(q.ring))] }

// free returns how many entries can be written: one stays unused, or a full
// ring would look empty.
func (q *fwQueue) free() int { return q.owner.device.profile.Ring - 1 - int(q.tail-q.seen) }

// write puts c of job j behind what is in the ring. Requires: free() > 0.
func (q *fwQueue) write(j *Job, c *Command) {
	e := q.owner.device.takeEntry()
	e.queue, e.job, e.engines, e.dur, e.rank = q, j, c.Engines, c.Duration, q.owner.priority
	if c.Engines == 0 {
		e.after, e.stamp = c.target(j)
	} else {
		q.issued += stampStep
		e.stamp = q.issued
		j.last[q.kind], j.has[q.kind] = e.stamp, true
		q.count(j)
	}
	j.left++
	if int(q.tail-q.seen) == len(q.ring) {
		q.grow()
	}
	q.ring[q.tail%uint64(len(q.ring))] = e
	q.tail++
}

// target returns the queue and the stamp that a barrier of job j waits for; a
// nil queue if there is nothing to wait for, or the host has seen the end of it:
// a stamp compares right for half its range only, 2^23 commands.
func (c *Command) target(j *Job) (*fwQueue, uint32) {
	after := j
	if c.After != nil {
		if after = c.After; after.gen != c.AfterGen {
			return nil, 0
		}
	}
	if !after.has[c.AfterKind] || after.left == 0 {
		return nil, 0
	}
	return &after.Queue.fw[c.AfterKind], after.last[c.AfterKind]
}

// count adds a command of j to what the firmware must hold. The first one too
// many is reported, and the queue is stuck from then on.
func (q *fwQueue) count(j *Job) {
	d := q.owner.device
	q.outstanding++
	if q.outstanding <= d.profile.Buffer || q.stuck {
		return
	}
	q.stuck = true
	d.overruns = append(d.overruns, Overrun{
		At: d.events.Now(), Queue: q.owner.id, Kind: q.kind, Job: j.ID,
		Outstanding: q.outstanding, Limit: d.profile.Buffer,
	})
}

// minRing is how many entries a ring has room for when it is first written; it
// doubles from there, so that a thousand quiet queues stay small.
const minRing = 16

func (q *fwQueue) grow() {
	ring := make([]*entry, max(minRing, 2*len(q.ring)))
	for i := q.seen; i < q.tail; i++ {
		ring[i%uint64(len(ring))] = q.at(i)
	}
	q.ring = ring
}

// ringDoorbell tells the firmware of a new write pointer. While one message is
// under way a second adds nothing: the pointer is read at pick-up. All doorbells
// have one rank, so messages arrive in the order of sending.
func (q *fwQueue) ringDoorbell() {
	d := q.owner.device
	if !q.doorbell.Pending() && !q.picked {
		d.events.Schedule(&q.doorbell, d.events.Now().Add(d.profile.Doorbell),
			des.ClassHardware, 0)
	}
}

// Fire is the arrival of the doorbell's message at the firmware.
func (b *doorbell) Fire(fence.Time, *des.Event) {
	q := (*fwQueue)(b)
	q.owner.device.firmware.accept(q)
}

// dispatch starts entries in ring order until one has to wait.
func (q *fwQueue) dispatch() {
	for !q.inLine && !q.blocked && q.started < q.known {
		e := q.at(q.started)
		if e.engines == 0 {
			if !e.met() {
				q.blocked = true
				e.after.addWaiter(q)
				return
			}
			q.started++
			e.done = true
			q.advance()
			continue
		}
		g := q.owner.device.leastLoaded(e.engines)
		if g.staged != nil {
			q.inLine = true
			g.line.push(e)
			return
		}
		q.started++
		g.stage(e)
	}
}

// met reports whether a barrier holds nothing back.
func (e *entry) met() bool { return e.after == nil || int32(e.after.stamp-e.stamp) >= 0 }

func (q *fwQueue) addWaiter(w *fwQueue) {
	p := &q.waiters
	for *p != nil {
		p = &(*p).nextWait
	}
	*p = w
}

// advance retires what is done, in ring order, and sends the host an interrupt if
// work or the end of a job was among it. If work was, it lets go the barriers
// that waited for it.
func (q *fwQueue) advance() {
	if q.stuck {
		return
	}
	work, news := false, false
	for q.retired < q.started && q.at(q.retired).done {
		e := q.at(q.retired)
		if e.engines != 0 {
			q.stamp = e.stamp
			work = true
		}
		q.retired++
		news = news || work || q.retired == q.tail || q.at(q.retired).job != e.job
	}
	d := q.owner.device
	if news && !q.irq.Pending() {
		d.events.Schedule(&q.irq, d.events.Now().Add(d.profile.IRQ), des.ClassHardware, q.rank())
	}
	if work {
		q.release()
	}
}

// release lets go the queues whose barrier on q is met now, oldest first. The
// others keep their places.
func (q *fwQueue) release() {
	var met *fwQueue
	last := &met
	for p := &q.waiters; *p != nil; {
		w := *p
		if !w.at(w.started).met() {
			p = &w.nextWait
			continue
		}
		*p, w.nextWait = w.nextWait, nil
		*last, last = w, &w.nextWait
	}
	for w := met; w != nil; {
		next := w.nextWait
		w.nextWait = nil
		w.blocked = false
		w.dispatch()
		w = next
	}
}

// Fire is the host's interrupt handler: it reads the stamp, takes what has
// retired out of the ring, and signals the jobs that are complete by that.
func (i *interrupt) Fire(fence.Time, *des.Event) {
	q := (*fwQueue)(i)
	d := q.owner.device
	for q.seen < q.retired {
		e := q.at(q.seen)
		j := e.job
		if e.engines != 0 {
			q.outstanding--
		}
		d.putEntry(e)
		q.seen++
		j.left--
		if j.left == 0 {
			// The slots are free before the fence signals.
			j.hw.SignalPut(fence.OK)
		}
	}
}

// takeEntry returns an unused entry.
func (d *Device) takeEntry() *entry {
	e := d.free
	if e == nil {
		e = new(entry)
		e.retire.Init(e)
		return e
	}
	d.free = e.next
	e.next = nil
	return e
}

func (d *Device) putEntry(e *entry) {
	e.queue, e.job, e.after, e.done = nil, nil, nil, false
	e.next = d.free
	d.free = e
}
