package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// TestEndlessCommandRunsUntilEnd: nothing but End stops it, and what stands
// behind it on the engine starts then.
func TestEndlessCommandRunsUntilEnd(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	at := from + known + dispatch
	j := m.run(q, work(device.Compute, only(vcs1), device.Endless))
	behind := m.run(q, work(device.Compute, only(vcs1), 100))
	m.settle()
	m.want(span{vcs1, at, fence.Never})
	if d := m.events.Now().Sub(at); m.Busy(vcs1) != d {
		t.Errorf("busy for %d of %d", m.Busy(vcs1), d)
	}
	const long = 5_000_000
	m.until(at + long)
	m.End(&j.Job)
	m.End(&j.Job)
	m.settle()
	m.want(span{vcs1, at, at + long}, span{vcs1, at + long, at + long + 100})
	ended(t, "ended", j, at+long+done)
	// The interrupt of the first finds the second executed but not retired.
	if behind.at == fence.Never {
		t.Error("the command behind it never ended")
	}
}

// TestEndlessCommandEndedBeforeItsTurn: it executes for the least time there is,
// wherever it stood: in the line of an engine, behind it in the ring, or with
// the scheduler.
func TestEndlessCommandEndedBeforeItsTurn(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	at := from + known + dispatch
	m.run(q, work(device.Compute, only(ccs), 9000))
	var jobs []*job
	for range 3 {
		jobs = append(jobs, m.run(q, work(device.Compute, only(ccs), device.Endless)))
	}
	m.until(at + 1000)
	for _, j := range jobs {
		m.End(&j.Job)
	}
	var early device.Job
	early.Commands = []device.Command{work(device.Compute, only(ccs), device.Endless)}
	m.End(&early)
	if d := early.Commands[0].Duration; d != 1 {
		t.Errorf("a job that was never run has %d ns left", d)
	}
	m.settle()
	if b := m.Busy(ccs); b != 1+9000+3 { // 1 by awake
		t.Errorf("busy for %d", b)
	}
	for i, j := range jobs {
		if j.at == fence.Never {
			t.Errorf("job %d never ended", i)
		}
	}
}
