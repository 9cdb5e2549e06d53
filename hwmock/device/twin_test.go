package device_test

import (
	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// dumb is the device, done the dumb way: it keeps every command that ever was,
// says of each what has happened to it, and finds everything out by looking
// through all of them. It knows no stamps, rings, positions, generations,
// counters, or linked lists. What it shares with the device is the order of an
// instant: by rank, then first come, first served.
type dumb struct {
	p        *profile.Profile
	now      fence.Time
	count    int // of whatever needs a place in an order
	events   []dumbEvent
	users    []*dumbUser
	messages []dumbMessage // to be picked up
	reading  dumbMessage   // being picked up, if that is pending
	firing   []*dumbQueue  // whom the interrupt under way is about
	active   fence.Time
	awake    bool
	spans    []span
	busy     [numEngines]fence.Duration
	overruns []device.Overrun
}

const numEngines = vcs2 + 1

// dumbMessage tells of the first n commands of a queue; who reads it sees all
// that are there by then.
type dumbMessage struct {
	q    *dumbQueue
	n    int
	rank uint8
	at   fence.Time // of its arrival
}

type dumbUser struct {
	fw      [device.NumKinds]*dumbQueue
	refused int
}

type dumbQueue struct {
	user, kind int
	list       []*dumbCommand // in ring order
	stuck      bool
	blocked    int // its place among those whose barrier is not met; 0: none
}

type dumbJob struct {
	id       uint64
	commands []*dumbCommand
	end      fence.Time // fence.Never before
}

// dumbCommand is work, or with engines 0 a barrier on other commands.
type dumbCommand struct {
	q       *dumbQueue
	job     *dumbJob
	engines uint64
	dur     fence.Duration
	on      []*dumbCommand
	onQueue *dumbQueue
	rank    uint8

	known, given, done, retired, seen bool

	engine          int
	line            int // its place among those that wait for the engine; 0: none
	staged, running bool
	began           fence.Time
	ready           fence.Time // end of the dispatch, which is an event if the engine is idle
}

// dumbKind is what happens at an event.
type dumbKind uint8

const (
	dumbPickUp dumbKind = iota
	dumbReady
	dumbEnd
	dumbRetire
	dumbIRQ
)

type dumbEvent struct {
	at   fence.Time
	rank int
	seq  int
	kind dumbKind
	q    *dumbQueue
	c    *dumbCommand
	g    int
}

func (d *dumb) next() int { d.count++; return d.count }

func (d *dumb) after(t fence.Duration, e dumbEvent) {
	e.at, e.seq = d.now.Add(t), d.next()
	switch e.kind {
	case dumbReady, dumbEnd:
		e.rank = e.g
	case dumbRetire:
		e.rank = 3*e.q.user + e.q.kind
	}
	d.events = append(d.events, e)
}

// pending reports whether an event like e is due.
func (d *dumb) pending(kind dumbKind, q *dumbQueue, g int) bool {
	for _, e := range d.events {
		if e.kind == kind && e.q == q && e.g == g {
			return true
		}
	}
	return false
}

// each calls f for every command there ever was.
func (d *dumb) each(f func(*dumbCommand)) {
	for _, u := range d.users {
		for _, q := range u.fw {
			for _, c := range q.list {
				f(c)
			}
		}
	}
}

func (d *dumb) addUser() {
	u := &dumbUser{}
	for k := range u.fw {
		u.fw[k] = &dumbQueue{user: len(d.users), kind: k}
	}
	d.users = append(d.users, u)
}

// use returns how many entries and how many commands the host has written and
// not seen again.
func (q *dumbQueue) use() (entries, commands int) {
	for _, c := range q.list {
		if !c.seen {
			entries++
			if c.engines != 0 {
				commands++
			}
		}
	}
	return entries, commands
}

// load returns how many commands an engine has before it.
func (d *dumb) load(g int) (n int) {
	d.each(func(c *dumbCommand) {
		if c.engine == g && (c.line != 0 || c.staged || c.running) {
			n++
		}
	})
	return n
}

// find returns the command that an engine runs or has staged.
func (d *dumb) find(g int, running bool) (found *dumbCommand) {
	d.each(func(c *dumbCommand) {
		if c.engine == g && (running && c.running || !running && c.staged) {
			found = c
		}
	})
	return found
}

// submit writes the commands of j, of which a barrier waits for those of the job
// at its place in targets, and reports whether there was room.
func (d *dumb) submit(
	j *dumbJob, user int, rank uint8, list []device.Command, targets []*dumbJob,
) bool {
	u := d.users[user]
	var need [device.NumKinds]int
	for _, c := range list {
		need[c.Kind]++
	}
	for k, q := range u.fw {
		if entries, _ := q.use(); entries+need[k] > d.p.Ring-1 {
			u.refused++
			return false
		}
	}
	for i, c := range list {
		n := &dumbCommand{
			q: u.fw[c.Kind], job: j, engines: c.Engines, dur: c.Duration, rank: rank, engine: -1,
		}
		if c.Engines == 0 {
			for _, x := range targets[i].commands {
				if x.engines != 0 && x.q.kind == int(c.AfterKind) {
					n.on, n.onQueue = append(n.on, x), x.q
				}
			}
		}
		n.q.list = append(n.q.list, n)
		j.commands = append(j.commands, n)
		if _, commands := n.q.use(); c.Engines != 0 && commands > d.p.Buffer && !n.q.stuck {
			n.q.stuck = true
			d.overruns = append(d.overruns, device.Overrun{
				At: d.now, Queue: user, Kind: c.Kind, Job: j.id, Outstanding: commands,
				Limit: d.p.Buffer,
			})
		}
	}
	for _, k := range []device.Kind{device.Fragment, device.Vertex, device.Compute} {
		if q := u.fw[k]; need[k] > 0 {
			d.send(dumbMessage{q: q, n: len(q.list), rank: rank, at: d.now.Add(d.p.Doorbell)})
		}
	}
	return true
}

// send has a firmware that reads nothing begin with m, which wakes it if it is
// off; otherwise m waits.
func (d *dumb) send(m dumbMessage) {
	if d.pending(dumbPickUp, nil, 0) {
		d.messages = append(d.messages, m)
		return
	}
	idle := true
	d.each(func(c *dumbCommand) { idle = idle && (!c.known || c.done || c.engines == 0) })
	start := m.at
	if !d.awake || idle && start.Sub(d.active) >= d.p.IdleOff {
		start = start.Add(d.p.FirmwareWake)
	}
	d.awake = true
	d.read(m, start)
}

func (d *dumb) read(m dumbMessage, start fence.Time) {
	d.reading = m
	d.after(start.Sub(d.now)+d.p.PickUp, dumbEvent{kind: dumbPickUp})
}

// readNext begins to read, past those without news, the most important of the messages that have arrived,
// among equals the first, or else the one that arrives next.
func (d *dumb) readNext() {
	best := -1
	for i, m := range d.messages {
		if best < 0 {
			best = i
			continue
		}
		a, b := max(m.at, d.now), max(d.messages[best].at, d.now)
		if a < b || a == b && m.rank < d.messages[best].rank {
			best = i
		}
	}
	if best >= 0 {
		m := d.messages[best]
		d.messages = append(d.messages[:best], d.messages[best+1:]...)
		if m.q.list[m.n-1].known {
			d.readNext()
			return
		}
		d.read(m, max(m.at, d.now))
	}
}
