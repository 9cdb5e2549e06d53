package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestPowerFlags(t *testing.T) {
	chdirRoot(t)
	for _, args := range [][]string{{"x"}, {"-n", "-1"}, {"-kinds", "none"}, {"-kinds", "exact/swap,"},
		{"-budget", "0s"}, {"-record-set", "-1s"}, {"-nonsense"}} {
		if o := call(t, append([]string{"power"}, args...)...); o.code != exitUsage ||
			!strings.HasPrefix(o.stderr, "schedbench: power: ") {
			t.Errorf("%q: %+v", args, o)
		}
	}
	dir := filepath.Join(t.TempDir(), "power")
	o := call(t, "power", "-plan", "-dir", dir, "-kinds", "exact/swap,host/slower-5", "-n", "3",
		"-bins", filepath.Join(dir, "bins"))
	if o.code != exitOK || !strings.Contains(o.stdout, "exact/swap           3 of   3 trials missing") ||
		!strings.Contains(o.stdout, "in all, without -build") {
		t.Errorf("%+v", o)
	}
	if o := call(t, "power", "-dir", dir, "-rev", "nowhere"); o.code != exitInconclusive ||
		!strings.Contains(o.stderr, "nowhere is no commit") {
		t.Errorf("%+v", o)
	}
	if o := call(t, "power", "-h"); o.code != exitOK || !strings.Contains(o.stdout, "host/slower-2.5") ||
		strings.Contains(o.stdout, "%!") {
		t.Errorf("%+v", o)
	}
}
