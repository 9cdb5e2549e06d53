package device

import (
	"credence/core/fence"
	"credence/hwmock/des"
)

// firmware is the processor that reads doorbell messages, one at a time, in the
// order of arrival. After a time without work it is powered off, and the next
// message pays for waking it.
type firmware struct {
	device   *Device
	first    *fwQueue // to be picked up
	last     *fwQueue
	active   fence.Time // when it last had something to do
	awake    bool       // it has had something to do at all
	inFlight int        // engine commands picked up and not retired
	pickup   des.Event
}

func (f *firmware) init(d *Device) {
	f.device = d
	f.pickup.Init(f)
}

// accept puts q behind the queues that wait for pick-up.
func (f *firmware) accept(q *fwQueue) {
	q.picked = true
	if f.first != nil {
		f.last.nextPick = q
		f.last = q
		return
	}
	f.first, f.last = q, q
	f.begin(f.wakeUp())
}

// wakeUp returns what it takes until the firmware can look at a message.
func (f *firmware) wakeUp() fence.Duration {
	now, p := f.device.events.Now(), f.device.profile
	asleep := !f.awake || f.inFlight == 0 && now.Sub(f.active) >= p.IdleOff
	f.awake, f.active = true, now
	if asleep {
		return p.FirmwareWake
	}
	return 0
}

// begin starts the pick-up of the first queue after a delay.
func (f *firmware) begin(delay fence.Duration) {
	d := f.device
	d.events.Schedule(&f.pickup, d.events.Now().Add(delay).Add(d.profile.PickUp),
		des.ClassHardware, 0)
}

// Fire is the end of a pick-up: the firmware knows the write pointer.
func (f *firmware) Fire(now fence.Time, _ *des.Event) {
	q := f.first
	f.active = now
	f.first, q.nextPick, q.picked = q.nextPick, nil, false
	for ; q.known < q.tail; q.known++ {
		if q.at(q.known).engines != 0 {
			f.inFlight++
		}
	}
	if f.first != nil {
		f.begin(0)
	}
	q.dispatch()
}
