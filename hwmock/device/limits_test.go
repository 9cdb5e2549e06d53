package device_test

import (
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// TestFirmwareHolds128Commands fills one firmware queue up to, and by one over,
// what the firmware's buffer holds.
func TestFirmwareHolds128Commands(t *testing.T) {
	for kind := range device.NumKinds {
		for n := 126; n <= 129; n++ {
			m := newMachine(t, testProfile())
			q := m.NewQueue()
			var jobs []*job
			for range n {
				jobs = append(jobs, m.run(q, work(kind, only(int(kind)), 10)))
			}
			if o, e := q.Outstanding(kind), q.Entries(kind); o != n || e != n {
				t.Errorf("%d commands make %d outstanding in %d entries", n, o, e)
			}
			m.settle()
			completed := 0
			for _, j := range jobs {
				if j.at != fence.Never {
					completed++
				}
			}
			switch over := m.Overruns(); {
			case n <= 128 && (len(over) != 0 || completed != n):
				t.Errorf("%s: of %d commands %d complete, over-runs %v", kind, n, completed,
					over)
			case n > 128 && completed != 0:
				t.Errorf("%s: of %d commands %d complete in a queue that is stuck", kind, n,
					completed)
			case n > 128:
				want := device.Overrun{Kind: kind, Job: 129, Outstanding: 129, Limit: 128}
				if len(over) != 1 || over[0] != want {
					t.Errorf("%s: over-runs are %v, want one: %v", kind, over, want)
				}
			}
		}
	}
}

// TestStuckQueueConcernsNobodyElse freezes one firmware queue with commands on
// the way in all stages, and lets everything else go on.
func TestStuckQueueConcernsNobodyElse(t *testing.T) {
	m, from := awake(t)
	q, other := m.NewQueue(), m.NewQueue()
	seen := m.run(q, work(device.Compute, only(ccs), 10))
	m.until(from + known + dispatch + 10 + retire + 1) // the interrupt is on its way
	running := m.run(q, work(device.Compute, only(ccs), 60_000))
	var held []*job
	for range 126 {
		held = append(held, m.run(q, work(device.Compute, only(ccs), 10)))
	}
	m.until(m.events.Now() + 1000)
	last := m.newJob(q, work(device.Vertex, only(vtx), 5), work(device.Compute, only(ccs), 10))
	last.ID = 4711
	at := m.events.Now()
	if err := m.submit(last); err != fence.OK {
		t.Fatal(err)
	}
	if n := len(m.Overruns()); n != 1 {
		t.Fatalf("%d over-runs at the 129th command", n)
	}
	alone := m.run(q, work(device.Vertex, only(vtx), 5))
	beside := m.run(other, work(device.Compute, only(vcs1), 5))
	after := m.run(other, barrier(device.Fragment, running, device.Compute),
		work(device.Fragment, only(frag), 5))
	for range 10 {
		held = append(held, m.run(q, work(device.Compute, only(ccs), 10)))
	}
	m.settle()

	over := device.Overrun{
		At: at, Queue: q.ID(), Kind: device.Compute, Job: 4711, Outstanding: 129, Limit: 128,
	}
	if o := m.Overruns(); len(o) != 1 || o[0] != over {
		t.Errorf("over-runs are %v, want %v alone", o, over)
	}
	text := "job 4711 brings queue 1.compute to 129 outstanding commands, the firmware holds 128"
	if s := over.Error(); s != text {
		t.Errorf("it reads %q, want %q", s, text)
	}
	if seen.at != from+known+dispatch+10+done {
		t.Errorf("what had retired before is seen at %d", seen.at)
	}
	held = append(held, running, last, after)
	for _, j := range held {
		if j.at != fence.Never {
			t.Errorf("job %d ends at %d though it is stuck", j.ID, j.at)
		}
	}
	if alone.at == fence.Never || beside.at == fence.Never {
		t.Errorf("the user queue's vertex work ends at %d, the other's work at %d", alone.at,
			beside.at)
	}
	if o, e := q.Outstanding(device.Compute), q.Entries(device.Compute); o != 138 || e != 138 {
		t.Errorf("%d commands and %d entries are stuck, want 138", o, e)
	}
}

// TestEachStuckQueueIsReported once, in the order of getting stuck.
func TestEachStuckQueueIsReported(t *testing.T) {
	m := newMachine(t, testProfile())
	a, b := m.NewQueue(), m.NewQueue()
	for range 140 {
		m.run(b, work(device.Vertex, only(vtx), 10))
		m.run(a, work(device.Vertex, only(vtx), 10), work(device.Fragment, only(frag), 10))
	}
	var got []string
	for _, o := range m.Overruns() {
		got = append(got, o.Error()[:strings.Index(o.Error(), " to ")])
	}
	want := []string{"job 257 brings queue 1.vertex", "job 258 brings queue 0.vertex",
		"job 258 brings queue 0.fragment"}
	if !slices.Equal(got, want) {
		t.Errorf("over-runs are %q, want %q", got, want)
	}
}

// TestRingIsFullAtItsLengthLessOne and refuses what does not fit as a whole.
func TestRingIsFullAtItsLengthLessOne(t *testing.T) {
	for _, size := range []int{8, 1280} {
		p := testProfile()
		p.Ring = size
		m := newMachine(t, p)
		gate := m.run(m.NewQueue(), work(device.Compute, only(ccs), 1000))
		q := m.NewQueue()
		fill := func(n int) []device.Command {
			list := make([]device.Command, n)
			for i := range list {
				list[i] = barrier(device.Compute, gate, device.Compute)
			}
			list[n-1] = work(device.Compute, only(ccs), 7)
			return list
		}
		if err := m.submit(m.newJob(q, fill(size)...)); err != device.EBUSY {
			t.Errorf("%d entries in an empty ring of %d: %v", size, size, err)
		}
		first := m.run(q, fill(size-2)...)
		if err := m.submit(m.newJob(q, fill(2)...)); err != device.EBUSY {
			t.Errorf("%d entries in a ring of %d: %v", size, size, err)
		}
		second := m.run(q, fill(1)...)
		events := m.events.Len()
		// What would fit in two of three rings is not written at all.
		err := m.submit(m.newJob(q, work(device.Fragment, only(frag), 5),
			work(device.Vertex, only(vtx), 5), work(device.Compute, only(ccs), 5)))
		if err != device.EBUSY || m.events.Len() != events || q.RingFull() != 3 {
			t.Errorf("ring of %d, full: %v, %d new events, %d refusals", size, err,
				m.events.Len()-events, q.RingFull())
		}
		for k, want := range []int{0, 0, size - 1} {
			if e := q.Entries(device.Kind(k)); e != want {
				t.Errorf("%d %s entries, want %d", e, device.Kind(k), want)
			}
		}
		if o := q.Outstanding(device.Compute); o != 2 {
			t.Errorf("%d commands outstanding, want 2", o)
		}
		m.settle()
		third := m.run(q, fill(size-1)...)
		m.settle()
		for i, j := range []*job{first, second, third} {
			if j.at == fence.Never {
				t.Errorf("ring of %d: job %d of 3 never ends", size, i+1)
			}
		}
	}
}

// TestLanesAreWhatAStrictAdmissionLetsIn holds the numbers of the real driver.
func TestLanesAreWhatAStrictAdmissionLetsIn(t *testing.T) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		slots, ring := uint32(p.Slots-1), uint32(p.Ring-2)
		if p.Shape == profile.ShapeRing {
			slots, ring = uint32(p.Slots), uint32(min(p.Ring-1, 32767))
		}
		if strings.HasPrefix(name, "apple") || name == "ideal" {
			slots, ring = 126, 1278
		}
		if l := device.Lanes(p); l != [sched.NumLanes]uint32{slots, slots, slots, ring, ring, ring} {
			t.Errorf("%s: lanes of %v", name, l)
		}
	}
}

// TestNeed counts what a job takes of each limit, and refuses what is no job and
// what could never run, whatever the flow control.
func TestNeed(t *testing.T) {
	m := newMachine(t, testProfile())
	q := m.NewQueue()
	many := func(n int) (list []device.Command) {
		for range n {
			list = append(list, work(device.Compute, only(ccs), 1))
		}
		return list
	}
	manyRenders := func(n int) (list []device.Command) {
		for range n {
			list = append(list, render(1, 2)...)
		}
		return list
	}
	for _, c := range []struct {
		what  string
		list  []device.Command
		lanes string
		err   string
	}{
		{"render", render(1, 2), "[1 1 0 1 2 0]", ""},
		{"compute", many(1), "[0 0 1 0 0 1]", ""},
		{"the most", many(64), "[0 0 64 0 0 64]", ""},
		{"the most renders", manyRenders(64), "[64 64 0 64 128 0]", ""},
		{"the most of both", append(manyRenders(40), many(24)...), "[40 40 24 40 80 24]", ""},
		{"too many", many(65), "", "device: job of 65 renders and computes; permitted: 1 to 64"},
		{"too many renders", manyRenders(65), "",
			"device: job of 65 renders and computes; permitted: 1 to 64"},
		{"too many of both", append(manyRenders(41), many(24)...), "",
			"device: job of 65 renders and computes; permitted: 1 to 64"},
		{"none", nil, "", "device: job of 0 renders and computes; permitted: 1 to 64"},
		{"the most barriers", append(make([]device.Command, 1278), many(1)...), "[0 0 1 1278 0 1]", ""},
		{"barriers alone", []device.Command{own(device.Vertex, device.Vertex)}, "",
			"device: job of 0 renders and computes; permitted: 1 to 64"},
		{"more barriers than a ring holds", append(make([]device.Command, 1279), many(1)...), "",
			"device: job of 0 commands in 1279 entries of the vertex queue, " +
				"which holds 126 in 1278; split it"},
	} {
		need, err := m.newJob(q, c.list...).Need()
		switch {
		case c.err != "":
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: %v, want %s", c.what, err, c.err)
			}
		case err != nil || need.Lanes.String() != c.lanes || need.Credits != 1:
			t.Errorf("%s: %v, %d credits, %v; want %s and 1", c.what, need.Lanes, need.Credits, err,
				c.lanes)
		}
	}
}
