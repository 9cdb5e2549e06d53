package stress

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"

	"credence/core/fence"
)

const (
	fenceRounds = 100 // of a bout
	fenceOwners = 2
	fenceSteps  = 8 // of an owner in a round
)

// fenceBout is two fences that are signalled while owners add, remove and re-arm
// callbacks on both, others set errors and look, and all of them drop references.
type fenceBout struct {
	*Bout
	single [2]fence.Single
	pair   fence.Pair
	paired bool // the two are one job's
	on     [2]*fence.Fence
	data   [2]int // written before the signal, read after it
	final  [2]atomic.Uint64
	told   atomic.Int64
	owners [fenceOwners]*owner
}

func runFence(b *Bout) {
	x := &fenceBout{Bout: b, paired: b.Seed%2 == 0}
	x.on = [2]*fence.Fence{&x.single[0].Fence, &x.single[1].Fence}
	if x.paired {
		x.on = [2]*fence.Fence{&x.pair.Scheduled, &x.pair.Finished}
	}
	members := []func(int){x.signaller(0), x.signaller(1), x.setter(b.Rand(5)), x.reader(b.Rand(6))}
	for i := range x.owners {
		x.owners[i] = newOwner(x, b.Rand(10+i))
		members = append(members, x.owners[i].round)
	}
	holders := len(members)
	c := NewCrew(append(members, x.passer(b.Rand(7)))...)
	defer c.Dismiss()
	for round := 0; round < fenceRounds && !b.Failed(); round++ {
		x.begin(round, holders)
		c.Play(round)
		x.settle(round)
		b.Did(len(members))
	}
}

// begin starts a life of both fences, with a reference to each for each member.
func (x *fenceBout) begin(round, members int) {
	if x.paired {
		x.pair.Init(1, uint64(round), x, 2*members)
	} else {
		for i := range x.single {
			x.single[i].Init(fence.Context(i+1), uint64(round), x)
			for range members - 1 {
				x.single[i].Get()
			}
		}
	}
	for i := range x.final {
		x.final[i].Store(0)
	}
}

// FenceReleased is told that nobody holds the fences, or one of them.
func (x *fenceBout) FenceReleased(*fence.Base) { x.told.Add(1) }

// put drops the references of a member that has them both.
func (x *fenceBout) put() {
	x.on[0].Put()
	x.on[1].Put()
}

// signaller signals a fence, and drops its reference in one step with that.
func (x *fenceBout) signaller(i int) func(int) {
	r := x.Rand(1 + i)
	return func(round int) {
		Dawdle(r)
		x.data[i] = round
		if !x.on[i].SignalPut(fence.Errno(r.IntN(3))) {
			x.Fail("I4", "fence: somebody else signalled")
		}
		x.on[1-i].Put()
	}
}

// setter sets errors, which panics once the fence is signalled.
func (x *fenceBout) setter(r *rand.Rand) func(int) {
	set := func(f *fence.Fence) {
		defer func() { _ = recover() }()
		f.SetError(fence.Errno(3 + r.IntN(3)))
	}
	return func(int) {
		Dawdle(r)
		for range 1 + r.IntN(3) {
			set(x.on[r.IntN(2)])
		}
		x.late(0)
		x.late(1)
	}
}

// late drops a reference, by a signal if that comes too late for sure.
func (x *fenceBout) late(i int) {
	f := x.on[i]
	if !f.Signaled() {
		f.Put()
		return
	}
	if f.SignalPut(fence.EIO) {
		x.Fail("I4", "fence: signalled twice")
	}
}

// reader looks at signalled fences: what it reads of them there stays.
func (x *fenceBout) reader(r *rand.Rand) func(int) {
	return func(round int) {
		for range 1 + r.IntN(20) {
			i := r.IntN(2)
			if !x.on[i].Signaled() {
				Dawdle(r)
				continue
			}
			x.saw(i, round)
		}
		x.put()
	}
}

// passer holds no reference, and reaches the fences through their memory. What it
// is given is a fence that lives, and never one that is gone.
func (x *fenceBout) passer(r *rand.Rand) func(int) {
	return func(int) {
		for range 1 + r.IntN(20) {
			if i := r.IntN(2); x.on[i].TryGet() {
				dead := x.told.Load()
				Dawdle(r)
				if x.paired && x.told.Load() != dead {
					x.Fail("I5", "fence: gone while somebody holds it")
				}
				x.on[i].Put()
			}
			Dawdle(r)
		}
	}
}

// saw is told by somebody who sees fence i signalled and holds a reference.
func (x *fenceBout) saw(i, round int) {
	e := uint64(x.on[i].Err())
	if x.data[i] != round {
		x.Fail("I9", "fence: signalled, and what was written before is not seen")
	}
	if !x.final[i].CompareAndSwap(0, e+1) && x.final[i].Load() != e+1 {
		x.Fail("I9", "fence: the error of a signalled fence went from %d to %d", x.final[i].Load()-1, e)
	}
}

func (x *fenceBout) settle(round int) {
	want := int64(round+1) * 2
	if x.paired {
		want /= 2
	}
	if n := x.told.Load(); n != want {
		x.Fail("I10", "fence: the last reference went %d times, not %d", n, want)
	}
	for _, o := range x.owners {
		for i := range o.nodes {
			o.nodes[i].check(x)
		}
	}
}

// owner has two callbacks, and arms each on either of the fences.
type owner struct {
	x     *fenceBout
	r     *rand.Rand
	nodes [2]node
}

func newOwner(x *fenceBout, r *rand.Rand) *owner {
	o := &owner{x: x, r: r}
	for i := range o.nodes {
		n := &o.nodes[i]
		n.Init(n)
		n.early = i == 0
		n.x = x
	}
	return o
}

// round is a random walk; what is armed at its end is left to the signals.
func (o *owner) round(int) {
	for range 1 + o.r.IntN(fenceSteps) {
		Dawdle(o.r)
		n := &o.nodes[o.r.IntN(len(o.nodes))]
		switch {
		case !n.armed:
			n.arm(o.x.on[o.r.IntN(2)])
		case o.r.IntN(2) == 0:
			n.disarm(o.x)
		case n.ran.Load() == n.due && !n.Running():
			n.armed = false // it has run, and may be armed again
		}
	}
	o.x.put()
}

// node is a callback with its owner's account. runs is plain: the race detector
// sees whether the handler's write reaches the owner.
type node struct {
	fence.Callback
	x     *fenceBout
	early bool // it gives itself back before its handler returns
	runs  uint64
	ran   atomic.Uint64
	due   uint64 // how many runs there are when what is armed has run
	armed bool
}

// FenceSignaled counts. With early the owner has the node again at Done, while
// this still runs.
func (n *node) FenceSignaled(_ *fence.Fence, cb *fence.Callback) {
	n.runs++
	n.ran.Store(n.runs)
	if n.early {
		cb.Done()
		runtime.Gosched()
	}
}

func (n *node) arm(f *fence.Fence) {
	n.due++
	// Before the call: the handler may run before Arm returns.
	n.armed = f.Arm(&n.Callback) == fence.Armed
	if !n.armed {
		n.due--
	}
}

// disarm takes the node back. If that comes too late its handler has run, or runs
// now.
func (n *node) disarm(x *fenceBout) {
	if n.armed = false; n.Disarm() {
		n.due--
		return
	}
	for n.Running() {
		runtime.Gosched()
	}
	n.check(x)
}

// check holds each arming to one end: it ran, or was taken back in time.
func (n *node) check(x *fenceBout) {
	broken := "I4" // too often
	if n.runs < n.due {
		broken = "L1" // lost
	}
	if n.runs != n.due {
		x.Fail(broken, "fence: %d runs of a callback that was armed and not taken back %d times",
			n.runs, n.due)
	}
	n.armed = false
}
