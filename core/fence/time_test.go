package fence_test

import (
	"testing"
	"time"

	"credence/core/fence"
)

func TestTimeAddStaysAtNever(t *testing.T) {
	const never = fence.Never
	for _, c := range []struct {
		t    fence.Time
		d    fence.Duration
		want fence.Time
	}{
		{0, 0, 0}, {5, 7, 12}, {5, -7, -2}, {never, 0, never}, {never, 1, never},
		{never - 1, 1, never}, {never - 1, 2, never}, {1, fence.Duration(never), never},
		{-1, fence.Duration(never), never - 1}, {never, fence.Duration(never), never},
		{never, -1, never - 1}, {-5, 3, -2},
	} {
		if got := c.t.Add(c.d); got != c.want {
			t.Errorf("%d + %d = %d, want %d", c.t, c.d, got, c.want)
		}
	}
}

func TestTimeSubAndUnits(t *testing.T) {
	if d := fence.Time(12).Sub(5); d != 7 {
		t.Errorf("12 - 5 = %d", d)
	}
	if d := fence.Time(5).Sub(12); d != -7 {
		t.Errorf("5 - 12 = %d", d)
	}
	for _, c := range []struct {
		d    fence.Duration
		want time.Duration
	}{
		{fence.Nanosecond, time.Nanosecond}, {fence.Microsecond, time.Microsecond},
		{fence.Millisecond, time.Millisecond}, {fence.Second, time.Second},
	} {
		if time.Duration(c.d) != c.want {
			t.Errorf("%d, want %d", c.d, c.want)
		}
	}
}
