package power

import (
	"math"
	"strings"
	"testing"
)

// The bounds are where the binomial distribution has its tails, by adding it up.
func TestClopperPearsonAgainstBinomial(t *testing.T) {
	atLeast := func(k, n int, p float64) float64 {
		sum := 0.0
		for i := k; i <= n; i++ {
			c := 1.0
			for j := range i {
				c *= float64(n-j) / float64(j+1)
			}
			sum += c * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
		}
		return sum
	}
	for _, n := range []int{1, 5, 40, 100} {
		for k := range n + 1 {
			lo, hi := ClopperPearson(k, n, 0.95)
			if k == 0 && lo != 0 || k == n && hi != 1 {
				t.Errorf("%d of %d: %g to %g", k, n, lo, hi)
			}
			if k > 0 && math.Abs(atLeast(k, n, lo)-0.025) > 1e-9 {
				t.Errorf("%d of %d: lower bound %g", k, n, lo)
			}
			if k < n && math.Abs(1-atLeast(k+1, n, hi)-0.025) > 1e-9 {
				t.Errorf("%d of %d: upper bound %g", k, n, hi)
			}
		}
	}
}

func TestTurns(t *testing.T) {
	c := Calibration{Short: 64, Long: 512, ShortChange: 0.02, LongChange: 0.244}
	for ratio, want := range map[float64]int{0.02: 64, 0.244: 512, 0.05: 124, 0.001: 26, -1: 1} {
		if got := c.Turns(ratio); got != want {
			t.Errorf("%g: %d, want %d", ratio, got, want)
		}
	}
}

// Of a change hits are rows that were found, whatever else failed, of none they are exit codes of 1; what is
// inconclusive is neither.
func TestTable(t *testing.T) {
	var trials []Trial
	for i := range 10 {
		trials = append(trials,
			Trial{Kind: "host/slower-5", Index: i, Hit: i > 1, Exit: []int{3, 1}[min(i, 1)], Change: 0.05},
			Trial{Kind: "exact/same", Index: i, Hit: i == 1, Exit: []int{1, 1, 0, 3}[min(i, 3)]})
	}
	got, err := Table(t.TempDir(), trials)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| host/slower-5 | 5 % slower | found 8 | 10 | 80.0 % | 44.4-97.5 % | 1 | +5.00 % | 0 s |",
		"| exact/same | the same scenario again | alarms 2 | 10 | 20.0 % | 2.5-55.6 % | 7 | +0.00 % | 0 s |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}
