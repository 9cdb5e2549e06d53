package workload_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// twin executes a file as gem_wsim's thread does: one loop over the steps that
// blocks in place, here by letting the host go on. It shares nothing with
// Client, keeps every handle and every access to every object, and looks for
// dependencies from the beginning each time.
type twin struct {
	h        *testHost
	w        *workload.Workload
	rng      rand.PCG
	history  map[string][]access // by object
	last     map[int]handleAt    // by step: its last batch
	fences   map[int]workload.Handle
	depths   map[int][]workload.Handle // by lowest engine
	levels   map[int]int64
	masks    map[int]int64
	picked   map[int]int // engine of a pinned batch, by step
	throttle int
	depth    int
	maxDepth int
	start    fence.Time
	stalled  bool
	missed   int
	steps    int
}

type access struct {
	handle workload.Handle
	write  bool
}

type handleAt struct {
	handle workload.Handle
	ok     bool
}

func newTwin(h *testHost, w *workload.Workload, seed uint64) *twin {
	t := &twin{h: h, w: w, history: map[string][]access{}, last: map[int]handleAt{},
		fences: map[int]workload.Handle{}, depths: map[int][]workload.Handle{}, levels: map[int]int64{},
		masks: map[int]int64{}, picked: map[int]int{}}
	for i := range w.Steps {
		if s := &w.Steps[i]; s.Kind == workload.KindQueueDepth {
			t.maxDepth = max(t.maxDepth, int(s.Value))
		}
	}
	t.rng.Seed(seed, 0)
	return t
}

// until lets the host go on until cond holds.
func (t *twin) until(cond func() bool) {
	for !t.stalled && !cond() {
		t.stalled = !t.h.tick(fence.Never)
	}
}

func (t *twin) sleep(at fence.Time) {
	if at > t.h.now {
		t.h.wakes = append(t.h.wakes, wake{at: at})
		t.until(func() bool { return t.h.now >= at })
	}
}

func (t *twin) wait(x handleAt) {
	t.until(func() bool { return !x.ok || t.h.Done(x.handle) })
}

// run executes the file repeats times and waits for everything.
func (t *twin) run(repeats int) {
	for range repeats {
		t.start = t.h.now
		for i := range t.w.Steps {
			if t.step(&t.w.Steps[i]); t.stalled {
				return
			}
			t.steps++
		}
		for i := range t.w.Steps {
			t.signal(i)
		}
	}
	for i := range t.w.Steps {
		t.wait(t.last[i])
	}
}

func (t *twin) step(s *workload.Step) {
	value := fence.Duration(s.Value) * us
	switch s.Kind {
	case workload.KindBatch:
		t.batch(s)
	case workload.KindDelay:
		if s.Span.Exponential {
			value = t.exponential(s.Value)
		}
		t.sleep(t.h.now.Add(value))
	case workload.KindPeriod:
		if t.h.now.Sub(t.start) > value {
			t.missed++
		}
		t.sleep(t.start.Add(value))
	case workload.KindSync:
		t.wait(t.last[s.Target])
	case workload.KindThrottle:
		t.throttle = int(s.Value)
	case workload.KindQueueDepth:
		t.depth = int(s.Value)
	case workload.KindSoftFence:
		t.fences[s.Index] = t.h.NewSoftFence()
	case workload.KindSignal:
		t.signal(s.Target)
	case workload.KindPriority:
		t.levels[s.Context] = s.Value
	case workload.KindSlices:
		t.masks[s.Context] = s.Value % 7 // 7 is all of them
	case workload.KindTerminate:
		if x := t.last[s.Target]; !t.h.Done(x.handle) {
			t.h.End(x.handle)
		}
	}
}

func (t *twin) signal(step int) {
	if h, ok := t.fences[step]; ok {
		t.h.SignalSoftFence(h)
		delete(t.fences, step)
	}
}

func (t *twin) batch(s *workload.Step) {
	if t.throttle > 0 {
		n := len(t.w.Steps)
		at := s.Index - t.throttle + n
		for t.w.Steps[at%n].Kind != workload.KindBatch {
			at += n - 1
		}
		t.wait(t.last[at%n])
	}
	levels := [...]workload.Priority{workload.Low, workload.Normal, workload.High}
	b := workload.Batch{Context: s.Context, Engines: t.allowed(s), Duration: t.draw(s),
		Endless:  s.Span.Infinite,
		Priority: levels[t.levels[s.Context]+1], Slices: uint32(t.masks[s.Context]),
		Preempt: 100 * us, Step: s.Index, Pin: t.pinned(s)}
	possible := t.engines(s)
	var slot uint32
	t.until(func() (ok bool) {
		b.Deps, b.Starts = t.deps(s, possible), t.starts(s)
		slot, ok = t.h.submit(queueKey{0, s.Context}, &b)
		return ok
	})
	if t.stalled {
		return
	}
	h := t.h.jobs[slot].handle()
	t.picked[s.Index] = b.Engines.Lowest()
	for _, a := range twinAccesses(s) {
		t.history[a.object] = append(t.history[a.object], access{h, a.write})
	}
	t.last[s.Index] = handleAt{h, true}
	if s.Wait {
		t.wait(t.last[s.Index])
	}
	t.limit(possible.Lowest(), h)
}

// leader returns what s starts with, nil if there is nothing.
func (t *twin) leader(s *workload.Step) *workload.Step {
	for _, d := range s.Deps {
		if d.Kind == workload.DepSubmit {
			return &t.w.Steps[d.Target]
		}
	}
	return nil
}

// beside removes the engine of a leader from a set, and what bonds remove.
func beside(s *workload.Step, set workload.EngineSet, leader int) workload.EngineSet {
	set &^= 1 << leader
	if s.Context == 4 {
		switch engineNames[leader] {
		case "RCS":
			set &= 1 << 2
		case "VECS":
			set &= 1 << 3
		}
	}
	return set
}

// engines returns those that s may run on for all that the file says.
func (t *twin) engines(s *workload.Step) workload.EngineSet {
	set, l := twinEngines(s), t.leader(s)
	if l == nil || set.Count() == 1 {
		return set
	}
	if of := t.engines(l); of.Count() == 1 {
		return beside(s, set, of.Lowest())
	}
	return set
}

// allowed returns those that s may run on now.
func (t *twin) allowed(s *workload.Step) workload.EngineSet {
	set, l := t.engines(s), t.leader(s)
	if l == nil || set.Count() == 1 || t.engines(l).Count() == 1 {
		return set
	}
	return beside(s, set, t.picked[l.Index])
}

// pinned tells whether the engines of some batch depend on that of s.
func (t *twin) pinned(s *workload.Step) bool {
	for i := range t.w.Steps {
		f := &t.w.Steps[i]
		if f.Kind == workload.KindBatch && t.leader(f) == s && t.engines(f).Count() > 1 {
			return t.engines(s).Count() > 1
		}
	}
	return false
}

// starts lists what s starts with and is not done.
func (t *twin) starts(s *workload.Step) (list []workload.Handle) {
	for _, d := range s.Deps {
		if d.Kind != workload.DepSubmit {
			continue
		}
		if h := t.last[d.Target].handle; !t.h.Done(h) && !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list
}

func (t *twin) limit(engine int, h workload.Handle) {
	list := append(t.depths[engine], h)
	for t.depth > 0 && len(list) > t.depth {
		t.wait(handleAt{list[0], true})
		list = list[1:]
	}
	t.depths[engine] = list[max(0, len(list)-t.maxDepth):]
}

// exponential is von Neumann's method with the runs written out.
func (t *twin) exponential(mean int64) fence.Duration {
	for means := int64(0); ; means++ {
		run := []uint64{t.rng.Uint64()}
		next := t.rng.Uint64()
		for next < run[len(run)-1] {
			run, next = append(run, next), t.rng.Uint64()
		}
		if len(run)%2 == 0 {
			continue
		}
		x := new(big.Int).SetUint64(run[0])
		x.Mul(x, big.NewInt(mean*int64(us)))
		return fence.Duration(max(1, means*mean*int64(us)+x.Rsh(x, 64).Int64()))
	}
}

// draw is exact where Client multiplies: least + floor(random * spread / 2^64).
func (t *twin) draw(s *workload.Step) fence.Duration {
	if s.Span.Infinite {
		return 0
	}
	if s.Span.Exponential {
		return t.exponential(s.Span.Min)
	}
	if s.Span.Min == s.Span.Max {
		return fence.Duration(s.Span.Min) * us
	}
	x := new(big.Int).SetUint64(t.rng.Uint64())
	x.Mul(x, big.NewInt((s.Span.Max-s.Span.Min)*int64(us)+1))
	return fence.Duration(s.Span.Min)*us + fence.Duration(x.Rsh(x, 64).Int64())
}

// deps walks the history of each object back to the last write.
func (t *twin) deps(s *workload.Step, engines workload.EngineSet) (list []workload.Handle) {
	add := func(h workload.Handle) {
		for _, have := range list {
			if have == h {
				return
			}
		}
		if !t.h.Done(h) {
			list = append(list, h)
		}
	}
	for _, a := range twinAccesses(s) {
		h := t.history[a.object]
		own := strings.HasPrefix(a.object, "result") && a.write
		for i := len(h) - 1; i >= 0; i-- {
			if (h[i].write && (!own || engines.Count() > 1)) || (!h[i].write && a.write) {
				add(h[i].handle)
			}
			if h[i].write {
				break
			}
		}
	}
	for _, d := range s.Deps {
		if d.Kind != workload.DepFence {
			continue
		}
		if h, ok := t.fences[d.Target]; ok {
			add(h)
		} else if t.w.Steps[d.Target].Kind == workload.KindBatch {
			add(t.last[d.Target].handle)
		}
	}
	return list
}

// objectAccess is one object that a step reads or writes.
type objectAccess struct {
	object string
	write  bool
}

// twinAccesses lists the objects of a batch, its own result first.
func twinAccesses(s *workload.Step) []objectAccess {
	list := []objectAccess{{fmt.Sprint("result ", s.Index), true}}
	for _, d := range s.Deps {
		switch d.Kind {
		case workload.DepData:
			list = append(list, objectAccess{fmt.Sprint("result ", d.Target), false})
		case workload.DepRead, workload.DepWrite:
			for o := d.First; o <= d.Last; o++ {
				list = append(list, objectAccess{fmt.Sprintf("set %d object %d", d.Set, o),
					d.Kind == workload.DepWrite})
			}
		}
	}
	return list
}

// twinEngines knows the engines that randomFile writes.
func twinEngines(s *workload.Step) workload.EngineSet {
	name := s.Engine.String()
	for i, n := range engineNames {
		if n == name && (s.Context != 4 || name == "VCS1") {
			return 1 << i
		}
	}
	if s.Context == 5 {
		return 1<<0 | 1<<4
	}
	return 1<<2 | 1<<3
}

// events makes h log what both executions must agree on: when each batch is
// submitted, for how long, where, at which priority, and when it is done. The
// dependencies may differ, as those that others imply may be left out.
func events(h *testHost) *strings.Builder {
	b := new(strings.Builder)
	h.onSubmit = func(j *job, x *workload.Batch) {
		fmt.Fprintf(b, "%d #%d step %d: %b %d %v %b\n", h.now, j.number, x.Step, x.Engines,
			x.Duration, x.Priority, x.Slices)
	}
	h.onDone = func(j *job) { fmt.Fprintf(b, "%d #%d done on %d\n", h.now, j.number, j.engine) }
	return b
}

func TestClientDoesWhatABlockingLoopDoes(t *testing.T) {
	const repeats = 6
	randomRuns(t, 1500, func(t *testing.T, r *rand.Rand, text string) int {
		slots, seed := 1+r.IntN(6), r.Uint64()
		w, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		blocking := newHost(slots)
		want := events(blocking)
		tw := newTwin(blocking, w, seed)
		tw.run(repeats)

		h := newHost(slots)
		got := events(h)
		g := group(t, compile(t, text), h, workload.Options{Repeats: repeats, Seed: seed})
		h.run(g, fence.Never)
		c := g.Clients()[0]
		same(t, got.String(), want.String())
		if c.Finished() == tw.stalled || c.Metrics().Missed != int64(tw.missed) {
			t.Errorf("finished %v, %d missed; the twin stalled %v, %d missed", c.Finished(),
				c.Metrics().Missed, tw.stalled, tw.missed)
		}
		g.Close()
		return tw.steps
	})
}
