package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The page shows what the corpus reaches of core and device, and nothing else.
func TestCover(t *testing.T) {
	if testing.Short() {
		t.Skip("builds everything anew; run without -short")
	}
	needGo(t)
	page := filepath.Join(t.TempDir(), "cover.html")
	o := call(t, "cover", "-count", "100", "-targets", "Spsc=3,Credit", "-o", page)
	if o.code != exitOK || !strings.Contains(o.stdout, "100 inputs") ||
		!strings.Contains(o.stdout, "credence/core/spsc coverage: ") || strings.Contains(o.stdout, "credence/fuzz") {
		t.Errorf("%+v", o)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "credence/core/spsc/") ||
		strings.Contains(string(text), "credence/fuzz/") || !strings.Contains(string(text), `class="cov8"`) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	for _, args := range [][]string{{"cover", "-count", "0"}, {"cover", "x"}, {"cover", "-targets", "Moon"}} {
		if o := call(t, args...); o.code != exitUsage {
			t.Errorf("%q: %+v", args, o)
		}
	}
}
