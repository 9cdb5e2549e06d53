package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// TestPathOfOneCommand adds up every stage of one command by hand.
func TestPathOfOneCommand(t *testing.T) {
	m := newMachine(t, testProfile())
	q := m.NewQueue()

	first := m.run(q, work(device.Compute, only(ccs), 80_000_000))
	m.until(wake + known + dispatch - 1)
	if !m.Idle(ccs) {
		t.Errorf("the engine is busy at %d", m.events.Now())
	}
	m.until(wake + known + dispatch + 5)
	if m.Idle(ccs) || m.Busy(ccs) != 5 {
		t.Errorf("engine idle %t, busy for %d after 5 ns", m.Idle(ccs), m.Busy(ccs))
	}
	m.until(80_000_000 + 654_320)
	if q.Outstanding(device.Compute) != 1 || q.Entries(device.Compute) != 1 {
		t.Errorf("%d commands, %d entries before the interrupt", q.Outstanding(device.Compute),
			q.Entries(device.Compute))
	}
	m.settle()
	ended(t, "firmware asleep", first, 80_000_000+654_321)
	m.want(span{ccs, 600_321, 80_600_321})
	if q.Outstanding(device.Compute) != 0 || q.Entries(device.Compute) != 0 {
		t.Errorf("%d commands, %d entries after the interrupt", q.Outstanding(device.Compute),
			q.Entries(device.Compute))
	}

	from := m.events.Now()
	second := m.run(q, work(device.Vertex, only(vtx), 80_000_000))
	m.settle()
	ended(t, "firmware awake", second, from+80_000_000+54_321)
	if b := m.Busy(vtx); b != 80_000_000 {
		t.Errorf("the engine was busy for %d", b)
	}
}

// TestFirmwarePowersOff submits around the instant at which the firmware has had
// nothing to do for so long that it is off.
func TestFirmwarePowersOff(t *testing.T) {
	for _, c := range []struct {
		name string
		late fence.Duration
		cost fence.Duration
	}{
		{"a nanosecond before", -1, 0},
		{"at the instant", 0, wake},
		{"later", 1, wake},
	} {
		m, _ := awake(t)
		// The last thing that the firmware did was to retire, irq ago.
		message := m.events.Now().Add(idleOff - irq + c.late)
		m.until(message - doorbell)
		j := m.run(m.NewQueue(), work(device.Compute, only(ccs), 8))
		m.settle()
		ended(t, c.name, j, message.Add(c.cost+pickUp+dispatch+8+done))
	}
}

// TestBusyFirmwareStaysOn: a command that it has picked up and not retired keeps
// it on, however long that takes.
func TestBusyFirmwareStaysOn(t *testing.T) {
	m, from := awake(t)
	q, other := m.NewQueue(), m.NewQueue()
	long := m.run(q, work(device.Compute, only(vcs1), 5*idleOff))
	m.until(from + 2*idleOff)
	a := m.run(other, work(device.Compute, only(vcs2), 8))
	m.until(from + 4*idleOff)
	b := m.run(other, work(device.Compute, only(vcs2), 8))
	m.settle()
	ended(t, "after 2", a, from+2*idleOff+known+dispatch+8+done)
	ended(t, "after 4", b, from+4*idleOff+known+dispatch+8+done)
	ended(t, "long", long, from+known+dispatch+5*idleOff+done)
}

// TestFirmwareIsOffAtTheStart also holds that the first message alone pays.
func TestFirmwareIsOffAtTheStart(t *testing.T) {
	m := newMachine(t, testProfile())
	a := m.run(m.NewQueue(), work(device.Compute, only(vcs1), 8))
	m.until(wake / 2)
	b := m.run(m.NewQueue(), work(device.Compute, only(vcs2), 60_000))
	m.settle()
	ended(t, "first", a, wake+known+dispatch+8+done)
	ended(t, "second, behind it", b, wake+known+pickUp+dispatch+60_000+done)
}

// TestDoorbellOrder: a job rings for fragment, then vertex, then compute, and
// the firmware reads one message after the other.
func TestDoorbellOrder(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	m.run(q, work(device.Vertex, only(vtx), 1000), work(device.Compute, only(ccs), 1000),
		work(device.Fragment, only(frag), 1000))
	m.run(m.NewQueue(), work(device.Compute, only(vcs1), 1000))
	m.settle()
	at := func(n fence.Time) fence.Time { return from + doorbell + n*pickUp + dispatch }
	m.want(span{frag, at(1), at(1) + 1000}, span{vtx, at(2), at(2) + 1000},
		span{ccs, at(3), at(3) + 1000}, span{vcs1, at(4), at(4) + 1000})
}

// TestMessagesArriveInTheOrderOfSending: of queues that ring in one instant the
// one that rang first is served first, whichever is older.
func TestMessagesArriveInTheOrderOfSending(t *testing.T) {
	m, from := awake(t)
	old, young := m.NewQueue(), m.NewQueue()
	m.run(young, work(device.Compute, only(vcs1), 1000))
	m.run(old, work(device.Compute, only(vcs2), 1000))
	m.settle()
	at := from + known + dispatch
	m.want(span{vcs1, at, at + 1000}, span{vcs2, at + pickUp, at + pickUp + 1000})
}

// TestMessagesOfOneQueueAreReadAsOne: who has read the first knows of all that was
// written until then, and those behind it take no time.
func TestMessagesOfOneQueueAreReadAsOne(t *testing.T) {
	m, from := awake(t)
	q, other := m.NewQueue(), m.NewQueue()
	at := from + known + dispatch

	m.run(q, work(device.Compute, only(ccs), 1000))
	m.run(q, work(device.Compute, only(vcs1), 1000))
	m.run(other, work(device.Compute, only(vcs2), 1000))
	m.until(from + known - 1)
	m.run(q, work(device.Vertex, only(vtx), 1000)) // a queue of its own
	m.run(q, work(device.Compute, only(vcs1), 500))
	m.until(from + known)
	m.run(q, work(device.Compute, only(ccs), 500)) // the first was read
	m.settle()
	m.want(
		span{ccs, at, at + 1000}, span{vcs1, at, at + 1000},
		span{vcs2, at + pickUp, at + pickUp + 1000},
		span{vtx, at + 2*pickUp, at + 2*pickUp + 1000},
		span{ccs, at + 1000, at + 1500}, span{vcs1, at + 1000, at + 1500},
	)
	if n := m.events.Len(); n != 0 {
		t.Errorf("%d events are left", n)
	}
}

// TestMessagesByPriority: of what has arrived the firmware reads the most
// important first, and of these the first; it finishes what it reads.
func TestMessagesByPriority(t *testing.T) {
	m, from := awake(t)
	for i, p := range []uint8{3, 3, 1, 0} {
		q := m.NewQueue()
		q.SetPriority(p)
		m.run(q, work(device.Compute, only(ccs+i%3+i/3*(vtx-ccs)), 1000))
	}
	m.settle()
	at := func(n fence.Time) fence.Time { return from + known + n*pickUp + dispatch }
	m.want(span{ccs, at(0), at(0) + 1000}, span{vtx, at(1), at(1) + 1000},
		span{vcs2, at(2), at(2) + 1000}, span{vcs1, at(3), at(3) + 1000})
}

// TestInterruptsCoalesce: what retires while an interrupt is on its way is seen
// by it, what retires later by the next.
func TestInterruptsCoalesce(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	at := from + known + dispatch
	// Of another queue too: the bitmap has a bit for each.
	a := m.run(q, work(device.Compute, only(ccs), 1000))
	b := m.run(m.NewQueue(), work(device.Vertex, only(vtx), 999+irq-pickUp))
	c := m.run(q, work(device.Compute, only(vcs2), 1000+irq))
	m.settle()
	ended(t, "first", a, at+1000+done)
	ended(t, "a nanosecond before the interrupt", b, at+1000+done)
	ended(t, "at its instant", c, at+1000+irq+done)
}
