package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// sliced returns a profile whose compute commands run in slices of 100.
func sliced() *profile.Profile {
	p := quick()
	p.TimeSlice, p.SwitchCost, p.Preempt = 100, 7, 1<<profile.Compute
	return p
}

// TestCommandsTakeTurns: those of equal priority run a slice each while others
// wait; one alone runs on.
func TestCommandsTakeTurns(t *testing.T) {
	m := newMachine(t, sliced())
	var jobs []*job
	for _, d := range []fence.Duration{250, 120, 30} {
		jobs = append(jobs, m.run(m.NewQueue(), work(device.Compute, only(ccs), d)))
	}
	m.settle()
	m.want(
		span{ccs, 0, 100}, span{ccs, 107, 207}, span{ccs, 214, 244}, // a, b, c to its end
		span{ccs, 244, 344}, span{ccs, 351, 371}, // a, then b to its end
		span{ccs, 371, 421},
	)
	for i, at := range []fence.Time{421, 371, 244} {
		ended(t, "job", jobs[i], at)
	}
	if b := m.Busy(ccs); b != 400 {
		t.Errorf("busy for %d", b)
	}
}

// TestMoreImportantCommandTakesOverAtOnce, and a less important one waits for the
// end.
func TestMoreImportantCommandTakesOverAtOnce(t *testing.T) {
	m := newMachine(t, sliced())
	high := m.NewQueue()
	high.SetPriority(0)
	low := m.run(m.NewQueue(), work(device.Compute, only(ccs), 500))
	m.until(30)
	a := m.run(high, work(device.Compute, only(ccs), 300))
	m.settle()
	m.want(span{ccs, 0, 30}, span{ccs, 37, 337}, span{ccs, 337, 807})
	ended(t, "important", a, 337)
	ended(t, "the other", low, 807)
}

// TestOrderOfARingIsKept though its commands are preempted: the next one does not
// start before.
func TestOrderOfARingIsKept(t *testing.T) {
	m := newMachine(t, sliced())
	q := m.NewQueue()
	a := m.run(q, work(device.Compute, only(ccs), 150))
	b := m.run(q, work(device.Compute, only(ccs), 10))
	c := m.run(m.NewQueue(), work(device.Compute, only(ccs), 250))
	m.settle()
	m.want(span{ccs, 0, 100}, span{ccs, 107, 207}, span{ccs, 214, 264},
		span{ccs, 264, 364}, span{ccs, 371, 381}, span{ccs, 381, 431})
	ended(t, "first of its ring", a, 264)
	ended(t, "second", b, 381)
	ended(t, "the other ring's", c, 431)
}

// TestOthersAreNotPreemptible: kinds that the profile does not name run to their
// end, as compute does under the asahi driver.
func TestOthersAreNotPreemptible(t *testing.T) {
	p := sliced()
	p.Preempt = 1 << profile.Vertex
	m := newMachine(t, p)
	high := m.NewQueue()
	high.SetPriority(0)
	m.run(m.NewQueue(), work(device.Compute, only(ccs), 5000), work(device.Vertex, only(vtx), 200))
	m.until(10)
	m.run(high, work(device.Compute, only(ccs), 5), work(device.Vertex, only(vtx), 5))
	m.settle()
	m.want(span{vtx, 0, 10}, span{ccs, 0, 5000}, span{vtx, 17, 22}, span{vtx, 22, 212},
		span{ccs, 5000, 5005})
}

// TestEndlessCommandIsPreempted, and ended while it waits.
func TestEndlessCommandIsPreempted(t *testing.T) {
	m := newMachine(t, sliced())
	j := m.run(m.NewQueue(), work(device.Compute, only(ccs), device.Endless))
	m.run(m.NewQueue(), work(device.Compute, only(ccs), 300))
	m.until(150)
	m.End(&j.Job)
	m.settle()
	m.want(span{ccs, 0, 100}, span{ccs, 107, 207}, span{ccs, 214, 215}, span{ccs, 215, 415})
}
