package fence_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
)

// The worlds: two singles and two pairs, and callbacks for them.
const (
	twinBases  = 4
	twinFences = 6
	twinCbs    = 6
)

var baseOf = [twinFences]int{0, 1, 2, 2, 3, 3}

// world is fences and callbacks by number: the real ones or the model.
type world interface {
	initBase(base, refs int)
	arm(f, cb int) fence.Outcome
	disarm(cb int) bool
	done(cb int)
	running(cb int) bool
	signal(f int, e fence.Errno) bool
	signalPut(f int, e fence.Errno) bool
	setError(f int, e fence.Errno)
	get(f int)
	tryGet(f int) bool
	put(f int)
	state(f int) (signaled bool, e fence.Errno, refs int)
}

func newModel(w watcher) *model {
	m := &model{watch: w, bases: make([]*modelBase, twinBases)}
	for i := range m.bases {
		m.bases[i] = new(modelBase)
	}
	for i, b := range baseOf {
		m.bases[b].fences = append(m.bases[b].fences, i)
		m.fences = append(m.fences, &modelFence{first: -1, base: b, carries: b < 2 || i%2 == 1})
	}
	for range twinCbs {
		m.cbs = append(m.cbs, &modelCallback{on: -1})
	}
	return m
}

// real is the package under test behind the numbers.
type real struct {
	watch   watcher
	singles [2]fence.Single
	pairs   [2]fence.Pair
	fences  [twinFences]*fence.Fence
	owners  [twinBases]told
	cbs     [twinCbs]hook
}

func newReal(w watcher) *real {
	r := &real{watch: w}
	r.fences = [...]*fence.Fence{
		&r.singles[0].Fence, &r.singles[1].Fence, &r.pairs[0].Scheduled,
		&r.pairs[0].Finished, &r.pairs[1].Scheduled, &r.pairs[1].Finished,
	}
	for i := range r.owners {
		r.owners[i].do = func() { w.released(i) }
	}
	for i := range r.cbs {
		h := &r.cbs[i]
		h.Init(h)
		h.do = func(f *fence.Fence, cb *fence.Callback) {
			for n := range r.fences {
				if r.fences[n] == f && cb == &h.Callback {
					w.ran(n, i)
				}
			}
		}
	}
	return r
}

func (r *real) initBase(base, refs int) {
	if base < 2 {
		r.singles[base].Init(1, 1, &r.owners[base])
		for range refs - 1 {
			r.singles[base].Get()
		}
		return
	}
	r.pairs[base-2].Init(1, 1, &r.owners[base], refs)
}

func (r *real) signal(f int, e fence.Errno) bool {
	if e == fence.OK {
		return r.fences[f].Signal()
	}
	return r.fences[f].SignalError(e)
}

func (r *real) state(f int) (bool, fence.Errno, int) {
	x := r.fences[f]
	if x.Refs() == 0 && invariant.Enabled {
		return false, fence.OK, 0 // a look would break I5
	}
	return x.Signaled(), x.Err(), x.Refs()
}

func (r *real) arm(f, cb int) fence.Outcome { return r.fences[f].Arm(&r.cbs[cb].Callback) }

func (r *real) disarm(cb int) bool  { return r.cbs[cb].Disarm() }
func (r *real) done(cb int)         { r.cbs[cb].Done() }
func (r *real) running(cb int) bool { return r.cbs[cb].Running() }

func (r *real) signalPut(f int, e fence.Errno) bool { return r.fences[f].SignalPut(e) }
func (r *real) setError(f int, e fence.Errno)       { r.fences[f].SetError(e) }

func (r *real) get(f int)         { r.fences[f].Get() }
func (r *real) put(f int)         { r.fences[f].Put() }
func (r *real) tryGet(f int) bool { return r.fences[f].TryGet() }

// TestAgainstDumbTwin gives the same random operations to the real fences and
// to the model, in handlers too, and compares everything that can be seen.
func TestAgainstDumbTwin(t *testing.T) {
	const rounds, opsPerRound, atLeast = 500, 250, 50_000
	seed := uint64(0x5ee1)
	if s, err := strconv.ParseUint(os.Getenv("CREDENCE_SEED"), 0, 64); err == nil {
		seed = s
	}
	t.Logf("CREDENCE_SEED=%#x", seed)
	var sum tally
	for round := range uint64(rounds) {
		rng := rand.New(rand.NewPCG(seed, round))
		script := make([]op, opsPerRound)
		for i := range script {
			script[i] = randomOp(rng, 0)
		}
		want, got := new(driver), new(driver)
		want.w, got.w = newModel(want), newReal(got)
		want.play(script)
		got.play(script)
		compare(t, round, got.log, want.log)
		sum.add(&got.tally)
	}
	t.Logf("%d operations, %v each of %v; outcomes of Arm %v; %d runs",
		sum.ops, sum.seen, opNames, sum.outcomes, sum.runs)
	if sum.ops < atLeast || sum.runs < sum.ops/100 {
		t.Errorf("%d operations and %d runs, want at least %d", sum.ops, sum.runs, atLeast)
	}
	for k, n := range sum.seen {
		if n < sum.ops/1000 {
			t.Errorf("%s occurred %d times only", opNames[k], n)
		}
	}
	for k, n := range sum.outcomes {
		if n < sum.ops/1000 {
			t.Errorf("outcome %d of Arm occurred %d times only", k, n)
		}
	}
}

func compare(t *testing.T, round uint64, got, want []event) {
	t.Helper()
	n := min(len(got), len(want))
	for i := range n {
		if got[i] != want[i] {
			t.Fatalf("round %d, event %d: got %v, the model %v; before: %v",
				round, i, got[i], want[i], got[max(0, i-12):i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("round %d: %d events, the model has %d", round, len(got), len(want))
	}
}

// tally shows that the scripts reached what they are for.
type tally struct {
	ops, runs int
	seen      [numOps]int
	outcomes  [fence.NumOutcomes]int
}

func (t *tally) add(u *tally) {
	t.ops += u.ops
	t.runs += u.runs
	for k := range u.seen {
		t.seen[k] += u.seen[k]
	}
	for k := range u.outcomes {
		t.outcomes[k] += u.outcomes[k]
	}
}
