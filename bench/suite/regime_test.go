package suite

import (
	"runtime"
	"testing"
	"time"
)

func TestRegime(t *testing.T) {
	for _, c := range []struct {
		before, after time.Duration
		want          string
	}{
		{1, 89, "smt"}, {90, 260, "near"}, {400, 1200, "far"}, {261, 261, "mixed"}, {399, 399, "mixed"},
		{1201, 1201, "mixed"}, {89, 90, "mixed"}, {260, 400, "mixed"}, {0, 0, "mixed"}, {600, 100, "mixed"},
	} {
		if got := Regime(c.before, c.after); got != c.want {
			t.Errorf("%d and %d ns: %s, want %s", c.before, c.after, got, c.want)
		}
	}
}

// A round trip takes some time, and none where there is one processor only.
func TestPingPong(t *testing.T) {
	if got := PingPong(); (got > 0) != (runtime.GOMAXPROCS(0) > 1 && runtime.NumCPU() > 1) {
		t.Errorf("%v", got)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := PingPong(); got != 0 {
		t.Errorf("%v on one processor", got)
	}
}
