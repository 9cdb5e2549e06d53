package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSummarise(t *testing.T) {
	for _, c := range []struct {
		xs   []float64
		want summary
	}{
		{nil, summary{}},
		{[]float64{7}, summary{1, 7, 7, 7}},
		{[]float64{4, 2}, summary{2, 2.5, 3, 3.5}},
		{[]float64{3, 1, 2}, summary{3, 1.5, 2, 2.5}},
		{[]float64{4, 1, 3, 2}, summary{4, 1.75, 2.5, 3.25}},
		{[]float64{5, 4, 3, 2, 1}, summary{5, 2, 3, 4}},
		{[]float64{10, 20, 30, 40, 50, 1000}, summary{6, 22.5, 35, 47.5}},
		{[]float64{1, 1, 1, 9}, summary{4, 1, 1, 3}},
	} {
		in := slices.Clone(c.xs)
		if got := summarise(in); got != c.want {
			t.Errorf("summarise(%v) = %+v, want %+v", c.xs, got, c.want)
		}
		if !slices.Equal(in, c.xs) {
			t.Errorf("summarise changed its argument %v to %v", c.xs, in)
		}
	}
}

// slowQuantile is quantile by its definition: the straight line through the
// sorted values at the places i/(n-1).
func slowQuantile(xs []float64, p float64) float64 {
	s := slices.Clone(xs)
	slices.Sort(s)
	for i := 1; i < len(s); i++ {
		from, to := float64(i-1)/float64(len(s)-1), float64(i)/float64(len(s)-1)
		if p <= to {
			return s[i-1] + (s[i]-s[i-1])*(p-from)/(to-from)
		}
	}
	return s[len(s)-1]
}

func TestSummariseAgainstDefinition(t *testing.T) {
	const seed = 7
	draw := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		xs := make([]float64, 1+draw.IntN(40))
		for i := range xs {
			xs[i] = draw.Float64() * 1000
		}
		got := summarise(xs)
		want := summary{
			len(xs), slowQuantile(xs, 0.25), slowQuantile(xs, 0.5), slowQuantile(xs, 0.75),
		}
		if got.n != want.n || math.Abs(got.q1-want.q1) > 1e-9 ||
			math.Abs(got.med-want.med) > 1e-9 || math.Abs(got.q3-want.q3) > 1e-9 {
			t.Fatalf("seed %d: summarise(%v) = %+v, want %+v", seed, xs, got, want)
		}
	}
}

func TestOver(t *testing.T) {
	s := summary{12, 20, 30, 50}
	for _, c := range []struct {
		unit float64
		want summary
	}{
		{10, summary{12, 2, 3, 5}},
		{100, summary{12, 0.2, 0.3, 0.5}},
		{0, summary{}},  // an anchor without data
		{-1, summary{}}, // no unit
	} {
		if got := s.over(c.unit); got != c.want {
			t.Errorf("%+v.over(%v) = %+v, want %+v", s, c.unit, got, c.want)
		}
	}
}

func TestSeen(t *testing.T) {
	for n, want := range map[int]bool{0: false, 9: false, 10: true, 11: true} {
		if got := (summary{n: n}).seen(); got != want {
			t.Errorf("seen with %d samples = %v, want %v", n, got, want)
		}
	}
}
