package campaign

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

func seeds(t *testing.T) []Input {
	t.Helper()
	list, err := Seeds("../..")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The same seed, inputs and number of programs give the same campaign, another seed
// another one; the clean core breaks nothing, and the canary is met and made small.
func TestCampaign(t *testing.T) {
	inputs := seeds(t)
	if len(inputs) < 100 {
		t.Fatalf("%d seeds", len(inputs))
	}
	run := func(seed uint64) *Report {
		kept := 0
		r := Run(t.Context(), Config{
			Seed: seed, Programs: 1500, Inputs: inputs[:40], Kept: func(Input) { kept++ },
		})
		if len(r.Finds) > 0 {
			t.Fatal(r.Finds[0])
		}
		if r.Canary == 0 || r.CanaryOps < 3 || r.CanaryOps > target.CanaryMost {
			t.Errorf("canary after %v, %d operations", r.Canary, r.CanaryOps)
		}
		if kept != r.Corpus {
			t.Errorf("%d inputs were kept, the corpus has %d", kept, r.Corpus)
		}
		r.Elapsed, r.Canary = 0, 0
		return r
	}
	first, again, other := run(1), run(1), run(2)
	if !reflect.DeepEqual(first, again) || reflect.DeepEqual(first, other) {
		t.Errorf("seed 1: %+v\nseed 1: %+v\nseed 2: %+v", first, again, other)
	}
	if first.Programs != 1500 || first.Operations < 15_000 || first.Completed < 4000 ||
		first.Corpus < 100 || first.Pairs.Len() < 200 {
		t.Errorf("it does too little: %+v", first)
	}
}

// Each target runs, as often as it weighs, and its own seeds.
func TestCampaignRunsAllTargets(t *testing.T) {
	x := newCampaign(Config{Seed: 1})
	counts := map[string]int{}
	const draws = 20_000
	for range draws {
		counts[x.next().Name]++
	}
	total := 0
	for _, s := range All() {
		total += s.Weight
	}
	for _, s := range All() {
		want := draws * s.Weight / total
		if n := counts[s.Name]; n < want*3/4 || n > want*5/4 {
			t.Errorf("%s is drawn %d times, expected about %d", s.Name, n, want)
		}
	}
	for _, l := range x.lanes {
		if l.Decode != nil {
			continue
		}
		for _, in := range seeds(t) {
			if in.Target == l.Name {
				x.one(l, l.decode(in.Data))
			}
		}
		for range 300 {
			x.one(l, l.next())
		}
		if l.size() == 0 {
			t.Errorf("%s: the corpus is empty", l.Name)
		}
	}
	if len(x.report.Finds) > 0 {
		t.Error(x.report.Finds[0])
	}
}

// An input that is no program is made small too.
func TestMinimiseBytes(t *testing.T) {
	data := []byte("the quick brown fox jumps over the lazy dog")
	small, asked := MinimiseBytes(data, 1000, func(b []byte) bool {
		return strings.Contains(string(b), "ow") && strings.Contains(string(b), "z")
	})
	if string(small) != "owz" || asked > 200 {
		t.Errorf("%q, asked %d times", small, asked)
	}
	small, asked = MinimiseBytes(data, 5, func(b []byte) bool { return len(b) > 10 })
	if len(small) <= 10 || len(small) >= len(data) || asked != 5 {
		t.Errorf("%q, asked %d times of 5", small, asked)
	}
	small, _ = MinimiseBytes([]byte{1, 2, 3}, 100, func(b []byte) bool { return len(b) >= 2 })
	if string(small) != "00" {
		t.Errorf("%q is not plain", small)
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
	x := newCampaign(Config{
		Found: func(f *Find) { got = append(got, f) }, Known: []string{"I4/known"},
	})
	l := x.laneOf("System")
	for _, class := range []string{"I4/a", "I4/a", "I4/known", "I4/b"} {
		f := findingOf(class)
		x.found(l, input{program: f.Program}, f)
	}
	if len(got) != 2 || got[0].Stable || got[1].Class != "I4/b" || x.report.Again != 2 ||
		len(x.report.Finds) != 2 {
		t.Errorf("%v, %+v", got, x.report)
	}
}

// A ledger keeps a line for each campaign.
func TestLedger(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fuzz/ledger.jsonl")
	r := &Report{Programs: 7, Operations: 70, Elapsed: 1500 * time.Millisecond, Canary: time.Second}
	r.Finds = []*Find{{Finding: findingOf("I4/a")}}
	r.Edges, r.LastEdge = 12, 250*time.Millisecond
	start := time.Date(2026, 11, 22, 1, 2, 3, 4, time.UTC)
	for range 2 {
		if err := r.Entry(start, "abc", "own", 9).Append(file); err != nil {
			t.Fatal(err)
		}
		r = &Report{}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"start":"2026-11-22T01:02:03Z","commit":"abc","engine":"own","seed":9,"seconds":1.5,` +
		`"programs":7,"operations":70,"jobs":0,"finds":["I4/a"],"canary_seconds":1,` +
		`"edges":12,"last_edge_seconds":0.25}` + "\n"
	first, second, _ := strings.Cut(string(text), "\n")
	if first+"\n" != want || !strings.HasSuffix(second, `"finds":[],"canary_seconds":null,`+
		`"edges":null,"last_edge_seconds":null}`+"\n") {
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
	x := newCampaign(Config{Hung: func(f *Find) { hung <- f }})
	x.watch.most = 600 * time.Millisecond
	end := x.guard()
	defer end()
	l, in := x.laneOf("Core"), input{program: findingOf("").Program}
	for range 3 { // as long as one that takes too long, but it is not one
		x.watch.begin(l, in)
		burn(x.watch.most / 2)
		x.watch.end()
	}
	select {
	case f := <-hung:
		t.Fatal(f.Message)
	default:
	}
	x.watch.begin(l, in)
	for {
		select {
		case f := <-hung:
			if f.Class != "hang/Core" || f.Program != in.program ||
				!strings.Contains(f.Message, "of processor time") {
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
