package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

const poll = 8_000_000

// small returns a machine, awake, whose channels hold n messages.
func smallChannel(t *testing.T, n int) (*machine, fence.Time) {
	p := testProfile()
	p.Channel, p.ChannelPoll = n, poll
	m := newMachine(t, p)
	m.run(m.NewQueue(), work(device.Compute, only(ccs), 1))
	m.settle()
	m.spans = nil
	return m, m.events.Now()
}

// TestFullChannelPutsTheDriverToSleep: a message that finds no room is sent after
// a sleep, for which run_job keeps the worker; those of other kinds and of other
// priorities have channels of their own.
func TestFullChannelPutsTheDriverToSleep(t *testing.T) {
	m, from := smallChannel(t, 2)
	run := func(q *device.UserQueue, k device.Kind, engine int, want fence.Duration) {
		t.Helper()
		j := m.newJob(q, work(k, only(engine), 10))
		hw, _, busy := m.RunJob(&j.Job.Job)
		if busy != 9+want {
			t.Errorf("run_job takes %d, want %d", busy, 9+want)
		}
		hw.Arm(&j.done)
	}
	other := m.NewQueue()
	other.SetPriority(1)
	run(m.NewQueue(), device.Compute, ccs, 0)
	run(m.NewQueue(), device.Compute, vcs1, 0)
	run(m.NewQueue(), device.Compute, vcs2, poll)
	run(m.NewQueue(), device.Vertex, vtx, 0)
	run(other, device.Compute, vcs2, 0)
	run(m.NewQueue(), device.Compute, ccs, poll) // behind the one that sleeps
	m.until(from + known + 5*pickUp)
	run(m.NewQueue(), device.Compute, vcs1, poll) // the same, though there is room by now
	if n := m.ChannelSleeps(); n != 3 {
		t.Errorf("%d sleeps", n)
	}
	m.settle()
	at := func(n fence.Time) fence.Time { return from + known + n*pickUp + dispatch }
	late := from + poll + wake + known + dispatch // the firmware went off meanwhile
	// It finds the other two in the channel, and sleeps once more.
	later := late + known + 5*pickUp + poll
	m.want(span{ccs, at(0), at(0) + 10}, span{vcs2, at(1), at(1) + 10},
		span{vcs1, at(2), at(2) + 10}, span{vtx, at(3), at(3) + 10},
		span{vcs2, late, late + 10}, span{ccs, late + pickUp, late + pickUp + 10},
		span{vcs1, later, later + 10})
}

// TestChannelStaysFull: a driver sleeps as often as it must.
func TestChannelStaysFull(t *testing.T) {
	p := testProfile()
	p.Channel, p.ChannelPoll, p.PickUp = 1, 1000, 3500
	m := newMachine(t, p)
	var jobs []*job
	for range 3 {
		j := m.newJob(m.NewQueue(), work(device.Compute, only(ccs), 10))
		hw, _, _ := m.RunJob(&j.Job.Job)
		hw.Arm(&j.done)
		jobs = append(jobs, j)
	}
	m.settle()
	read := fence.Time(wake + doorbell + 3500) // of the first
	// The second is sent at the next full microsecond, the third when that is read.
	second := (read+999)/1000*1000 + doorbell + 3500
	third := (second+999)/1000*1000 + doorbell + 3500
	m.want(span{ccs, read + dispatch, read + dispatch + 10},
		span{ccs, second + dispatch, second + dispatch + 10},
		span{ccs, third + dispatch, third + dispatch + 10})
	for _, j := range jobs {
		if j.at == fence.Never {
			t.Error("a job never ends")
		}
	}
}
