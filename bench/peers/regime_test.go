package main

import "testing"

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		before, after float64
		want          regime
	}{
		{45, 65, smt},
		{89.9, 10, smt},
		{0, 0, dropped}, // no measurement
		{90, 90, near},
		{89.9, 90, dropped},
		{90, 89.9, dropped},
		{120, 260, near},
		{260.1, 260.1, dropped},
		{130, 260.1, dropped},
		{399.9, 399.9, dropped},
		{400, 1200, far},
		{525, 600, far},
		{1200.1, 600, dropped},
		{600, 1200.1, dropped},
		{130, 560, dropped}, // moved during the sample
		{560, 130, dropped},
		{50, 560, dropped},
		{300, 300, dropped}, // between the bands
		{-1, -1, dropped},
	} {
		if got := classify(c.before, c.after); got != c.want {
			t.Errorf("classify(%v, %v) = %v, want %v", c.before, c.after, got, c.want)
		}
	}
}

func TestRegimesAreNamedAndBounded(t *testing.T) {
	seen := make(map[string]bool)
	for r := range numRegimes {
		if seen[r.String()] || seen[r.bounds()] {
			t.Errorf("regime %d shares its name %q or its bounds %q", r, r, r.bounds())
		}
		seen[r.String()], seen[r.bounds()] = true, true
	}
}
