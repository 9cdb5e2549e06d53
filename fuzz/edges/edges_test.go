package edges

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestMap(t *testing.T) {
	c := make([]byte, 21)
	var m Map
	for _, x := range []struct {
		at    int
		n     byte
		news  bool
		edges int
	}{
		{0, 1, true, 1}, {0, 1, false, 1}, {0, 2, true, 1}, {20, 1, true, 2}, {20, 1, false, 2},
		{7, 3, true, 3}, {8, 4, true, 4}, {8, 7, false, 4}, {8, 8, true, 4}, {8, 15, false, 4},
		{8, 16, true, 4}, {8, 32, true, 4}, {8, 127, false, 4}, {8, 128, true, 4}, {8, 255, false, 4},
	} {
		clear(c)
		c[x.at] = x.n
		if news := m.add(c); news != x.news || m.Len() != x.edges {
			t.Fatalf("%d times edge %d: news %t, %d edges", x.n, x.at, news, m.Len())
		}
	}
}

func TestWithoutCounters(t *testing.T) {
	var m Map
	Begin()
	if Counted() || Total() != 0 || m.End() || m.Len() != 0 {
		t.Error("this process counts nothing")
	}
}

const program = `package main

import (
	"fmt"
	"os"

	"credence/core/credit"
	"credence/fuzz/edges"
)

func main() {
	var m edges.Map
	for range 2 {
		edges.Begin()
		credit.Pack(1)
		fmt.Println(m.End(), m.Len() > 0)
	}
	edges.Begin()
	credit.Pack(1<<31, 1<<31)
	fmt.Println(m.End(), m.Len() < edges.Total(), edges.Counted())
	os.Exit(0)
}
`

// A program that is built for it counts the edges of the core.
func TestProgramWithCounters(t *testing.T) {
	dir, err := os.MkdirTemp(".", "testdata-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("go", "run", "-tags", "edges", "-gcflags=credence/core/...=-d=libfuzzer",
		"./"+dir)
	out, err := c.CombinedOutput()
	if want := "true true\nfalse true\ntrue true true\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, strings.TrimSpace(string(out)))
	}
}
