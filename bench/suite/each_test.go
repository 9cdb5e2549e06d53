package suite

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// Each sample is told of with its time and its regime, and so is how many are left.
func TestEachTellsHowItGoes(t *testing.T) {
	c := module(t, quickOne)
	c.Profile.Rounds, c.Profile.Budget = 2, time.Hour
	var took []string
	var left []int
	out, err := Each(t.Context(), c, Selection{
		Left: func(done, all int, rest time.Duration) {
			if rest < 0 || rest > time.Hour {
				t.Errorf("%v left", rest)
			}
			left = append(left, all-done)
		},
		Took: func(benchmark, figure, regime string) {
			if !regexp.MustCompile(`^[0-9.]+ ns/op$`).MatchString(figure) || strings.HasPrefix(benchmark, "Bench") ||
				PingPong() > 0 && !strings.Contains(" smt near far mixed ", " "+regime+" ") {
				t.Errorf("%q took %q in %q", benchmark, figure, regime)
			}
			took = append(took, benchmark)
		}})
	if err != nil || len(took) != out.Samples || len(took) < 2 {
		t.Fatalf("%v, %q of %d samples", err, took, out.Samples)
	}
	for i, n := range left {
		if want := len(took) - 1 - i; n != want {
			t.Errorf("%d left after sample %d, want %d", n, i+1, want)
		}
	}
}
