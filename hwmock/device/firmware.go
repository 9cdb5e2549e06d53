package device

import (
	"math/bits"

	"credence/core/fence"
	"credence/hwmock/des"
)

// firmware is the processor that reads messages, one at a time: of those that
// have arrived one of the highest priority, of these the first that was sent. As
// it has read one it knows the queue's write pointer of that moment, so what is
// behind it about the same commands costs no time. After a time without work it is
// powered off, and the next message pays for waking it.
type firmware struct {
	device   *Device
	inbox    [Priorities]messages // sent and not begun to be read
	mail     uint8                // priorities with messages in the inbox
	channels [16]channel          // of which Priorities times NumKinds are used; see message.via
	held     messages             // that found their channel full
	current  message              // being read, while pickup is pending
	active   fence.Time           // when it last had something to do
	awake    bool                 // it has had something to do at all
	inFlight int                  // engine commands picked up and not retired
	sleeps   int                  // of drivers
	pickup   des.Event
	look     des.Event
}

// channel returns the channel of a message.
func (f *firmware) channel(m *message) *channel { return &f.channels[m.via%uint8(len(f.channels))] }

func (f *firmware) init(d *Device) {
	f.device = d
	f.pickup.Init(f)
	f.look.Init((*poll)(f))
}

// deliver puts m, which takes Doorbell to arrive, into its channel. Whether a
// firmware without anything to read is powered off is decided as m is sent.
func (f *firmware) deliver(m *message) {
	d := f.device
	m.at = d.events.Now().Add(d.profile.Doorbell)
	f.channel(m).unread++
	if f.pickup.Pending() {
		f.inbox[m.rank].push(m)
		f.mail |= 1 << m.rank
		return
	}
	start := m.at
	if !f.awake || f.inFlight == 0 && start.Sub(f.active) >= d.profile.IdleOff {
		f.awake = true
		start = start.Add(d.profile.FirmwareWake)
	}
	f.begin(m, start)
}

// begin reads m from start on.
func (f *firmware) begin(m *message, start fence.Time) {
	d := f.device
	f.current = *m
	start = max(start, d.resume)
	d.events.Schedule(&f.pickup, start.Add(d.profile.PickUp), des.ClassHardware, 0)
}

// Fire is the end of a pick-up: the firmware knows the write pointer.
func (f *firmware) Fire(now fence.Time, _ *des.Event) {
	q := f.current.q
	f.channel(&f.current).unread--
	f.active = now
	for q.known < q.tail {
		if q.at(q.known).engines != 0 {
			f.inFlight++
		}
		q.known++
	}
	if f.mail != 0 {
		f.next(now)
	}
	q.dispatch()
	f.device.check(q.group)
}

// next begins to read the message that is next, past those that bring no news.
func (f *firmware) next(now fence.Time) {
	for f.mail != 0 {
		best, at := -1, fence.Never
		for set := f.mail; set != 0; set &= set - 1 {
			p := bits.TrailingZeros8(set)
			if t := max(f.inbox[p].first().at, now); t < at {
				best, at = p, t
			}
		}
		m := f.inbox[best].pop()
		if f.inbox[best].empty() {
			f.mail &^= 1 << best
		}
		if m.tail > m.q.known {
			f.begin(&m, at)
			return
		}
		f.channel(&m).unread--
	}
}
