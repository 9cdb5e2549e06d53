//go:build explore

package weave

import (
	"testing"

	"credence/fuzz/explore"
)

// Drawn programs under drawn interleavings come to their ends, the same each time,
// and are of every kind.
func TestPlay(t *testing.T) {
	programs := uint64(150)
	if testing.Short() {
		programs = 30
	}
	for seed := range programs {
		x, err := Play(seed, nil)
		if err != nil {
			t.Fatal(err)
		}
		if x != nil {
			t.Fatalf("%s under %s: %v\nschedule %s", x.Program, x.Strategy, x.Result, x.Result.Schedule)
		}
	}
}

// Programs of machines run jobs, kill some, and wait for fences.
func TestMachinesDoSomething(t *testing.T) {
	var jobs, killed, deps, given int
	for seed := range uint64(300) {
		p := Draw(seed)
		m, ok := p.State.(*machine)
		if !ok {
			continue
		}
		end := p.Check
		p.Check = func() error {
			err := end()
			for _, j := range m.tasks {
				jobs++
				for i := range j.deps {
					deps += b2i(j.deps[i].counts)
				}
				killed += b2i(j.runs == 0)
				given += b2i(j.runs > 1)
			}
			return err
		}
		_, err := explore.Run(p, explore.Options{Strategy: explore.PCT, Executions: 5, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
	}
	if jobs < 2000 || killed < 50 || deps < 500 || given == 0 {
		t.Errorf("%d jobs, %d killed, %d dependencies, %d given again", jobs, killed, deps, given)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
