package credit_test

import (
	"errors"
	"testing"

	"credence/core/credit"
)

func TestPackKeepsEachLane(t *testing.T) {
	for _, n := range []uint32{1, 2, 126, 127, credit.MaxLane - 1, credit.MaxLane} {
		for i := range credit.MaxLanes {
			lanes := make([]uint32, credit.MaxLanes)
			lanes[i] = n
			v := pack(t, lanes...)
			for j := range lanes {
				if v.Lane(j) != lanes[j] {
					t.Errorf("packed %v, lane %d is %d", lanes, j, v.Lane(j))
				}
			}
			if short := pack(t, lanes[:i+1]...); short != v {
				t.Errorf("packed %v as %v", lanes[:i+1], short)
			}
		}
	}
	if got := pack(t, 1, 2, 3, 4, 5, credit.MaxLane).String(); got != "[1 2 3 4 5 32767]" {
		t.Errorf("String is %s", got)
	}
}

func TestPackRefuses(t *testing.T) {
	for _, c := range []struct {
		lanes []uint32
		want  error
	}{
		{nil, credit.ErrLanes},
		{make([]uint32, credit.MaxLanes+1), credit.ErrLanes},
		{[]uint32{0, credit.MaxLane + 1}, credit.ErrCost},
		{[]uint32{1, 1, 1, 1, 1, 1 << 31}, credit.ErrCost},
	} {
		if v, err := credit.Pack(c.lanes...); !errors.Is(err, c.want) || v != (credit.Vec{}) {
			t.Errorf("Pack(%v) returns %v, %v", c.lanes, v, err)
		}
	}
	panics(t, "credit: lane -1; permitted: 0 to 5", func() { credit.Vec{}.Lane(-1) })
	panics(t, "credit: lane 6; permitted: 0 to 5", func() { credit.Vec{}.Lane(6) })
}

// TestAddStopsAtTheLane adds at the edge of every lane: up to MaxLane it is
// exact, and one more is refused.
func TestAddStopsAtTheLane(t *testing.T) {
	full := pack(t, credit.MaxLane-1, credit.MaxLane-1, credit.MaxLane-1,
		credit.MaxLane-1, credit.MaxLane-1, credit.MaxLane-1)
	for i := range credit.MaxLanes {
		lanes := make([]uint32, credit.MaxLanes)
		lanes[i] = 1
		sum, err := full.Add(pack(t, lanes...))
		if err != nil {
			t.Errorf("lane %d: %v", i, err)
		}
		for j := range lanes {
			if want := full.Lane(j) + lanes[j]; sum.Lane(j) != want {
				t.Errorf("one more in lane %d: lane %d is %d, want %d", i, j, sum.Lane(j), want)
			}
		}
		for _, n := range []uint32{2, credit.MaxLane} {
			lanes[i] = n
			if v, err := full.Add(pack(t, lanes...)); !errors.Is(err, credit.ErrCost) {
				t.Errorf("%d more in lane %d: %v, %v", n, i, v, err)
			}
		}
	}
}
