//go:build explore

package explore

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
)

// scripts is how many random scripts the strategies are compared on. It can be
// raised by the environment, for a night.
const scripts = 1600

func scriptCount(t *testing.T) int {
	if s := os.Getenv("EXPLORE_SCRIPTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("EXPLORE_SCRIPTS=%s: want a number of scripts", s)
		}
		return n
	}
	return scripts
}

// played is what a strategy makes of a script.
type played struct {
	outcomes map[string]bool
	verdicts [numVerdicts]bool
	result   *Result
}

func playScript(t *testing.T, sc *script, o Options) played {
	t.Helper()
	p, s := sc.program()
	out := played{outcomes: make(map[string]bool)}
	o.Each = func(x *Execution) bool {
		out.verdicts[x.Verdict] = true
		if x.Verdict == Passed || x.Verdict == LostWakeup {
			out.outcomes[s.outcome(len(sc.threads))] = true
		}
		return true
	}
	r, err := Run(p, o)
	if err != nil {
		t.Fatal(err)
	}
	out.result = r
	return out
}

// TestAgreement has every strategy that may say "exhausted" find the outcomes
// that the reference interpreter finds: all of them, and no others.
func TestAgreement(t *testing.T) {
	little(t, 2)
	n := scriptCount(t)
	var outcomes, racy, stuck int
	var executions [numStrategies]int
	for i := range n {
		f := flavours[i%len(flavours)]
		sc := randomScript(rand.New(rand.NewPCG(uint64(i), 1)), f)
		want := reference(sc, unbounded)
		if want.race {
			racy++
		}
		outcomes += len(want.outcomes)
		for _, st := range []Strategy{Full, SleepSets, DPOR, Cached, States} {
			got := playScript(t, sc, Options{Strategy: st})
			executions[st] += got.result.Executions + got.result.Redundant
			agree(t, i, sc, st.String(), want, got)
			if got.result.Coverage.Kind != exhausted {
				t.Errorf("script %d, %v: %v", i, st, got.result)
			}
			if st == DPOR && got.verdicts[LostWakeup] {
				stuck++
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d scripts, %d outcomes, %d with a race, %d that can get stuck", n, outcomes, racy, stuck)
	for _, st := range []Strategy{Full, SleepSets, DPOR, Cached, States} {
		t.Logf("%v: %d executions", st, executions[st])
	}
	if racy < n/20 || stuck < n/20 || outcomes < 2*n {
		t.Error("the scripts are too tame")
	}
}

func agree(t *testing.T, i int, sc *script, who string, want result, got played) {
	t.Helper()
	if got.verdicts[DataRace] != want.race {
		t.Errorf("script %d, %s: data race %t, the reference says %t\n%v",
			i, who, got.verdicts[DataRace], want.race, sc)
	}
	for _, v := range []Verdict{Assertion, Livelock, BusyLoop, StepLimit} {
		if got.verdicts[v] {
			t.Errorf("script %d, %s: %v\n%v", i, who, v, sc)
		}
	}
	if want.race || maps.Equal(want.outcomes, got.outcomes) {
		return
	}
	for _, o := range slices.Sorted(maps.Keys(want.outcomes)) {
		if !got.outcomes[o] {
			t.Errorf("script %d, %s: never %s\n%v", i, who, o, sc)
			return
		}
	}
	for _, o := range slices.Sorted(maps.Keys(got.outcomes)) {
		if !want.outcomes[o] {
			t.Errorf("script %d, %s: impossible outcome %s\n%v", i, who, o, sc)
			return
		}
	}
}

// TestBoundedAgreement does the same for what may say "bounded".
func TestBoundedAgreement(t *testing.T) {
	for i := range scriptCount(t) / 2 {
		sc := randomScript(rand.New(rand.NewPCG(uint64(i), 2)), flavours[i%len(flavours)])
		// To be woken without a token while asleep counts as a preemption here, and
		// not in the reference.
		sc.spurious = 0
		if reference(sc, unbounded).race {
			continue
		}
		bound := i % 3
		want := reference(sc, bound)
		for _, st := range []Strategy{Full, Cached, States} {
			got := playScript(t, sc, Options{Strategy: st, Bounded: true, Bound: bound})
			agree(t, i, sc, st.String()+" bounded by "+strconv.Itoa(bound), want, got)
		}
		if t.Failed() {
			return
		}
	}
}

// TestDrawsAgree has the strategies that draw find nothing that cannot be, and
// nearly everything that can.
func TestDrawsAgree(t *testing.T) {
	for _, st := range []Strategy{RandomWalk, PCT} {
		found, all := 0, 0
		for i := range scriptCount(t) / 8 {
			sc := randomScript(rand.New(rand.NewPCG(uint64(i), 3)), flavours[i%len(flavours)])
			want := reference(sc, unbounded)
			if want.race {
				continue
			}
			got := playScript(t, sc, Options{Strategy: st, Executions: 200, Seed: uint64(i)})
			for o := range got.outcomes {
				if !want.outcomes[o] {
					t.Fatalf("script %d, %v: impossible outcome %s\n%v", i, st, o, sc)
				}
			}
			if got.result.Coverage != (Coverage{sampled, 200}) {
				t.Fatalf("script %d, %v: %v", i, st, got.result)
			}
			found += len(got.outcomes)
			all += len(want.outcomes)
		}
		if 20*found < 17*all {
			t.Errorf("%v finds %d of %d outcomes", st, found, all)
		}
		t.Logf("%v finds %d of %d outcomes", st, found, all)
	}
}
