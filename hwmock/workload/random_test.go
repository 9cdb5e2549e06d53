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
// balanced over VCS and bonded to RCS and VECS, context 5 balanced over those,
// and objects of one local and one shared working set.
func randomFile(r *rand.Rand) string {
	for {
		var b strings.Builder
		b.WriteString("M.4.VCS,B.4,b.4.VCS1.RCS,b.4.VCS2.VECS,M.5.RCS|VECS,B.5\n" +
			"w.1.3n4k\nW.2.2n4k\n1.RCS.40.0.0\n")
		for i := range 3 + r.IntN(13) {
			b.WriteString(randomStep(r, i+9) + "\n")
		}
		w, err := workload.Parse("random.wsim", strings.NewReader(b.String()))
		if err != nil {
			continue
		}
		if _, err := w.Compile(testDevice); err == nil {
			return w.String()
		}
	}
}

func randomStep(r *rand.Rand, index int) string {
	back := func() int { return -1 - r.IntN(min(index, 6)) }
	switch r.IntN(22) {
	case 0:
		return fmt.Sprintf("d.%s%d", []string{"", "~"}[r.IntN(2)], 1+r.IntN(100))
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
	case 9:
		return fmt.Sprintf("S.%d.%d", 1+r.IntN(5), 1+r.IntN(7))
	case 10:
		// Ended behind a batch that may start with it, or wait for it.
		return fmt.Sprintf("%d.%s.*.0.0\n%s\nT.-2", 1+r.IntN(3), randomEngine(r),
			randomBatch(r, func() int { return -1 - r.IntN(3) }))
	}
	return randomBatch(r, back)
}

func randomEngine(r *rand.Rand) string { return engineNames[r.IntN(len(engineNames))] }

func randomBatch(r *rand.Rand, back func() int) string {
	ctx, engine := 1+r.IntN(5), randomEngine(r)
	switch ctx {
	case 4:
		engine = []string{"VCS", "DEFAULT", "VCS1", "RCS"}[r.IntN(4)]
	case 5:
		engine = []string{"DEFAULT", "DEFAULT", "VECS"}[r.IntN(3)]
	}
	span := fmt.Sprint(1 + r.IntN(80))
	if r.IntN(2) == 0 {
		span = fmt.Sprintf("%d-%d", 1+r.IntN(40), 41+r.IntN(60))
	} else if r.IntN(4) == 0 {
		span = fmt.Sprintf("~%d", 1+r.IntN(60))
	}
	var deps []string
	for range r.IntN(4) {
		switch r.IntN(6) {
		case 5:
			deps = append(deps, fmt.Sprintf("s%d", back()))
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
