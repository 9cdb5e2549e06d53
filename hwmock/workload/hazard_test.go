package workload_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// run of one batch, as the hazard test keeps it.
type ran struct {
	handle     workload.Handle
	deps       []workload.Handle // without software fences
	accesses   []objectAccess
	fences     []string // results of the batches that f dependencies name
	start, end fence.Time
	done       bool
}

// TestNoBatchOvertakesAHazard runs clones that share a working set, and looks
// at every pair of batches that name the same object, one of them writing: the
// later submitted must not start before the earlier is done. And it looks at
// every dependency: it must be such a pair, or asked for with f.
func TestNoBatchOvertakesAHazard(t *testing.T) {
	randomRuns(t, 300, func(t *testing.T, r *rand.Rand, text string) int {
		w, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		runs := runClones(t, w, 2+r.IntN(3), 1+r.IntN(6), r.Uint64())
		compared := 0
		for i := range runs {
			for j := range i {
				if conflict(&runs[j], &runs[i]) {
					compared++
					if runs[i].start < runs[j].end && runs[i].done {
						t.Errorf("batch %d started at %d, before batch %d was done at %d", i,
							runs[i].start, j, runs[j].end)
					}
				}
			}
			compared += checkReasons(t, runs, i)
		}
		return compared
	})
}

// runClones returns what ran, in the order of submission.
func runClones(t *testing.T, w *workload.Workload, clones, slots int, seed uint64) []ran {
	p := compile(t, w.String())
	h := newHost(slots)
	var runs []ran
	h.onSubmit = func(j *job, b *workload.Batch) {
		x := ran{handle: j.handle()}
		s := &w.Steps[b.Step]
		for _, a := range twinAccesses(s) {
			var set, object int
			if n, _ := fmt.Sscanf(a.object, "set %d object %d", &set, &object); n != 2 || set == 1 {
				a.object += fmt.Sprint(" of ", j.client)
			}
			x.accesses = append(x.accesses, a)
		}
		for _, d := range s.Deps {
			if d.Kind == workload.DepFence {
				x.fences = append(x.fences, fmt.Sprint("result ", d.Target, " of ", j.client))
			}
		}
		for _, d := range b.Deps {
			if !h.job(d).soft {
				x.deps = append(x.deps, d)
			}
		}
		runs = append(runs, x)
	}
	h.onDone = func(j *job) {
		x := &runs[j.number]
		x.start, x.end, x.done = j.start, j.end, true
	}
	g := group(t, p, h, workload.Options{Repeats: 6, Clients: clones, Seed: seed})
	h.run(g, fence.Never)
	for i := range runs {
		if !runs[i].done {
			runs[i].end = fence.Never
		}
	}
	g.Close()
	return runs
}

// conflict tells whether two batches name an object that one of them writes.
func conflict(a, b *ran) bool {
	for _, x := range a.accesses {
		for _, y := range b.accesses {
			if x.object == y.object && (x.write || y.write) {
				return true
			}
		}
	}
	return false
}

// checkReasons looks for the reason of each dependency of runs[i].
func checkReasons(t *testing.T, runs []ran, i int) int {
	for _, d := range runs[i].deps {
		reason := false
		for j := i - 1; j >= 0 && !reason; j-- {
			if runs[j].handle != d {
				continue
			}
			reason = conflict(&runs[j], &runs[i])
			for _, f := range runs[i].fences {
				reason = reason || runs[j].accesses[0].object == f
			}
			break
		}
		if !reason {
			t.Errorf("batch %d waits for %#x without a reason", i, uint64(d))
		}
	}
	return len(runs[i].deps)
}
