package device

import (
	"math/bits"

	"credence/core/fence"
	"credence/hwmock/des"
	"credence/hwmock/profile"
)

// host is the driver's interrupt handler and what it reads: a bitmap of event
// slots, one bit for each firmware queue with news.
type host struct {
	device   *Device
	owner    [MaxEventSlots]*fwQueue // of each event slot
	firing   [MaxEventSlots / 64]uint64
	spurious int // bits of slots without an owner, or without news
	irq      des.Event
}

func (h *host) init(d *Device) {
	h.device = d
	h.irq.Init(h)
}

// Spurious returns how often the host was told of news where there was none.
func (d *Device) Spurious() int { return d.host.spurious }

// tell tells the host that the queue of this kind has news, unless the notifier
// holds that back: then with the news of the command that reaches the threshold.
func (g *group) tell(k Kind) {
	d := g.device
	if d.profile.Notify != profile.NotifyThreshold {
		d.host.raise(g.fw[k].slot.slot)
		return
	}
	g.news |= 1 << k
	if int32(g.count-g.threshold) < 0 {
		return
	}
	for n := g.news; n != 0; n &= n - 1 {
		d.host.raise(g.fw[bits.TrailingZeros8(n)].slot.slot)
	}
	g.news = 0
}

// raise writes the bit of an event slot and sends an interrupt.
func (h *host) raise(slot int32) {
	d := h.device
	if d.faults != nil && d.faults.catch(d, slot) {
		return
	}
	h.post(slot, d.profile.IRQ)
}

// post does so whatever goes wrong. While an interrupt is under way a second adds
// nothing: the handler reads the bitmap when it runs.
func (h *host) post(slot int32, delay fence.Duration) {
	i := uint32(slot) % MaxEventSlots
	h.firing[i/64] |= 1 << (i % 64)
	if !h.irq.Pending() {
		d := h.device
		d.events.Schedule(&h.irq, d.events.Now().Add(delay), des.ClassHardware, 0)
		if d.observer != nil {
			h.observe(EventRaised, 0)
		}
	}
}

// Fire is the interrupt handler: for each firing slot, in order, it reads the
// stamp of the queue that owns it.
func (h *host) Fire(fence.Time, *des.Event) {
	firing := h.firing
	h.firing = [len(h.firing)]uint64{}
	if h.device.observer != nil {
		queues := 0
		for _, word := range firing {
			queues += bits.OnesCount64(word)
		}
		h.observe(EventInterrupt, queues)
	}
	for i := range firing {
		for word := firing[i]; word != 0; word &= word - 1 {
			q := h.owner[(i*64+bits.TrailingZeros64(word))%MaxEventSlots]
			if q == nil || q.seen == q.retired {
				h.spurious++
				continue
			}
			q.read()
			h.device.check(q.group)
		}
	}
}

// read takes what has retired out of the ring, and ends the jobs that are
// complete by that.
func (q *fwQueue) read() {
	d := q.group.device
	slots := 0
	for q.seen < q.retired {
		e := q.at(q.seen)
		j := e.job
		if e.engines != 0 {
			slots++
		}
		if e.err != fence.OK && j.err == fence.OK {
			j.err = e.err
		}
		e.leave()
		q.seen++
		if j.left--; j.left == 0 {
			// The slots are free before the fence signals.
			q.returnSlots(slots)
			slots = 0
			d.end(j)
		}
	}
	q.returnSlots(slots)
	if q.jobs == 0 {
		q.retreat()
	}
}

// returnSlots frees n slots, unless the driver sees that later.
func (q *fwQueue) returnSlots(n int) {
	if f := q.group.device.faults; f == nil || !f.lagBehind(q, n) {
		q.outstanding -= n
	}
}

// end signals the hardware fence of a job of which nothing is left.
func (d *Device) end(j *Job) {
	hw, err := j.hw, j.err
	j.Queue.space.leave()
	d.enter(j)
	hw.SignalPut(err)
	d.leave()
}
