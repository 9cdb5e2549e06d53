package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDrift(t *testing.T) {
	write := func(slope float64) string {
		dir := t.TempDir()
		for i := range 30 {
			// The names are in the wrong order; the dates count.
			text := fmt.Sprintf("# date: 2026-01-%02dT00:00:00Z\ncpu: X\n", i+1)
			for k := range 6 {
				text += fmt.Sprintf("BenchmarkA 1 %.5g ns/op\n", 100*(1+slope*float64(i))+0.1*float64(k))
			}
			path := filepath.Join(dir, fmt.Sprintf("%02d.txt", 99-i))
			if err := os.WriteFile(path, []byte(text+"PASS\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	if o := call(t, "drift", write(0.002)); o.code != exitFinding ||
		!strings.HasPrefix(o.stdout, "DRIFTED 1, over 30 files\n\nA sec/op: +") {
		t.Errorf("%+v", o)
	}
	if o := call(t, "drift", write(-0.002)); o.code != exitOK {
		t.Errorf("%+v", o)
	}
	good := put(t, "good.txt", goodResults())
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{t.TempDir()}, exitInconclusive},
		{[]string{good}, exitInconclusive},
		{[]string{"none.txt"}, exitInconclusive},
		{[]string{"-limits", "none.txt", write(0)}, exitUsage},
		{[]string{"-nonsense"}, exitUsage},
		{[]string{"-h"}, exitOK},
	} {
		if o := call(t, append([]string{"drift"}, c.args...)...); o.code != c.code {
			t.Errorf("%q: %+v", c.args, o)
		}
	}
}
