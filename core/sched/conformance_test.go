package sched_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"credence/core/sched"
)

// Where vectors come from: the part of them that lies here, all of them where
// the folder is at hand, and any other folder of the same shape by name.
const (
	vectorArchive = "testdata/vectors.tar.gz"
	vectorFolder  = "../../../shared/conformance"
	vectorEnv     = "CREDENCE_VECTORS"
)

var rewrite = flag.Bool("rewrite", false, "rewrite testdata/vectors.tar.gz from "+vectorFolder)

// vectorFile is a vector as it is stored.
type vectorFile struct {
	name string // policy/name.txt
	text []byte
}

// TestConformance runs recorded scripts of the real scheduler and compares every
// line of what happens. With CREDENCE_VECTORS=DIR it runs those of DIR.
func TestConformance(t *testing.T) {
	dir := os.Getenv(vectorEnv)
	if dir == "" {
		runVectors(t, readArchive(t, vectorArchive))
		return
	}
	runVectors(t, readFolder(t, dir))
}

// TestConformanceAll runs every recorded script.
func TestConformanceAll(t *testing.T) {
	if os.Getenv(vectorEnv) != "" {
		t.Skipf("%s is set: TestConformance runs that folder alone", vectorEnv)
	}
	if _, err := os.Stat(vectorFolder); err != nil {
		t.Skipf("no folder %s: only the vectors of %s were run", vectorFolder, vectorArchive)
	}
	files := readFolder(t, vectorFolder)
	if *rewrite {
		writeArchive(t, vectorArchive, sample(files))
	}
	runVectors(t, files)
}

func readFolder(t *testing.T, dir string) (files []vectorFile) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".txt" {
			return err
		}
		text, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		files = append(files, vectorFile{filepath.ToSlash(rel), text})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no vectors in %s; it should hold POLICY/NAME.txt", dir)
	}
	return files
}

func readArchive(t *testing.T, name string) (files []vectorFile) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, vectorFile{h.Name, text})
	}
}

// sample keeps every hand-made script, and of each random kind and policy the
// first hundred.
func sample(files []vectorFile) (kept []vectorFile) {
	const each = 100
	count := map[string]int{}
	for _, f := range files {
		kind := path.Dir(f.name) + path.Base(f.name)[:1]
		if count[kind]++; strings.HasPrefix(path.Base(f.name), "h_") || count[kind] <= each {
			kept = append(kept, f)
		}
	}
	return kept
}

func writeArchive(t *testing.T, name string, files []vectorFile) {
	t.Helper()
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	out := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text))}
		if err := out.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d vectors, %d bytes", name, len(files), buf.Len())
}

// tally counts vectors under a heading.
type tally map[string]*[2]int

func (c tally) add(key string, failed bool) {
	if c[key] == nil {
		c[key] = new([2]int)
	}
	c[key][b2i(failed)]++
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c tally) print(heading string) {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Printf("%s %-14s %5d passed, %d failed\n", heading, k, c[k][0], c[k][1])
	}
}

// runVectors runs the vectors and reports failures, the first few in full.
func runVectors(t *testing.T, files []vectorFile) {
	t.Helper()
	const inFull = 5
	byPolicy, byFeature, all := tally{}, tally{}, [2]int{}
	for _, f := range files {
		v, err := parseVector(f.name, f.text)
		if err == nil {
			err = v.check()
		}
		all[b2i(err != nil)]++
		if err != nil {
			if all[1] <= inFull {
				t.Errorf("%s: %v", f.name, err)
			} else {
				t.Fail()
			}
		}
		if v == nil {
			continue
		}
		byPolicy.add(v.policy.String(), err != nil)
		for _, k := range v.features {
			byFeature.add(k, err != nil)
		}
	}
	byFeature.print("feature")
	byPolicy.print("policy ")
	fmt.Printf("%d passed, %d failed\n", all[0], all[1])
}

// check runs the vector as its version of the scheduler and returns the first
// difference.
func (v *vector) check() (err error) {
	up := sched.Upstream70
	if v.policy == sched.Fair {
		up = sched.UpstreamFair
	}
	w := newWorld(v.policy, sched.Compat{Upstream: up})
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic after %d lines of output: %v", len(w.out), p)
		}
	}()
	if err := w.run(v); err != nil {
		return err
	}
	return difference(v.want, w.out)
}

// difference says where got leaves want, with the lines around it.
func difference(want, got []string) error {
	n := 0
	for n < len(want) && n < len(got) && want[n] == got[n] {
		n++
	}
	if n == len(want) && n == len(got) {
		return nil
	}
	const around = 5
	var b strings.Builder
	fmt.Fprintf(&b, "line %d of the output differs\n", n+1)
	for _, l := range want[max(0, n-around):n] {
		fmt.Fprintf(&b, "      %s\n", l)
	}
	for _, side := range []struct {
		mark  string
		lines []string
	}{{"want: ", want}, {"got:  ", got}} {
		for _, l := range side.lines[min(n, len(side.lines)):min(n+around, len(side.lines))] {
			fmt.Fprintf(&b, "%s%s\n", side.mark, l)
		}
	}
	return errors.New(strings.TrimSuffix(b.String(), "\n"))
}

// TestVectorDifferencesAreSeen plants differences and looks for the complaint.
func TestVectorDifferencesAreSeen(t *testing.T) {
	files := readArchive(t, vectorArchive)
	i := slices.IndexFunc(files, func(f vectorFile) bool {
		return f.name == "fifo/h_dep_chain_cross_entity.txt"
	})
	for _, c := range []struct{ name, old, new string }{
		{"another time", "@10 finished 1 err=0", "@11 finished 1 err=0"},
		{"a missing line", "@10 finished 1 err=0\n", ""},
		{"an extra line at the end", "t=500 0:-\n", "t=500 0:-\n@500 free 9\n"},
		{"another error", "finished 16 err=0", "finished 16 err=-3"},
		{"other credits", "= 6 t=0 0:1/2", "= 6 t=0 0:2/2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(string(files[i].text), c.old, c.new, 1)
			if text == string(files[i].text) {
				t.Fatalf("%q is not in the vector", c.old)
			}
			v, err := parseVector(c.name, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if v.check() == nil {
				t.Error("not seen")
			}
		})
	}
}
