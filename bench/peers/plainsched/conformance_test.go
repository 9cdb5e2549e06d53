package plainsched_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Recordings of the real scheduler: the part of them that the core carries, and
// all where the folder is at hand.
const (
	vectorArchive = "../../../core/sched/testdata/vectors.tar.gz"
	vectorFolder  = "../../../../shared/conformance/fifo"
)

// TestConformance runs the recorded FIFO scripts that the core carries, and
// compares every line of what happens.
func TestConformance(t *testing.T) {
	f, err := os.Open(vectorArchive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		text, err2 := io.ReadAll(in)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(h.Name, "fifo/") {
			ran++
			replay(t, h.Name, string(text))
		}
	}
	if ran == 0 {
		t.Fatalf("no FIFO vectors in %s", vectorArchive)
	}
	t.Logf("%d vectors", ran)
}

// TestConformanceAll runs every recorded FIFO script.
func TestConformanceAll(t *testing.T) {
	names, err := filepath.Glob(vectorFolder + "/*.txt")
	if err != nil || len(names) == 0 {
		t.Skipf("no vectors in %s: only those of %s were run", vectorFolder, vectorArchive)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		replay(t, filepath.Base(name), string(text))
	}
	t.Logf("%d vectors", len(names))
}

// TestDifferenceIsSeen plants a difference and looks for the complaint.
func TestDifferenceIsSeen(t *testing.T) {
	const text = "# drm-sched-vector 1 ref=x policy=fifo features=x\n" +
		"sched 0 policy=fifo credits=1\nentity 0\njob 0 entity=0 dur=5\npush 0\nadvance 9\n----\n" +
		"= 0 t=0 0:0/1\n= 1 t=0 0:0/1\n= 2 t=0 0:0/1\n@0 run 0\n@0 scheduled 0\n= 3 t=0 0:1/1\n" +
		"@5 finished 0 err=0\n@5 free 0\n= 4 t=9 0:0/1"
	if err := check(text); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"@5 finished", "@5 free 0\n", "0:1/1", "@0 scheduled 0\n"} {
		if check(strings.Replace(text, wrong, "", 1)) == nil {
			t.Errorf("without %q: not seen", wrong)
		}
	}
}

func replay(t *testing.T, name, text string) {
	t.Helper()
	if err := check(text); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// check runs one vector and returns the first line in which what happened
// differs from the recording.
func check(text string) (err error) {
	script, expected, ok := strings.Cut(text, "\n----\n")
	if !ok || !strings.Contains(script, " policy=fifo ") {
		return errors.New("not a FIFO vector")
	}
	want := strings.Split(strings.TrimSpace(expected), "\n")
	w := newWorld()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic after %d lines of output: %v", len(w.out), p)
		}
	}()
	n := 0
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			w.do(parse(line))
			w.drain()
			w.summarise(n)
			n++
		}
	}
	for i := range max(len(want), len(w.out)) {
		if i >= len(want) || i >= len(w.out) || want[i] != w.out[i] {
			return fmt.Errorf("line %d of the output: want %q, got %q", i+1,
				slices.Concat(want, make([]string, i+1))[i:min(i+4, max(len(want), i+1))],
				slices.Concat(w.out, make([]string, i+1))[i:min(i+4, max(len(w.out), i+1))])
		}
	}
	return nil
}
