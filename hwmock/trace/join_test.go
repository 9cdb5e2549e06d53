package trace_test

import (
	"strings"
	"testing"

	"credence/hwmock/trace"
)

// TestContinues: only what goes on in time and in numbers does.
func TestContinues(t *testing.T) {
	const first = "gfx,5,10,1,a,1,1,1000,2000,3000\ngfx,6,3,2,b,1,1,5000,6000,7000\n"
	for _, c := range []struct {
		rows string
		want bool
	}{
		{"gfx,5,11,3,a,1,1,5500,6000,7000\ngfx,9,1,4,c,1,1,5600,6000,7000\n", true},
		{"gfx,5,11,3,a,1,1,1005000,,\n", true},
		{"gfx,5,11,3,a,1,1,1005001,,\n", false},      // too late
		{"gfx,5,11,3,a,1,1,4000,6000,7000\n", false}, // earlier
		{"gfx,5,10,3,a,1,1,5500,6000,7000\n", false}, // a number again
		{"gfx,5,11,3,a,1,1,5500,,\ngfx,6,2,3,a,1,1,5600,,\n", false},
		{"gfx,7,11,3,a,1,1,5500,6000,7000\n", false}, // no context of the first
		{"gfx,5,11,3,a,1,1,,6000,7000\n", false},     // no submission
		{"", false},
	} {
		a, b := read(t, head+first), read(t, head+c.rows)
		if got := b.Continues(a); got != c.want {
			t.Errorf("%q: %t", c.rows, got)
		}
		j := trace.Join(a, b)
		if want := show(a.Jobs) + show(b.Jobs); show(j.Jobs) != want || j.Name != b.Name {
			t.Errorf("joined they are\n%s, want\n%s", show(j.Jobs), want)
		}
	}
	empty := read(t, strings.TrimSuffix(head, "\n"))
	if read(t, head+first).Continues(empty) {
		t.Error("a trace continues nothing")
	}
}
