package device

import (
	"credence/core/fence"
	"credence/hwmock/des"
)

// contend decides, when a command is staged behind one that can be preempted, who
// goes on: a more important one takes over at once, an equal one when the time
// slice of the other is over, a less important one waits for its end. Either does
// so when the command next lets itself be preempted, if ever. A command
// that was preempted goes to the end of its priority's line, so that all of a
// priority have their turn; the one behind it in its ring waits for its end.
func (g *engine) contend() {
	d := g.device
	e, s := g.running, g.staged
	if s == nil || g.ready.Pending() || s.rank > e.rank {
		return
	}
	at := d.events.Now()
	if s.rank == e.rank {
		at = max(at, g.began.Add(d.profile.TimeSlice))
	}
	switch at = g.lets(at); {
	case at == fence.Never:
	case at <= d.events.Now():
		g.preempt()
	default:
		d.events.Reschedule(&g.slice, at, des.ClassHardware, uint32(g.id))
	}
}

// lets returns when, from at on, what runs can next be preempted.
func (g *engine) lets(at fence.Time) fence.Time {
	switch every := g.running.every; every {
	case 0:
		return at
	case Whole:
		return fence.Never
	default:
		n := (at.Sub(g.began) + every - 1) / every
		return g.began.Add(n * every)
	}
}

// Fire is the end of a time slice.
func (s *sliceEnd) Fire(fence.Time, *des.Event) {
	g := (*engine)(s)
	g.contend()
	g.device.check(nil)
}

// preempt puts what runs back into line, and starts what is staged when the
// switch is over.
func (g *engine) preempt() {
	d := g.device
	now := d.events.Now()
	e := g.running
	g.settle(now)
	d.events.Cancel(&g.end)
	g.rest(now)
	g.line.push(e)
	d.events.Schedule(&g.ready, now.Add(d.profile.SwitchCost), des.ClassHardware, uint32(g.id))
}
