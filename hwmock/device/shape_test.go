package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// ringProfile is a ring of two slots that n schedulers have.
func ringProfile(n int) *profile.Profile {
	p := quick()
	p.Shape, p.SharedSchedulers = profile.ShapeRing, n
	p.Slots, p.Buffer, p.Ring = 2, 4, 16
	p.Engines = []profile.Engine{{Name: "gfx", Queue: profile.RingQueue}}
	return p
}

// TestUserQueuesShareARing: its slots, its order, and what over-runs it.
func TestUserQueuesShareARing(t *testing.T) {
	m := newMachine(t, ringProfile(1))
	a, b := m.NewQueue(), m.NewQueue()
	b.SetPriority(0) // a ring knows no priorities
	one := m.run(a, work(device.Compute, 1, 100))
	probe := m.newJob(b, work(device.Compute, 1, 50))
	if room, _ := m.asks(probe); !room {
		t.Error("no room for a second job in a ring of two")
	}
	two := m.run(b, work(device.Compute, 1, 50))
	if room, oldest := m.asks(probe); room || oldest != &one.Job {
		t.Error("room for a third job in a ring of two")
	}
	if n := a.Outstanding(device.Compute); n != 2 || b.Outstanding(device.Compute) != 2 {
		t.Errorf("%d jobs in the ring", n)
	}
	three := m.run(a, work(device.Compute, 1, 7))
	m.settle()
	ended(t, "one", one, 100)
	ended(t, "two", two, 150)
	ended(t, "three", three, 157)
	for range 5 {
		m.run(b, work(device.Compute, 1, 1))
	}
	o := m.Overruns()
	if len(o) != 1 || o[0].Queue != 1 || o[0].Outstanding != 5 || !a.Stuck(device.Compute) {
		t.Errorf("over-runs are %v", o)
	}
}

// TestEachSchedulerHasARing, in turn; timelines are one a ring.
func TestEachSchedulerHasARing(t *testing.T) {
	p := ringProfile(2)
	p.Engines = append(p.Engines, p.Engines[0], p.Engines[0])
	m := newMachine(t, p)
	q := []*device.UserQueue{m.NewQueue(), m.NewQueue(), m.NewQueue(), m.NewQueue()}
	jobs := []*job{
		m.run(q[0], work(device.Compute, 1, 100)), m.run(q[1], work(device.Compute, 4, 10)),
		m.run(q[2], work(device.Compute, 2, 10)), m.run(q[3], work(device.Compute, 4, 10)),
	}
	context := func(i int) fence.Context { return jobs[i].Hardware().Context() }
	if context(0) != context(2) || context(1) != context(3) || context(0) == context(1) {
		t.Errorf("timelines are %d, %d, %d, %d", context(0), context(1), context(2), context(3))
	}
	m.settle()
	// The third retires behind the first, although its engine was free.
	ended(t, "first ring", jobs[0], 100)
	ended(t, "second ring", jobs[1], 10)
	ended(t, "first ring again", jobs[2], 100)
}

// TestMockTimeline is the kernel's mock scheduler: a job ends its duration after
// the one before it, or after it was run if there is none.
func TestMockTimeline(t *testing.T) {
	p, err := profile.Load("kernel-mock")
	if err != nil {
		t.Fatal(err)
	}
	m := newMachine(t, p)
	queues := []*device.UserQueue{m.NewQueue(), m.NewQueue(), m.NewQueue()}
	finish := fence.Time(0)
	var jobs []*job
	var ends []fence.Time
	for i := range 100 {
		if i%10 == 9 {
			m.until(m.events.Now() + 2500)
		}
		d := fence.Duration(100 + 37*i%400)
		finish = max(finish, m.events.Now()).Add(d)
		jobs = append(jobs, m.run(queues[i%3], work(device.Compute, 1, d)))
		ends = append(ends, finish)
	}
	// A manual job blocks those behind it until it is completed.
	manual := m.run(queues[0], work(device.Compute, 1, device.Endless))
	behind := m.run(queues[1], work(device.Compute, 1, 10))
	m.settle()
	if manual.at != fence.Never || behind.at != fence.Never {
		t.Error("a manual job ends by itself, or does not block")
	}
	m.until(finish + 5000)
	m.End(&manual.Job)
	m.settle()
	ended(t, "manual", manual, finish+5000)
	ended(t, "behind it", behind, finish+5010)
	for i := range jobs {
		ended(t, "job", jobs[i], ends[i])
	}
}
