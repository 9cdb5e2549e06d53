//go:build explore

package footgun

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// TestWilson against values that are printed in tables.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		Share
		low, high float64
	}{
		{Share{50, 100}, 0.4038, 0.5962},
		{Share{0, 10}, 0, 0.2775},
		{Share{10, 10}, 0.7225, 1},
		{Share{81, 263}, 0.2553, 0.3662},
		{Share{}, 0, 1},
	} {
		if low, high := c.Wilson(); math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%v: %.4f to %.4f, want %.4f to %.4f", c.Share, low, high, c.low, c.high)
		}
	}
}

// TestMeasure wants the same for the same seed, other draws for another, and the
// counts to add up.
func TestMeasure(t *testing.T) {
	const n = 60
	print := func(seed uint64) (*Score, string) {
		t.Helper()
		s, err := Measure(Fence, Own, n, seed, nil)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Print(&b, []*Score{s}, n, seed); err != nil {
			t.Fatal(err)
		}
		return s, b.String()
	}
	s, text := print(3)
	if _, again := print(3); again != text {
		t.Errorf("twice the same seed:\n%s\n%s", text, again)
	}
	if other, _ := print(4); other.Fates == s.Fates && other.Mistakes == s.Mistakes {
		t.Error("another seed draws the same")
	}
	drawn, mistakes, single := 0, 0, 0
	for _, f := range s.Fates {
		drawn += f
	}
	for _, m := range s.Mistakes {
		mistakes += m.Of
	}
	for _, m := range s.Single {
		single += m.Of
	}
	if drawn != s.Drawn || s.Drawn != s.N+s.Fates[Equivalent] || s.N != n || mistakes != n ||
		single != len(Right(Fence, Own).Mistakes()) || s.Broken().Broken == 0 {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(text, s.Broken().String()) {
		t.Errorf("the table lacks %v:\n%s", s.Broken(), text)
	}
	if _, err := Measure(Fence, Own, n, 3, func() bool { return true }); err == nil {
		t.Error("it was told to stop")
	}
}
