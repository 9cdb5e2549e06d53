package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
)

var (
	_ sched.CanRunBackend  = device.Asked{}
	_ sched.PrepareBackend = device.Preparing{}
)

// asks whether there is room for j, both ways, which must agree; oldest is the
// job that PrepareJob names.
func (m *machine) asks(j *job) (room bool, oldest *device.Job) {
	room = device.Asked{Device: m.Device}.CanRun(&j.Job.Job)
	f := device.Preparing{Device: m.Device}.PrepareJob(&j.Job.Job)
	if room && f != nil {
		m.t.Errorf("there is room for job %d, and a fence to wait for", j.ID)
	}
	if f != nil {
		oldest = f.Owner().(*device.Job)
		f.Put()
	}
	return room, oldest
}

// TestRoomIsStrict: 126 commands and 1278 entries fit into an empty queue, one
// less than is free each time.
func TestRoomIsStrict(t *testing.T) {
	m, _ := awake(t)
	q := m.NewQueue()
	var first *job
	one := m.newJob(q, work(device.Vertex, only(vtx), 10))
	for n := range 126 {
		if room, oldest := m.asks(one); !room || oldest != nil {
			t.Fatalf("no room for command %d", n+1)
		}
		j := m.run(q, work(device.Vertex, only(vtx), 10))
		if first == nil {
			first = j
		}
	}
	if room, oldest := m.asks(one); room || oldest != &first.Job {
		t.Errorf("room for command 127 is %t", room)
	}
	// Other queues have room, for whoever needs nothing of this one.
	if room, _ := m.asks(m.newJob(q, work(device.Fragment, only(frag), 1))); !room {
		t.Error("no room in another firmware queue")
	}
	other := m.newJob(q, own(device.Vertex, device.Vertex), work(device.Fragment, only(frag), 1))
	if room, _ := m.asks(other); !room {
		t.Error("no room for a barrier, which takes no slot")
	}
	m.run(q, work(device.Vertex, only(vtx), 10)) // unasked: no slot is left
	if room, _ := m.asks(other); !room {
		t.Error("no room for a barrier when no slot is left")
	}
	m.settle()
	if room, _ := m.asks(one); !room {
		t.Error("no room in an empty queue")
	}

	barriers := make([]device.Command, 1278)
	for i := range barriers {
		barriers[i] = own(device.Compute, device.Vertex)
	}
	barriers[0] = work(device.Compute, only(ccs), 10)
	big := m.newJob(q, barriers...)
	if room, oldest := m.asks(big); !room || oldest != nil {
		t.Error("no room for 1278 entries")
	}
	more := m.newJob(q, append(barriers, barriers[1])...)
	if room, oldest := m.asks(more); room || oldest != nil {
		t.Errorf("room for 1279 entries is %t, with nothing in flight to wait for", room)
	}
	if err := m.submit(big); err != fence.OK {
		t.Fatal(err)
	}
	small := m.newJob(q, work(device.Compute, only(ccs), 10))
	if room, oldest := m.asks(small); room || oldest != &big.Job {
		t.Errorf("room behind 1278 entries is %t", room)
	}
	m.run(q, work(device.Compute, only(ccs), 10)) // unasked: no entry is left
	if room, _ := m.asks(one); !room {
		t.Error("no room in a queue beside a full ring")
	}
	m.settle()
	if big.at == fence.Never {
		t.Error("it never ends")
	}
}

// TestPrepareNamesTheOldestOfTheFirstFullQueue, in the driver's order: vertex,
// fragment, compute. A job is in flight in a queue as long as one of its entries
// is, and be it a barrier.
func TestPrepareNamesTheOldestOfTheFirstFullQueue(t *testing.T) {
	p := testProfile()
	p.Slots, p.Buffer, p.Ring = 2, 3, 8
	m := newMachine(t, p)
	q := m.NewQueue()
	gate := m.run(m.NewQueue(), work(device.Compute, only(ccs), 5_000_000))
	c := m.run(q, work(device.Compute, only(vcs1), 3_000_000))
	f := m.run(q, work(device.Fragment, only(frag), 2_000_000))
	v := m.run(q, work(device.Vertex, only(vtx), 1_000_000))
	all := m.newJob(q, work(device.Compute, only(vcs1), 1), work(device.Fragment, only(frag), 1),
		work(device.Vertex, only(vtx), 1))
	for _, want := range []*job{v, f, c} {
		room, oldest := m.asks(all)
		if room || oldest != &want.Job {
			t.Fatalf("room is %t at %d; want to wait for job %d", room, m.events.Now(), want.ID)
		}
		for want.at == fence.Never {
			m.events.Step(fence.Never)
		}
	}
	if room, _ := m.asks(all); !room {
		t.Error("no room when all three have ended")
	}

	list := make([]device.Command, 6, 7)
	for i := range list {
		list[i] = barrier(device.Fragment, gate, device.Compute)
	}
	held := m.run(q, append(list, work(device.Vertex, only(vtx), 1))...)
	if room, oldest := m.asks(all); room || oldest != &held.Job {
		t.Errorf("room is %t behind barriers alone", room)
	}
	m.settle()
	if room, _ := m.asks(all); !room || held.at == fence.Never {
		t.Errorf("room is %t at the end", room)
	}
}
