package main

import (
	"fmt"
	"testing"

	"credence/bench/peers/plainsched"
)

// TestWholeLoops runs each scheduler's loop: every step runs one job and frees
// the oldest, and ours allocates nothing for it.
func TestWholeLoops(t *testing.T) {
	for _, c := range schedulers() {
		for _, entities := range wholeEntities {
			t.Run(fmt.Sprintf("%s/entities=%d", c.impl, entities), func(t *testing.T) {
				e := c.whole(entities)
				if wrong := e.a(3 * wholeJobs(entities)); wrong != 0 {
					t.Fatalf("%d of %d jobs wrong", wrong, 3*wholeJobs(entities))
				}
				n := testing.AllocsPerRun(20, func() { e.a(100) })
				switch {
				case c.impl != "plain" && n != 0:
					t.Errorf("%v allocations in 100 jobs, want 0", n)
				case c.impl == "plain" && n != 100:
					t.Errorf("%v allocations in 100 jobs, want one each, its fences", n)
				}
			})
		}
	}
}

// TestWholeLoopsSeeFaults has another job in the place of the one that is due.
func TestWholeLoopsSeeFaults(t *testing.T) {
	ours, plain := newCredenceLoop(3, 0), newPlainLoop(3)
	ours.flying[9].ID, plain.flying[9].ID = 7, 7
	for impl, steps := range map[string]side{"credence": ours.steps, "plain": plain.steps} {
		if wrong := steps(50); wrong != 1 {
			t.Errorf("%s: %d jobs out of order seen, want 1", impl, wrong)
		}
	}
}

// TestFlows runs producers and workers, those that spin and those that sleep,
// twice each: the second run starts where the first left the scheduler.
func TestFlows(t *testing.T) {
	for _, c := range schedulers() {
		for _, f := range flows {
			n := 3000
			if f.jobs == 1 {
				n = 200
			}
			t.Run(fmt.Sprintf("%s/%s", c.impl, f.name), func(t *testing.T) {
				e := c.flow(f)
				for range 2 {
					if wrong := together(e, n); wrong != 0 {
						t.Errorf("spinning: %d of %d jobs wrong", wrong, n)
					}
				}
				e = c.parked(f)
				defer e.close()
				for range 2 {
					if wrong := e.a(n); wrong != 0 {
						t.Errorf("sleeping: %d of %d jobs wrong", wrong, n)
					}
				}
				if woken := e.woken(); woken > uint64(2*n) {
					t.Errorf("sleeping: %d wake-ups for %d jobs", woken, 2*n)
				}
			})
		}
	}
}

// TestFlowsSeeFaults runs jobs whose turn it is not.
func TestFlowsSeeFaults(t *testing.T) {
	const n = 3
	spinner, queue := new(credenceSpinner), plainsched.NewWorkqueue()
	ours, plain := newCredenceFlow(flows[0], spinner, 0), newPlainFlow(flows[0], queue)
	ours.ran, plain.ran = 5, 5
	ours.produce(n)
	plain.produce(n)
	if wrong := ours.work(n, spinner.runAll); wrong != n {
		t.Errorf("credence: %d of %d jobs out of turn seen", wrong, n)
	}
	if wrong := plain.work(n, queue.Poll); wrong != n {
		t.Errorf("plain: %d of %d jobs out of turn seen", wrong, n)
	}
}
