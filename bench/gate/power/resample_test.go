package power

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credence/bench/gate"
)

// recording writes a recording of noise, of the base and of two slowdowns, and
// returns its trial.
func recording(t *testing.T, dir string, r *rand.Rand) Trial {
	t.Helper()
	tr := Trial{Kind: recordOne, Rounds: 60, Measured: 120, Seed: 1}
	seeds := map[string]int{}
	for i, v := range variants() {
		seeds[v.name] = (i + 1) * seedSpace
	}
	for side, names := range [][]string{{"base"}, recorded} {
		var b strings.Builder
		b.WriteString("pkg: credence/bench/micro\n")
		count := 0
		for round := range tr.Rounds {
			for i, name := range names {
				slower := []float64{0, 0.05, 0.025}[side*(i+1)]
				for l := range []int{2 * sideLayouts, sideLayouts}[side] {
					fmt.Fprintf(&b, "layout: %d\nround: %d\nBenchmark%s 1 %.6g ns/op\n", seeds[name]+l, round+1,
						hostBench, 5*(1+slower)*math.Exp(0.02*r.NormFloat64()))
					count++
				}
			}
		}
		fmt.Fprintf(&b, "# status: complete, %d rounds, %d samples\n", tr.Rounds, count)
		tr.raw[side] = b.String()
	}
	if err := os.MkdirAll(filepath.Join(dir, rawDir), 0o777); err != nil {
		t.Fatal(err)
	}
	c := Config{Dir: dir}
	if err := c.append(&tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

// Drawn from a recording, noise raises no alarm and slowdowns are found, each by its
// own layouts.
func TestResampling(t *testing.T) {
	dir := t.TempDir()
	tr := recording(t, dir, rand.New(rand.NewPCG(3, 3)))
	base, head, err := tr.sets(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := newPieces(&tr, [2]*gate.Set{base, head})
	if p.all != 4*sideLayouts || len(p.layouts["base"]) != 2*sideLayouts ||
		len(p.layouts[recorded[0]]) != sideLayouts || p.seconds != 2 {
		t.Fatalf("%d layouts, %v, %g s a round", p.all, p.layouts, p.seconds)
	}
	for i, want := range []int{0, 1} {
		d := []drawing{{head: "base", length: 15}, {head: recorded[1], length: 15}}[i]
		hits := 0
		for k := range 40 {
			_, hit, err := p.again(rand.New(rand.NewPCG(7, uint64(k))), &d)
			if err != nil {
				t.Fatal(err)
			}
			if hit {
				hits++
			}
		}
		if want == 0 && hits > 1 || want == 1 && hits < 40 {
			t.Errorf("%s: %d of 40", d.head, hits)
		}
	}
}

// Stretches are long enough and of whole rounds that there are.
func TestDrawRounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ of, n, length int }{{60, 40, 5}, {3, 20, 9}, {1, 4, 1}, {50, 7, 10}} {
		rounds := drawRounds(r, c.of, c.n, c.length)
		length := min(c.length, c.of)
		for i, at := range rounds {
			if len(rounds) != c.n || at < 0 || at >= c.of || i%length != 0 && at != rounds[i-1]+1 {
				t.Fatalf("%+v: rounds %v", c, rounds)
			}
		}
	}
}
