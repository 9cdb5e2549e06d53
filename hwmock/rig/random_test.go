package rig_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// seed is what the random tests start from; CREDENCE_SEED sets another.
func seed(t *testing.T) uint64 {
	s := uint64(1)
	if text := os.Getenv("CREDENCE_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("CREDENCE_SEED: %v", err)
		}
		s = n
	}
	t.Logf("CREDENCE_SEED=%d", s)
	return s
}

// randomFile writes a file of every kind of step that comes to an end: contexts
// 1 to 3 with engines by name, 4 balanced over VCS, 5 over a render and a compute
// engine, to which 4 is bonded, and objects of one local and one shared working
// set.
func randomFile(r *rand.Rand) string {
	for {
		var b strings.Builder
		b.WriteString("M.4.VCS,B.4,b.4.VCS1.RCS,b.4.VCS2.CCS,M.5.RCS|CCS,B.5\n" +
			"w.1.3n4k\nW.2.2n4k\n1.RCS.40.0.0\n")
		steps := 9
		for range 3 + r.IntN(13) {
			text := randomStep(r, steps)
			steps += 1 + strings.Count(text, "\n")
			b.WriteString(text + "\n")
		}
		if _, err := workload.Parse("random.wsim", strings.NewReader(b.String())); err == nil {
			return b.String()
		}
	}
}

func randomStep(r *rand.Rand, index int) string {
	back := func() int { return -1 - r.IntN(min(index, 9)) }
	switch r.IntN(24) {
	case 0:
		return fmt.Sprintf("d.%d", 1+r.IntN(100))
	case 1:
		return fmt.Sprintf("p.%d", 1+r.IntN(400))
	case 2:
		return fmt.Sprintf("s.%d", back())
	case 3:
		return fmt.Sprintf("t.%d", r.IntN(6))
	case 4:
		return fmt.Sprintf("q.%d", []int{0, 1, 2, 3, 12}[r.IntN(5)])
	case 5:
		return fmt.Sprintf("P.%d.%d", 1+r.IntN(5), r.IntN(3)-1)
	case 6, 7, 8:
		// Signalled before the client waits for anything that waits for it.
		return fmt.Sprintf("f\n%d.%s.%d.f-1.0\na.-2", 1+r.IntN(3), randomEngine(r), 1+r.IntN(80))
	case 9:
		// Nothing keeps the client from the step that ends the first.
		return fmt.Sprintf("t.0\nq.0\n%d.%s.*.0.0\n%d.%s.%d.s-1.0\nd.%d\nT.-3", 1+r.IntN(3),
			randomEngine(r), 1+r.IntN(3), randomEngine(r), 1+r.IntN(80), 1+r.IntN(50))
	case 10:
		return fmt.Sprintf("5.DEFAULT.%d.%d.0\n4.DEFAULT.%d.s-1.0", 1+r.IntN(80), back(),
			1+r.IntN(80))
	}
	return randomBatch(r, back)
}

func randomEngine(r *rand.Rand) string {
	return []string{"RCS", "BCS", "VCS1", "VCS2", "VECS", "CCS"}[r.IntN(6)]
}

func randomBatch(r *rand.Rand, back func() int) string {
	ctx, engine := 1+r.IntN(5), randomEngine(r)
	switch ctx {
	case 4:
		engine = []string{"VCS", "DEFAULT", "VCS1"}[r.IntN(3)]
	case 5:
		engine = []string{"DEFAULT", "RCS", "CCS"}[r.IntN(3)]
	}
	span := fmt.Sprint(1 + r.IntN(80))
	if r.IntN(2) == 0 {
		span = fmt.Sprintf("%d-%d", 1+r.IntN(40), 41+r.IntN(60))
	}
	var deps []string
	for range r.IntN(4) {
		if r.IntN(2) == 0 {
			deps = append(deps, fmt.Sprint(back()))
			continue
		}
		set, first := 1+r.IntN(2), r.IntN(2)
		deps = append(deps, fmt.Sprintf("%c%d-%d-%d", "rw"[r.IntN(2)], set, first,
			first+r.IntN(2)*(2-set+1-first)))
	}
	if len(deps) == 0 {
		deps = []string{"0"}
	}
	return fmt.Sprintf("%d.%s.%s.%s.%d", ctx, engine, span, strings.Join(deps, "/"), r.IntN(5)/4)
}

// scene is one random configuration.
type scene struct {
	config   rig.Config
	slots    int // that may be outstanding
	ring     int // entries that may be in use
	text     string
	clients  int
	describe string
}

// randomScene draws a file, a device whose limits often bind, a topology, a flow
// that is sound on it, and a policy.
func randomScene(t *testing.T, r *rand.Rand) scene {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	base, topology := pick("ideal", "apple-m1"), pick("per-queue", "shared:1", "shared:2")
	slots, ring := 127, 1280
	if r.IntN(2) == 0 {
		slots, ring = 2+r.IntN(6), 40
	}
	p := parts(t, base, "topology = "+topology, fmt.Sprintf("slots = %d", slots),
		fmt.Sprintf("buffer = %d", slots+1), fmt.Sprintf("ring = %d", ring))
	f := pick("lanes", "canrun", "prepare", "credits-max:126", "credits-sum:126",
		"credits-max:small", "count:2")
	switch {
	case ring == 40:
		// What takes no account of the ring would find it full.
		f = pick("lanes", "canrun", "prepare")
	case f == "credits-max:small":
		f = fmt.Sprintf("credits-max:%d", 1+r.IntN(4))
	}
	x := scene{
		slots: slots - 1, ring: ring - 2, text: randomFile(r), clients: 1 + r.IntN(3),
		config: rig.Config{
			Profile: p, Flow: flow(t, f), Policy: sched.Policy(r.IntN(3)),
			Capacity: []int{1, 2, 5, 64}[r.IntN(4)],
		},
	}
	x.describe = fmt.Sprintf("%s %s %s %s, %d of slots, capacity %d, %d clients:\n%s", base,
		topology, f, x.config.Policy, slots, x.config.Capacity, x.clients, x.text)
	return x
}

// randomScenes runs scenes one by one and reports the one that failed.
func randomScenes(t *testing.T, n int, run func(r *rand.Rand, x scene) (ops int)) {
	s, ops := seed(t), 0
	for i := range uint64(n) {
		r := rand.New(rand.NewPCG(s, i))
		x := randomScene(t, r)
		ops += run(r, x)
		if t.Failed() {
			t.Fatalf("scene %d: %s", i, x.describe)
		}
	}
	t.Logf("%d operations", ops)
	if ops < 50_000 {
		t.Errorf("%d operations, want 50000", ops)
	}
}

// ordered is whether two batches of one context keep their order by themselves,
// so that the later one need not wait until the host sees the end of the other.
func (s *system) ordered(a, b *record) bool {
	return a.client == b.client && a.context == b.context && a.engines == b.engines &&
		a.engines.Count() == 1 && a.engines.Lowest() != s.named("RCS1")
}

// checkEnd holds what workloads rely on when r ends: all that it depends on has
// ended before it began, and batches of one engine and context end in order.
func (s *system) checkEnd(r *record, last map[[3]int]int) {
	if r.err != fence.OK {
		s.t.Errorf("line %d: %v", r.line, r.err)
	}
	for _, id := range r.deps {
		d := &s.batches[id-1]
		began := r.done.Add(-r.dur)
		if s.ordered(d, r) {
			began = r.done
		}
		if d.done > began {
			s.t.Errorf("line %d, of %d ns, ends at %d; what it depends on, line %d, at %d", r.line,
				r.dur, r.done, d.line, d.done)
		}
	}
	for _, at := range r.fences {
		if *at > r.done.Add(-r.dur) {
			s.t.Errorf("line %d, of %d ns, ends at %d; its fence is signalled at %d", r.line, r.dur,
				r.done, *at)
		}
	}
	s.checkStart(r)
	if r.engines.Count() == 1 {
		key := [3]int{r.client, r.context, r.engines.Lowest()}
		n := 0
		for n < len(s.batches) && &s.batches[n] != r {
			n++
		}
		if before, ok := last[key]; ok && before > n {
			s.t.Errorf("line %d: job %d ends after job %d", r.line, n+1, before+1)
		}
		last[key] = n
	}
}

// checkStart holds that r began no earlier than what it starts with was given to
// the device and could begin, and on an engine that its bonds permit.
func (s *system) checkStart(r *record) {
	began := r.done.Add(-r.dur)
	for _, id := range r.starts {
		l := &s.batches[id-1]
		if l.run > began {
			s.t.Errorf("line %d begins at %d, before line %d is run at %d", r.line, began, l.line,
				l.run)
		}
		if l.engines&r.engines != 0 && l.engines.Count() == 1 && s.balanced(r) {
			s.t.Errorf("line %d may run on %b, as line %d, which it starts with", r.line, r.engines,
				l.line)
		}
		want := map[int]string{s.named("RCS1"): "VCS1", s.named("CCS1"): "VCS2"}
		if vcs := want[l.engines.Lowest()]; l.engines.Count() == 1 && vcs != "" && s.balanced(r) &&
			r.engines != 1<<s.named(vcs) {
			s.t.Errorf("line %d may run on %b with line %d on %b", r.line, r.engines, l.line,
				l.engines)
		}
	}
	for _, id := range r.preceded {
		if d := &s.batches[id-1]; d.done > began && !s.ordered(d, r) {
			s.t.Errorf("line %d begins at %d; what it starts with waits for line %d until %d", r.line,
				began, d.line, d.done)
		}
	}
}

// balanced tells whether r is of the context that has bonds.
func (s *system) balanced(r *record) bool { return r.number == 4 }

// TestWorkloadsAreExecutedAsTheyAsk runs random files under everything that
// can be configured, and holds dependencies, order and limits at every step.
func TestWorkloadsAreExecutedAsTheyAsk(t *testing.T) {
	stalls, refused, barriers := uint64(0), 0, 0
	randomScenes(t, 400, func(_ *rand.Rand, x scene) (ops int) {
		s := newSystem(t, x.config)
		last := map[[3]int]int{}
		s.onDone = func(r *record) { s.checkEnd(r, last) }
		s.add(x.text, workload.Options{Repeats: 6, Clients: x.clients})
		for s.Step(fence.Never) {
			ops++
			barriers += s.checkLimits(x)
			if t.Failed() {
				return ops
			}
		}
		s.wantFinished()
		c := s.Counts()
		stalls += c.Stalls
		refused += s.refused
		if n := uint64(len(s.batches)); c.Pushed != n || c.Completed != n || c.Failed != 0 ||
			c.RingFull != 0 || c.Overruns != 0 || c.Warnings != 0 {
			t.Errorf("%d batches, counted %+v", n, c)
		}
		for i := range s.batches {
			if s.batches[i].freed == fence.Never {
				t.Errorf("job %d is never freed", i+1)
			}
		}
		return ops
	})
	t.Logf("%d stalls, %d refusals, %d entries beside commands", stalls, refused, barriers)
	if stalls < 1000 || refused < 1000 || barriers < 1000 {
		t.Error("the scenes are too calm")
	}
}

// checkLimits holds the limits of every firmware queue, and returns how many
// ring entries are no commands.
func (s *system) checkLimits(x scene) (barriers int) {
	for i, c := range s.Contexts() {
		for k := range device.NumKinds {
			o, e := c.Queue().Outstanding(k), c.Queue().Entries(k)
			if e > x.ring || x.config.Flow.Kind != sched.FlowCount && o > x.slots || o > e {
				s.t.Errorf("queue %d.%s has %d commands in %d entries at %d; limits %d and %d",
					i, k, o, e, s.Now(), x.slots, x.ring)
			}
			barriers += e - o
		}
	}
	return barriers
}
