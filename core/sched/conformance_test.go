package sched_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"slices"
	"sort"
	"strings"
	"testing"

	"credence/hwmock/vector"
)

// Where vectors come from: the part of them that lies here, all of them where
// the folder is at hand, and any other folder of the same shape by name.
const (
	vectorArchive = "testdata/vectors.tar.gz"
	vectorFolder  = "../../../shared/conformance"
	vectorEnv     = "CREDENCE_VECTORS"
)

var rewrite = flag.Bool("rewrite", false, "rewrite testdata/vectors.tar.gz from "+vectorFolder)

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

func readFolder(t *testing.T, dir string) []vector.File {
	t.Helper()
	files, err := vector.ReadFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readArchive(t *testing.T, name string) []vector.File {
	t.Helper()
	files, err := vector.ReadArchive(name)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// sample keeps every hand-made script, and of each random kind and policy the
// first hundred.
func sample(files []vector.File) (kept []vector.File) {
	const each = 100
	count := map[string]int{}
	for _, f := range files {
		kind := path.Dir(f.Name) + path.Base(f.Name)[:1]
		if count[kind]++; strings.HasPrefix(path.Base(f.Name), "h_") || count[kind] <= each {
			kept = append(kept, f)
		}
	}
	return kept
}

func writeArchive(t *testing.T, name string, files []vector.File) {
	t.Helper()
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	out := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Mode: 0o644, Size: int64(len(f.Text))}
		if err := out.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(f.Text); err != nil {
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
func runVectors(t *testing.T, files []vector.File) {
	t.Helper()
	const inFull = 5
	byPolicy, byFeature, all := tally{}, tally{}, [2]int{}
	for _, f := range files {
		v, err := vector.Parse(f)
		if err == nil {
			err = check(v)
		}
		all[b2i(err != nil)]++
		if err != nil {
			if all[1] <= inFull {
				t.Errorf("%s: %v", f.Name, err)
			} else {
				t.Fail()
			}
		}
		if v == nil {
			continue
		}
		byPolicy.add(v.Policy.String(), err != nil)
		for _, k := range v.Features {
			byFeature.add(k, err != nil)
		}
	}
	byFeature.print("feature")
	byPolicy.print("policy ")
	fmt.Printf("%d passed, %d failed\n", all[0], all[1])
}

// check runs the vector as its version of the scheduler and returns the first
// difference.
func check(v *vector.Vector) (err error) {
	w := newWorld(v.Policy, v.Compat())
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic after %d lines of output: %v", len(w.out), p)
		}
	}()
	if err := w.run(v); err != nil {
		return err
	}
	return vector.Difference(v.Want, w.out)
}

// TestVectorDifferencesAreSeen plants differences and looks for the complaint.
func TestVectorDifferencesAreSeen(t *testing.T) {
	files := readArchive(t, vectorArchive)
	i := slices.IndexFunc(files, func(f vector.File) bool {
		return f.Name == "fifo/h_dep_chain_cross_entity.txt"
	})
	for _, c := range []struct{ name, old, new string }{
		{"another time", "@10 finished 1 err=0", "@11 finished 1 err=0"},
		{"a missing line", "@10 finished 1 err=0\n", ""},
		{"an extra line at the end", "t=500 0:-\n", "t=500 0:-\n@500 free 9\n"},
		{"another error", "finished 16 err=0", "finished 16 err=-3"},
		{"other credits", "= 6 t=0 0:1/2", "= 6 t=0 0:2/2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(string(files[i].Text), c.old, c.new, 1)
			if text == string(files[i].Text) {
				t.Fatalf("%q is not in the vector", c.old)
			}
			v, err := vector.Parse(vector.File{Name: c.name, Text: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			if check(v) == nil {
				t.Error("not seen")
			}
		})
	}
}
