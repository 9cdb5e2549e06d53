package gate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// history makes files in which one host row and one count follow level(i).
func history(t *testing.T, n int, noise float64, level func(i int) float64) []*Set {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	var out []*Set
	for i := range n {
		text := "cpu: X\n"
		for range 6 {
			text += fmt.Sprintf("BenchmarkB 1 %.6g ns/op %.6g instr/op\n",
				200*level(i)*math.Exp(noise*r.NormFloat64()), 1000*level(i))
		}
		s, err := Parse(fmt.Sprintf("%03d", i), []byte(text+"PASS\n"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// Steps below the limit add up, and are found in time and in instructions.
func TestSlowDriftIsFound(t *testing.T) {
	slow := func(i int) float64 { return 1 + 0.002*float64(i) } // 8 % in 40 files
	got := Drifts(history(t, 40, 0.005, slow), DefaultLimits())
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, d := range got {
		if d.Worse < 0.05 || d.Worse > 0.09 || len(d.Steps) < 2 {
			t.Errorf("%+v", d)
		}
	}
}

// One step is found where it is.
func TestStepIsFoundWhereItIs(t *testing.T) {
	got := Drifts(history(t, 40, 0.005, func(i int) float64 { return 1 + 0.03*float64(i/25) }),
		DefaultLimits())
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, d := range got {
		if len(d.Steps) != 1 || d.Steps[0].From != "025" {
			t.Errorf("%+v", d)
		}
	}
}

// What is no drift: noise, an improvement, a change below the limit, a short
// history, and another machine.
func TestNoDrift(t *testing.T) {
	limits := DefaultLimits()
	flat := func(int) float64 { return 1 }
	for name, h := range map[string][]*Set{
		"noise":       history(t, 40, 0.05, flat),
		"improvement": history(t, 40, 0.005, func(i int) float64 { return 1 - 0.003*float64(i) }),
		"small":       history(t, 40, 0.001, func(i int) float64 { return 1 + 0.008*float64(i/20) }),
		"short":       history(t, minDrift-1, 0, func(i int) float64 { return 1 + float64(i) }),
		"none":        nil,
	} {
		if got := Drifts(h, limits); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	h := history(t, 40, 0.005, func(i int) float64 { return 1 + 0.5*float64(i/30) })
	for _, s := range h[:30] {
		s.Machines = []string{"another"}
	}
	if got := Drifts(h, limits); len(got) != 1 || got[0].Kind != Instructions {
		t.Errorf("another machine: %+v", got)
	}
}

// The recurrence is that of the definition: the sum of signs over all pairs.
func TestPettittAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		points := make([]Point, minDrift+r.IntN(10))
		for i := range points {
			points[i].Value = float64(r.IntN(5))
		}
		most, want := 0, 0
		for at := 1; at < len(points); at++ {
			u := 0
			for _, a := range points[:at] {
				for _, b := range points[at:] {
					switch {
					case a.Value < b.Value:
						u--
					case a.Value > b.Value:
						u++
					}
				}
			}
			if k := max(u, -u); k > most {
				most, want = k, at
			}
		}
		if got, _ := pettitt(points); got != want {
			t.Fatalf("%v: split at %d, want %d", points, got, want)
		}
	}
}
