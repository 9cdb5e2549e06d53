package device

import (
	"math/bits"

	"credence/core/fence"
	"credence/hwmock/des"
)

// engine executes one command at a time, to its end. While it does, the next
// one's dispatch is under way.
type engine struct {
	device *Device
	id     int

	running *entry
	since   fence.Time     // start of what runs
	busy    fence.Duration // before that

	staged *entry // being dispatched, which is over when ready has fired
	line   line

	ready, end des.Event
}

// engineReady and engineEnd are an engine as the handler of its events.
type (
	engineReady engine
	engineEnd   engine
)

func (g *engine) init(d *Device, id int) {
	g.device, g.id = d, id
	g.ready.Init((*engineReady)(g))
	g.end.Init((*engineEnd)(g))
}

// line is the entries that wait for an engine: by priority, then by arrival.
type line struct {
	head, tail [Priorities]*entry
	length     int
}

func (l *line) push(e *entry) {
	if l.tail[e.rank] == nil {
		l.head[e.rank] = e
	} else {
		l.tail[e.rank].next = e
	}
	l.tail[e.rank] = e
	l.length++
}

func (l *line) pop() *entry {
	for p, e := range l.head {
		if e == nil {
			continue
		}
		if l.head[p] = e.next; e.next == nil {
			l.tail[p] = nil
		}
		e.next = nil
		l.length--
		return e
	}
	return nil
}

// leastLoaded returns the engine of the set with the fewest commands running,
// staged or in line; of equals the first.
func (d *Device) leastLoaded(set uint64) *engine {
	var best *engine
	for s := set; s != 0; s &= s - 1 {
		g := &d.engines[bits.TrailingZeros64(s)]
		if best == nil || g.load() < best.load() {
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

// stage begins the dispatch of e. Requires: nothing is staged.
func (g *engine) stage(e *entry) {
	d := g.device
	g.staged = e
	d.events.Schedule(&g.ready, d.events.Now().Add(d.profile.Dispatch), des.ClassHardware,
		uint32(g.id))
}

// Fire is the end of a dispatch.
func (r *engineReady) Fire(fence.Time, *des.Event) {
	g := (*engine)(r)
	if g.running == nil {
		g.start()
	}
}

// start executes the staged command and begins the dispatch of the next.
func (g *engine) start() {
	d := g.device
	now := d.events.Now()
	e := g.staged
	g.running, g.staged, g.since = e, nil, now
	d.events.Schedule(&g.end, now.Add(e.dur), des.ClassHardware, uint32(g.id))
	if d.watcher != nil {
		d.watcher.EngineBusy(g.id, true, now)
	}
	if next := g.line.pop(); next != nil {
		g.stage(next)
		q := next.queue
		q.inLine = false
		q.started++
		q.dispatch()
	}
}

// Fire is the end of a command's execution.
func (n *engineEnd) Fire(now fence.Time, _ *des.Event) {
	g := (*engine)(n)
	d := g.device
	e := g.running
	g.busy += now.Sub(g.since)
	g.running = nil
	if d.watcher != nil {
		d.watcher.EngineBusy(g.id, false, now)
	}
	d.events.Schedule(&e.retire, now.Add(d.profile.Retire), des.ClassHardware, e.queue.rank())
	if g.staged != nil && !g.ready.Pending() {
		g.start()
	}
}

// Fire is the moment at which the firmware has retired the command.
func (e *entry) Fire(fence.Time, *des.Event) {
	d := e.queue.owner.device
	d.firmware.active = d.events.Now()
	d.firmware.inFlight--
	e.done = true
	e.queue.advance()
}

// busyUntil returns how long the engine has executed up to now.
func (g *engine) busyUntil(now fence.Time) fence.Duration {
	if g.running == nil {
		return g.busy
	}
	return g.busy + now.Sub(g.since)
}
