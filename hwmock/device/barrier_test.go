package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// TestBarrierAcrossUserQueues holds a command until another user queue's has
// retired, and what stands behind the barrier with it.
func TestBarrierAcrossUserQueues(t *testing.T) {
	m, from := awake(t)
	p, q := m.NewQueue(), m.NewQueue()
	at := from + known + dispatch
	first := m.run(p, work(device.Compute, only(ccs), 90_000))
	free := m.run(q, work(device.Compute, only(vcs1), 100))
	held := m.run(q, barrier(device.Compute, first, device.Compute),
		work(device.Compute, only(vcs1), 60_200))
	behind := m.run(q, work(device.Compute, only(vcs2), 60_300))
	m.settle()
	go1 := at + 90_000 + retire + dispatch
	m.want(span{ccs, at, at + 90_000}, span{vcs1, at + pickUp, at + pickUp + 100},
		span{vcs1, go1, go1 + 60_200}, span{vcs2, go1, go1 + 60_300})
	ended(t, "first", first, at+90_000+done)
	ended(t, "in front of the barrier", free, at+pickUp+100+done)
	ended(t, "held", held, go1+60_200+done)
	ended(t, "behind, seen by the interrupt of the held one", behind, go1+60_200+done)
}

// TestBarrierOnItsOwnQueue makes two engines behind one queue take turns.
func TestBarrierOnItsOwnQueue(t *testing.T) {
	m, from := awake(t)
	q := m.NewQueue()
	at := from + known + dispatch
	m.run(q, work(device.Compute, only(vcs1), 1000), own(device.Compute, device.Compute),
		work(device.Compute, only(vcs2), 2000), own(device.Compute, device.Compute),
		work(device.Compute, only(vcs1), 3000))
	m.settle()
	b := at + 1000 + retire + dispatch
	c := b + 2000 + retire + dispatch
	m.want(span{vcs1, at, at + 1000}, span{vcs2, b, b + 2000}, span{vcs1, c, c + 3000})
}

// TestBarrierWaitsForTheLastCommandOfItsKind: of several commands in a queue,
// and not for those in others.
func TestBarrierWaitsForTheLastCommandOfItsKind(t *testing.T) {
	m, from := awake(t)
	p, q := m.NewQueue(), m.NewQueue()
	a := m.run(p, work(device.Compute, only(ccs), 1000), work(device.Compute, only(ccs), 2000),
		work(device.Vertex, only(vtx), 500_000))
	m.run(q, barrier(device.Compute, a, device.Compute), work(device.Compute, only(vcs1), 10))
	m.run(q, barrier(device.Fragment, a, device.Fragment), work(device.Fragment, only(frag), 20))
	m.settle()
	// The messages in their order: vertex and compute of a, compute, fragment.
	v := from + known + dispatch
	c := v + pickUp
	f := v + 3*pickUp // what a has not is no reason to wait
	b := c + 3000 + retire + dispatch
	m.want(span{vtx, v, v + 500_000}, span{ccs, c, c + 1000}, span{frag, f, f + 20},
		span{ccs, c + 1000, c + 3000}, span{vcs1, b, b + 10})
}

// TestBarrierOnWhatIsOver: a job that has completed, one whose memory has
// another life, and one that never ran are not waited for.
func TestBarrierOnWhatIsOver(t *testing.T) {
	m, _ := awake(t)
	p, q := m.NewQueue(), m.NewQueue()
	check := func(what string, b device.Command) {
		t.Helper()
		at := m.events.Now() + known + dispatch
		j := m.run(q, b, work(device.Vertex, only(vtx), 7))
		m.until(at + 7 + done)
		ended(t, what, j, at+7+done)
	}
	a := m.run(p, work(device.Compute, only(ccs), 100))
	m.settle()
	check("completed", barrier(device.Vertex, a, device.Compute))

	// Half the stamp's range later it compares the other way round.
	p.Jump(device.Compute, 1<<23+5)
	check("completed long ago", barrier(device.Vertex, a, device.Compute))

	stale := barrier(device.Vertex, a, device.Compute)
	a.Recycle()
	check("recycled", stale)
	a.Queue, a.at = p, fence.Never
	a.Commands = append(a.Commands, work(device.Compute, only(ccs), 500_000))
	if err := m.submit(a); err != fence.OK {
		t.Fatal(err)
	}
	m.until(m.events.Now() + known)
	check("in another life", stale)
	fresh := barrier(device.Vertex, a, device.Compute)
	held := m.run(q, fresh, work(device.Vertex, only(vtx), 60_000))
	m.settle()
	if a.at == fence.Never || held.at != a.at+dispatch+60_000+retire {
		t.Errorf("a barrier on the life that ended at %d lets go what ends at %d", a.at, held.at)
	}

	never := m.newJob(p, work(device.Compute, only(ccs), 100))
	check("never submitted", barrier(device.Vertex, never, device.Compute))
}

// TestBarriersTakeEntriesAndNoSlots: neither of the driver's nor of the
// firmware's.
func TestBarriersTakeEntriesAndNoSlots(t *testing.T) {
	m, _ := awake(t)
	p, q := m.NewQueue(), m.NewQueue()
	gate := m.run(p, work(device.Compute, only(ccs), 1_000_000))
	list := make([]device.Command, 200, 201)
	for i := range list {
		list[i] = barrier(device.Vertex, gate, device.Compute)
	}
	j := m.newJob(q, append(list, work(device.Vertex, only(vtx), 60_000))...)
	need, err := j.Need()
	if err != nil {
		t.Fatal(err)
	}
	if got := need.Lanes.String(); got != "[1 0 0 201 0 0]" || need.Credits != 1 {
		t.Errorf("200 barriers and a command need %s, %d credits", got, need.Credits)
	}
	if err := m.submit(j); err != fence.OK {
		t.Fatal(err)
	}
	if o, e := q.Outstanding(device.Vertex), q.Entries(device.Vertex); o != 1 || e != 201 {
		t.Errorf("%d commands and %d entries, want 1 and 201", o, e)
	}
	m.settle()
	if o, e := q.Outstanding(device.Vertex), q.Entries(device.Vertex); o != 0 || e != 0 {
		t.Errorf("%d commands and %d entries are left", o, e)
	}
	if n := len(m.Overruns()); n != 0 || j.at <= gate.at {
		t.Errorf("%d over-runs; the barrier let go at %d, the gate at %d", n, j.at, gate.at)
	}
}

// TestTrailingBarrier: a barrier behind the last command of its queue belongs to
// the job too, which ends when all its entries are out of the rings: admission
// counts on it.
func TestTrailingBarrier(t *testing.T) {
	m, from := awake(t)
	p, q := m.NewQueue(), m.NewQueue()
	gate := m.run(p, work(device.Compute, only(ccs), 500_000))
	j := m.run(q, work(device.Vertex, only(vtx), 100), barrier(device.Vertex, gate, device.Compute),
		barrier(device.Fragment, gate, device.Compute))
	at := from + known + dispatch
	m.until(at + 500_000 + done - 1)
	v, f := q.Entries(device.Vertex), q.Entries(device.Fragment)
	if v != 1 || f != 1 || j.at != fence.Never {
		t.Errorf("%d and %d entries before the gate opens, job ended at %d", v, f, j.at)
	}
	m.settle()
	ended(t, "gate", gate, at+500_000+done)
	ended(t, "job", j, at+500_000+done)
	if v, f := q.Entries(device.Vertex), q.Entries(device.Fragment); v != 0 || f != 0 {
		t.Errorf("%d and %d entries are left", v, f)
	}
}

// TestBarriersLetGoInOrder: of several queues that wait for one go first those
// whose command has retired, and of these the one that came first.
func TestBarriersLetGoInOrder(t *testing.T) {
	m, from := awake(t)
	p := m.NewQueue()
	queues := []*device.UserQueue{m.NewQueue(), m.NewQueue(), m.NewQueue()}
	at := from + known + dispatch
	first := m.run(p, work(device.Compute, only(ccs), 100_000))
	second := m.run(p, work(device.Compute, only(ccs), 200_000))
	for i, on := range []struct {
		queue int
		job   *job
	}{{2, first}, {0, second}, {1, first}} {
		m.run(queues[on.queue], barrier(device.Compute, on.job, device.Compute),
			work(device.Compute, only(vcs1), fence.Duration(1000*(i+1))))
	}
	m.settle()
	a := at + 100_000 + retire + dispatch
	b := at + 300_000 + retire + dispatch
	m.want(span{ccs, at, at + 100_000}, span{ccs, at + 100_000, at + 300_000},
		span{vcs1, a, a + 1000}, span{vcs1, a + 1000, a + 4000}, span{vcs1, b, b + 2000})
}
