package device

import (
	"credence/core/fence"
	"credence/hwmock/des"
)

// strike decides whether e, which g has just begun to execute, goes wrong, and
// reports whether it does not run on.
func (f *faults) strike(g *engine, e *entry) bool {
	d, own, kind := g.device, e.queue.group, e.queue.kind
	switch {
	case d.dead:
	case f.hit(Hang, own, e.job):
		e.dur = Endless
	case f.hit(MMUFault, own, e.job):
		d.halt(e)
	case f.hit(ChannelError, own, e.job):
		d.breakChannel(g)
	case f.hit(Crash, own, e.job):
		d.crash()
	case kind == Vertex && f.hit(GrowTVB, own, e.job):
		// The host is told, grows the buffer, and tells the firmware.
		p := d.profile
		e.dur += min(Endless-e.dur, p.IRQ+p.HostWake+p.Doorbell+p.PickUp)
	}
	return g.running != e
}

// halt stops the world for a fault of culprit. Everything that an engine has
// begun fails, and ends when the firmware goes on.
func (d *Device) halt(culprit *entry) {
	now := d.events.Now()
	d.resume = max(d.resume, now.Add(d.profile.IRQ).Add(d.profile.Halt))
	space := culprit.job.Queue.space
	for i := range d.engines {
		g := &d.engines[i]
		for _, e := range [...]*entry{g.running, g.staged} {
			if e == nil {
				continue
			}
			if e.err = fence.ECANCELED; e.job.Queue.space == space {
				e.err = fence.EIO
			}
			g.drop(e)
			d.events.Schedule(&e.retire, d.resume.Add(d.profile.Retire), des.ClassHardware,
				e.queue.rank())
		}
	}
	if f := &d.firmware; f.pickup.Pending() {
		d.events.Reschedule(&f.pickup, max(f.pickup.When(), d.resume.Add(d.profile.PickUp)),
			des.ClassHardware, 0)
	}
	for i := range d.engines {
		if g := &d.engines[i]; g.staged == nil {
			g.follow()
		}
	}
}

// breakChannel fails what g runs and has its firmware queue stand still until the
// driver has recovered the channel.
func (d *Device) breakChannel(g *engine) {
	e := g.running
	e.err = fence.EIO
	e.queue.waits |= forRecovery
	g.drop(e)
	at := d.events.Now().Add(d.profile.IRQ).Add(d.profile.RecoverChannel).Add(d.profile.Retire)
	d.events.Schedule(&e.retire, at, des.ClassHardware, e.queue.rank())
	g.follow()
}

// drop takes e, which g executes or has staged, off the engine without a look at
// what is next.
func (g *engine) drop(e *entry) {
	d := g.device
	if g.running == e {
		d.events.Cancel(&g.end)
		g.rest(d.events.Now())
	} else {
		d.events.Cancel(&g.ready)
		g.staged = nil
	}
	e.queue.waits &^= forTurn
}
