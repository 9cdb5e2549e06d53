package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// TestStampsWrap has commands and barriers of three queues straddle 2^32, for
// each place of the wrap among them.
func TestStampsWrap(t *testing.T) {
	const n = 12
	for first := uint32(0); first < n; first++ {
		m, _ := awake(t)
		p, q := m.NewQueue(), m.NewQueue()
		p.SetStamp(device.Compute, -first*0x100)
		q.SetStamp(device.Vertex, -(first/2)*0x100)
		var made, held []*job
		for i := range n {
			d := fence.Duration(40_000 + 1000*i)
			a := m.run(p, work(device.Compute, only(vcs1+i%2), d))
			b := m.run(q, barrier(device.Vertex, a, device.Compute),
				work(device.Vertex, only(vtx), 100), own(device.Fragment, device.Vertex),
				work(device.Fragment, only(frag), 100))
			made, held = append(made, a), append(held, b)
		}
		m.settle()
		for i := range n {
			if made[i].at == fence.Never || held[i].at == fence.Never {
				t.Fatalf("wrap after %d: jobs %d end at %d and %d", first, i, made[i].at,
					held[i].at)
			}
		}
		// A vertex command starts after the compute command it waits for ended.
		var ends [vcs2 + 1][]fence.Time
		vertex := 0
		for _, s := range m.spans {
			switch s.engine {
			case vcs1, vcs2:
				ends[s.engine] = append(ends[s.engine], s.to)
			case vtx:
				e := ends[vcs1+vertex%2]
				if len(e) <= vertex/2 || s.from < e[vertex/2]+retire+dispatch {
					t.Errorf("wrap after %d: vertex command %d starts too early, at %d", first,
						vertex, s.from)
				}
				vertex++
			}
		}
		if vertex != n || p.Outstanding(device.Compute) != 0 || q.Outstanding(device.Vertex) != 0 {
			t.Errorf("wrap after %d: %d of %d vertex commands ran", first, vertex, n)
		}
	}
}

// TestRingGrowsAndWraps keeps some entries in flight while positions go round a
// ring that is still small, then lets it grow in each of its states.
func TestRingGrowsAndWraps(t *testing.T) {
	for turn := range 20 {
		m, _ := awake(t)
		q := m.NewQueue()
		var jobs []*job
		run := func() {
			// Two engines, so that what is at the ring's ends is distinct.
			jobs = append(jobs, m.run(q, work(device.Compute, only(vcs1+len(jobs)%2), 1000)))
		}
		for range turn {
			run()
			run()
			m.settle()
		}
		for range 15 {
			run()
		}
		if n := q.RingLen(device.Compute); n != 16 {
			t.Fatalf("a ring for 15 entries has memory for %d", n)
		}
		for range 102 {
			run()
		}
		if n := q.RingLen(device.Compute); n != 128 {
			t.Fatalf("a ring for 117 entries has memory for %d", n)
		}
		if n := q.Entries(device.Compute); n != 117 {
			t.Fatalf("%d entries, want 117", n)
		}
		m.settle()
		for i, j := range jobs {
			if j.at == fence.Never || i > 0 && j.at < jobs[i-1].at {
				t.Fatalf("turn %d: job %d of %d ends at %d", turn, i, len(jobs), j.at)
			}
		}
		if len(m.spans) != len(jobs) {
			t.Errorf("turn %d: %d executions of %d commands", turn, len(m.spans), len(jobs))
		}
	}
}
