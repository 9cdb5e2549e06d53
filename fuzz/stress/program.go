package stress

import (
	"math/rand/v2"

	"credence/core/sched"
	"credence/fuzz/prog"
)

// Limits of a program in a bout.
const (
	programOps = 80
	maxLaps    = 12 // times that each goroutine plays its share of the operations
)

// runProgram plays a random program with all operations, or a random set of
// them.
func runProgram(b *Bout) {
	m := mutator(b)
	m.Swarm()
	runOne(b, m)
}

// runKill plays programs of little but pushes, kills, stops and starts.
func runKill(b *Bout) {
	m := mutator(b)
	m.Weights.Kinds = [prog.NumKinds]int{
		prog.Submit: 20, prog.Advance: 2, prog.Kill: 8, prog.Revive: 8, prog.Fini: 1, prog.Flush: 2,
		prog.Stop: 4, prog.Start: 6, prog.Fault: 1, prog.HwDone: 2,
	}
	runOne(b, m)
}

// runTeardown plays programs of pushes, with all schedulers torn down at the end
// while the hardware is busy.
func runTeardown(b *Bout) {
	m := mutator(b)
	m.Weights.Kinds = [prog.NumKinds]int{
		prog.Submit: 20, prog.Advance: 2, prog.Kill: 1, prog.HwDone: 4, prog.FiniSched: 8,
	}
	runOne(b, m)
}

func mutator(b *Bout) *prog.Mutator {
	return &prog.Mutator{Rand: b.Rand(0), Weights: prog.DefaultWeights}
}

func runOne(b *Bout, m *prog.Mutator) {
	p := m.Generate(1 + m.Rand.IntN(programOps))
	Play(b, p, 1+m.Rand.IntN(maxLaps))
}

// kept is upstream's habits that a program may ask for. The others break what is
// held against the core here.
const kept = ^(sched.ScoreLeak | sched.KillNoKick | sched.TeardownStops)

// Play plays a program: each goroutine takes the operations that are its own, in
// their order, and the whole of it laps times. It returns when every job has
// ended and everything is taken down.
func Play(b *Bout, p *prog.Program, laps int) {
	m := newMachine(b, p)
	m.play(laps)
	m.heal()
	m.account()
}

// shares plays a goroutine's share of the program: those operations that do says
// are its own and were done; for the others it lets time pass.
func (m *machine) shares(laps int, r *rand.Rand, do func(o *prog.Op) bool) {
	did := 0
	defer func() { m.Did(did) }()
	for range laps {
		for i := range m.program.Ops {
			if m.Failed() {
				return
			}
			if do(&m.program.Ops[i]) {
				did++
			} else if r.IntN(4) == 0 {
				Dawdle(r)
			}
		}
	}
}
