package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// TestNotifierHoldsCompletionsBack until as many commands have retired as were
// run: of one user queue, whatever their kind; others are told at once.
func TestNotifierHoldsCompletionsBack(t *testing.T) {
	p := testProfile()
	p.Notify = profile.NotifyThreshold
	m := newMachine(t, p)
	m.run(m.NewQueue(), work(device.Compute, only(ccs), 1))
	m.settle()
	from := m.events.Now()
	q, other := m.NewQueue(), m.NewQueue()
	at := from + known + dispatch
	a := m.run(q, work(device.Compute, only(ccs), 10))
	b := m.run(q, work(device.Vertex, only(vtx), 300_000))
	c := m.run(other, work(device.Compute, only(vcs1), 10))
	m.until(from + 200_000)
	if q.Outstanding(device.Compute) != 1 {
		t.Error("the host knows of a command that nobody told it of")
	}
	d := m.run(q, work(device.Compute, only(ccs), 10)) // raises the threshold
	m.settle()
	ended(t, "alone in its queue", c, at+2*pickUp+10+done)
	all := at + pickUp + 300_000 + done
	ended(t, "first of three", a, all)
	ended(t, "second", b, all)
	ended(t, "third", d, all)
	e := m.run(q, work(device.Compute, only(ccs), 10))
	from = m.events.Now()
	m.settle()
	ended(t, "after them", e, from+known+dispatch+10+done)
}

// TestThresholdWraps with the counts.
func TestThresholdWraps(t *testing.T) {
	p := testProfile()
	p.Notify = profile.NotifyThreshold
	m := newMachine(t, p)
	q := m.NewQueue()
	q.SetCount(1<<32 - 2)
	for range 5 {
		a := m.run(q, work(device.Compute, only(ccs), 10))
		b := m.run(q, work(device.Compute, only(ccs), 300_000))
		m.settle()
		if a.at == fence.Never || a.at != b.at {
			t.Fatalf("jobs end at %d and %d", a.at, b.at)
		}
	}
}

// TestStampsStartWhereTheyAreToldTo and wrap from there.
func TestStampsStartWhereTheyAreToldTo(t *testing.T) {
	m := newMachineFrom(t, testProfile(), 0xFFFFFF00)
	q := m.NewQueue()
	a := m.run(q, work(device.Compute, only(ccs), 10))
	b := m.run(q, barrier(device.Vertex, a, device.Compute), work(device.Vertex, only(vtx), 10))
	m.settle()
	if a.at == fence.Never || b.at <= a.at-irq || q.Stamp(device.Compute) != 0 {
		t.Errorf("jobs end at %d and %d, with a stamp of %#x", a.at, b.at, q.Stamp(device.Compute))
	}
	defer func() {
		if recover() == nil {
			t.Error("stamps that use the firmware's byte are accepted")
		}
	}()
	newMachineFrom(t, testProfile(), 0xFFFFFF01)
}
