package target_test

import (
	"math/rand/v2"
	"testing"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// programs is how many random programs a test runs.
const programs = 3000

// Random programs, swarms of them, and mutations of the recorded scripts break
// no rule, and do something.
func TestRandomProgramsBreakNoRule(t *testing.T) {
	m := &prog.Mutator{Rand: rand.New(rand.NewPCG(20_261_122, 0)), Weights: prog.DefaultWeights}
	for i, f := range recorded(t) {
		if i%20 == 0 {
			m.Corpus = append(m.Corpus, f.program)
		}
	}
	var sum target.Result
	for i := range programs {
		m.Swarm()
		p := m.Generate(1 + m.Rand.IntN(60))
		if i%3 == 0 {
			p = m.Mutate(m.Corpus[m.Rand.IntN(len(m.Corpus))])
		}
		r := target.Run(p)
		if r.Finding != nil {
			t.Fatal(target.Minimise(r.Finding, 1500))
		}
		sum.Completed += r.Completed
		sum.Executed += r.Executed
		sum.Compared += r.Compared
		sum.Exempt.Add(&r.Exempt)
	}
	t.Logf("%d jobs, %d operations, %d comparisons, exempt %v",
		sum.Completed, sum.Executed, sum.Compared, sum.Exempt)
	if sum.Completed < 10*programs || sum.Executed < 10*programs || sum.Compared < 20*programs {
		t.Error("the programs do too little")
	}
}
