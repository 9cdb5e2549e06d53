package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// every is work that lets itself be preempted at such intervals.
func every(d, at fence.Duration) device.Command {
	c := work(device.Compute, only(ccs), d)
	c.Every = at
	return c
}

// TestWholeCommandIsNotPreempted, neither at the end of its time slice nor by what
// is more important.
func TestWholeCommandIsNotPreempted(t *testing.T) {
	m := newMachine(t, sliced())
	high := m.NewQueue()
	high.SetPriority(0)
	m.run(m.NewQueue(), every(500, device.Whole))
	m.run(m.NewQueue(), work(device.Compute, only(ccs), 40))
	m.until(30)
	m.run(high, work(device.Compute, only(ccs), 60))
	m.settle()
	if len(m.spans) < 3 || m.spans[0] != (span{ccs, 0, 500}) {
		t.Errorf("executions are %v", m.spans)
	}
}

// TestPreemptionWaitsForItsMoment: slices of 100 and a more important command at
// 150 find a command that lets go every 130.
func TestPreemptionWaitsForItsMoment(t *testing.T) {
	m := newMachine(t, sliced())
	m.run(m.NewQueue(), every(500, 130))
	m.run(m.NewQueue(), every(40, 130))
	m.settle()
	m.want(span{ccs, 0, 130}, span{ccs, 137, 177}, span{ccs, 177, 547})

	m = newMachine(t, sliced())
	high := m.NewQueue()
	high.SetPriority(0)
	m.run(m.NewQueue(), every(500, 130))
	m.until(150)
	m.run(high, work(device.Compute, only(ccs), 60))
	m.settle()
	m.want(span{ccs, 0, 260}, span{ccs, 267, 327}, span{ccs, 327, 567})
}
