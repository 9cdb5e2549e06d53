package device

import (
	"math/bits"

	"credence/core/fence"
	"credence/hwmock/des"
)

// engine executes one command at a time. While it does, the next one's dispatch
// is under way.
type engine struct {
	device *Device
	id     int
	slices bool // its commands can be preempted

	running *entry
	began   fence.Time     // start of what runs
	since   fence.Time     // start of its present pace
	busy    fence.Duration // before since

	staged     *entry // being dispatched
	dispatched fence.Time
	line       line

	ready, end, slice des.Event
}

// engineReady, engineEnd and sliceEnd are an engine as the handler of its events.
type (
	engineReady engine
	engineEnd   engine
	sliceEnd    engine
)

func (g *engine) init(d *Device, id int) {
	p := d.profile
	g.device, g.id = d, id
	g.slices = p.TimeSlice > 0 && p.Preempt&(1<<p.Engines[id].Queue) != 0
	g.ready.Init((*engineReady)(g))
	g.end.Init((*engineEnd)(g))
	g.slice.Init((*sliceEnd)(g))
}

// leastLoaded returns the engine of the set with the fewest commands running,
// staged or in line; of equals the first.
func (d *Device) leastLoaded(set uint64) *engine {
	best := &d.engines[bits.TrailingZeros64(set)]
	for s := set & (set - 1); s != 0; s &= s - 1 {
		if g := &d.engines[bits.TrailingZeros64(s)]; g.load() < best.load() {
			best = g
		}
	}
	return best
}

// Load returns how many commands are running, staged or in line at the least
// loaded engine of the set, bit i for engine i, which is not empty.
func (d *Device) Load(set uint64) int { return d.leastLoaded(set).load() }

func (g *engine) load() int {
	n := g.line.length
	if g.running != nil {
		n++
	}
	if g.staged != nil {
		n++
	}
	return n
}

// stage begins the dispatch of e. Requires: nothing is staged. Its end is an event
// only where it matters as it comes: if the engine waits for it, or may preempt
// what runs then. Otherwise the end of what runs looks whether it is over.
func (g *engine) stage(e *entry) {
	d := g.device
	g.staged = e
	e.given = true
	g.dispatched = max(d.events.Now(), d.resume).Add(d.profile.Dispatch)
	if g.running == nil || g.slices {
		d.events.Schedule(&g.ready, g.dispatched, des.ClassHardware, uint32(g.id))
	}
}

// Fire is the end of a dispatch.
func (r *engineReady) Fire(fence.Time, *des.Event) {
	g := (*engine)(r)
	switch {
	case g.running == nil:
		g.start()
	case g.slices:
		g.contend()
	}
	g.device.check(nil)
}

// start executes the staged command and begins the dispatch of the next.
func (g *engine) start() {
	d := g.device
	now := d.events.Now()
	e := g.staged
	g.running, g.staged, g.began, g.since = e, nil, now, now
	if d.watched>>(uint(g.id)%64)&1 != 0 {
		d.watcher.EngineBusy(g.id, true, now)
	}
	if d.observer != nil {
		g.observe(EventStart, e)
	}
	if d.faults != nil && d.faults.strike(g, e) {
		return
	}
	if d.clock.paced {
		d.clock.changed(g)
	} else if e.dur != Endless {
		d.events.Schedule(&g.end, now.Add(e.dur), des.ClassHardware, uint32(g.id))
	}
	if g.line.length != 0 {
		g.follow()
	}
}

// follow stages the next command in line.
func (g *engine) follow() {
	next := g.line.pop()
	if next == nil {
		return
	}
	again := next.given
	g.stage(next)
	if again {
		return
	}
	q := next.queue
	q.started++
	q.letGo(forEngine)
}

// Fire is the end of a command's execution.
func (n *engineEnd) Fire(now fence.Time, _ *des.Event) {
	g := (*engine)(n)
	d := g.device
	e := g.running
	q := e.queue
	g.rest(now)
	d.events.Schedule(&e.retire, now.Add(d.profile.Retire), des.ClassHardware, q.rank())
	g.resume()
	if g.slices {
		q.letGo(forTurn)
	}
	d.check(q.group)
}

// rest ends the execution of what runs.
func (g *engine) rest(now fence.Time) {
	d := g.device
	g.busy += now.Sub(g.since)
	if d.observer != nil {
		g.observe(EventStop, g.running)
	}
	g.running = nil
	if g.slices {
		d.events.Cancel(&g.slice)
	}
	if d.watched>>(uint(g.id)%64)&1 != 0 {
		d.watcher.EngineBusy(g.id, false, now)
	}
	if d.clock.paced {
		d.clock.changed(nil)
	}
}

// resume starts what is staged, at once if its dispatch is over.
func (g *engine) resume() {
	switch d := g.device; {
	case g.staged == nil || g.ready.Pending():
	case !g.slices && g.dispatched >= d.events.Now():
		d.events.Schedule(&g.ready, g.dispatched, des.ClassHardware, uint32(g.id))
	default:
		g.start()
	}
}

// busyUntil returns how long the engine has executed up to now.
func (g *engine) busyUntil(now fence.Time) fence.Duration {
	if g.running == nil {
		return g.busy
	}
	return g.busy + now.Sub(g.since)
}
