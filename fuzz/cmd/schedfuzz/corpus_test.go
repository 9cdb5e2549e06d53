package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credence/fuzz/campaign"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// corpusOf writes n inputs for a target to a new folder.
func corpusOf(t *testing.T, name string, n int) (dir string, list []campaign.Input) {
	t.Helper()
	dir = t.TempDir()
	m := &prog.Mutator{Rand: rand.New(rand.NewPCG(7, 7)), Weights: prog.DefaultWeights}
	for i := range n {
		in := campaign.Input{Target: name, Data: []byte(fmt.Sprintf("\x00\"text\" %d\xff", i))}
		if target.Lookup(name).Decode != nil {
			in.Data = m.Generate(3 + i%20).Encode()
		}
		if err := campaign.WriteInput(dir, in, campaign.Raw); err != nil {
			t.Fatal(err)
		}
		list = append(list, in)
	}
	return dir, list
}

func readAll(t *testing.T, dir, name string) map[string]bool {
	t.Helper()
	list, err := campaign.ReadCorpus(dir, target.Lookup(name))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, in := range list {
		all[string(in.Data)] = true
	}
	return all
}

// Inputs come back as they were from each engine's format, and programs from text.
func TestCorpusConvert(t *testing.T) {
	for _, c := range []struct{ target, formats string }{
		{"System", "native gofuzz libfuzzer text"}, {"Wsim", "native gofuzz libfuzzer"},
	} {
		from, list := corpusOf(t, c.target, 25)
		for format := range strings.FieldsSeq(c.formats) {
			to, back := filepath.Join(t.TempDir(), "to"), filepath.Join(t.TempDir(), "back")
			for _, args := range [][]string{{"-to", format, from, to}, {"-to", "gofuzz", to, back}} {
				o := call(t, append([]string{"corpus", "convert", "-target", c.target}, args...)...)
				if o.code != exitOK || !strings.Contains(o.stdout, "25 inputs") {
					t.Fatalf("%s: %+v", format, o)
				}
			}
			got := readAll(t, back, c.target)
			for _, in := range list {
				if !got[string(in.Data)] {
					t.Errorf("%s of %s: %q is lost", format, c.target, in.Data)
				}
			}
		}
	}
	o := call(t, "corpus", "convert", "-to", "text", "-target", "Wsim", "a", "b")
	if o.code != exitUsage || !strings.Contains(o.stderr, "no programs") {
		t.Errorf("%+v", o)
	}
}

func TestCorpusUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", `no ""; there are merge, prune and convert`},
		{"split a", `no "split"`},
		{"merge a", "a folder to merge into, and others"},
		{"prune", "one folder, not 0"},
		{"convert -to native a", "two folders, not 1"},
		{"convert -to tar a b", `no format "tar"`},
		{"prune -target Moon a", `no target "Moon"`},
	} {
		o := call(t, append([]string{"corpus"}, strings.Fields(c.args)...)...)
		if o.code != exitUsage || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%s: %+v", c.args, o)
		}
	}
	if o := call(t, "corpus", "prune", "none"); o.code != exitInconclusive {
		t.Errorf("%+v", o)
	}
}

// A merge adds what is not there, whatever the formats, and nothing twice.
func TestCorpusMerge(t *testing.T) {
	a, _ := corpusOf(t, "System", 20)
	b, _ := corpusOf(t, "System", 30) // the first 20 are the same
	native := filepath.Join(t.TempDir(), "native")
	call(t, "corpus", "convert", "-to", "native", b, native)
	o := call(t, "corpus", "merge", a, native, b)
	if o.code != exitOK || !strings.Contains(o.stdout, "30 inputs, before 20") {
		t.Errorf("%+v", o)
	}
	files, err := os.ReadDir(a)
	if err != nil || len(files) != 30 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// What is left of a corpus reaches what all of it did, with fewer and short inputs.
func TestCorpusPrune(t *testing.T) {
	dir, list := corpusOf(t, "System", 400)
	reach := func(all map[string]bool) (p target.Pairs) {
		for data := range all {
			r := target.Run(prog.Decode([]byte(data)))
			p.Add(&r.Pairs)
		}
		return p
	}
	before := reach(readAll(t, dir, "System"))
	twice := campaign.Input{Target: "System", Data: list[0].Data}
	if err := campaign.WriteInput(dir, twice, campaign.Text); err != nil {
		t.Fatal(err)
	}
	o := call(t, "corpus", "prune", dir)
	left := readAll(t, dir, "System")
	if o.code != exitOK || len(left) >= 400 || len(left) < 20 ||
		!strings.Contains(o.stdout, fmt.Sprintf("%d inputs, before 400", len(left))) {
		t.Errorf("%+v, %d left", o, len(left))
	}
	if after := reach(left); after != before {
		t.Errorf("%d pairs, before %d", after.Len(), before.Len())
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != len(left) {
		t.Errorf("%d files of %d inputs, %v", len(files), len(left), err)
	}
}
