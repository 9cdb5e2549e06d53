package device

import (
	"credence/core/fence"
	"credence/hwmock/des"
)

// message tells the firmware of a new write pointer.
type message struct {
	q    *fwQueue
	tail uint64     // the pointer
	rank uint8      // priority of the user queue
	via  uint8      // number of the channel
	at   fence.Time // of its arrival; of a held one: when the driver looks again
}

// messages is a queue of messages, first in, first out. It grows as it must and
// never shrinks.
type messages struct {
	ring       []message // of a power of two
	head, tail uint32
}

func (m *messages) empty() bool { return m.head == m.tail }

func (m *messages) first() *message { return &m.ring[m.head&uint32(len(m.ring)-1)] }

func (m *messages) pop() message {
	x := *m.first()
	m.head++
	return x
}

func (m *messages) push(x *message) {
	if int(m.tail-m.head) == len(m.ring) {
		ring := make([]message, max(16, 2*len(m.ring)))
		n := 0
		for !m.empty() {
			ring[n] = m.pop()
			n++
		}
		m.ring, m.head, m.tail = ring, 0, uint32(n)
	}
	m.ring[m.tail&uint32(len(m.ring)-1)] = *x
	m.tail++
}

// channel is one of the twelve: the messages of one priority about queues of one
// kind that the firmware has not read. Those of one priority are read in the order
// of sending whatever their kind, so the order is kept a priority, and a channel
// is a count.
type channel struct {
	unread int
	held   int // messages that the driver could not send yet
}

// send tells the firmware of what the driver has written, and returns for how
// long that keeps the caller. While a channel is full the driver sleeps for
// ChannelPoll and looks again; the caller is charged with the first sleep, which
// is nearly always the last: 256 messages take the firmware little more than a
// millisecond.
//
// The sleep, not that millisecond, is what a full channel costs, in the real driver
// as here (asahi channel.rs): queues that write short jobs faster than the firmware
// reads wake together, fill the channel again, and sleep again. Six queues of 5 us
// computes keep their engine busy for 16 % of the time by that, and for 32 %, where
// dispatch is the limit, in a profile with channel_poll = 0 ns.
func (q *fwQueue) send(j *Job) fence.Duration {
	rank := j.Queue.priority
	m := message{q: q, tail: q.tail, rank: rank, via: rank*uint8(NumKinds) + uint8(q.kind)}
	g := q.group
	d := g.device
	if d.faults != nil {
		d.faults.clogs(g, j)
	}
	if g.down {
		g.later.push(&m)
		return 0
	}
	return d.firmware.send(&m)
}

// send puts m into its channel, or holds it back if that is full.
func (f *firmware) send(m *message) fence.Duration {
	d := f.device
	c := f.channel(m)
	if c.unread < d.profile.Channel && c.held == 0 && !f.clogged() {
		f.deliver(m)
		return 0
	}
	f.sleeps++
	c.held++
	m.at = d.events.Now().Add(d.profile.ChannelPoll)
	f.held.push(m)
	if !f.look.Pending() {
		d.events.Schedule(&f.look, m.at, des.ClassHardware, 0)
	}
	return d.profile.ChannelPoll
}

// poll is the firmware as the handler of the moment at which a driver looks again
// whether its channel has room.
type poll firmware

// Fire sends the messages whose time has come, or lets their drivers sleep again.
func (p *poll) Fire(now fence.Time, _ *des.Event) {
	f := (*firmware)(p)
	d := f.device
	for n := f.held.tail - f.held.head; n > 0 && f.held.first().at <= now; n-- {
		m := f.held.pop()
		if c := f.channel(&m); c.unread < d.profile.Channel && !f.clogged() {
			c.held--
			f.deliver(&m)
			continue
		}
		m.at = now.Add(max(d.profile.ChannelPoll, 1))
		f.held.push(&m)
	}
	if !f.held.empty() {
		d.events.Schedule(&f.look, max(now, f.held.first().at), des.ClassHardware, 0)
	}
	d.check(nil)
}

// ChannelSleeps returns how often a driver found a channel full and slept.
func (d *Device) ChannelSleeps() int { return d.firmware.sleeps }
