package workload_test

import (
	"fmt"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// testDevice has two of one class, so that balancing shows.
var testDevice = workload.Capabilities{Device: "test", Engines: []workload.Engine{
	{Class: workload.RCS, Instance: 1}, {Class: workload.BCS, Instance: 1},
	{Class: workload.VCS, Instance: 1}, {Class: workload.VCS, Instance: 2},
	{Class: workload.VECS, Instance: 1}, {Class: workload.CCS, Instance: 1},
}, Slices: 3}

var engineNames = []string{"RCS", "BCS", "VCS1", "VCS2", "VECS", "CCS"}

const us = fence.Microsecond

// job is a batch or a software fence of testHost. Its slot is used again when
// it is done, released, and no other job waits for it.
type job struct {
	generation           uint32
	slot                 uint32
	live, done, released bool
	soft                 bool
	endless              bool // and not ended
	waiters              int  // jobs that have it in deps or starts
	client, context      int
	engines              workload.EngineSet
	duration             fence.Duration
	deps, starts         []uint32 // slots
	engine               int      // -1 until started
	start, end           fence.Time
	notify               *workload.Client
	number               int
}

type wake struct {
	at fence.Time
	c  *workload.Client
}

type queueKey struct{ client, context int }

// testHost executes batches on serial engines: each engine takes the oldest
// batch that is ready and not behind another of its context and engines. It
// panics where a client breaks the contract of Host.
type testHost struct {
	now     fence.Time
	slots   int // unfinished batches per context
	jobs    []job
	free    []uint32
	pending []uint32 // accepted and not done, oldest first
	busy    [workload.MaxEngines]bool
	wakes   []wake
	ready   []*workload.Client // to resume
	queued  map[queueKey]int
	full    map[queueKey]*workload.Client

	live, peak int // handles that clients hold
	submitted  int
	onSubmit   func(j *job, b *workload.Batch) // may be nil
	onDone     func(j *job)                    // may be nil
}

func newHost(slots int) *testHost {
	return &testHost{slots: slots, jobs: make([]job, 1),
		queued: map[queueKey]int{}, full: map[queueKey]*workload.Client{}}
}

func (j *job) handle() workload.Handle {
	return workload.Handle(j.generation)<<32 | workload.Handle(j.slot)
}

func (h *testHost) job(x workload.Handle) *job {
	j := &h.jobs[uint32(x)]
	if !j.live || j.released || j.generation != uint32(x>>32) {
		panic(fmt.Sprintf("client names handle %#x, which it released", uint64(x)))
	}
	return j
}

func (h *testHost) alloc() uint32 {
	if len(h.free) == 0 {
		h.jobs = append(h.jobs, job{})
		h.free = append(h.free, uint32(len(h.jobs)-1))
	}
	slot := h.free[len(h.free)-1]
	h.free = h.free[:len(h.free)-1]
	j := &h.jobs[slot]
	*j = job{slot: slot, generation: j.generation + 1, live: true, deps: j.deps[:0],
		starts: j.starts[:0], engine: -1}
	h.live++
	h.peak = max(h.peak, h.live)
	return slot
}

func (h *testHost) recycle(slot uint32) {
	if j := &h.jobs[slot]; j.live && j.done && j.released && j.waiters == 0 {
		j.live = false
		h.free = append(h.free, slot)
	}
}

func (h *testHost) Now() fence.Time { return h.now }

func (h *testHost) Wake(c *workload.Client, at fence.Time) {
	if at <= h.now {
		panic("wake-up in the past")
	}
	h.wakes = append(h.wakes, wake{at, c})
}

func (h *testHost) Submit(c *workload.Client, b *workload.Batch) (workload.Handle, bool) {
	key := queueKey{c.Index(), b.Context}
	slot, ok := h.submit(key, b)
	if !ok {
		h.full[key] = c
		return 0, false
	}
	return h.jobs[slot].handle(), true
}

// submit is Submit for anything that can name its queue.
func (h *testHost) submit(key queueKey, b *workload.Batch) (uint32, bool) {
	if h.queued[key] == h.slots {
		return 0, false
	}
	if (b.Duration < 1) != b.Endless || b.Engines == 0 {
		panic("batch without duration or engine")
	}
	if b.Pin {
		b.Engines = 1 << h.idlest(b.Engines)
	}
	h.queued[key]++
	slot := h.alloc()
	j := &h.jobs[slot]
	j.client, j.context = key.client, key.context
	j.engines, j.duration, j.endless = b.Engines, b.Duration, b.Endless
	j.number = h.submitted
	h.submitted++
	j.deps = h.hold(j.deps, b.Deps)
	j.starts = h.hold(j.starts, b.Starts)
	h.pending = append(h.pending, slot)
	if h.onSubmit != nil {
		h.onSubmit(j, b)
	}
	h.schedule()
	return slot, true
}

// hold appends the slots of list, and keeps their jobs.
func (h *testHost) hold(to []uint32, list []workload.Handle) []uint32 {
	for i, d := range list {
		dep := h.job(d)
		if dep.done {
			panic("dependency that is done")
		}
		if slices.Contains(list[:i], d) {
			panic("dependency named twice")
		}
		dep.waiters++
		to = append(to, uint32(d))
	}
	return to
}

// idlest returns the engine of the set that the fewest unfinished batches have
// for themselves, of equals the first.
func (h *testHost) idlest(set workload.EngineSet) int {
	best, least := -1, 0
	for e := range testDevice.Engines {
		n := 0
		for _, slot := range h.pending {
			if h.jobs[slot].engines == 1<<e {
				n++
			}
		}
		if set.Has(e) && (best < 0 || n < least) {
			best, least = e, n
		}
	}
	return best
}

func (h *testHost) End(x workload.Handle) {
	j := h.job(x)
	if j.soft || j.done {
		panic("end of what is no unfinished batch")
	}
	if !j.endless {
		return // ended before
	}
	j.endless = false
	if j.duration = 1; j.engine >= 0 {
		j.end = h.now
	}
}

func (h *testHost) NewSoftFence() workload.Handle {
	slot := h.alloc()
	h.jobs[slot].soft = true
	return h.jobs[slot].handle()
}

func (h *testHost) SignalSoftFence(x workload.Handle) {
	j := h.job(x)
	if !j.soft || j.done {
		panic("signal of what is no unsignalled software fence")
	}
	j.done = true
	h.schedule()
}

func (h *testHost) Done(x workload.Handle) bool { return h.job(x).done }

func (h *testHost) NotifyDone(x workload.Handle, c *workload.Client) {
	j := h.job(x)
	if j.done || j.notify != nil {
		panic("notification that cannot come")
	}
	j.notify = c
}

func (h *testHost) Release(x workload.Handle) {
	h.job(x).released = true
	h.live--
	h.recycle(uint32(x))
}

// schedule starts what can start.
func (h *testHost) schedule() {
	for i, slot := range h.pending {
		j := &h.jobs[slot]
		if j.engine >= 0 || !h.depsDone(j) || !h.started(j) || h.behind(i, j) {
			continue
		}
		for e := range testDevice.Engines {
			if j.engines.Has(e) && !h.busy[e] {
				h.busy[e] = true
				if j.engine, j.start, j.end = e, h.now, fence.Never; !j.endless {
					j.end = h.now.Add(j.duration)
				}
				break
			}
		}
	}
}

func (h *testHost) depsDone(j *job) bool {
	for _, d := range j.deps {
		if !h.jobs[d].done {
			return false
		}
	}
	return true
}

func (h *testHost) started(j *job) bool {
	for _, s := range j.starts {
		if l := &h.jobs[s]; l.engine < 0 && !l.done {
			return false
		}
	}
	return true
}

// behind tells whether an older batch of the same context wants the same single
// engine.
func (h *testHost) behind(i int, j *job) bool {
	for _, slot := range h.pending[:i] {
		k := &h.jobs[slot]
		if k.client == j.client && k.context == j.context && k.engines == j.engines &&
			j.engines.Count() == 1 {
			return true
		}
	}
	return false
}

// tick moves to the next instant, up to until, at which something ends, and tells whether
// there is one.
func (h *testHost) tick(until fence.Time) bool {
	next := fence.Never
	for _, slot := range h.pending {
		if j := &h.jobs[slot]; j.engine >= 0 {
			next = min(next, j.end)
		}
	}
	for _, w := range h.wakes {
		next = min(next, w.at)
	}
	if next == fence.Never || next > until {
		return false
	}
	h.now = next
	h.complete()
	h.schedule()
	kept := h.wakes[:0]
	for _, w := range h.wakes {
		if w.at == h.now {
			h.ready = append(h.ready, w.c)
		} else {
			kept = append(kept, w)
		}
	}
	h.wakes = kept
	return true
}

// complete ends the batches whose time has come.
func (h *testHost) complete() {
	kept := h.pending[:0]
	for _, slot := range h.pending {
		j := &h.jobs[slot]
		if j.engine < 0 || j.end > h.now {
			kept = append(kept, slot)
			continue
		}
		h.finish(slot, j)
	}
	h.pending = kept
}

func (h *testHost) finish(slot uint32, j *job) {
	j.done = true
	h.busy[j.engine] = false
	for _, list := range [][]uint32{j.deps, j.starts} {
		for _, d := range list {
			h.jobs[d].waiters--
			h.recycle(d)
		}
	}
	key := queueKey{j.client, j.context}
	h.queued[key]--
	if h.onDone != nil {
		h.onDone(j)
	}
	if j.notify != nil {
		h.ready = append(h.ready, j.notify)
		j.notify = nil
	}
	if c := h.full[key]; c != nil {
		h.full[key] = nil
		h.ready = append(h.ready, c)
	}
	h.recycle(slot)
}

// resume continues the clients that are ready.
func (h *testHost) resume() {
	for i := 0; i < len(h.ready); i++ {
		h.ready[i].Resume()
	}
	h.ready = h.ready[:0]
}

// run starts the clients and goes on until the instant until, or until nothing
// happens any more.
func (h *testHost) run(g *workload.Group, until fence.Time) {
	for _, c := range g.Clients() {
		c.Resume()
	}
	h.resume()
	for h.tick(until) {
		h.resume()
	}
}

// drain lets the host finish without clients, and fails if a handle is left.
// What has no end gets one.
func (h *testHost) drain(t testing.TB) {
	t.Helper()
	for i := range h.jobs {
		if j := &h.jobs[i]; j.endless {
			j.endless, j.duration = false, 1
			if j.engine >= 0 {
				j.end = h.now
			}
		}
	}
	clear(h.full)
	h.wakes = h.wakes[:0]
	for h.tick(fence.Never) {
		h.ready = h.ready[:0]
	}
	if h.live != 0 {
		t.Errorf("%d handles are left after Close", h.live)
	}
	for i := range h.jobs {
		if h.jobs[i].live {
			t.Errorf("job %d is left after Close", h.jobs[i].number)
		}
	}
}
