package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// TestRenderIsVertexThenFragment: the fragment command is dispatched when the
// vertex command has retired, and the next job's vertex work runs beside it.
func TestRenderIsVertexThenFragment(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	a := m.run(q, render(2000, 60_000)...)
	b := m.run(q, render(1000, 5000)...)
	m.settle()
	v := from + doorbell + 2*pickUp + dispatch // the fragment message comes first
	f := v + 2000 + retire + dispatch
	m.want(
		span{vtx, v, v + 2000}, span{vtx, v + 2000, v + 3000},
		span{frag, f, f + 60_000}, span{frag, f + 60_000, f + 65_000},
	)
	ended(t, "first", a, f+60_000+done)
	ended(t, "second, seen by the first one's interrupt", b, f+60_000+done)
}

// TestDispatchOverlapsExecution: what runs for longer than a dispatch hides it.
func TestDispatchOverlapsExecution(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	for _, d := range []fence.Duration{1000, dispatch, dispatch - 200, 700, 5} {
		m.run(q, work(device.Vertex, only(vtx), d))
	}
	m.settle()
	at := from + known + dispatch
	m.want(
		span{vtx, at, at + 1000}, span{vtx, at + 1000, at + 1300}, span{vtx, at + 1300, at + 1400},
		// 100 ns hide a third of the dispatch.
		span{vtx, at + 1600, at + 2300}, span{vtx, at + 2300, at + 2305},
	)
	if b := m.Busy(vtx); b != 1000+300+100+700+5 {
		t.Errorf("busy for %d", b)
	}
}

// TestRetiresInRingOrder: two engines behind one firmware queue execute at the
// same time, but one stamp counts both.
func TestRetiresInRingOrder(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	at := from + known + dispatch
	long := m.run(q, work(device.Compute, only(vcs1), 70_000))
	short := m.run(q, work(device.Compute, only(vcs2), 10))
	m.until(at + 70_000 + done - 1)
	if n := q.Outstanding(device.Compute); n != 2 {
		t.Errorf("%d commands outstanding while the first runs, want 2", n)
	}
	m.settle()
	m.want(span{vcs1, at, at + 70_000}, span{vcs2, at, at + 10})
	ended(t, "long", long, at+70_000+done)
	ended(t, "short", short, at+70_000+done)

	m.spans = nil
	at = m.events.Now() + known + dispatch
	short = m.run(q, work(device.Compute, only(vcs1), 10))
	long = m.run(q, work(device.Compute, only(vcs2), 70_000))
	m.settle()
	ended(t, "short, in front", short, at+10+done)
	ended(t, "long, behind", long, at+70_000+done)
}

// TestJobEndsWithTheLastOfItsCommands spreads one job over three firmware
// queues.
func TestJobEndsWithTheLastOfItsCommands(t *testing.T) {
	for slowest := range 3 {
		m, from := awake(t)
		d := [3]fence.Duration{100, 100, 100}
		d[slowest] = 900_000
		j := m.run(m.NewQueue(), work(device.Vertex, only(vtx), d[0]),
			work(device.Fragment, only(frag), d[1]), work(device.Compute, only(ccs), d[2]))
		m.settle()
		at := from + doorbell + dispatch + fence.Time([3]int{2, 1, 3}[slowest]*pickUp)
		ended(t, "job", j, at+900_000+done)
	}
}

// TestTakesTheLeastLoadedEngine: running, staged and waiting commands count, of
// equals the first engine is taken, and the choice falls when it is the
// command's turn in its ring.
func TestTakesTheLeastLoadedEngine(t *testing.T) {
	m, from := awake(t)
	load := func(one, two int) {
		t.Helper()
		if a, b := m.Load(only(vcs1)), m.Load(only(vcs2)); a != one || b != two ||
			m.Load(bothVCS) != min(a, b) {
			t.Errorf("at %d the loads are %d and %d, together %d; want %d and %d", m.events.Now(),
				a, b, m.Load(bothVCS), one, two)
		}
	}
	at := from + known + dispatch
	for range 3 { // running, staged and in line on vcs1
		m.run(m.NewQueue(), work(device.Compute, only(vcs1), 10_000))
	}
	load(0, 0)
	m.until(from + known)
	load(1, 0)
	m.until(at + 2*pickUp)
	load(3, 0)

	q := m.NewQueue()
	for range 5 {
		m.run(q, work(device.Compute, bothVCS, 1000))
	}
	m.until(m.events.Now() + known)
	load(3, 2) // one staged; the next chose vcs2 too and waits in line
	m.settle()
	first := at + 2*pickUp + known + dispatch // on vcs2
	m.want(
		span{vcs1, at, at + 10_000},
		span{vcs2, first, first + 1000},        // 3 against 0
		span{vcs2, first + 1000, first + 2000}, // 3 against 1, in line
		span{vcs2, first + 2000, first + 3000}, // 3 against 1 again, when the second started
		span{vcs2, first + 3000, first + 4000},
		span{vcs2, first + 4000, first + 5000},
		span{vcs1, at + 10_000, at + 20_000}, span{vcs1, at + 20_000, at + 30_000},
	)

	m.spans = nil
	q = m.NewQueue()
	at = m.events.Now() + known + dispatch
	m.run(q, work(device.Compute, bothVCS, 1000))
	m.run(q, work(device.Compute, bothVCS, 2000))
	m.settle()
	m.want(span{vcs1, at, at + 1000}, span{vcs2, at, at + 2000}) // of equals the first
}

// TestLineIsByPriorityThenArrival has commands of all priorities wait for one
// engine.
func TestLineIsByPriorityThenArrival(t *testing.T) {
	m, _ := awake(t)
	var order []*device.UserQueue
	queue := func(p uint8) *device.UserQueue {
		q := m.NewQueue()
		q.SetPriority(p)
		return q
	}
	run := func(q *device.UserQueue, d fence.Duration) {
		m.run(q, work(device.Compute, only(ccs), d))
		m.until(m.events.Now() + 1000) // one after the other
	}
	run(queue(3), 100_000) // runs
	run(queue(3), 1)       // staged: nothing overtakes it
	low := queue(200)      // the least important there is
	run(low, 2)
	for i, p := range []uint8{2, 0, 1, 0, 3, 1} {
		q := queue(p)
		order = append(order, q)
		run(q, fence.Duration(10+i))
	}
	order[0].SetPriority(0) // too late: it was submitted with 2
	m.settle()
	var got []fence.Duration
	for _, s := range m.spans[1:] {
		got = append(got, s.to.Sub(s.from))
	}
	for i, want := range []fence.Duration{1, 11, 13, 12, 15, 10, 2, 14} {
		if i >= len(got) || got[i] != want {
			t.Fatalf("durations in the order of execution are %v; place %d should have %d", got, i,
				want)
		}
	}
}

// TestEntryWaitsForItsEngine: behind an entry whose engine is taken nothing of
// the ring starts, not even for an idle engine.
func TestEntryWaitsForItsEngine(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	at := from + known + dispatch
	m.run(q, work(device.Compute, only(vcs1), 5000))
	m.run(q, work(device.Compute, only(vcs1), 6000))
	m.run(q, work(device.Compute, only(vcs1), 7000))
	m.run(q, work(device.Compute, only(vcs2), 100))
	m.settle()
	m.want(
		span{vcs1, at, at + 5000}, span{vcs1, at + 5000, at + 11_000},
		// It had its turn when the third was staged, as the second started.
		span{vcs2, at + 5000 + dispatch, at + 5400}, span{vcs1, at + 11_000, at + 18_000},
	)
}
