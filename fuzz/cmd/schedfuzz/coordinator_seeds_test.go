package main

import (
	"archive/zip"
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"credence/fuzz/prog"
)

// The archive of a target has its seeds, as bytes that the target takes.
func TestSeeds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seeds.zip")
	var out, stderr bytes.Buffer
	args := []string{"seeds", "-target", "System", file}
	if code := run(t.Context(), &out, &stderr, args); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) < 1000 {
		t.Errorf("%d seeds", len(z.File))
	}
	r, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	if p := prog.Decode(text.Bytes()); len(p.Ops) == 0 {
		t.Error("the first seed is a program of nothing")
	}
	for _, args := range []string{"seeds", "seeds -target None " + file, "seeds a b"} {
		if code := run(t.Context(), &out, &stderr, strings.Fields(args)); code != exitUsage {
			t.Errorf("%s: exit code %d", args, code)
		}
	}
}
