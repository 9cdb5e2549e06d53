package workload_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"credence/hwmock/workload"
)

// randomFile writes a file of up to 16 steps that parses: every kind of step
// that clients execute, contexts 1 to 3 with engines by name, context 4
// balanced over VCS, and objects of one local and one shared working set.
func randomFile(r *rand.Rand) string {
	for {
		var b strings.Builder
		b.WriteString("M.4.VCS,B.4\nw.1.3n4k\nW.2.2n4k\n1.RCS.40.0.0\n")
		for i := range 3 + r.IntN(13) {
			b.WriteString(randomStep(r, i+5) + "\n")
		}
		if w, err := workload.Parse("random.wsim", strings.NewReader(b.String())); err == nil {
			return w.String()
		}
	}
}

func randomStep(r *rand.Rand, index int) string {
	back := func() int { return -1 - r.IntN(min(index, 6)) }
	switch r.IntN(20) {
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
	case 6, 7:
		return "f"
	case 8:
		return fmt.Sprintf("a.%d", back())
	}
	return randomBatch(r, back)
}

func randomBatch(r *rand.Rand, back func() int) string {
	ctx := 1 + r.IntN(4)
	engine := []string{"RCS", "BCS", "VCS1", "VCS2", "VECS", "CCS"}[r.IntN(6)]
	if ctx == 4 {
		engine = []string{"VCS", "DEFAULT", "VCS1", "RCS"}[r.IntN(4)]
	}
	span := fmt.Sprint(1 + r.IntN(80))
	if r.IntN(2) == 0 {
		span = fmt.Sprintf("%d-%d", 1+r.IntN(40), 41+r.IntN(60))
	}
	var deps []string
	for range r.IntN(4) {
		switch r.IntN(5) {
		case 0:
			deps = append(deps, fmt.Sprint(back()))
		case 1:
			deps = append(deps, fmt.Sprintf("f%d", back()))
		default:
			set, first := 1+r.IntN(2), r.IntN(2)
			deps = append(deps, fmt.Sprintf("%c%d-%d-%d", "rw"[r.IntN(2)], set, first,
				first+r.IntN(2)*(2-set+1-first)))
		}
	}
	if len(deps) == 0 {
		deps = []string{"0"}
	}
	return fmt.Sprintf("%d.%s.%s.%s.%d", ctx, engine, span, strings.Join(deps, "/"), r.IntN(5)/4)
}

// randomRuns calls run with n random files, each with a generator of its own
// and its text; run returns how many operations it compared.
func randomRuns(t *testing.T, n int, run func(t *testing.T, r *rand.Rand, text string) int) {
	total := 0
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		text := randomFile(r)
		total += run(t, r, text)
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, text)
		}
	}
	if total < 50_000 {
		t.Errorf("%d operations compared, want 50000", total)
	}
}
