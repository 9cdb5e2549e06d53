package target_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// inputs returns n encoded programs of some operations.
func inputs(n, ops int) [][]byte {
	m := &prog.Mutator{Rand: rand.New(rand.NewPCG(1, 2)), Weights: prog.DefaultWeights}
	list := make([][]byte, n)
	for i := range list {
		list[i] = m.Generate(ops).Encode()
	}
	return list
}

// BenchmarkRun answers how fast programs run with all checks and the model.
func BenchmarkRun(b *testing.B) {
	for _, ops := range []int{20, 100} {
		b.Run(fmt.Sprintf("ops=%d", ops), func(b *testing.B) {
			list, i, executed := inputs(256, ops), 0, 0
			for b.Loop() {
				r := target.Run(prog.Decode(list[i%len(list)]))
				if r.Finding != nil {
					b.Fatal(r.Finding)
				}
				executed += r.Executed
				i++
			}
			b.ReportMetric(float64(executed)/float64(b.N), "executed/op")
		})
	}
}

// BenchmarkDecode answers what decoding takes of that.
func BenchmarkDecode(b *testing.B) {
	list, i := inputs(256, 20), 0
	for b.Loop() {
		prog.Decode(list[i%len(list)])
		i++
	}
}

// BenchmarkMutate answers what the next program costs our own loop.
func BenchmarkMutate(b *testing.B) {
	m := &prog.Mutator{Rand: rand.New(rand.NewPCG(1, 2)), Weights: prog.DefaultWeights}
	p := m.Generate(20)
	for b.Loop() {
		m.Mutate(p)
	}
}

// BenchmarkMinimise answers how long a program of 200 operations takes to be made
// small, if what breaks needs three jobs to be pushed and the end healed.
func BenchmarkMinimise(b *testing.B) {
	m := &prog.Mutator{Rand: rand.New(rand.NewPCG(1, 2)), Weights: prog.DefaultWeights}
	p := m.Generate(200)
	asked := 0
	for b.Loop() {
		_, asked = prog.Minimise(p, 2000, func(q *prog.Program) bool {
			return target.Run(q).Completed >= 3
		})
	}
	b.ReportMetric(float64(asked), "runs/op")
}

// FuzzEmpty does nothing: it is what the rates of other targets are compared to.
func FuzzEmpty(f *testing.F) { f.Fuzz(func(*testing.T, []byte) {}) }
