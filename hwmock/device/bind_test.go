package device_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// caller is a submitting call that may have to wait for slots.
type caller struct {
	*job
	told  int
	place device.Place
}

func (c *caller) SlotFree() { c.told++ }

func (c *caller) Place() *device.Place { return &c.place }

// bind tries to bind a job of the queue.
func (m *machine) bind(q *device.UserQueue, c ...device.Command) (*caller, bool) {
	x := &caller{job: m.newJob(q, c...)}
	return x, m.again(x)
}

// again tries once more.
func (m *machine) again(c *caller) bool {
	_, ok := m.Bind(&c.Job, c)
	return ok
}

// all is a job that needs three event slots.
func all() []device.Command {
	return append(render(1000, 1000), work(device.Compute, only(ccs), 1000))
}

// TestEventSlotsAreExhaustedBy42Queues of three kinds each: the 43rd needs three
// and finds two. It waits before its job is armed, nobody passes it, and it is
// told when one comes free.
func TestEventSlotsAreExhaustedBy42Queues(t *testing.T) {
	m := newMachine(t, testProfile())
	var jobs []*caller
	for n := range 42 {
		c, ok := m.bind(m.NewQueue(), all()...)
		if !ok {
			t.Fatalf("queue %d waits", n)
		}
		jobs = append(jobs, c)
	}
	last, ok := m.bind(m.NewQueue(), all()...)
	if ok {
		t.Fatal("43 queues have three slots each")
	}
	small, ok := m.bind(m.NewQueue(), work(device.Compute, only(ccs), 1))
	if ok {
		t.Error("a job that needs one slot passes one that waits for three")
	}
	if same, ok := m.bind(jobs[7].Queue, all()...); !ok {
		t.Error("a queue that has its slots waits")
	} else {
		m.Unbind(&same.Job)
	}
	m.Unbind(&jobs[7].Job)
	if last.told != 1 || small.told != 0 {
		t.Errorf("told %d times and %d times", last.told, small.told)
	}
	if !m.again(last) || small.told != 1 || !m.again(small) {
		t.Errorf("the first in line does not get what comes free, or the second, told %d, its slot",
			small.told)
	}
}

// TestAddressSpacesAreExhaustedBy63, whatever the kinds; those who share one need
// one slot together.
func TestAddressSpacesAreExhaustedBy63(t *testing.T) {
	m := newMachine(t, testProfile())
	var jobs []*caller
	for n := range 63 {
		c, ok := m.bind(m.NewQueue(), work(device.Compute, only(ccs), 1000))
		if !ok {
			t.Fatalf("space %d waits", n)
		}
		jobs = append(jobs, c)
	}
	c, ok := m.bind(m.NewQueue(), work(device.Compute, only(ccs), 1000))
	if ok {
		t.Fatal("64 address spaces are active")
	}
	m.Leave(c)
	m.Unbind(&jobs[1].Job)
	if c.told != 0 {
		t.Error("one who left the line is told")
	}
	space := m.NewSpace()
	for range 2 {
		q := m.NewQueue()
		q.SetSpace(space)
		if _, ok := m.bind(q, work(device.Compute, only(ccs), 1000)); !ok {
			t.Error("two queues in one address space need more than the one slot that is free")
		}
	}
	if m.again(c) {
		t.Error("a slot that two queues use is free")
	}
}

// TestSlotsAreHeldUntilTheHostHasSeenTheEnd.
func TestSlotsAreHeldUntilTheHostHasSeenTheEnd(t *testing.T) {
	p := testProfile()
	p.EventSlots, p.VMSlots = 3, 1
	m := newMachine(t, p)
	q := m.NewQueue()
	c, _ := m.bind(q, work(device.Compute, only(ccs), 1000))
	other, ok := m.bind(m.NewQueue(), work(device.Compute, only(ccs), 1000))
	if ok {
		t.Fatal("two address spaces share the only slot")
	}
	if m.submit(c.job) != fence.OK {
		t.Fatal("refused")
	}
	for c.at == fence.Never {
		if other.told != 0 {
			t.Fatalf("the slot is free at %d, before the end", m.events.Now())
		}
		m.events.Step(fence.Never)
	}
	if other.told != 1 || !m.again(other) {
		t.Errorf("told %d times at the end", other.told)
	}
}

// TestUnboundJobsTakeSlotsAsTheyRun, and are refused if there are none.
func TestUnboundJobsTakeSlotsAsTheyRun(t *testing.T) {
	p := testProfile()
	p.VMSlots = 1
	m := newMachine(t, p)
	a, b := m.NewQueue(), m.NewQueue()
	m.run(a, work(device.Compute, only(ccs), 1000))
	if err := m.submit(m.newJob(b, work(device.Compute, only(ccs), 1))); err != device.EBUSY {
		t.Errorf("the second address space: %v", err)
	}
	m.settle()
	m.run(b, work(device.Compute, only(ccs), 1))
}

// TestRebindCosts what the profile says if somebody else had the slot meanwhile,
// and nothing otherwise: slots are sticky.
func TestRebindCosts(t *testing.T) {
	p := testProfile()
	p.VMSlots, p.VMRebind = 2, 77
	m := newMachine(t, p)
	queues := []*device.UserQueue{m.NewQueue(), m.NewQueue(), m.NewQueue()}
	use := func(i int, want fence.Duration) {
		t.Helper()
		c := &caller{job: m.newJob(queues[i], work(device.Compute, only(ccs), 1))}
		cost, ok := m.Bind(&c.Job, c)
		if !ok || cost != want {
			t.Errorf("space %d: %d ns, bound %t; want %d", i, cost, ok, want)
		}
		m.Unbind(&c.Job)
	}
	use(0, 0)
	use(1, 0)
	use(0, 0) // its own again
	use(2, 0) // takes what is free for longest: 1's
	use(0, 0)
	use(1, 77) // lost it: takes 2's
	use(0, 0)
	use(2, 77)
}

// TestSlotsAgreeWithTheirTwin: a list of who had what when, looked through each
// time.
func TestSlotsAgreeWithTheirTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(seed(t), 0))
	const slots, users = 5, 12
	for range 200 {
		table := device.NewSlots(slots)
		var tokens [users]device.Token
		has := [users]int{}    // slot + 1
		last := [users]int{}   // slot + 1
		freed := [slots]int{}  // when
		holder := [slots]int{} // who had it last, + 1
		for i := range freed {
			freed[i] = i - slots
		}
		for now := range 300 {
			u := r.IntN(users)
			if has[u] != 0 {
				table.Put(&tokens[u])
				freed[has[u]-1], has[u] = now, 0
				continue
			}
			taken := 0
			for _, h := range has {
				if h != 0 {
					taken++
				}
			}
			if table.Free() != slots-taken {
				t.Fatalf("%d slots are free, %d taken", table.Free(), taken)
			}
			if taken == slots {
				continue
			}
			want := -1
			for s := range slots {
				if !slices.Contains(has[:], s+1) && (want < 0 || freed[s] < freed[want]) {
					want = s
				}
			}
			if l := last[u]; l != 0 && holder[l-1] == u+1 {
				want = l - 1
			}
			changed := table.Get(&tokens[u])
			if got := tokens[u].Slot(); got != want ||
				changed != (last[u] != 0 && (last[u] != want+1 || holder[want] != u+1)) {
				t.Fatalf("user %d gets slot %d, changed %t; want %d", u, got, changed, want)
			}
			has[u], last[u], holder[want] = want+1, want+1, u+1
		}
	}
}
