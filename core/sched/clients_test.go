package sched_test

import (
	"fmt"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

// client is a test client of the kernel's scheduler tests: it submits some jobs,
// waits for the last of them if it is synchronous, sleeps, and starts again.
type client struct {
	prio   sched.Priority
	jobs   int
	us     int
	wait   int // us
	sync   bool
	cycles int // 0: as many as fill a second

	entity   int
	done     int        // cycles ended
	finished int        // jobs that have finished
	pending  []*mockJob // submitted and not finished, oldest first
	started  sched.Time // of the cycle
	wake     sched.Time // sleeps until; Never while it waits for a job
	last     *mockJob
	worst    sched.Duration // largest latency of a cycle
	total    sched.Duration // of all latencies
}

func (c *client) over() bool { return c.done >= c.cycles && len(c.pending) == 0 }

// runClients runs the clients side by side until each is over or stop says so.
func (b *bench) runClients(clients []*client, stop func() bool) {
	for i, c := range clients {
		c.entity = i
		b.deepEntity(i, c.prio)
		if c.cycles == 0 {
			per := c.jobs*c.us + c.wait
			c.cycles = (1_000_000 + per - 1) / per
		}
	}
	for {
		over, next := true, fence.Never
		for _, c := range clients {
			b.advanceClient(c)
			over = over && c.over()
			if c.done < c.cycles {
				next = min(next, c.wake)
			}
		}
		if over || stop != nil && stop() {
			return
		}
		if !b.Step(next) {
			if next == fence.Never {
				b.t.Fatal("nothing to do, and clients are not over")
			}
			b.AdvanceTo(next)
		}
	}
}

// advanceClient lets c do what it can at this moment.
func (b *bench) advanceClient(c *client) {
	for len(c.pending) > 0 && c.pending[0].isFinished() {
		c.pending = c.pending[1:]
		c.finished++
	}
	for c.done < c.cycles {
		switch {
		case c.last != nil: // waits for the end of the cycle
			if !c.last.isFinished() {
				return
			}
			c.last = nil
			c.endCycle(b.Now())
		case c.wake > b.Now():
			return
		default:
			c.started = b.Now()
			for range c.jobs {
				c.pending = append(c.pending, b.submit(c.entity, c.us, ""))
			}
			if c.sync {
				c.last, c.wake = c.pending[len(c.pending)-1], fence.Never
				return
			}
			c.endCycle(b.Now())
		}
	}
}

func (c *client) endCycle(now sched.Time) {
	own := sched.Duration(c.jobs*c.us) * fence.Microsecond
	late := max(0, now.Sub(c.started)-own)
	c.worst = max(c.worst, late)
	c.total += late
	c.done++
	c.wake = now.Add(sched.Duration(c.wait) * fence.Microsecond)
}

// TestKunitTwoClients runs the two-client suite with one and two credits. FAIR's
// shares and latencies are held to what its weights and the length of a job
// promise.
func TestKunitTwoClients(t *testing.T) {
	const n, low, high = sched.Normal, sched.Low, sched.High
	deep := func(p sched.Priority) client { return client{prio: p, jobs: 1, us: 8000} }
	for _, row := range []struct {
		name string
		c    [2]client
		// share is how many jobs of the second client are done for each of the
		// first's while both have work; 0 if that is not what the row is about.
		share float64
		// worst bounds the latency of a cycle of the second client in
		// microseconds, per credit; of the first in row "50% and 50% low".
		worst [2]int
	}{
		{"normal and normal", [2]client{deep(n), deep(n)}, 1, [2]int{}},
		{"normal and low", [2]client{deep(n), deep(low)}, 1. / 8, [2]int{}},
		{"high and normal", [2]client{deep(high), deep(n)}, 1. / 4, [2]int{}},
		{"high and low", [2]client{deep(high), deep(low)}, 1. / 32, [2]int{}},
		{"50% and 50%", [2]client{{n, 1, 1500, 1500, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0},
			{n, 1, 2500, 2500, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0}}, 0, [2]int{2500, 1500}},
		{"50% and 50% low", [2]client{{n, 1, 1500, 1500, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0},
			{low, 1, 2500, 2500, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0}}, 0, [2]int{2500, 3000}},
		{"50% high and 50%", [2]client{{high, 1, 1500, 1500, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0},
			{n, 1, 2500, 2500, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0}}, 0, [2]int{2500, 3000}},
		{"low hog and interactive", [2]client{{low, 3, 2500, 500, false, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0},
			{n, 1, 500, 10000, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0}}, 0, [2]int{0, 2500}},
		{"heavy and interactive", [2]client{{n, 3, 2500, 2500, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0},
			{n, 1, 1000, 9000, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0}}, 0, [2]int{0, 2 * 2500}},
		{"very heavy and interactive", [2]client{{n, 4, 50000, 1, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0},
			{n, 1, 1000, 9000, true, 0, 0, 0, 0, nil, 0, 0, nil, 0, 0}}, 0, [2]int{0, 2 * 50000}},
	} {
		for credits := 1; credits <= 2; credits++ {
			t.Run(fmt.Sprintf("%s/credits=%d", row.name, credits), func(t *testing.T) {
				everyPolicy(t, func(b *bench) {
					b.script("sched 0 credits=%d", credits)
					c0, c1 := row.c[0], row.c[1]
					var share [2]int // jobs done when the first of the two has none left
					b.runClients([]*client{&c0, &c1}, func() bool {
						if share == [2]int{} && (c0.over() || c1.over()) {
							share = [2]int{c0.finished, c1.finished}
						}
						return false
					})
					b.t.Logf("shares %v, worst latency %d and %d us", share, c0.worst/1000, c1.worst/1000)
					if b.policy != sched.Fair {
						return
					}
					if row.share != 0 {
						want := row.share * float64(share[0])
						if got := float64(share[1]); got < want-2-float64(credits) || got > want+2+float64(credits) {
							t.Errorf("shares %v, want 1 to %.3f", share, row.share)
						}
					}
					for i, c := range []*client{&c0, &c1} {
						limit := sched.Duration(row.worst[i]*credits) * fence.Microsecond
						if limit != 0 && c.worst > limit {
							t.Errorf("client %d waited %d us, want at most %d", i, c.worst/1000, limit/1000)
						}
					}
				})
			})
		}
	}
}

// TestKunitManyClients runs up to 31 clients that each want all of the hardware:
// under every policy none falls behind by more than a few cycles.
func TestKunitManyClients(t *testing.T) {
	for _, c := range []struct{ clients, jobs, ms int }{
		{2, 4, 500}, {3, 4, 333}, {7, 4, 142}, {13, 4, 76}, {31, 2, 32},
	} {
		t.Run(fmt.Sprintf("clients=%d", c.clients), func(t *testing.T) {
			everyPolicy(t, func(b *bench) {
				b.script("sched 0 credits=2")
				var list []*client
				for range c.clients {
					list = append(list, &client{
						prio: sched.Normal, jobs: c.jobs, us: 1000, sync: true,
						cycles: (c.ms*1000 + c.jobs*1000 - 1) / (c.jobs * 1000),
					})
				}
				spread := 0
				b.runClients(list, func() bool {
					least, most := list[0].done, list[0].done
					for _, x := range list {
						least, most = min(least, x.done), max(most, x.done)
					}
					spread = max(spread, most-least)
					return false
				})
				if spread > 3 {
					t.Errorf("clients were %d cycles apart, want at most 3", spread)
				}
			})
		})
	}
}
