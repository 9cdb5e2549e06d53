package device

import (
	"math/bits"

	"credence/core/fence"
	"credence/hwmock/des"
)

// late is bits of the event bitmap that are written later than they should.
type late struct {
	device *Device
	bits   [MaxEventSlots / 64]uint64
	event  des.Event
}

// Fire writes them.
func (l *late) Fire(fence.Time, *des.Event) {
	bitmap := l.bits
	l.bits = [len(l.bits)]uint64{}
	for i, word := range bitmap {
		for ; word != 0; word &= word - 1 {
			l.device.host.post(int32(i*64+bits.TrailingZeros64(word)), 0)
		}
	}
}

// postLater has the bit of an event slot written when the delay is over.
func (f *faults) postLater(d *Device, slot int32) {
	l := &f.late
	if l.device == nil {
		l.device = d
		l.event.Init(l)
	}
	l.bits[slot/64] |= 1 << (slot % 64)
	if !l.event.Pending() {
		d.events.Schedule(&l.event, d.events.Now().Add(d.profile.IRQ).Add(f.Delay),
			des.ClassHardware, 0)
	}
}

// catch disturbs the bit of an event slot, and reports whether it is not to be
// written now.
func (f *faults) catch(d *Device, slot int32) bool {
	q := d.host.owner[slot]
	if q == nil {
		return false // its stamps were read meanwhile, and it has given the slot back
	}
	g := q.group
	if f.hit(SpuriousInterrupt, g, nil) {
		d.host.post(int32(f.random.IntN(d.profile.EventSlots)), d.profile.IRQ)
	}
	switch {
	case f.hit(LostInterrupt, g, nil):
		return true
	case f.hit(LateInterrupt, g, nil):
		f.postLater(d, slot)
		return true
	case f.hit(DuplicateInterrupt, g, nil):
		f.postLater(d, slot)
	}
	return false
}

// lagEnd is a fwQueue as the handler of the end of a stamp's lag.
type lagEnd fwQueue

// Fire makes the stamp visible: the slots are free.
func (l *lagEnd) Fire(fence.Time, *des.Event) {
	q := (*fwQueue)(l)
	q.outstanding -= q.lagging
	q.lagging = 0
	q.group.device.check(q.group)
}

// lagBehind decides whether n slots of q become free later.
func (f *faults) lagBehind(q *fwQueue, n int) bool {
	d := q.group.device
	if n == 0 || !f.hit(StampLate, q.group, nil) {
		return false
	}
	q.lagging += n
	if !q.lag.Pending() {
		d.events.Schedule(&q.lag, d.events.Now().Add(f.Delay), des.ClassHardware, q.rank())
	}
	return true
}

// clogged reports whether all channels seem full.
func (f *firmware) clogged() bool {
	d := f.device
	return d.faults != nil && d.events.Now() < d.faults.clog
}

// clogs decides whether channels seem full from now on.
func (f *faults) clogs(g *group, j *Job) {
	if f.hit(ChannelFull, g, j) {
		f.clog = g.device.events.Now().Add(f.Delay)
	}
}
