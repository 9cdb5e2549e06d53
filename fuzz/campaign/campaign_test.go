package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// The same seed, corpus and number of programs give the same campaign, another seed
// another one; the clean core breaks nothing, and the canary is met and made small.
func TestCampaign(t *testing.T) {
	seeds, err := Seeds("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(seeds) < 100 {
		t.Fatalf("%d seeds", len(seeds))
	}
	run := func(seed uint64) *Report {
		r := Run(t.Context(), Config{Seed: seed, Programs: 1500, Corpus: seeds[:40]})
		if len(r.Finds) > 0 {
			t.Fatal(r.Finds[0])
		}
		if r.Canary == 0 || r.CanaryOps < 3 || r.CanaryOps > CanaryMost {
			t.Errorf("canary after %v, %d operations", r.Canary, r.CanaryOps)
		}
		r.Elapsed, r.Canary = 0, 0
		return r
	}
	first, again, other := run(1), run(1), run(2)
	if !reflect.DeepEqual(first, again) || reflect.DeepEqual(first, other) {
		t.Errorf("seed 1: %+v\nseed 1: %+v\nseed 2: %+v", first, again, other)
	}
	if first.Programs != 1500 || first.Operations < 20_000 || first.Completed < 5000 ||
		first.Corpus < 100 {
		t.Errorf("it does too little: %+v", first)
	}
}

// A campaign ends when its context does, and when its time is over.
func TestCampaignEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	r := Run(ctx, Config{Budget: time.Hour, Status: func(*Report) {
		if n++; n == 5 {
			cancel()
		}
	}})
	if r.Programs != 5 {
		t.Errorf("%d programs after the end", r.Programs)
	}
	if r := Run(t.Context(), Config{Budget: 1}); r.Programs > 1 || r.Canary != 0 {
		t.Errorf("after a nanosecond: %+v", r)
	}
}

// findingOf makes a finding of a class.
func findingOf(class string) *target.Finding {
	p := prog.Decode(nil)
	p.Ops = []prog.Op{{Kind: prog.Advance, N: 1}}
	return &target.Finding{Invariant: "I4", Operation: "advance", Class: class, Program: p,
		Message: "two\nlines"}
}

// A finding that does not come again is called flaky, and one of a known class is
// counted and not reported.
func TestFlakyAndKnownFinds(t *testing.T) {
	var got []*Find
	x := &campaign{classes: map[string]bool{}, start: time.Now(),
		Config: Config{Found: func(f *Find) { got = append(got, f) }}}
	x.found(findingOf("I4/a"))
	x.found(findingOf("I4/a"))
	x.found(findingOf("I4/b"))
	if len(got) != 2 || got[0].Stable || got[1].Class != "I4/b" || x.report.Again != 1 ||
		len(x.report.Finds) != 2 {
		t.Errorf("%v, %+v", got, x.report)
	}
}

// A stored find is a program with a comment, and is read as it was.
func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	f := &Find{Finding: findingOf("I4/advance/00ff")}
	if err := f.Store(dir); err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "I4-advance-00ff.txt"); f.File != want {
		t.Errorf("stored as %s, want %s", f.File, want)
	}
	text, err := os.ReadFile(f.File)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# I4/advance/00ff\n", "# two\n# lines\n", "# It did not come again",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	p, err := Load(f.File)
	if err != nil || !p.Equal(f.Program) {
		t.Errorf("read %v, %v", p, err)
	}
	if _, err := Load(filepath.Join(dir, "none.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := f.Store(f.File); err == nil {
		t.Error("stored below a file")
	}
}

// A ledger keeps a line for each campaign.
func TestLedger(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fuzz/ledger.jsonl")
	r := &Report{Programs: 7, Operations: 70, Elapsed: 1500 * time.Millisecond, Canary: time.Second}
	r.Finds = []*Find{{Finding: findingOf("I4/a")}}
	start := time.Date(2026, 11, 22, 1, 2, 3, 4, time.UTC)
	for range 2 {
		if err := r.Entry(start, "abc", 9).Append(file); err != nil {
			t.Fatal(err)
		}
		r = &Report{}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"start":"2026-11-22T01:02:03Z","commit":"abc","engine":"own","seed":9,"seconds":1.5,` +
		`"programs":7,"operations":70,"jobs":0,"finds":["I4/a"],"canary_seconds":1}` + "\n"
	first, second, _ := strings.Cut(string(text), "\n")
	if first+"\n" != want || !strings.HasSuffix(second, `"finds":[],"canary_seconds":null}`+"\n") {
		t.Errorf("%s", text)
	}
	var e Entry
	if err := json.Unmarshal([]byte(first), &e); err != nil || e.Programs != 7 {
		t.Errorf("%+v, %v", e, err)
	}
}

// The watch accuses a program that does not end, and only that.
func TestWatch(t *testing.T) {
	hung := make(chan *Find, 1)
	x := &campaign{start: time.Now(), Config: Config{Hung: func(f *Find) { hung <- f }}}
	x.watch.most = 600 * time.Millisecond
	end := x.guard()
	defer end()
	p := findingOf("").Program
	for range 3 { // as long as one that takes too long, but it is not one
		x.watch.begin(p)
		burn(x.watch.most / 2)
		x.watch.end()
	}
	select {
	case f := <-hung:
		t.Fatal(f.Message)
	default:
	}
	x.watch.begin(p)
	for {
		select {
		case f := <-hung:
			if f.Class != "hang/run" || f.Program != p || !strings.Contains(f.Message, "of processor time") {
				t.Errorf("%+v", f.Finding)
			}
			return
		default:
			burn(10 * time.Millisecond)
		}
	}
}

// burn uses up processor time.
func burn(d time.Duration) {
	for start := processorTime(); processorTime()-start < d; {
	}
}
